"""Executions as the service shows them: members of answers, filters and pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ..calls import copy_containers
from ..checks import model
from ..runbooks.library import bare_name
from .scripts import ENDED, SUCCEEDED
from .steps import step_members

if TYPE_CHECKING:
    from .run import Run

_AS_REQUESTED: Final = (
    "TargetParameterName",
    "Targets",
    "TargetMaps",
    "MaxConcurrency",
    "MaxErrors",
    "TargetLocations",
    "TargetLocationsURL",
    "AlarmConfiguration",
)


def execution_members(execution: Run) -> dict[str, Any]:
    """Give the members of `AutomationExecution`, as GetAutomationExecution answers; the script's own go before ours."""
    request, steps = execution.request, step_members(execution)
    shown: dict[str, Any] = {
        "AutomationExecutionId": execution.id,
        "DocumentName": bare_name(execution.document_name),
        "DocumentVersion": execution.document_version,
        "ExecutionStartTime": execution.started_at,
        "ExecutionEndTime": execution.ended_at,
        "StepExecutionsTruncated": False,
        "Parameters": execution.parameters,
        "Mode": request.get("Mode", "Auto"),
        "ParentAutomationExecutionId": execution.parent.id if execution.parent else None,
        "ExecutedBy": f"arn:aws:sts::{execution.account}:assumed-role/test-role/test-session",
        "Targets": [],
        "ResolvedTargets": {"ParameterValues": list(execution.resolved), "Truncated": False},
        "Target": execution.target,
        **{name: request[name] for name in _AS_REQUESTED if name in request},
        **_current_step(steps),
        **_progress(execution),
        **copy_containers(dict(execution.frame)),
        "StepExecutions": steps,
        "Outputs": execution.outputs,
        "FailureMessage": execution.failure_message,
    }
    return _of_shape("AutomationExecution", shown)


def metadata_members(execution: Run) -> dict[str, Any]:
    """Give the members of `AutomationExecutionMetadata`, as DescribeAutomationExecutions lists it."""
    shown = {**execution_members(execution), "LogFile": "", "AutomationType": _automation_type(execution)}
    return _of_shape("AutomationExecutionMetadata", shown)


def _of_shape(name: str, shown: dict[str, Any]) -> dict[str, Any]:
    """Leave out what has no value, and what the installed model does not know."""
    members = model.members(name)
    return {name: value for name, value in shown.items() if value is not None and name in members}


def _automation_type(execution: Run) -> str:
    return (
        "CrossAccount"
        if "TargetLocations" in execution.request or "TargetLocationsURL" in execution.request
        else "Local"
    )


def _current_step(steps: list[dict[str, Any]]) -> dict[str, str]:
    step = next((step for step in steps if step.get("StepStatus") in {"InProgress", "Waiting"}), None)
    return {"CurrentStepName": step.get("StepName", ""), "CurrentAction": step.get("Action", "")} if step else {}


def _progress(execution: Run) -> dict[str, Any]:
    """Count what became of the targets: for several accounts and Regions by steps, for rate control by executions."""
    if not execution.targets:
        return {}
    statuses = [child.status for child in execution.children]
    ended = [status for status in statuses if status in ENDED]
    succeeded = sum(status in SUCCEEDED for status in ended)
    steps = {
        "TotalSteps": len(execution.targets),
        "SuccessSteps": succeeded,
        "FailedSteps": len(ended) - succeeded - ended.count("Cancelled") - ended.count("TimedOut"),
        "CancelledSteps": ended.count("Cancelled"),
        "TimedOutSteps": ended.count("TimedOut"),
    }
    summary = {
        "TotalCount": len(execution.targets),
        "StartedCount": len(statuses),
        "CompletedCount": len(ended),
        "SuccessfulCount": succeeded,
        "FailedCount": len(ended) - succeeded,
    }
    located = execution.targets[0].location is not None
    return {"ProgressCounters": steps} if located else {"ProgressCounters": steps, "TargetsSummary": summary}
