"""Failures and outputs of steps that a test sets."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from caller import poll, start, statuses, step

from pytest_ssm_automation import AutomationFake, FakeUsageError, StepFailed, StepRun

FRAME = (
    "Step fails when it is {}. {}. Please refer to Automation Service Troubleshooting Guide for more diagnosis details."
)
IMAGE = {"InstanceId": "{{ Id }}", "ImageName": "{{ get.Platform }}-{{ get.Detail }}"}
SCRIPT = {"Runtime": "python3.11", "InputPayload": "{{ get.Detail }}"}
RUNBOOK: dict[str, Any] = {
    "schemaVersion": "0.3",
    "parameters": {
        "Id": {"type": "String", "default": "i-1"},
        "Ids": {"type": "StringList", "default": ["i-1", "i-2"]},
    },
    "outputs": ["get.Platform", "get.Tags", "image.ImageId"],
    "mainSteps": [
        {
            "name": "get",
            "action": "aws:executeAwsApi",
            "maxAttempts": 2,
            "inputs": {"Service": "ec2", "Api": "A", "Id": "{{ Id }}", "Ids": "{{ Ids }}", "Name": "of-{{ Id }}"},
            "outputs": [
                {"Name": "Platform", "Type": "String", "Selector": "$.P"},
                {"Name": "Count", "Type": "Integer", "Selector": "$.C"},
                {"Name": "Ready", "Type": "Boolean", "Selector": "$.R"},
                {"Name": "Tags", "Type": "StringList", "Selector": "$.T"},
                {"Name": "Detail", "Type": "StringMap", "Selector": "$.D"},
                {"Name": "All", "Type": "MapList", "Selector": "$.A"},
            ],
        },
        {"name": "image", "action": "aws:createImage", "inputs": IMAGE},
        {"name": "script", "action": "aws:executeScript", "inputs": SCRIPT},
    ],
}
OTHER: dict[str, Any] = {"schemaVersion": "0.3", "mainSteps": [{"name": "get", "action": "aws:sleep"}]}


@pytest.fixture
def doc(fake: AutomationFake) -> AutomationFake:
    """The fake, which knows the runbook."""
    fake.add_runbook(RUNBOOK, name="Doc")
    return fake


def run(client: Any, **members: Any) -> dict[str, Any]:
    """Run the runbook to its end."""
    execution_id = start(client, **members)
    statuses(client, execution_id, 3)
    return poll(client, execution_id)


def test_outputs_of_a_step(doc: AutomationFake, client: Any) -> None:
    """Outputs show as lists of strings, in the step and in the execution, and references take them."""
    doc.step_outputs(
        "get",
        {"Platform": "Linux", "Count": 3, "Ready": True, "Tags": ["a", "b"], "Detail": {"a": 1}, "All": [{"b": "c"}]},
    )
    doc.step_outputs("image", {"ImageId": "ami-1"})
    shown = run(client)
    assert step(shown, "get")["Outputs"] == {
        "Platform": ["Linux"],
        "Count": ["3"],
        "Ready": ["true"],
        "Tags": ["a", "b"],
        "Detail": ['{"a":1}'],
        "All": ['{"b":"c"}'],
    }
    assert shown["Outputs"] == {"get.Platform": ["Linux"], "get.Tags": ["a", "b"], "image.ImageId": ["ami-1"]}
    assert step(shown, "image")["Inputs"]["ImageName"] == '"Linux-{\\"a\\":1}"'
    assert step(shown, "script")["Inputs"]["InputPayload"] == '{"a":1}'
    assert doc.executions[0].unresolved == []


def test_a_function_gives_the_outputs(doc: AutomationFake, client: Any) -> None:
    """It gets the attempt, with inputs that are resolved and have their types, and a copy of them."""
    seen: list[StepRun] = []

    def outputs(attempt: StepRun) -> dict[str, Any]:
        seen.append(attempt)
        return {"Platform": attempt.inputs["Ids"][1]}

    doc.step_outputs("get", outputs)
    assert run(client)["Outputs"]["get.Platform"] == ["i-2"]
    (attempt,) = seen
    assert (attempt.name, attempt.action, attempt.attempt, attempt.iteration) == ("get", "aws:executeAwsApi", 1, None)
    assert attempt.execution is doc.executions[0]
    given = {"Service": "ec2", "Api": "A"}
    assert attempt.inputs == {**given, "Id": "i-1", "Ids": ["i-1", "i-2"], "Name": "of-i-1"}


def test_a_function_may_fail_the_step(doc: AutomationFake, client: Any) -> None:
    """StepFailed fails the attempt; the step has failed when all attempts have."""
    attempts: list[int] = []

    def outputs(attempt: StepRun) -> dict[str, Any]:
        attempts.append(attempt.attempt)
        raise StepFailed("no such instance", status="TimedOut")

    doc.step_outputs("get", outputs)
    shown = run(client)
    assert attempts == [1, 2]
    assert (shown["AutomationExecutionStatus"], step(shown, "get")["StepStatus"]) == ("TimedOut", "TimedOut")
    frame = FRAME.replace("Step fails when it is", "Step timed out while step is")
    assert shown["FailureMessage"] == frame.format("Execute/Cancelling action", "no such instance")
    with pytest.raises(FakeUsageError, match=r"Unknown status of a step that fails 'Cancelled'"):
        StepFailed("x", status="Cancelled")


def test_what_a_function_raises_is_the_tests_mistake(doc: AutomationFake, client: Any) -> None:
    """Any other exception, and anything but outputs, reaches each poll, and the strict check if it is swallowed."""

    def broken(_: StepRun) -> dict[str, Any]:
        raise KeyError("Platform")

    for outputs, error in ((broken, KeyError), (lambda _: None, FakeUsageError), (lambda _: {"P": 1}, FakeUsageError)):
        doc.step_outputs("get", outputs)  # type: ignore[arg-type]
        execution_id = start(client)
        statuses(client, execution_id, 2)
        for _ in range(2):
            with pytest.raises(error):
                poll(client, execution_id)
            assert doc.calls[-1].outcome == "failed"
            assert doc.execution(execution_id).status == "InProgress"
    with pytest.raises(AssertionError, match="GetAutomationExecution: KeyError: 'Platform'"):
        doc.verify()


def test_the_latest_word_on_outputs_holds(doc: AutomationFake, client: Any) -> None:
    """A later word replaces an earlier one, for the executions that it is for."""
    doc.step_outputs("get", {"Platform": "one", "Tags": ["t"]})
    doc.step_outputs("get", {"Platform": "two"}, when={"Parameters": {"Id": ["i-2"]}})
    assert run(client)["Outputs"]["get.Tags"] == ["t"]
    assert step(run(client, Parameters={"Id": ["i-2"]}), "get")["Outputs"] == {"Platform": ["two"]}


def test_faults_of_steps_queue_up(doc: AutomationFake, client: Any) -> None:
    """The first that is not used up has the attempt, of which the step has two; what is left is for other runs."""
    faults = [doc.fail_step("get", "first", times=3), doc.fail_step("get", "second", status="TimedOut", times=2)]
    seen: list[tuple[str, bool]] = []
    for _ in range(4):
        shown = run(client)
        seen.append((shown["AutomationExecutionStatus"], "second" in shown.get("FailureMessage", "")))
    assert seen == [("Failed", False), ("TimedOut", True), ("Success", False), ("Success", False)]
    assert [fault.fired for fault in faults] == [3, 2]
    doc.assert_faults_raised()


def test_a_step_that_never_failed_is_an_unused_fault(doc: AutomationFake, client: Any) -> None:
    """Strict tests fail for it, and the message has the call."""
    doc.fail_step("script", "no", times=2, status="TimedOut", when={"DocumentName": "Else"})
    run(client)
    with pytest.raises(AssertionError) as caught:
        doc.assert_faults_raised()
    assert (
        "fail_step('script', 'no', times=2, status='TimedOut', when={'DocumentName': 'Else'}) fired 0 times, "
        "expected twice" in str(caught.value)
    )
    assert doc.faults[0].fired == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda fake: fake.fail_step("gett"), "Unknown step 'gett'. Did you mean 'get'?"),
        (lambda fake: fake.step_outputs("gett", {}), "Unknown step 'gett'. Did you mean 'get'?"),
        (lambda fake: fake.fail_step("get", runbook="Do"), "Unknown runbook 'Do'. Did you mean 'Doc'?"),
        (lambda fake: fake.fail_step("get", status="Fail"), "Did you mean 'Failed'?"),
        (lambda fake: fake.fail_step("get", times=0), "Expected times to be a whole number of at least 1"),
        (lambda fake: fake.fail_step("get", 5), "Expected message to be a non-empty string"),
        (lambda fake: fake.fail_step(""), "Expected step to be a non-empty string"),
        (lambda fake: fake.fail_step("get", when={"DocumentNam": 1}), "Did you mean 'DocumentName'?"),
        (lambda fake: fake.step_outputs("get", 5), "Expected outputs to be a mapping, or a function of a StepRun"),
        (
            lambda fake: fake.step_outputs("get", {"platform": "x"}),
            "Unknown output of step 'get' (aws:executeAwsApi) 'platform'. Did you mean 'Platform'?",
        ),
        (
            lambda fake: fake.step_outputs("get", {"Count": True}),
            "Expected get.Count to be a value that AWS converts to its type, Integer, but got True",
        ),
        (lambda fake: fake.step_outputs("get", {"Detail": {"a": object()}}), "to be a JSON value"),
    ],
)
def test_what_no_step_can_do_is_refused_at_once(doc: AutomationFake, call: Any, message: str) -> None:
    """A mistake raises on its line, with a similar name."""
    with pytest.raises(FakeUsageError) as caught:
        call(doc)
    assert message in str(caught.value)
    assert not doc.faults


def test_outputs_of_one_of_several_runbooks(doc: AutomationFake) -> None:
    """An output is known if any of the runbooks that have the step has it."""
    doc.add_runbook(OTHER, name="Other")
    doc.step_outputs("get", {"Platform": "x"})
    with pytest.raises(FakeUsageError, match="Unknown output of step 'get'"):
        doc.step_outputs("get", {"Platform": "x"}, runbook="Other")


def test_functions_are_called_with_no_lock_held(doc: AutomationFake, client: Any) -> None:
    """While a function works, other threads start and poll executions, and see its step InProgress."""
    inside, done = threading.Event(), threading.Event()

    def outputs(_: StepRun) -> dict[str, Any]:
        inside.set()
        assert done.wait(10)
        return {"Platform": "x"}

    doc.step_outputs("get", outputs)
    execution_id = start(client)
    statuses(client, execution_id, 2)
    mover = threading.Thread(target=poll, args=(client, execution_id))
    mover.start()
    assert inside.wait(10)
    seen = [poll(client, execution_id) for _ in range(3)]
    assert [(each["AutomationExecutionStatus"], step(each, "get")["StepStatus"]) for each in seen] == [
        ("InProgress", "InProgress")
    ] * 3
    assert start(client)
    done.set()
    mover.join()
    assert poll(client, execution_id)["AutomationExecutionStatus"] == "Success"


def test_what_is_stopped_meanwhile_stays_stopped(doc: AutomationFake, client: Any) -> None:
    """A function whose execution was stopped while it worked changes nothing any more."""

    def outputs(attempt: StepRun) -> dict[str, Any]:
        client.stop_automation_execution(AutomationExecutionId=attempt.execution.id)
        return {"Platform": "x"}

    doc.step_outputs("get", outputs)
    execution_id = start(client)
    assert statuses(client, execution_id, 4) == ["Pending", "InProgress", "Cancelling", "Cancelled"]
    assert step(poll(client, execution_id), "get")["StepStatus"] == "Cancelled"


def test_a_fake_can_be_made_with_steps(client: Any) -> None:
    """`steps` takes mappings with the arguments of the marker, for runbooks that come later too."""
    steps: list[dict[str, Any]] = [
        {"name": "get", "outputs": {"Platform": "x"}, "fails": "once", "times": 1},
        {"name": "image", "fails": "no"},
    ]
    with AutomationFake(steps=steps) as fake:
        for _ in range(2):
            fake.add_runbook(RUNBOOK, name="Doc")
            shown = run(fake.client())
            assert step(shown, "get")["Outputs"] == {"Platform": ["x"]}
            assert shown["AutomationExecutionStatus"] == "Failed"
            assert [fault.fired for fault in fake.faults] == [1, 1]
            fake.reset()


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([{"outputs": {}}], "Expected each item of steps to be a mapping with a name"),
        (["get"], "Expected each item of steps to be a mapping with a name"),
        ([{"name": "get"}], "Expected outputs or fails for step 'get', but got neither"),
        (
            [{"name": "get", "outputs": {}, "times": 1}],
            "Expected fails, a failure message, together with times and status of step 'get'",
        ),
        ([{"name": "get", "output": {}}], "Unknown argument of ssm_automation_step 'output'. Did you mean 'outputs'?"),
    ],
)
def test_steps_that_say_nothing_sound(steps: Any, message: str) -> None:
    """A mistake raises when the fake is created."""
    with pytest.raises(FakeUsageError) as caught:
        AutomationFake(steps=steps)
    assert message in str(caught.value)


def test_a_step_in_no_runbook_is_told_in_the_end() -> None:
    """Initial overrides may concern a runbook that is registered later; if none is, the test fails at its end."""
    with AutomationFake(steps=[{"name": "gett", "outputs": {}}, {"name": "get", "outputs": {}}]) as fake:
        fake.add_runbook(RUNBOOK, name="Doc")
        with pytest.raises(
            AssertionError, match=r"No registered runbook has these steps[^\n]*\n  gett: did you mean 'get'\?$"
        ):
            fake.verify()


def test_a_fault_that_another_run_uses_up_meanwhile(doc: AutomationFake, client: Any) -> None:
    """It fires exactly `times` times."""
    seen: list[str] = []

    def when(_: Any) -> bool:
        seen.append("asked")
        if len(seen) == 1:
            assert run(client)["AutomationExecutionStatus"] == "Failed"
        return True

    fault = doc.fail_step("script", "no", times=1, when=when)
    assert run(client)["AutomationExecutionStatus"] == "Success"
    assert fault.fired == 1
