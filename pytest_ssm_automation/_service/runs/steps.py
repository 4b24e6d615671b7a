"""The steps of executions, as the service shows them."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any, Final

from ..calls import copy_containers
from ..runbooks.library import bare_name
from .scripts import ENDED, SUCCEEDED

if TYPE_CHECKING:
    from datetime import datetime

    from .rate_control import Target
    from .run import Run

# What the step is that an execution is at, where it has not the status of the run.
_STATUSES: Final = {
    **dict.fromkeys(("Pending", "Scheduled", "PendingApproval", "Approved", "Rejected"), "Pending"),
    "PendingChangeCalendarOverride": "Pending",
    "ChangeCalendarOverrideApproved": "Pending",
    "ChangeCalendarOverrideRejected": "Pending",
    "RunbookInProgress": "InProgress",
    "CompletedWithFailure": "Failed",
}


def step_members(run: Run) -> list[dict[str, Any]]:
    """Give the members of `StepExecution` for each step: what is given, and else what follows from the status."""
    with run.lock:
        given = "StepExecutions" in run.frame
        if run.targets and not given:
            return [_target_step(run, target) for target in run.targets]
        steps = run.declared_steps
        statuses = _step_statuses(run, steps)
        if given or run.ended:
            statuses = [step.get("StepStatus", status) for step, status in zip(steps, statuses, strict=True)]
        return [_step(run, place, step, statuses[place]) for place, step in enumerate(steps)]


def _step_statuses(run: Run, steps: list[dict[str, Any]]) -> list[str]:
    """Say how far each step is: those before the current one have succeeded, those after it have not begun."""
    status = run.status
    if status in SUCCEEDED:
        return ["Success"] * len(steps)
    current = run.passed
    if status == "Waiting":
        current = run.place_of_wait()
    elif run.ended:
        current = next((place for place, step in enumerate(steps) if step.get("StepStatus") == status), current)
    shown = _STATUSES.get(status, status)
    return ["Success" if place < current else shown if place == current else "Pending" for place in range(len(steps))]


def _step(run: Run, place: int, given: dict[str, Any], status: str) -> dict[str, Any]:
    first = {"StepName": "step", "Action": "aws:executeAwsApi", **given, "StepStatus": status}
    if status == "Pending":
        return {name: first[name] for name in ("StepName", "Action", "StepStatus")}
    step_id = uuid.uuid5(uuid.NAMESPACE_OID, f"{run.id} {place} {first['StepName']}")
    ran: dict[str, Any] = {"StepExecutionId": str(step_id), "ExecutionStartTime": run.started_at}
    if status in ENDED:
        ended: datetime = run.ended_at or run.started_at
        ran["ExecutionEndTime"] = ended
    return {**ran, **first}


def _target_step(run: Run, target: Target[Run]) -> dict[str, Any]:
    """Show one of several targets as the step that starts the execution on it."""
    child = target.run
    step: dict[str, Any] = {
        "StepName": target.name,
        "Action": "aws:executeAutomation",
        "StepStatus": child.status if child else "Pending",
        "TargetLocation": copy_containers(target.location),
    }
    if child is None:
        return given_only(step)
    runtime = json.dumps(child.request.get("Parameters", {}))
    step["Inputs"] = {"DocumentName": json.dumps(bare_name(run.document_name)), "RuntimeParameters": runtime}
    if child.ended:
        step["Outputs"] = {"ExecutionId": [child.id], "Status": [child.status]}
        step["FailureMessage"] = child.failure_message
    step |= {"StepExecutionId": child.id, "ExecutionStartTime": child.started_at, "ExecutionEndTime": child.ended_at}
    return given_only(step)


def given_only(shown: dict[str, Any]) -> dict[str, Any]:
    """Leave out what has no value."""
    return {name: value for name, value in shown.items() if value is not None}
