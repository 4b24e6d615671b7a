"""What a stop, a signal, a script, the test itself and functions of the test do to one run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from caller import poll, runbook, start, statuses, step

from pytest_ssm_automation import StepFailed

if TYPE_CHECKING:
    from pytest_ssm_automation import AutomationFake


def register(fake: AutomationFake, *steps: dict[str, Any]) -> None:
    """Register a runbook; a step runs a script unless it says otherwise."""
    fake.add_runbook(runbook(*({"action": "aws:executeScript", **step} for step in steps)), name="Doc")


@pytest.mark.parametrize("fails", [False, True])
def test_an_undone_step_does_not_decide_on_cancel(fake: AutomationFake, client: Any, fails: bool) -> None:  # noqa: FBT001 - a case
    """After a stop while the function for a step runs, its outcome is not that of the step that undoes."""
    register(fake, {"name": "work", "onCancel": "step:undo"}, {"name": "undo", "isEnd": True})

    def outputs(_: Any) -> dict[str, Any]:
        client.stop_automation_execution(AutomationExecutionId=execution_id)
        if fails:
            raise StepFailed("No")
        return {"Payload": "of work"}

    fake.step_outputs("work", outputs)
    execution_id = start(client)
    assert statuses(client, execution_id, 2) == ["Pending", "InProgress"]
    shown = poll(client, execution_id)
    assert (step(shown, "work")["StepStatus"], step(shown, "undo")["StepStatus"]) == ("Cancelled", "InProgress")
    assert statuses(client, execution_id, 1) == ["Cancelled"]
    undo = step(poll(client, execution_id), "undo")
    assert (undo["StepStatus"], undo["Outputs"], "FailureMessage" in undo) == ("Success", {}, False)


def test_on_cancel_is_not_for_a_step_that_has_not_begun(fake: AutomationFake, client: Any) -> None:
    """An interactive execution that is stopped before its first step ends without the steps of `onCancel`."""
    register(fake, {"name": "work", "onCancel": "step:undo"}, {"name": "undo"})
    execution_id = start(client, Mode="Interactive")
    assert statuses(client, execution_id, 1) == ["Waiting"]
    client.stop_automation_execution(AutomationExecutionId=execution_id)
    assert statuses(client, execution_id, 2) == ["Cancelling", "Cancelled"]
    shown = poll(client, execution_id)
    assert (step(shown, "work")["StepStatus"], step(shown, "undo")["StepStatus"]) == ("Cancelled", "Pending")


@pytest.mark.parametrize("kind", ["Cancel", "Complete"])
@pytest.mark.parametrize("how", ["registered", "scripted", "plain", "targets"])
def test_no_stop_after_the_test_has_come_to_the_end(fake: AutomationFake, client: Any, how: str, kind: str) -> None:
    """What the test itself has advanced to its end can't be stopped, though no poll has shown the end."""
    if how in {"registered", "scripted"}:
        register(fake, {"name": "work"})
    if how == "scripted":
        fake.script(["InProgress", "Success"])
    on_targets = {"TargetMaps": [{"Id": ["a"]}]} if how == "targets" else {}
    execution = fake.execution(start(client, **on_targets))
    for _ in range(5):
        execution.advance()
    assert execution.status == "Success"
    with pytest.raises(client.exceptions.InvalidAutomationStatusUpdateException):
        client.stop_automation_execution(AutomationExecutionId=execution.id, Type=kind)
    assert execution.status == "Success"


def test_run_to_an_approval_of_a_scripted_run(fake: AutomationFake, client: Any) -> None:
    """The script determines whether it waits, so it is reached once it is in progress."""
    register(fake, {"name": "work"}, {"name": "ask", "action": "aws:approve"}, {"name": "more"})
    fake.script(["InProgress", "InProgress", "InProgress", "Success"])
    execution = fake.execution(start(client))
    execution.run_to("ask")
    assert (execution.status, execution.step("ask")["StepStatus"]) == ("InProgress", "InProgress")
    assert statuses(client, execution.id, 3) == ["InProgress", "InProgress", "Success"]


@pytest.mark.parametrize("function", [False, True])
def test_a_later_script_is_for_targets_that_wait(fake: AutomationFake, client: Any, function: bool) -> None:  # noqa: FBT001 - a case
    """Once a resolver is set, a script still applies to the targets whose executions have not been started."""
    fake.resolve_targets(lambda _: ["a", "b", "c"])
    targets = [{"Key": "tag:Env", "Values": ["x"]}]
    execution = fake.execution(
        start(client, TargetParameterName="Id", Targets=targets, MaxConcurrency="1", MaxErrors="2")
    )
    statuses(client, execution.id, 2)
    when: Any = {"Parameters": {"Id": ["b"]}}
    fake.script(["Failed"], when=(lambda call: call.params["Parameters"] == when["Parameters"]) if function else when)
    statuses(client, execution.id, 9)
    assert [child.status for child in execution.children] == ["Success", "Failed", "Success"]
    assert execution.status == "Success"
