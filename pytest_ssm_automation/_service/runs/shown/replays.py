"""What an execution shows of a recorded one, and how it differs from that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...calls import copy_containers
from ...checks import model
from ..scripts import STATUS
from .steps import step_members

if TYPE_CHECKING:
    from ..run import Run


def recorded_members(run: Run) -> dict[str, Any]:
    """Return the recorded members of `AutomationExecution`, with the execution's own id, caller and times."""
    shown = {
        **copy_containers({name: value for name, value in run.members.items() if name != "StepExecutions"}),
        "AutomationExecutionId": run.id,
        "ParentAutomationExecutionId": run.parent.id if run.parent else None,
        "ExecutedBy": run.executed_by,
        "ExecutionStartTime": run.started_at,
        "ExecutionEndTime": run.ended_at,
        STATUS: run.status,
        "StepExecutionsTruncated": False,
        "StepExecutions": step_members(run),
    }
    return model.present_members("AutomationExecution", shown)


def other_request(run: Run) -> list[str]:
    """List where the request of a run differs from the recorded one that it shows; empty if it shows none."""
    replay = run.script.replay
    if replay is None or run.parent is not None:
        return []
    given: dict[str, list[str]] = run.request.get("Parameters", {})
    recorded = replay.parameters
    if run.runbook is not None:
        from ...runbooks.parameters import resolved_parameters

        given = resolved_parameters(run.runbook, given)
    # Without the runbook, what was not given may have a default.
    names = given if run.runbook is None else {**given, **recorded}
    return [
        f"{name}: recorded {recorded.get(name, 'nothing')}, requested {given.get(name, 'nothing')}"
        for name in names
        if name not in replay.redacted and given.get(name) != recorded.get(name)
    ]
