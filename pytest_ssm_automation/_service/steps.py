"""The steps of executions, as the service shows them."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any, Final

from .calls import copy_containers

if TYPE_CHECKING:
    from datetime import datetime

    from .executions import Execution
    from .rate_control import Target

_NOT_RUN: Final = frozenset({"Pending", "Scheduled"})


def step_members(execution: Execution) -> list[dict[str, Any]]:
    """Give the members of `StepExecution` for each step: what is given, and else what follows from the status."""
    given = execution.frame.get("StepExecutions")
    if given is None and execution.targets:
        return [_target_step(execution, target) for target in execution.targets]
    steps = copy_containers(list(execution.declared_steps if given is None else given))
    statuses = _step_statuses(execution, steps)
    explicit = given is not None or execution.ended
    return [_step(execution, step, status, explicit=explicit) for step, status in zip(steps, statuses, strict=True)]


def _step_statuses(execution: Execution, steps: list[dict[str, Any]]) -> list[str]:
    """Say how far each step is: those before the current one have succeeded, those after it have not begun."""
    status, last = execution.status, len(steps) - 1
    if status in {"Success", "CompletedWithSuccess"}:
        return ["Success"] * len(steps)
    if status in _NOT_RUN:
        return ["Pending"] * len(steps)
    if status == "Waiting":
        pausing = ("aws:approve", "aws:pause")
        current = next((place for place, step in enumerate(steps) if step.get("Action") in pausing), 0)
    elif execution.ended:
        current = next((place for place, step in enumerate(steps) if step.get("StepStatus") == status), last)
    else:
        current = 0
    return ["Success" if place < current else status if place == current else "Pending" for place in range(len(steps))]


def _step(execution: Execution, given: dict[str, Any], status: str, *, explicit: bool) -> dict[str, Any]:
    status = given.get("StepStatus", status) if explicit else status
    first = {
        "StepName": given.get("StepName", "step"),
        "Action": given.get("Action", "aws:executeAwsApi"),
        "StepStatus": status,
    }
    if status in _NOT_RUN:
        return first
    ran = {"StepExecutionId": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{execution.id} {first['StepName']}"))}
    times: dict[str, datetime] = {"ExecutionStartTime": execution.started_at}
    if status not in {"InProgress", "Waiting"}:
        times["ExecutionEndTime"] = execution.ended_at or execution.started_at
    return {**first, **ran, **times, **{name: value for name, value in given.items() if name != "StepStatus"}}


def _target_step(execution: Execution, target: Target) -> dict[str, Any]:
    """Show one of several targets as the step that starts the execution on it."""
    child = target.execution
    step: dict[str, Any] = {
        "StepName": target.name,
        "Action": "aws:executeAutomation",
        "StepStatus": child.status if child else "Pending",
    }
    if target.location:
        step["TargetLocation"] = target.location
    if child is None:
        return step
    runtime = json.dumps(target.request.get("Parameters", {}))
    step["Inputs"] = {"DocumentName": json.dumps(bare_name(execution.document_name)), "RuntimeParameters": runtime}
    if child.ended:
        step["Outputs"] = {"ExecutionId": [child.id], "Status": [child.status]}
        step["FailureMessage"] = child.failure_message
    step |= {"StepExecutionId": child.id, "ExecutionStartTime": child.started_at, "ExecutionEndTime": child.ended_at}
    return given_only(step)


def bare_name(name: str) -> str:
    """Give the name of a runbook without what an ARN puts around it."""
    return name.rpartition("/")[2].partition(":")[0] if name.startswith("arn:") else name


def given_only(shown: dict[str, Any]) -> dict[str, Any]:
    """Leave out what has no value."""
    return {name: value for name, value in shown.items() if value is not None}
