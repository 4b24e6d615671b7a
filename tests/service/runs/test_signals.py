"""Stops, signals and scripts along the walk of a runbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from caller import letters, poll, polls, runbook, signal, start, statuses
from model import ENDED

from pytest_ssm_automation import FakeUsageError, StepRun

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_ssm_automation import AutomationFake, Execution


def steps(fake: AutomationFake, execution_id: str) -> dict[str, str]:
    """Give the status of each step by name."""
    return {step["StepName"]: step["StepStatus"] for step in fake.execution(execution_id).steps}


ACTIONS = {"q": "aws:approve", "h": "aws:pause"}


def play(fake: AutomationFake, client: Any, names: str, acts: str, **members: Any) -> list[str]:
    """Register a step for each letter, q an approval and h a pause, start them, act, and return what polls have shown.

    An act is a poll (`.`), a type of stop, a signal for the first step (`!` if it is refused), or the test's own end.
    """
    named = [{"name": name, "action": ACTIONS.get(name, "aws:sleep")} for name in names]
    fake.add_runbook(runbook(*named), name="Doc")
    execution = fake.execution(start(client, **members))
    seen: list[str] = []
    for act in acts.split():
        kind = act.removeprefix("!")
        at = next((step for step in execution.steps if step["StepStatus"] in {"Waiting", "InProgress"}), {})
        payload = {"StopStep": "StepExecutionId", "Resume": "StepName", "StartStep": "StepName"}.get(kind)
        named_by = {payload: [at.get(payload, "none")]} if payload else {}
        if act == ".":
            seen += polls(client, execution.id, 1)
        elif act in {"Cancel", "Complete"}:
            client.stop_automation_execution(AutomationExecutionId=execution.id, Type=act)
        elif act in ENDED:
            execution.finish(act)
        elif act == kind:
            signal(client, execution.id, kind, **named_by)
        else:
            with pytest.raises(client.exceptions.InvalidAutomationSignalException):
                signal(client, execution.id, kind, **named_by)
    return seen


@pytest.mark.parametrize(
    ("names", "acts", "seen"),
    [
        # Before the first step, and at an approval.
        ("a", "Cancel Cancelled .", ["Cancelled P"]),
        ("a", "Cancel . .", ["Cancelling P", "Cancelled P"]),
        ("ab", "Complete . .", ["Pending PP", "Success PP"]),
        (
            "qb",
            ". . . Complete . .",
            ["Pending PP", "InProgress IP", "Waiting WP", "Waiting CP", "Success CP"],
        ),
        # StopStep ends the run.
        ("a", ". . StopStep . !StopStep", ["Pending P", "InProgress I", "Cancelled C"]),
    ],
)
def test_stops(fake: AutomationFake, client: Any, names: str, acts: str, seen: list[str]) -> None:
    """No step begins after a stop, one that waits is cancelled, and the end of the test is that of the run."""
    assert play(fake, client, names, acts) == seen


@pytest.mark.parametrize(
    ("names", "acts", "seen"),
    [
        (
            "abqc",
            ". !Approve StartStep . . !Approve StartStep . . Approve . . . !StartStep Complete . .",
            [
                *("Waiting WPPP", "InProgress IPPP", "Waiting SWPP", "InProgress SIPP", "Waiting SSWP"),
                *("InProgress SSSI", "Waiting SSSS", "Waiting SSSS", "Waiting SSSS", "Success SSSS"),
            ],
        ),
        ("a", "StartStep . . Success .", ["InProgress I", "Waiting S", "Success S"]),
        ("a", "StartStep . . Cancel . .", ["InProgress I", "Waiting S", "Cancelling S", "Cancelled S"]),
    ],
)
def test_interactive_runs(fake: AutomationFake, client: Any, names: str, acts: str, seen: list[str]) -> None:
    """Each step waits to be started, unless a signal has let the one before end, and the end waits for a stop."""
    assert play(fake, client, names, acts, Mode="Interactive") == seen


@pytest.mark.parametrize(
    ("script", "seen"),
    [
        ("InProgress InProgress Success", "IPP SIP SSS"),
        ("Pending Success", "PPP SSS"),
        ("Success", "SSS"),
        ("Failed", "FPP"),
        ("InProgress InProgress TimedOut", "IPP SIP STP"),
        ("InProgress Waiting InProgress InProgress", "IPP WPP IPP SIP"),
        ("InProgress InProgress InProgress InProgress InProgress", "IPP SIP SSI SSS SSS"),
        ("InProgress Cancelling Cancelled", "IPP CPP CPP"),
        ("Cancelling Cancelled", "CPP CPP"),
        ("PendingApproval Rejected", "PPP PPP"),
        ("InProgress Rejected", "IPP CPP"),
        ("InProgress CompletedWithFailure", "IPP FPP"),
        ("InProgress CompletedWithSuccess", "IPP SSS"),
        ("Waiting Success", "WPP SSS"),
        ("InProgress Waiting Waiting InProgress InProgress Success", "IPPP SWPP SWPP SIPP SSIP SSSS"),
    ],
)
def test_a_script_rules_and_the_walk_follows(fake: AutomationFake, client: Any, script: str, seen: str) -> None:
    """The statuses are those of the script, and the steps follow them, also past approvals."""
    turns = script.split()
    fake.script(turns)
    shown = play(fake, client, "aqcd" if len(seen.split(maxsplit=1)[0]) > len("abc") else "abc", ". " * len(turns))
    assert shown == [" ".join(pair) for pair in zip(turns, seen.split(), strict=True)]
    assert fake.executions[0].ended is (fake.executions[0].ended_at is not None)


@pytest.mark.parametrize(
    ("names", "script", "acts", "seen"),
    [
        # A signal continues where the script waits.
        (
            "aqcd",
            "InProgress Waiting Waiting InProgress Success",
            ". . Approve . .",
            "InProgress IPPP, Waiting SWPP, InProgress SSIP, Success SSSS",
        ),
        ("aq", "Waiting Success", "Approve .", "Success SS"),
        # After the last turn, the run leaves its script.
        ("aq", "Waiting", "Approve . .", "InProgress SS, Success SS"),
        ("aq", "Waiting", "Reject .", "Failed SF"),
        ("aq", "Waiting", "Cancel . .", "Cancelling SC, Cancelled SC"),
        # After the last step, the script still determines the status and the end.
        ("q", "Waiting InProgress Success", "Approve . .", "InProgress S, Success S"),
        ("q", "Waiting InProgress Success", "Approve Failed .", "Failed S"),
        # Before the start, or outside an approval step.
        (
            "ab",
            "PendingApproval InProgress PendingApproval InProgress Success",
            "Approve . . Approve . .",
            "InProgress IP, PendingApproval IP, InProgress IP, Success SS",
        ),
        ("a", "PendingApproval InProgress Success", "Reject .", "Rejected P"),
        # What does not wait takes none, and a waiting step takes its own; StopStep ends a step in progress too.
        (
            "hb",
            "InProgress Waiting Success",
            ". . !Approve Resume .",
            "InProgress IP, Waiting WP, Success SS",
        ),
        ("hb", "InProgress Waiting Success", ". !Approve StopStep .", "InProgress IP, Cancelled CP"),
    ],
)
def test_signals_to_a_scripted_run(
    fake: AutomationFake, client: Any, *, names: str, script: str, acts: str, seen: str
) -> None:
    """They continue or end the step that waits, and the script goes on from there."""
    fake.script(script.split())
    assert play(fake, client, names, acts) == seen.split(", ")


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
@pytest.mark.parametrize(("kind", "ask"), [("Approve", "S"), ("Reject", "F")])
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
    assert letters(fake.execution(execution_id).steps) == f"CS{ask}S"


def test_a_stop_during_a_stop(fake: AutomationFake, client: Any) -> None:
    """The path of onCancel is run once, and to its end."""
    fake.add_runbook(CANCEL, name="Doc")
    execution = fake.execution(start(client))
    execution.run_to("work")
    for seen in (["Cancelling"], ["Cancelling", "Cancelled"]):
        client.stop_automation_execution(AutomationExecutionId=execution.id)
        assert statuses(client, execution.id, len(seen)) == seen
    assert letters(execution.steps) == "CPSPS"


def test_stopping_a_step(fake: AutomationFake, client: Any) -> None:
    """StopStep sends a run the way of onCancel."""
    fake.add_runbook(CANCEL, name="Doc")
    execution_id = start(client)
    statuses(client, execution_id, 2)
    signal(client, execution_id, "StopStep", StepExecutionId=[fake.execution(execution_id).steps[0]["StepExecutionId"]])
    assert statuses(client, execution_id, 2) == ["Cancelling", "Cancelled"]
    assert letters(fake.execution(execution_id).steps) == "CPSPS"


def test_a_script_says_where_the_run_failed(fake: AutomationFake, client: Any) -> None:
    """`steps` adds to the runbook's steps by name; the run ends at the step that failed."""
    fake.add_runbook(runbook({"name": "a"}, {"name": "b"}, {"name": "c"}), name="Doc")
    fake.script(
        ["InProgress", "Failed"],
        steps=[{"StepName": "b", "StepStatus": "Failed", "FailureMessage": "Why", "Outputs": {"x": ["y"]}}],
        failure_message="Because",
    )
    shown = [poll(client, execution_id) for execution_id in [start(client)] for _ in range(2)][-1]
    assert letters(shown["StepExecutions"]) == "SFP"
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


def test_a_scripted_cancel_goes_the_way_of_on_cancel(fake: AutomationFake, client: Any) -> None:
    """Cancelled comes when that path has ended."""
    fake.add_runbook(CANCEL, name="Doc")
    fake.script(["InProgress", "Cancelling", "Cancelled"])
    execution_id = start(client)
    assert statuses(client, execution_id, 3) == ["InProgress", "Cancelling", "Cancelled"]
    assert letters(fake.execution(execution_id).steps) == "CPSPS"


@pytest.mark.parametrize(("status", "found"), [("Success", "SSS"), ("Failed", "SFP"), ("Cancelled", "SCP")])
def test_finishing_a_walk(fake: AutomationFake, client: Any, status: str, found: str) -> None:
    """Success walks to the end; any other end is that of the step it is at. The run ends as the test says."""
    fake.add_runbook(runbook({"name": "a"}, {"name": "b"}, {"name": "c", "action": "aws:pause"}), name="Doc")
    execution = fake.execution(start(client))
    execution.run_to("b")
    execution.finish(status, outputs={"o": [status]}, failure_message=None if status == "Success" else "Why")
    assert letters(execution.steps) == found
    shown = poll(client, execution.id)
    assert shown["AutomationExecutionStatus"] == status
    assert shown.get("FailureMessage") == (None if status == "Success" else "Why")
    assert shown["Outputs"] == {"o": [status]}
    assert shown["ExecutionEndTime"] > max(step.get("ExecutionEndTime") for step in shown["StepExecutions"][:2])


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
