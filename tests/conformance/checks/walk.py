"""How an execution goes along its runbook, and what its steps show."""

from __future__ import annotations

import time
from datetime import UTC
from functools import partial
from typing import TYPE_CHECKING, Any

from conformance.checks.flow import API, COMMAND
from conformance.runbooks import repeat, runbook, step
from conformance.running import failing, poll, putting_out, ran
from pytest_ssm_automation import AutomationFake

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.bench import Bench
    from conformance.runbooks import Runbook
    from conformance.running import Prepare

NO_OUTPUT = "No output available yet because the step is not successfully executed"
ENDING = "Please refer to Automation Service Troubleshooting Guide for more diagnosis details."


def choice(bench: Bench) -> None:
    """The true choice determines the next step, and isEnd ends the run there."""
    shown = bench.finished("branch")
    wanted = {"choose": "Success", "left": "Success", "right": "Pending", "up": "Pending"}
    bench.expect((shown.status, shown.statuses), ("Success", wanted))


def default_choice(bench: Bench) -> None:
    """Without a true choice it is Default; a branch without either that is the end ends the run."""
    shown = bench.finished("branch", Parameters={"Path": ["down"]})
    wanted = {"choose": "Success", "left": "Pending", "right": "Success", "up": "Pending"}
    bench.expect((shown.status, shown.statuses), ("Success", wanted))


def outputs_of_a_branch(bench: Bench) -> None:
    """A branch puts out where it goes, also as JSON."""
    outputs = bench.finished("branch").step("choose")["Outputs"]
    bench.expect(outputs, {"NextStep": ["left"], "OutputPayload": ['{"NextStep":"left"}']})


def valid_next_steps(bench: Bench) -> None:
    """A step that ran and was not the last shows what came next."""
    shown = bench.finished("branch")
    bench.expect(shown.step("choose").get("ValidNextSteps"), ["left"])
    bench.expect(shown.step("left").get("ValidNextSteps", []), [])


def pending_step(bench: Bench) -> None:
    """A step that has not begun has no inputs and no times."""
    shown = bench.finished("branch").step("right")
    unset = dict.fromkeys(("ExecutionStartTime", "ExecutionEndTime"))
    wanted: dict[str, Any] = {"Inputs": {}, "OverriddenParameters": {}, **unset}
    bench.expect({name: shown.get(name) for name in wanted}, wanted)


def declared_members(bench: Bench) -> None:
    """A step shows what its runbook declares of it, and nothing of what it does not."""
    shown = bench.finished("branch").step("left")
    wanted = {"TimeoutSeconds": 60, "MaxAttempts": 2, "OnFailure": "Continue", "IsEnd": True, "IsCritical": False}
    bench.expect({name: shown.get(name) for name in wanted}, wanted)
    bench.expect([name for name in (*wanted, "NextStep") if name in bench.finished("steps").step("first")], [])


def inputs(bench: Bench) -> None:
    """Inputs are JSON text of the resolved values."""
    bench.expect(bench.finished("branch").step("left")["Inputs"], {"Duration": '"PT1S"'})


def operators(bench: Bench) -> None:
    """All operators and their combinations, each in a separate branch that must be true."""
    statuses = bench.finished("operators").statuses
    bench.expect([name for name, status in statuses.items() if status != "Success"], ["wrong"])


def references(bench: Bench) -> None:
    """A single reference becomes the value with its type; in other strings, the value is inserted."""
    shown = bench.finished("variables")
    values = {name: shown.input(name, "Value") for name in shown.statuses}
    own = shown["AutomationExecutionId"]
    bench.expect(values, {"text": 5, "mixed": f"in {bench.target.region}", "read": 5, "own": own})


def missing_outputs(bench: Bench) -> None:
    """The output of a step that did not succeed has a special text."""
    bench.expect(bench.finished("branch")["Outputs"], {"right.NextStep": [NO_OUTPUT]})


def cancelled_path(bench: Bench) -> None:
    """The path of onCancel runs before the run is Cancelled."""
    execution_id = bench.held("cancel")
    bench.stop(execution_id)
    shown = bench.until(execution_id)
    bench.expect((shown.status, shown.statuses["tidy"]), ("Cancelled", "Success"))


def signal_on_a_cancelled_path(bench: Bench) -> None:
    """A pause on the path of onCancel is resumed, and the run is Cancelled then."""
    execution_id = bench.held("cancelwait")
    bench.stop(execution_id)
    bench.until(execution_id, {"Cancelling"}, also=lambda shown: shown.statuses["sure"] == "Waiting")
    bench.signal(execution_id, "Resume", StepName=["sure"])
    shown = bench.until(execution_id)
    bench.expect((shown.status, shown.statuses["sure"]), ("Cancelled", "Success"))


SCRIPT = {"name": "script", "action": "aws:executeScript"}
LAUNCH = {"name": "launch", "action": "aws:runInstances"}
BAKE = {"name": "bake", "action": "aws:createImage"}


def _messages(bench: Bench, action: Runbook, cases: Sequence[tuple[str | None, str, str]]) -> None:
    """Let a step fail with texts and statuses, and expect messages, which the execution repeats."""
    for text, status, wanted in cases:
        shown = ran(bench, runbook(action), failing(action["name"], text, status))
        found = (shown.step(action["name"])["FailureMessage"], shown["FailureMessage"])
        bench.expect(found, (f"{wanted}. {ENDING}",) * 2)


FAILS = "Step fails when it is"
TIMED_OUT = "Step timed out while step is"
POLL = "Poll action status for completion"
LAUNCHED = f"{FAILS} launching the instance(s)"
READY = "verifying launched instance(s) are ready to be used"
AGENT = "verifying the SSM Agent availability on the target instance(s)"
NO_AGENT = "SSM Agent on Instances: [i-1] are not functioning"
MESSAGES: dict[str, tuple[Any, ...]] = {
    "failure_message": (SCRIPT, ("It broke", "Failed", f"{FAILS} {POLL}. It broke")),
    "failure_of_a_command": (COMMAND, ("It broke", "Failed", f"{FAILS} verifying the command has completed. It broke")),
    "failure_of_an_api": (API, ("It broke", "Failed", f"{FAILS} Execute/Cancelling action. It broke")),
    "timeout_message": (SCRIPT, (None, "TimedOut", f"{TIMED_OUT} {POLL}")),
    "failure_of_instances": (
        LAUNCH,
        ("No", "Failed", f"{LAUNCHED}. No"),
        (None, "TimedOut", f"{TIMED_OUT} {READY}"),
    ),
    "failure_without_an_agent": (COMMAND, (NO_AGENT, "TimedOut", f"{TIMED_OUT} {AGENT}. {NO_AGENT}")),
    "full_stop": (SCRIPT, ("It broke.", "Failed", f"{FAILS} {POLL}. It broke.")),
    "frame_once": (
        LAUNCH,
        *(
            (text, "Failed", f"{LAUNCHED}. No")
            for text in (f"{LAUNCHED}. No. {ENDING}", f"{LAUNCHED}. No", f"No. {ENDING}")
        ),
    ),
}
CHECKS = {name: partial(_messages, action=action, cases=cases) for name, (action, *cases) in MESSAGES.items()}


def failure_of_an_input(bench: Bench) -> None:
    """A parameter has the duration of a sleep, in plain words."""
    message = bench.finished("late")["FailureMessage"]
    _expect_in(bench, f"{FAILS} validating and resolving the step inputs. ", message)


def _nested(bench: Bench, name: str, *prepare: Prepare, **given: list[str]) -> str:
    """Return the message of a step that starts a runbook, of which `Child` requires a parameter."""
    child = runbook(SCRIPT, parameters={"Item": {"type": "String"}}, outputs=["script.Result"])
    call = step("call", "aws:executeAutomation", {"DocumentName": name, "RuntimeParameters": given})
    return str(
        ran(bench, runbook(call), lambda fake: fake.add_runbook(child, name="Child"), *prepare)["FailureMessage"]
    )


def failure_of_a_child(bench: Bench) -> None:
    """The step of a nested execution that has failed has its id, its status and its outputs."""
    fakes: list[AutomationFake] = []
    message = _nested(bench, "Child", failing("script"), fakes.append, Item=["a"])
    own = fakes[0].executions[0].children[0].id
    details = f"{{Status=[Failed], Output=[{NO_OUTPUT}], ExecutionId=[{own}]}}"
    wanted = (
        f"{FAILS} Execution complete: verified. Failed to run automation with executionId: {own} Failed : {details}"
    )
    bench.expect(message, f"{wanted}. {ENDING}")


def refused_child(bench: Bench) -> None:
    """The step of a nested execution that can't be started says why."""
    _expect_in(bench, "Fail to start automation, errorMessage: Missing required parameter", _nested(bench, "Child"))


def unknown_child(bench: Bench) -> None:
    """The step of a nested execution whose runbook does not exist fails."""
    _expect_in(bench, "errorMessage: Invalid document: No-Such-Runbook.", _nested(bench, "No-Such-Runbook"))


def _expect_in(bench: Bench, part: str, text: str) -> None:
    bench.expect(part if part in text else text, part)


def no_outputs(bench: Bench) -> None:
    """A step that has succeeded without outputs has empty Outputs."""
    bench.expect(bench.finished("steps").step("first")["Outputs"], {})


def _baked(bench: Bench, image_id: str, state: str) -> dict[str, Any]:
    """Return the outputs of an image as the API shows them."""
    outputs: dict[str, Any] = ran(bench, runbook(BAKE), putting_out("bake", ImageId=image_id, ImageState=state)).step(
        "bake"
    )["Outputs"]
    return outputs


def escaped_outputs(bench: Bench) -> None:
    """JSON in outputs has escapes for signs of HTML."""
    outputs = _baked(bench, "a='b'", "<&>")
    wanted = '{"ImageId":"a\\u003d\\u0027b\\u0027","ImageState":"\\u003c\\u0026\\u003e"}'
    bench.expect((outputs["ImageId"], outputs["OutputPayload"]), (["a='b'"], [wanted]))


def output_payload(bench: Bench) -> None:
    """The outputs of an image are there as JSON, too."""
    outputs = _baked(bench, "ami-1", "available")
    bench.expect(outputs["OutputPayload"], ['{"ImageId":"ami-1","ImageState":"available"}'])


def logs_of_a_command(bench: Bench) -> None:
    """The keys of CloudWatchOutputConfig are shown with a small letter."""
    logs = {"CloudWatchLogGroupName": "Group", "CloudWatchOutputEnabled": True}
    inputs = {"DocumentName": "AWS-RunShellScript", "CloudWatchOutputConfig": logs}
    shown = ran(bench, runbook({**COMMAND, "inputs": inputs})).input("command", "CloudWatchOutputConfig")
    bench.expect(shown, {"cloudWatchLogGroupName": "Group", "cloudWatchOutputEnabled": True})


def _seconds(bench: Bench, sleeping: Runbook, status: str, pause: int) -> int:
    """Return how long a caller that polls and sleeps sees an execution before a status."""
    bench.needs_fake()
    with AutomationFake(skip_sleep=True) as fake:
        fake.add_runbook(runbook(sleeping), name="Doc")
        client = fake.client()
        execution_id = client.start_automation_execution(DocumentName="Doc")["AutomationExecutionId"]
        while poll(client, execution_id).status != status:
            time.sleep(pause)
        return int(fake.slept)


def expiry(bench: Bench) -> None:
    """A pause with and without a time limit, with a caller that sleeps as long as that."""
    day = 24 * 60 * 60
    limits: tuple[Runbook, ...] = ({"timeoutSeconds": 10 * day}, {})
    found = [_seconds(bench, step("ask", "aws:pause", {}, **each), "TimedOut", day // 3) // day for each in limits]
    bench.expect(found, [10, 7])


def sleep(bench: Bench) -> None:
    """A sleep of an hour, with a caller that sleeps, and with one that does not."""
    seconds = _seconds(bench, step("rest", inputs={"Duration": "PT1H"}), "Success", 600)
    bench.expect((seconds // 3600, ran(bench, runbook(step("wait"))).status), (1, "Success"))


def limit_of_a_sleep(bench: Bench) -> None:
    """A sleep of an hour that may take ten minutes, with a caller that sleeps."""
    rest = step("rest", inputs={"Duration": "PT1H"}, timeoutSeconds=600)
    bench.expect(_seconds(bench, rest, "TimedOut", 60), 660)


def date(bench: Bench) -> None:
    """The inputs of a step have the time of its start."""
    shown = bench.finished("dated").step("tell")
    begun = shown["ExecutionStartTime"].astimezone(UTC)
    wanted = {"Name": '"variable:Note"', "Value": f'"{begun:%Y-%m-%d} {begun:%Y-%m-%d_%H.%M.%S}"'}
    bench.expect(shown["Inputs"], wanted)


def truncated_steps(bench: Bench) -> None:
    """GetAutomationExecution may show only some steps; DescribeAutomationStepExecutions lists all."""
    first = {"StepName": "first", "StepStatus": "Success"}
    cut = {"AutomationExecutionStatus": "Success", "StepExecutionsTruncated": True, "StepExecutions": [first]}
    bench.fake.script([cut], when={"DocumentName": bench.name("steps"), "Tags": [{"Key": "cut", "Value": "x"}]})
    execution_id = bench.start("steps", Tags=[{"Key": "cut", "Value": "x"}])
    shown = bench.get(execution_id)
    listed = bench.client.describe_automation_step_executions(AutomationExecutionId=execution_id)["StepExecutions"]
    found = [[each["StepName"] for each in steps] for steps in (shown["StepExecutions"], listed)]
    bench.expect((shown["StepExecutionsTruncated"], found), (True, [["first"], ["first", "second"]]))


def left_loop(bench: Bench) -> None:
    """A loop that a failed inner step leaves has that step's message, and shows where it led."""
    content = runbook(repeat(step("inner", onFailure="step:last")), step("skipped"), step("last"))
    shown = ran(bench, content, failing("inner", "No")).step("repeat")
    wanted = (f"{FAILS} Execute/Cancelling action. No. {ENDING}", ["last"])
    bench.expect((shown.get("FailureMessage"), shown.get("ValidNextSteps")), wanted)


def most_iterations(bench: Bench) -> None:
    """A loop has at most 100 iterations."""
    shown = ran(bench, runbook(repeat(step("inner"), items=105)))
    names = [each["StepName"] for each in shown["StepExecutions"]]
    bench.expect((shown.status, names.count("inner")), ("Success", 100))


def approval(bench: Bench) -> None:
    """Approve continues a run, and Reject fails the step and the run."""
    found = {}
    for kind in ("Approve", "Reject"):
        execution_id = bench.held("approve")
        bench.signal(execution_id, kind)
        found[kind] = [*bench.until(execution_id).statuses.values()]
    bench.expect(found, {"Approve": ["Success", "Success"], "Reject": ["Failed", "Pending"]})


def loop(bench: Bench) -> None:
    """Each round shows the inner steps anew, with what they are inside of."""
    shown = ran(bench, runbook(repeat(step("inner")), step("after")))
    inside = [each["ParentStepDetails"] for each in shown["StepExecutions"] if each["StepName"] == "inner"]
    bench.expect([(each["StepName"], each["IteratorValue"]) for each in inside], [("repeat", "i0"), ("repeat", "i1")])


def attempts(bench: Bench) -> None:
    """A step that fails once of two attempts has succeeded."""
    fakes: list[AutomationFake] = []
    shown = ran(bench, runbook({**API, "maxAttempts": 2}), failing("api", times=1), fakes.append)
    bench.expect((fakes[0].faults[0].fired, shown.statuses["api"]), (1, "Success"))


def outputs_of_a_state(bench: Bench) -> None:
    """The outputs are the desired state."""
    inputs = {"InstanceIds": ["i-00000000000000000"], "DesiredState": "stopped"}
    shown = ran(bench, runbook(step("stop", "aws:changeInstanceState", inputs)))
    bench.expect(shown.step("stop")["Outputs"], {"InstanceStates": ["stopped"]})


def stored_parameter(bench: Bench) -> None:
    """A reference to Parameter Store stays, and no pattern is applied to it."""
    duration = {"type": "String", "default": "{{ssm:/duration}}", "allowedPattern": "^PT[0-9]+S$"}
    content = runbook(step("wait", inputs={"Duration": "{{ Duration }}"}), parameters={"Duration": duration})
    bench.expect(ran(bench, content)["Parameters"], {"Duration": ["{{ssm:/duration}}"]})


def outputs_nobody_gave(bench: Bench) -> None:
    """An output of a successful step that the test has not set says so."""
    (found,) = ran(bench, runbook(SCRIPT, outputs=["script.Result"]))["Outputs"]["script.Result"]
    bench.expect("script.Result" in found and found != NO_OUTPUT, wanted=True)
