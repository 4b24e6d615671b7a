"""Stops, signals and scripts along the walk of a runbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from caller import poll, runbook, signal, start, statuses

from pytest_ssm_automation import FakeUsageError, StepRun

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_ssm_automation import AutomationFake, Execution


def steps(fake: AutomationFake, execution_id: str) -> dict[str, str]:
    """Give the status of each step by name."""
    return {step["StepName"]: step["StepStatus"] for step in fake.execution(execution_id).steps}


CANCEL = runbook(
    {"name": "work", "onCancel": "step:undo"},
    {"name": "more"},
    {"name": "undo", "action": "aws:executeScript", "nextStep": "report", "isEnd": False},
    {"name": "skipped"},
    {"name": "report", "isEnd": True},
)


def test_a_caller_stops_what_it_was_shown(fake: AutomationFake, client: Any) -> None:
    """A caller that saw the first step in progress stops it there, and no attempt is made before the next poll."""
    calls: list[int] = []

    def outputs(attempt: StepRun) -> dict[str, Any]:
        calls.append(attempt.attempt)
        return {}

    fake.add_runbook(runbook({"name": "a", "maxAttempts": 3}, {"name": "b"}), name="Doc")
    fake.fail_step("a", times=1)
    fake.step_outputs("a", outputs)
    for kind, expected, end in (("Cancel", "Cancelled", "Cancelled"), ("Complete", "Success", "Success")):
        execution_id = start(client)
        assert statuses(client, execution_id, 2) == ["Pending", "InProgress"]
        assert (fake.execution(execution_id).status, calls) == ("InProgress", [])
        client.stop_automation_execution(AutomationExecutionId=execution_id, Type=kind)
        assert steps(fake, execution_id)["b"] == "Pending"
        assert statuses(client, execution_id, 2)[-1] == expected
        assert steps(fake, execution_id) == {"a": end, "b": "Pending"}
    assert calls == [2]
    assert fake.faults[0].fired == 1


def test_completing_what_has_not_begun_or_waits(fake: AutomationFake, client: Any) -> None:
    """With type Complete, no step begins any more, and one that waits is cancelled."""
    fake.add_runbook(runbook({"name": "ask", "action": "aws:approve"}, {"name": "b"}), name="Doc")
    for polls, seen, ask in ((0, "Pending", "Pending"), (3, "Waiting", "Cancelled")):
        execution_id = start(client)
        statuses(client, execution_id, polls)
        client.stop_automation_execution(AutomationExecutionId=execution_id, Type="Complete")
        assert statuses(client, execution_id, 2) == [seen, "Success"]
        assert steps(fake, execution_id) == {"ask": ask, "b": "Pending"}


@pytest.mark.parametrize("follows", [None, "step:b"])
@pytest.mark.parametrize("status", ["Success", "Failed"])
def test_completing_what_it_is_at(fake: AutomationFake, client: Any, status: str, follows: str | None) -> None:
    """With type Complete, the step continues to its end, and no other begins, also where its failure leads on."""
    on_failure = {"onFailure": follows} if follows else {}
    fake.add_runbook(runbook({"name": "a", **on_failure}, {"name": "b"}), name="Doc")
    if status == "Failed":
        fake.fail_step("a")
    execution_id = start(client)
    fake.execution(execution_id).run_to("a")
    client.stop_automation_execution(AutomationExecutionId=execution_id, Type="Complete")
    assert statuses(client, execution_id, 2) == ["InProgress", status]
    assert steps(fake, execution_id) == {"a": status, "b": "Pending"}


def test_interactive_waits_before_each_step(fake: AutomationFake, client: Any) -> None:
    """Each step waits to be started; one that a signal has let end lets the next one begin."""
    ask = {"name": "ask", "action": "aws:approve"}
    fake.add_runbook(runbook({"name": "a"}, {"name": "b"}, ask, {"name": "c"}), name="Doc")
    execution_id = start(client, Mode="Interactive")
    for name in ("a", "b"):
        assert statuses(client, execution_id, 2) == ["Waiting", "Waiting"]
        assert steps(fake, execution_id)[name] == "Waiting"
        with pytest.raises(client.exceptions.InvalidAutomationSignalException):
            signal(client, execution_id, "Approve")
        signal(client, execution_id, "StartStep", StepName=[name])
        assert statuses(client, execution_id, 1) == ["InProgress"]
    assert statuses(client, execution_id, 1) == ["Waiting"]
    assert steps(fake, execution_id) == {"a": "Success", "b": "Success", "ask": "Waiting", "c": "Pending"}
    signal(client, execution_id, "Approve")
    assert statuses(client, execution_id, 3) == ["InProgress", "Waiting", "Waiting"]
    with pytest.raises(client.exceptions.InvalidAutomationSignalException):
        signal(client, execution_id, "StartStep", StepName=["c"])
    with pytest.raises(FakeUsageError, match="is Waiting after its last step, and has not reached step 'a'"):
        fake.execution(execution_id).run_to("a")
    client.stop_automation_execution(AutomationExecutionId=execution_id, Type="Complete")
    assert statuses(client, execution_id, 2) == ["Waiting", "Success"]
    assert set(steps(fake, execution_id).values()) == {"Success"}


@pytest.mark.parametrize(("by", "expected"), [("test", ["Success"]), ("caller", ["Cancelling", "Cancelled"])])
def test_other_ends_of_an_interactive_run(fake: AutomationFake, client: Any, by: str, expected: list[str]) -> None:
    """What waits to be completed can be cancelled too, or ended by the test."""
    fake.add_runbook(runbook({"name": "a"}), name="Doc")
    execution_id = start(client, Mode="Interactive")
    signal(client, execution_id, "StartStep", StepName=["a"])
    assert statuses(client, execution_id, 2) == ["InProgress", "Waiting"]
    if by == "test":
        fake.execution(execution_id).finish()
    else:
        client.stop_automation_execution(AutomationExecutionId=execution_id)
    assert statuses(client, execution_id, len(expected)) == expected
    assert steps(fake, execution_id) == {"a": "Success"}


def test_an_interactive_run_that_fails(fake: AutomationFake, client: Any) -> None:
    """It ends by that; a failure that does not end it is reported when it is completed."""
    fake.add_runbook(runbook({"name": "a"}, {"name": "b", "onFailure": "Continue", "isCritical": True}), name="Doc")
    fake.fail_step("a", times=1)
    fake.fail_step("b")
    first, second = (start(client, Mode="Interactive") for _ in range(2))
    for execution_id in (first, second):
        signal(client, execution_id, "StartStep", StepName=["a"])
    assert statuses(client, first, 2) == ["InProgress", "Failed"]
    assert statuses(client, second, 2) == ["InProgress", "Waiting"]
    signal(client, second, "StartStep", StepName=["b"])
    assert statuses(client, second, 2) == ["InProgress", "Waiting"]
    client.stop_automation_execution(AutomationExecutionId=second, Type="Complete")
    assert statuses(client, second, 2) == ["Waiting", "Failed"]


@pytest.mark.parametrize("action", ["aws:approve", "aws:pause"])
@pytest.mark.parametrize("before", [[], [{"name": "a"}]])
def test_a_wait_that_fails_in_an_interactive_run(
    fake: AutomationFake, client: Any, action: str, before: list[dict[str, Any]]
) -> None:
    """What the test sets for an approval or a pause counts there too, whether it is the first step or not."""
    fake.add_runbook(runbook(*before, {"name": "ask", "action": action}), name="Doc")
    fake.fail_step("ask", "nobody", times=1)
    for expected in ("Failed", "Waiting"):
        execution_id = start(client, Mode="Interactive")
        statuses(client, execution_id, 2)
        if before:
            signal(client, execution_id, "StartStep", StepName=["a"])
        statuses(client, execution_id, 2)
        assert statuses(client, execution_id, 1) == [expected]
        assert steps(fake, execution_id)["ask"] == expected


@pytest.mark.parametrize("mode", ["Auto", "Interactive"])
@pytest.mark.parametrize(("kind", "ask"), [("Approve", "Success"), ("Reject", "Failed")])
def test_an_approval_on_the_way_of_on_cancel(fake: AutomationFake, client: Any, mode: str, kind: str, ask: str) -> None:
    """It takes its signals though the run is Cancelling; no step waits there to be started."""
    undo = {"name": "undo", "action": "aws:executeScript"}
    path = [undo, {"name": "ask", "action": "aws:approve", "onFailure": "Continue"}, {"name": "report"}]
    fake.add_runbook(runbook({"name": "work", "onCancel": "step:undo", "isEnd": True}, *path), name="Doc")
    execution_id = start(client, Mode=mode)
    if mode == "Interactive":
        signal(client, execution_id, "StartStep", StepName=["work"])
    else:
        fake.execution(execution_id).run_to("work")
    client.stop_automation_execution(AutomationExecutionId=execution_id)
    assert statuses(client, execution_id, 2) == ["Cancelling", "Cancelling"]
    with pytest.raises(client.exceptions.InvalidAutomationSignalException):
        signal(client, execution_id, "Resume", StepName=["ask"])
    signal(client, execution_id, kind)
    assert statuses(client, execution_id, 2) == ["Cancelling", "Cancelled"]
    assert [*steps(fake, execution_id).values()] == ["Cancelled", "Success", ask, "Success"]


def test_stopping_a_step(fake: AutomationFake, client: Any) -> None:
    """StopStep ends a run that walks, or sends it the way of onCancel."""
    fake.add_runbook(runbook({"name": "a"}), name="Plain")
    fake.add_runbook(CANCEL, name="Doc")
    plain, other = start(client, DocumentName="Plain"), start(client)
    for execution_id in (plain, other):
        statuses(client, execution_id, 2)
        signal(
            client, execution_id, "StopStep", StepExecutionId=[fake.execution(execution_id).steps[0]["StepExecutionId"]]
        )
    assert statuses(client, plain, 1) == ["Cancelled"]
    assert steps(fake, plain) == {"a": "Cancelled"}
    assert statuses(client, other, 2) == ["Cancelling", "Cancelled"]
    with pytest.raises(client.exceptions.InvalidAutomationSignalException):
        signal(client, plain, "StopStep", StepExecutionId=["x"])


THREE = runbook({"name": "a"}, {"name": "b"}, {"name": "c"})


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (["InProgress", "InProgress", "Success"], ["IPP", "SIP", "SSS"]),
        (["Pending", "Success"], ["PPP", "SSS"]),
        (["Success"], ["SSS"]),
        (["Failed"], ["FPP"]),
        (["InProgress", "InProgress", "TimedOut"], ["IPP", "SIP", "STP"]),
        (["InProgress", "Waiting", "InProgress", "InProgress"], ["IPP", "WPP", "IPP", "SIP"]),
        (["InProgress"] * 5, ["IPP", "SIP", "SSI", "SSS", "SSS"]),
        (["InProgress", "Cancelling", "Cancelled"], ["IPP", "CPP", "CPP"]),
        (["Cancelling", "Cancelled"], ["CPP", "CPP"]),
        (["PendingApproval", "Rejected"], ["PPP", "PPP"]),
        (["InProgress", "Rejected"], ["IPP", "CPP"]),
        (["InProgress", "CompletedWithFailure"], ["IPP", "FPP"]),
        (["InProgress", "CompletedWithSuccess"], ["IPP", "SSS"]),
        (["Waiting", "Success"], ["WPP", "SSS"]),
    ],
)
def test_a_script_rules_and_the_walk_follows(
    fake: AutomationFake, client: Any, script: list[str], expected: list[str]
) -> None:
    """The statuses are those of the script, and the steps follow them."""
    fake.add_runbook(THREE, name="Doc")
    fake.script(script)
    execution_id = start(client)
    for status, letters in zip(script, expected, strict=True):
        shown = poll(client, execution_id)
        assert shown["AutomationExecutionStatus"] == status
        assert "".join(step["StepStatus"][0] for step in shown["StepExecutions"]) == letters
    execution = fake.execution(execution_id)
    assert execution.ended is (execution.ended_at is not None)


def test_a_script_says_where_the_run_failed(fake: AutomationFake, client: Any) -> None:
    """`steps` adds to the runbook's steps by name; the run ends at the step that failed."""
    fake.add_runbook(THREE, name="Doc")
    fake.script(
        ["InProgress", "Failed"],
        steps=[{"StepName": "b", "StepStatus": "Failed", "FailureMessage": "Why", "Outputs": {"x": ["y"]}}],
        failure_message="Because",
    )
    shown = [poll(client, execution_id) for execution_id in [start(client)] for _ in range(2)][-1]
    assert {step["StepName"]: step["StepStatus"] for step in shown["StepExecutions"]} == {
        "a": "Success", "b": "Failed", "c": "Pending"
    }  # fmt: skip
    assert (shown["FailureMessage"], shown["StepExecutions"][1]["FailureMessage"]) == ("Because", "Why")
    assert shown["StepExecutions"][1]["Outputs"] == {"x": ["y"]}


def test_a_script_overrides_outputs_by_name(fake: AutomationFake, client: Any) -> None:
    """What it does not name comes from the walk; a name that the runbook does not declare is a mistake of the test."""
    content = runbook({"name": "a", "action": "aws:createImage"}, outputs=["a.ImageId", "a.ImageState"])
    fake.add_runbook(content, name="Doc")
    fake.step_outputs("a", {"ImageId": "ami-1", "ImageState": "available"})
    fake.script(["Success"], outputs={"a.ImageId": ["ami-2"]})
    assert poll(client, start(client))["Outputs"] == {"a.ImageId": ["ami-2"], "a.ImageState": ["available"]}
    fake.script(["Success"], outputs={"a.ImageID": ["ami-2"]})
    with pytest.raises(FakeUsageError, match=r"Unknown output of runbook 'Doc' 'a.ImageID'\. Did you mean 'a.ImageId'"):
        start(client)
    fake.script(["Success"], steps=[{"StepName": "A"}])
    with pytest.raises(FakeUsageError, match="Unknown step of runbook 'Doc' 'A'"):
        start(client)


def test_a_script_passes_approvals(fake: AutomationFake, client: Any) -> None:
    """Its statuses advance without a signal; Waiting is at the waiting step, and a signal continues from there."""
    fake.add_runbook(
        runbook({"name": "a"}, {"name": "ask", "action": "aws:approve"}, {"name": "c"}, {"name": "d"}), name="Doc"
    )
    fake.script(["InProgress", "Waiting", "Waiting", "InProgress", "InProgress", "Success"])
    polled, signalled = start(client), start(client)
    expected = ["IPPP", "SWPP", "SWPP", "SIPP", "SSIP", "SSSS"]
    assert ["".join(s["StepStatus"][0] for s in poll(client, polled)["StepExecutions"]) for _ in range(6)] == expected
    assert statuses(client, signalled, 2) == ["InProgress", "Waiting"]
    signal(client, signalled, "Approve")
    assert list(steps(fake, signalled).values()) == ["Success", "Success", "InProgress", "Pending"]
    assert statuses(client, signalled, 3) == ["InProgress", "InProgress", "Success"]
    fake.script(["Waiting", "Success"])
    ending = start(client)
    signal(client, ending, "Approve")
    assert statuses(client, ending, 1) == ["Success"]
    assert set(steps(fake, ending).values()) == {"Success"}
    fake.script(["Waiting"])
    left, rejected, stopped = (start(client) for _ in range(3))
    signal(client, left, "Approve")
    assert statuses(client, left, 2) == ["InProgress", "Success"]
    signal(client, rejected, "Reject")
    assert statuses(client, rejected, 1) == ["Failed"]
    assert steps(fake, rejected)["ask"] == "Failed"
    client.stop_automation_execution(AutomationExecutionId=stopped)
    assert statuses(client, stopped, 2) == ["Cancelling", "Cancelled"]


def test_a_scripted_cancel_goes_the_way_of_on_cancel(fake: AutomationFake, client: Any) -> None:
    """Cancelled comes when that path has ended."""
    fake.add_runbook(CANCEL, name="Doc")
    fake.script(["InProgress", "Cancelling", "Cancelled"])
    execution_id = start(client)
    assert statuses(client, execution_id, 3) == ["InProgress", "Cancelling", "Cancelled"]
    assert [*steps(fake, execution_id).values()] == ["Cancelled", "Pending", "Success", "Pending", "Success"]


@pytest.mark.parametrize(("status", "letters"), [("Success", "SSS"), ("Failed", "SFP"), ("Cancelled", "SCP")])
def test_finishing_a_walk(fake: AutomationFake, client: Any, status: str, letters: str) -> None:
    """Success walks to the end; any other end is that of the step it is at. The run ends as the test says."""
    fake.add_runbook(runbook({"name": "a"}, {"name": "b"}, {"name": "c", "action": "aws:pause"}), name="Doc")
    execution = fake.execution(start(client))
    execution.run_to("b")
    execution.finish(status, outputs={"o": [status]}, failure_message=None if status == "Success" else "Why")
    assert "".join(step["StepStatus"][0] for step in execution.steps) == letters
    shown = poll(client, execution.id)
    assert shown["AutomationExecutionStatus"] == status
    assert shown.get("FailureMessage") == (None if status == "Success" else "Why")
    assert shown["Outputs"] == {"o": [status]}
    assert shown["ExecutionEndTime"] > max(step.get("ExecutionEndTime") for step in shown["StepExecutions"][:2])


def test_a_script_may_outlast_its_steps(fake: AutomationFake, client: Any) -> None:
    """After the last step has been approved, the script still determines the status and the end."""
    fake.add_runbook(runbook({"name": "ask", "action": "aws:approve"}), name="Doc")
    fake.script(["Waiting", "InProgress", "Success"])
    succeeding, finished = start(client), start(client)
    for execution_id in (succeeding, finished):
        signal(client, execution_id, "Approve")
        assert steps(fake, execution_id) == {"ask": "Success"}
    assert statuses(client, succeeding, 2) == ["InProgress", "Success"]
    fake.execution(finished).finish("Failed")
    assert steps(fake, finished) == {"ask": "Success"}


def test_approving_what_has_not_begun(fake: AutomationFake, client: Any) -> None:
    """An approval before the start, or outside an approval step, continues the run."""
    fake.add_runbook(runbook({"name": "a"}, {"name": "b"}), name="Doc")
    fake.script(["PendingApproval", "InProgress", "PendingApproval", "InProgress", "Success"])
    execution_id = start(client)
    signal(client, execution_id, "Approve")
    assert steps(fake, execution_id) == {"a": "InProgress", "b": "Pending"}
    assert statuses(client, execution_id, 2) == ["InProgress", "PendingApproval"]
    execution_id = start(client)
    fake.execution(execution_id).advance()
    fake.execution(execution_id).advance()
    signal(client, execution_id, "Approve")
    assert steps(fake, execution_id) == {"a": "InProgress", "b": "Pending"}
    assert statuses(client, execution_id, 2) == ["InProgress", "Success"]


def test_the_signals_that_a_scripted_run_takes(fake: AutomationFake, client: Any) -> None:
    """A waiting step takes its own signals only, whoever made it wait; StopStep ends a step in progress too."""
    fake.add_runbook(runbook({"name": "hold", "action": "aws:pause"}, {"name": "more"}), name="Doc")
    fake.script(["InProgress", "Waiting", "Success"])
    paused, working = start(client), start(client)
    assert statuses(client, paused, 2) == ["InProgress", "Waiting"]
    with pytest.raises(client.exceptions.InvalidAutomationSignalException):
        signal(client, paused, "Approve")
    signal(client, paused, "Resume", StepName=["hold"])
    assert statuses(client, paused, 1) == ["Success"]
    assert statuses(client, working, 1) == ["InProgress"]
    signal(client, working, "StopStep", StepExecutionId=[fake.execution(working).steps[0]["StepExecutionId"]])
    assert statuses(client, working, 1) == ["Cancelled"]


def test_a_script_that_fails_at_a_step_off_the_path(fake: AutomationFake, client: Any) -> None:
    """A step to which the path does not lead stays Pending."""
    fake.add_runbook(runbook({"name": "a", "isEnd": True}, {"name": "b"}), name="Doc")
    fake.script(["InProgress", "Failed"], steps=[{"StepName": "b", "StepStatus": "Failed"}])
    execution_id = start(client)
    assert statuses(client, execution_id, 2) == ["InProgress", "Failed"]
    assert steps(fake, execution_id) == {"a": "Success", "b": "Pending"}


def test_a_scripted_run_that_is_stopped_meanwhile(fake: AutomationFake, client: Any) -> None:
    """A function that stops its own execution wins over the turn of the script."""

    def outputs(attempt: StepRun) -> dict[str, Any]:
        client.stop_automation_execution(AutomationExecutionId=attempt.execution.id)
        return {}

    fake.add_runbook(runbook({"name": "a"}, {"name": "b"}), name="Doc")
    fake.step_outputs("a", outputs)
    fake.script(["InProgress", "InProgress", "Success"])
    execution_id = start(client)
    assert statuses(client, execution_id, 3) == ["InProgress", "Cancelling", "Cancelled"]


def test_rejecting_what_has_not_begun(fake: AutomationFake, client: Any) -> None:
    """The run ends as rejected, and no step begins."""
    fake.add_runbook(runbook({"name": "a"}), name="Doc")
    fake.script(["PendingApproval", "InProgress", "Success"])
    execution_id = start(client)
    signal(client, execution_id, "Reject")
    assert statuses(client, execution_id, 1) == ["Rejected"]
    assert steps(fake, execution_id) == {"a": "Pending"}


def test_functions_that_change_the_run_that_calls_them(fake: AutomationFake, client: Any) -> None:
    """A run that is advancing is not advanced again within; it keeps an end that the function has set."""
    fake.add_runbook(runbook({"name": "a"}, parameters={"Ids": {"type": "String"}}), name="Doc")

    def set_function(function: Callable[[Execution], None]) -> None:
        def outputs(attempt: StepRun) -> dict[str, Any]:
            function(attempt.execution)
            return {}

        fake.step_outputs("a", outputs)

    set_function(lambda execution: execution.advance())
    assert statuses(client, start(client, Parameters={"Ids": ["x"]}), 3) == ["Pending", "InProgress", "Success"]
    targets = [{"Key": "ParameterValues", "Values": ["x"]}]
    parent = fake.execution(start(client, Targets=targets, TargetParameterName="Ids"))
    parent.advance()
    child = parent.children[0]
    set_function(lambda _: parent.advance())
    for _ in range(3):
        child.advance()
    parent.advance()
    assert (child.status, parent.status) == ("Success", "Success")
    set_function(lambda execution: execution.finish("Cancelled"))
    execution = fake.execution(start(client, Parameters={"Ids": ["x"]}))
    execution.finish("Success")
    assert execution.status == "Cancelled"


def test_finishing_a_run_that_was_stopped_before_it_began(fake: AutomationFake, client: Any) -> None:
    """Its walk has ended already, and the end is that of the call."""
    fake.add_runbook(runbook({"name": "a"}), name="Doc")
    execution_id = start(client)
    client.stop_automation_execution(AutomationExecutionId=execution_id)
    fake.execution(execution_id).finish("Cancelled")
    assert statuses(client, execution_id, 1) == ["Cancelled"]
    assert steps(fake, execution_id) == {"a": "Pending"}


def test_a_script_with_no_steps(fake: AutomationFake, client: Any) -> None:
    """A list of steps may be empty."""
    fake.script(["InProgress", "Success"], steps=[])
    execution_id = start(client)
    assert [poll(client, execution_id)["StepExecutions"] for _ in range(2)] == [[], []]
