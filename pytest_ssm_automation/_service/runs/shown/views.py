"""Members of responses that describe executions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...calls import copy_containers
from ...checks import model
from ...runbooks.library import bare_name
from ..listings.finding import type_of
from ..scripts import ENDED, STATUS
from .outputs import failure_message_of, outputs_of, progress_counters
from .steps import step_members

if TYPE_CHECKING:
    from ..run import Run

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


def execution_members(run: Run) -> dict[str, Any]:
    """Return the members of `AutomationExecution`. Those that the script sets or a recording has take precedence."""
    request, steps = run.request, step_members(run, shown=True)
    shown: dict[str, Any] = {
        "AutomationExecutionId": run.id,
        "DocumentName": bare_name(run.document_name),
        "DocumentVersion": run.document_version,
        "ExecutionStartTime": run.started_at,
        "ExecutionEndTime": run.ended_at,
        "StepExecutionsTruncated": False,
        "Parameters": run.parameters,
        "Mode": request.get("Mode", "Auto"),
        "ParentAutomationExecutionId": run.parent.id if run.parent else None,
        "ExecutedBy": run.executed_by,
        "Targets": [],
        "ResolvedTargets": {"ParameterValues": list(run.resolved), "Truncated": False},
        "Target": run.target,
        **{name: request[name] for name in _AS_REQUESTED if name in request},
        **_current_step(run, steps),
        **_progress(run),
        **copy_containers(dict(run.members)),
        STATUS: run.status,
        "StepExecutions": steps,
        "Outputs": outputs_of(run),
        "FailureMessage": failure_message_of(run),
    }
    return model.present_members("AutomationExecution", shown)


def other_request(run: Run) -> list[str]:
    """List where the request of a run differs from the recorded one that it shows; empty if it shows none."""
    replay = run.script.replay
    if replay is None or run.parent is not None:
        return []
    given, recorded = run.requested_parameters(), replay.parameters
    # Without the runbook, what was not given may have a default.
    names = given if run.runbook is None else {**given, **recorded}
    return [
        f"{name}: recorded {recorded.get(name, 'nothing')}, requested {given.get(name, 'nothing')}"
        for name in names
        if name not in replay.redacted and given.get(name) != recorded.get(name)
    ]


def metadata_members(run: Run) -> dict[str, Any]:
    """Return the members of `AutomationExecutionMetadata`, for DescribeAutomationExecutions."""
    shown: dict[str, Any] = {**execution_members(run), "LogFile": "", "AutomationType": type_of(run.request)}
    if {target["Key"] for target in shown["Targets"]} == {"ParameterValues"}:
        shown["ResolvedTargets"] = {"ParameterValues": [], "Truncated": False}  # as observed
    return model.present_members("AutomationExecutionMetadata", shown)


def _current_step(run: Run, steps: list[dict[str, Any]]) -> dict[str, str]:
    if run.walk and "StepExecutions" not in run.members:
        at = run.walk.at
        return {"CurrentStepName": at.step.name, "CurrentAction": at.step.action} if at and not run.ended else {}
    step = next((step for step in steps if step.get("StepStatus") in {"InProgress", "Waiting"}), None)
    return {"CurrentStepName": step.get("StepName", ""), "CurrentAction": step.get("Action", "")} if step else {}


def _progress(run: Run) -> dict[str, Any]:
    """Count the targets by result: steps for accounts and Regions, steps and executions for resources."""
    if not run.targets:
        return {}
    statuses = [child.status for child in run.children]
    counters = progress_counters(statuses) | {"TotalSteps": len(run.targets)}
    ended = [status for status in statuses if status in ENDED]
    summary = {
        "TotalCount": len(run.targets),
        "StartedCount": len(statuses),
        "CompletedCount": len(ended),
        "SuccessfulCount": counters["SuccessSteps"],
        "FailedCount": len(ended) - counters["SuccessSteps"],
    }
    located = run.targets[0].location is not None
    return {"ProgressCounters": counters, **({} if located else {"TargetsSummary": summary})}
