"""How an execution goes along its runbook, and what its steps show."""

from __future__ import annotations

import json
import time
from datetime import UTC
from typing import TYPE_CHECKING, Any

from pytest_ssm_automation import AutomationFake

if TYPE_CHECKING:
    from conformance.bench import Bench
    from conformance.runbooks import Runbook

NO_OUTPUT = "No output available yet because the step is not successfully executed"
ENDING = "Please refer to Automation Service Troubleshooting Guide for more diagnosis details."


def _statuses(shown: dict[str, Any]) -> dict[str, str]:
    return {step["StepName"]: step["StepStatus"] for step in shown["StepExecutions"]}


def _step(shown: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(step for step in shown["StepExecutions"] if step["StepName"] == name)
    return found


def choice(bench: Bench) -> None:
    """The true choice determines the next step, and isEnd ends the run there."""
    shown = bench.finished("branch")
    wanted = {"choose": "Success", "left": "Success", "right": "Pending", "up": "Pending"}
    bench.expect((shown["AutomationExecutionStatus"], _statuses(shown)), ("Success", wanted))


def default_choice(bench: Bench) -> None:
    """Without a true choice it is Default; a branch without either that is the end ends the run."""
    shown = bench.finished("branch", Parameters={"Path": ["down"]})
    wanted = {"choose": "Success", "left": "Pending", "right": "Success", "up": "Pending"}
    bench.expect((shown["AutomationExecutionStatus"], _statuses(shown)), ("Success", wanted))


def outputs_of_a_branch(bench: Bench) -> None:
    """A branch puts out where it goes, also as JSON."""
    outputs = _step(bench.finished("branch"), "choose")["Outputs"]
    bench.expect(outputs, {"NextStep": ["left"], "OutputPayload": ['{"NextStep":"left"}']})


def valid_next_steps(bench: Bench) -> None:
    """A step that ran and was not the last shows what came next."""
    shown = bench.finished("branch")
    bench.expect(_step(shown, "choose").get("ValidNextSteps"), ["left"])
    bench.expect(_step(shown, "left").get("ValidNextSteps", []), [])


def pending_step(bench: Bench) -> None:
    """A step that has not begun has no inputs and no times."""
    step = _step(bench.finished("branch"), "right")
    wanted: dict[str, Any] = {
        "Inputs": {},
        "OverriddenParameters": {},
        "ExecutionStartTime": None,
        "ExecutionEndTime": None,
    }
    bench.expect({name: step.get(name) for name in wanted}, wanted)


def declared_members(bench: Bench) -> None:
    """A step shows what its runbook declares of it, and nothing of what it does not."""
    shown = bench.finished("branch")
    wanted = {"TimeoutSeconds": 60, "MaxAttempts": 2, "OnFailure": "Continue", "IsEnd": True, "IsCritical": False}
    step = _step(shown, "left")
    bench.expect({name: step.get(name) for name in wanted}, wanted)
    bench.expect([name for name in (*wanted, "NextStep") if name in _step(bench.finished("steps"), "first")], [])


def inputs(bench: Bench) -> None:
    """Inputs are JSON text of the resolved values."""
    bench.expect(_step(bench.finished("branch"), "left")["Inputs"], {"Duration": '"PT1S"'})


def operators(bench: Bench) -> None:
    """All operators and their combinations, each in a separate branch that must be true."""
    statuses = _statuses(bench.finished("operators"))
    bench.expect([name for name, status in statuses.items() if status != "Success"], ["wrong"])


def references(bench: Bench) -> None:
    """A single reference becomes the value with its type; in other strings, the value is inserted."""
    shown = bench.finished("variables")
    values = {step["StepName"]: json.loads(step["Inputs"]["Value"]) for step in shown["StepExecutions"]}
    own = shown["AutomationExecutionId"]
    bench.expect(values, {"text": 5, "mixed": f"in {bench.target.region}", "read": 5, "own": own})


def missing_outputs(bench: Bench) -> None:
    """The output of a step that did not succeed has a special text."""
    bench.expect(bench.finished("branch")["Outputs"], {"right.NextStep": [NO_OUTPUT]})


def cancelled_path(bench: Bench) -> None:
    """The path of onCancel runs before the run is Cancelled."""
    execution_id = bench.start("cancel")
    bench.until(execution_id, {"Waiting"})
    bench.client.stop_automation_execution(AutomationExecutionId=execution_id)
    shown = bench.until(execution_id)
    bench.expect((shown["AutomationExecutionStatus"], _statuses(shown)["tidy"]), ("Cancelled", "Success"))


def signal_on_a_cancelled_path(bench: Bench) -> None:
    """A pause on the path of onCancel is resumed, and the run is Cancelled then."""
    execution_id = bench.start("cancelwait")
    bench.until(execution_id, {"Waiting"})
    bench.client.stop_automation_execution(AutomationExecutionId=execution_id)
    bench.until(execution_id, {"Cancelling"}, also=lambda shown: _statuses(shown)["sure"] == "Waiting")
    bench.client.send_automation_signal(
        AutomationExecutionId=execution_id, SignalType="Resume", Payload={"StepName": ["sure"]}
    )
    shown = bench.until(execution_id)
    bench.expect((shown["AutomationExecutionStatus"], _statuses(shown)["sure"]), ("Cancelled", "Success"))


def _failed(bench: Bench, runbook: str, *failing: tuple[str, str | None, str]) -> dict[str, Any]:
    """Run a runbook with failures that only a fake can inject."""
    fake = bench.fake
    name = bench.name(runbook)
    faults: list[Any] = [fake.fail_step(step, text, status=status, runbook=name) for step, text, status in failing]
    shown = _ended(bench, runbook)
    for fault in faults:
        fault.times = fault.fired
    return shown


def _ended(bench: Bench, runbook: str) -> dict[str, Any]:
    answer = bench.client.start_automation_execution(DocumentName=bench.name(runbook))
    return bench.until(answer["AutomationExecutionId"])


def abort(bench: Bench) -> None:
    """A failed step ends the run as Failed, and the rest stays Pending."""
    shown = _failed(bench, "failing", ("script", "It broke", "Failed"))
    wanted = {"script": "Failed", "never": "Pending", "repair": "Pending"}
    bench.expect((shown["AutomationExecutionStatus"], _statuses(shown)), ("Failed", wanted))


def failure_message(bench: Bench) -> None:
    """The message of a failed step is in a frame, and the execution repeats it."""
    shown = _failed(bench, "failing", ("script", "It broke", "Failed"))
    wanted = f"Step fails when it is Poll action status for completion. It broke. {ENDING}"
    bench.expect((_step(shown, "script")["FailureMessage"], shown["FailureMessage"]), (wanted, wanted))


def failure_of_a_command(bench: Bench) -> None:
    """A command fails in another phase."""
    shown = _failed(bench, "continuing", ("command", "It broke", "Failed"))
    wanted = f"Step fails when it is verifying the command has completed. It broke. {ENDING}"
    bench.expect(_step(shown, "command")["FailureMessage"], wanted)


def failure_of_an_api(bench: Bench) -> None:
    """The call of an API fails as the action is executed."""
    shown = _failed(bench, "continuing", ("api", "It broke", "Failed"))
    wanted = f"Step fails when it is Execute/Cancelling action. It broke. {ENDING}"
    bench.expect(_step(shown, "api")["FailureMessage"], wanted)


def timeout(bench: Bench) -> None:
    """A step that timed out ends the run as TimedOut."""
    shown = _failed(bench, "failing", ("script", "Too slow.", "TimedOut"))
    bench.expect((shown["AutomationExecutionStatus"], _statuses(shown)["script"]), ("TimedOut", "TimedOut"))


def timeout_message(bench: Bench) -> None:
    """The message of a step that timed out has another beginning, and no text."""
    shown = _failed(bench, "failing", ("script", None, "TimedOut"))
    wanted = f"Step timed out while step is Poll action status for completion. {ENDING}"
    bench.expect(shown["FailureMessage"], wanted)


def failure_of_instances(bench: Bench) -> None:
    """Instances that can't be launched, or are not ready in time, have phases of their own."""
    found = [
        _failed(bench, "instances", ("launch", text, status))["FailureMessage"]
        for text, status in (("No", "Failed"), (None, "TimedOut"))
    ]
    ready = "verifying launched instance(s) are ready to be used"
    bench.expect(
        found,
        [
            f"Step fails when it is launching the instance(s). No. {ENDING}",
            f"Step timed out while step is {ready}. {ENDING}",
        ],
    )


def failure_without_an_agent(bench: Bench) -> None:
    """A command waits for the agent first."""
    text = "SSM Agent on Instances: [i-1] are not functioning"
    shown = _failed(bench, "continuing", ("command", text, "TimedOut"))
    phase = "verifying the SSM Agent availability on the target instance(s)"
    wanted = f"Step timed out while step is {phase}. {text}. {ENDING}"
    bench.expect(_step(shown, "command")["FailureMessage"], wanted)


def failure_of_an_input(bench: Bench) -> None:
    """A parameter has the duration of a sleep, in plain words."""
    message = bench.finished("late")["FailureMessage"]
    _expect_in(bench, "Step fails when it is validating and resolving the step inputs. ", message)


def full_stop(bench: Bench) -> None:
    """The full stop of a text is not that of the frame."""
    shown = _failed(bench, "failing", ("script", "It broke.", "Failed"))
    _expect_in(bench, f"completion. It broke.. {ENDING}", shown["FailureMessage"])


def frame_once(bench: Bench) -> None:
    """A text that has the beginning or the end of the frame gets neither twice."""
    phase = "Step fails when it is launching the instance(s)"
    texts = (f"{phase}. No. {ENDING}", f"{phase}. No", f"No. {ENDING}")
    found = [_failed(bench, "instances", ("launch", text, "Failed"))["FailureMessage"] for text in texts]
    bench.expect(found, [texts[0]] * 3)


def failure_of_a_child(bench: Bench) -> None:
    """The step of a nested execution that has failed has its id, its status and its outputs."""
    fake = bench.fake
    child = bench.name("failing")
    fault = fake.fail_step("script", "No", times=1, runbook=child)
    shown = bench.finished("nested", Parameters={"Child": [child]})
    own = fake.execution(shown["AutomationExecutionId"]).children[0].id
    details = f"{{Status=[Failed], Output=[{NO_OUTPUT}], ExecutionId=[{own}]}}"
    wanted = (
        "Step fails when it is Execution complete: verified. "
        f"Failed to run automation with executionId: {own} Failed : {details}. {ENDING}"
    )
    bench.expect((fault.fired, _step(shown, "call")["FailureMessage"]), (1, wanted))


def refused_child(bench: Bench) -> None:
    """The step of a nested execution that can't be started says why."""
    shown = bench.finished("nested", Parameters={"Child": [bench.name("parameters")]})
    _expect_in(bench, "Fail to start automation, errorMessage: Missing required parameter", shown["FailureMessage"])


def unknown_child(bench: Bench) -> None:
    """The step of a nested execution whose runbook does not exist fails."""
    shown = bench.finished("nested", Parameters={"Child": ["No-Such-Runbook"]})
    _expect_in(bench, "errorMessage: Invalid document: No-Such-Runbook.", shown["FailureMessage"])


def _expect_in(bench: Bench, part: str, text: str) -> None:
    bench.expect(part if part in text else text, part)


def no_outputs(bench: Bench) -> None:
    """A step that has succeeded without outputs has empty Outputs."""
    bench.expect(_step(bench.finished("steps"), "first")["Outputs"], {})


def escaped_outputs(bench: Bench) -> None:
    """JSON in outputs has escapes for signs of HTML."""
    bench.fake.step_outputs("bake", {"ImageId": "a='b'", "ImageState": "<&>"}, runbook=bench.name("image"))
    outputs = _step(_ended(bench, "image"), "bake")["Outputs"]
    wanted = '{"ImageId":"a\\u003d\\u0027b\\u0027","ImageState":"\\u003c\\u0026\\u003e"}'
    bench.expect((outputs["ImageId"], outputs["OutputPayload"]), (["a='b'"], [wanted]))


def logs_of_a_command(bench: Bench) -> None:
    """The keys of CloudWatchOutputConfig are shown with a small letter."""
    bench.needs_fake()
    shown = _step(_ended(bench, "logging"), "command")["Inputs"]["CloudWatchOutputConfig"]
    bench.expect(json.loads(shown), {"cloudWatchLogGroupName": "Group", "cloudWatchOutputEnabled": True})


def _seconds(runbook: Runbook, status: str, step: int) -> int:
    """Return how long a caller that polls and sleeps sees an execution before a status."""
    with AutomationFake(skip_sleep=True) as fake:
        fake.add_runbook(runbook, name="Doc")
        client = fake.client()
        request = {
            "AutomationExecutionId": client.start_automation_execution(DocumentName="Doc")["AutomationExecutionId"]
        }
        while client.get_automation_execution(**request)["AutomationExecution"]["AutomationExecutionStatus"] != status:
            time.sleep(step)
        return int(fake.slept)


def expiry(bench: Bench) -> None:
    """A pause with and without a time limit, with a caller that sleeps as long as that."""
    bench.needs_fake()
    day, found = 24 * 60 * 60, []
    for limit in ({"timeoutSeconds": 10 * day}, {}):
        pause = {"name": "ask", "action": "aws:pause", "inputs": {}, **limit}
        seconds = _seconds({"schemaVersion": "0.3", "mainSteps": [pause]}, "TimedOut", day // 3)
        found.append(seconds // day)
    bench.expect(found, [10, 7])


def sleep(bench: Bench) -> None:
    """A sleep of an hour, with a caller that sleeps, and with one that does not."""
    bench.needs_fake()
    rest = {"name": "rest", "action": "aws:sleep", "inputs": {"Duration": "PT1H"}}
    seconds = _seconds({"schemaVersion": "0.3", "mainSteps": [rest]}, "Success", 600)
    bench.expect((seconds // 3600, _ended(bench, "sleep")["AutomationExecutionStatus"]), (1, "Success"))


def date(bench: Bench) -> None:
    """The inputs of a step have the time of its start."""
    step = _step(bench.finished("dated"), "tell")
    begun = step["ExecutionStartTime"].astimezone(UTC)
    wanted = {"Name": '"variable:When"', "Value": f'"{begun:%Y-%m-%d} {begun:%Y-%m-%d_%H.%M.%S}"'}
    bench.expect(step["Inputs"], wanted)


def truncated_steps(bench: Bench) -> None:
    """GetAutomationExecution may show only some steps; DescribeAutomationStepExecutions lists all."""
    first = {"StepName": "first", "StepStatus": "Success"}
    cut = {"AutomationExecutionStatus": "Success", "StepExecutionsTruncated": True, "StepExecutions": [first]}
    bench.fake.script([cut], when={"DocumentName": bench.name("steps"), "Tags": [{"Key": "cut", "Value": "x"}]})
    execution_id = bench.start("steps", Tags=[{"Key": "cut", "Value": "x"}])
    shown = bench.client.get_automation_execution(AutomationExecutionId=execution_id)["AutomationExecution"]
    listed = bench.client.describe_automation_step_executions(AutomationExecutionId=execution_id)["StepExecutions"]
    found = [[step["StepName"] for step in steps] for steps in (shown["StepExecutions"], listed)]
    bench.expect((shown["StepExecutionsTruncated"], found), (True, [["first"], ["first", "second"]]))


def left_loop(bench: Bench) -> None:
    """A loop that a failed inner step leaves has that step's message, and shows where it led."""
    step = _step(_failed(bench, "leaving", ("inner", "No", "Failed")), "repeat")
    wanted = (f"Step fails when it is Execute/Cancelling action. No. {ENDING}", ["last"])
    bench.expect((step.get("FailureMessage"), step.get("ValidNextSteps")), wanted)


def loop_failure(bench: Bench) -> None:
    """The first inner step aborts the run, and the second continues the loop, which would go elsewhere itself."""
    found = []
    for name in ("inner", "more"):
        shown = _failed(bench, "spared", (name, "No", "Failed"))
        found.append((shown["AutomationExecutionStatus"], _statuses(shown)["after"], _statuses(shown)["last"]))
    bench.expect(found, [("Failed", "Pending", "Pending"), ("Success", "Success", "Pending")])


def most_iterations(bench: Bench) -> None:
    """A loop has at most 100 iterations."""
    bench.needs_fake()
    shown = _ended(bench, "long")
    inner = [step for step in shown["StepExecutions"] if step["StepName"] == "inner"]
    bench.expect((shown["AutomationExecutionStatus"], len(inner)), ("Success", 100))


def continues(bench: Bench) -> None:
    """After a failure, a run may continue as after success, or at a step."""
    shown = _failed(bench, "continuing", ("api", "It broke", "Failed"), ("command", "It broke", "Failed"))
    wanted = {"api": "Failed", "command": "Failed", "never": "Pending", "repair": "Success"}
    bench.expect(_statuses(shown), wanted)


def attempts(bench: Bench) -> None:
    """A step that fails once of two attempts has succeeded."""
    fault = bench.fake.fail_step("api", "It broke.", times=1, runbook=bench.name("continuing"))
    shown = _ended(bench, "continuing")
    bench.expect((fault.fired, _statuses(shown)["api"]), (1, "Success"))


def not_critical(bench: Bench) -> None:
    """The step ends the run, which is a success all the same."""
    shown = _failed(bench, "tolerant", ("api", "It broke", "Failed"))
    wanted = {"api": "Failed", "never": "Pending"}
    bench.expect((shown["AutomationExecutionStatus"], _statuses(shown)), ("Success", wanted))


def outputs_of_a_state(bench: Bench) -> None:
    """The outputs are the desired state."""
    bench.needs_fake()
    bench.expect(_step(_ended(bench, "state"), "stop")["Outputs"], {"InstanceStates": ["stopped"]})


def output_payload(bench: Bench) -> None:
    """The outputs of an image are there as JSON, too."""
    bench.fake.step_outputs("bake", {"ImageId": "ami-1", "ImageState": "available"}, runbook=bench.name("image"))
    outputs = _step(_ended(bench, "image"), "bake")["Outputs"]
    bench.expect(outputs["OutputPayload"], ['{"ImageId":"ami-1","ImageState":"available"}'])


def stored_parameter(bench: Bench) -> None:
    """A reference to Parameter Store stays, and no pattern is applied to it."""
    bench.needs_fake()
    bench.expect(_ended(bench, "state")["Parameters"], {"Duration": ["{{ssm:/duration}}"]})


def approval(bench: Bench) -> None:
    """Approve continues a run, and Reject fails the step and the run."""
    bench.needs_fake()
    found = {}
    for kind in ("Approve", "Reject"):
        answer = bench.client.start_automation_execution(DocumentName=bench.name("approve"))
        request = {"AutomationExecutionId": answer["AutomationExecutionId"]}
        bench.until(request["AutomationExecutionId"], {"Waiting"})
        bench.client.send_automation_signal(**request, SignalType=kind)
        shown = bench.until(request["AutomationExecutionId"])
        found[kind] = (_statuses(shown)["ask"], _statuses(shown)["after"])
    bench.expect(found, {"Approve": ("Success", "Success"), "Reject": ("Failed", "Pending")})


def loop(bench: Bench) -> None:
    """Each round shows the inner steps anew, with what they are inside of."""
    bench.needs_fake()
    shown = _ended(bench, "loop")
    inner = [step for step in shown["StepExecutions"] if step["StepName"] == "inner"]
    found = [(step["ParentStepDetails"]["StepName"], step["ParentStepDetails"]["IteratorValue"]) for step in inner]
    bench.expect(found, [("repeat", "a"), ("repeat", "b")])


def outputs_nobody_gave(bench: Bench) -> None:
    """An output of a successful step that the test has not set says so."""
    bench.needs_fake()
    (found,) = _ended(bench, "failing")["Outputs"]["script.Result"]
    bench.expect("script.Result" in found and found != NO_OUTPUT, wanted=True)
