"""Executions as the service shows them: members of answers, filters and pages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from . import model
from .calls import copy_containers
from .errors import ACCOUNT_ID
from .rate_control import resolved_values
from .steps import bare_name, given_only

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .executions import Execution
    from .rate_control import Resolver
    from .runbooks import Runbook

_EXECUTED_BY: Final = f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/test-role/test-session"
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


def execution_members(execution: Execution, resolve: Resolver | None) -> dict[str, Any]:
    """Give the members of `AutomationExecution`, as GetAutomationExecution answers; the script's own go before ours."""
    request = execution.request
    shown: dict[str, Any] = {
        "AutomationExecutionId": execution.id,
        "DocumentName": bare_name(execution.document_name),
        "DocumentVersion": execution.document_version,
        "ExecutionStartTime": execution.started_at,
        "ExecutionEndTime": execution.ended_at,
        "AutomationExecutionStatus": execution.status,
        "StepExecutions": execution.steps,
        "StepExecutionsTruncated": False,
        "Parameters": execution.parameters,
        "Outputs": execution.outputs,
        "FailureMessage": execution.failure_message,
        "Mode": request.get("Mode", "Auto"),
        "ParentAutomationExecutionId": execution.parent.id if execution.parent else None,
        "ExecutedBy": _EXECUTED_BY,
        "Targets": [],
        "ResolvedTargets": {"ParameterValues": _resolved(request, resolve), "Truncated": False},
        "Target": execution.target,
        **{name: request[name] for name in _AS_REQUESTED if name in request},
        **_current_step(execution.steps),
        **_progress(execution),
        **copy_containers(dict(execution.frame)),
    }
    return given_only(shown)


def _resolved(request: Mapping[str, Any], resolve: Resolver | None) -> list[str]:
    if maps := request.get("TargetMaps"):
        return [value for each in maps for values in each.values() for value in values]
    return resolved_values(request, resolve)


def metadata_members(execution: Execution, resolve: Resolver | None) -> dict[str, Any]:
    """Give the members of `AutomationExecutionMetadata`, as DescribeAutomationExecutions lists it."""
    members = model.service_model().shape_for("AutomationExecutionMetadata").members  # type: ignore[attr-defined]
    shown = {**execution_members(execution, resolve), "LogFile": "", "AutomationType": _automation_type(execution)}
    return {name: value for name, value in shown.items() if name in members}


def _automation_type(execution: Execution) -> str:
    return (
        "CrossAccount"
        if "TargetLocations" in execution.request or "TargetLocationsURL" in execution.request
        else "Local"
    )


def _current_step(steps: list[dict[str, Any]]) -> dict[str, str]:
    step = next((step for step in steps if step.get("StepStatus") in {"InProgress", "Waiting"}), None)
    return {"CurrentStepName": step.get("StepName", ""), "CurrentAction": step.get("Action", "")} if step else {}


def _progress(execution: Execution) -> dict[str, Any]:
    if not execution.targets:
        return {}
    ended = [child.status for child in execution.children]
    kinds = {
        "SuccessSteps": "Success",
        "FailedSteps": "Failed",
        "CancelledSteps": "Cancelled",
        "TimedOutSteps": "TimedOut",
    }
    return {
        "ProgressCounters": {
            "TotalSteps": len(execution.targets),
            **{name: ended.count(kind) for name, kind in kinds.items()},
        }
    }


def document_members(runbook: Runbook, versions: Sequence[Runbook]) -> dict[str, Any]:
    """Give the members of `DocumentDescription`, as DescribeDocument answers for a registered runbook."""
    parameters = [
        given_only(
            {
                "Name": name,
                "Type": "StringList" if parameter.is_list else "String",
                "Description": parameter.description,
                "DefaultValue": None if parameter.required else json.dumps(parameter.default),
            }
        )
        for name, parameter in runbook.parameters.items()
    ]
    return given_only(
        {
            "Name": runbook.name,
            "Owner": ACCOUNT_ID,
            "Status": "Active",
            "DocumentVersion": runbook.version,
            "Description": runbook.description,
            "Parameters": parameters,
            "DocumentType": "Automation",
            "SchemaVersion": "0.3",
            "LatestVersion": versions[-1].version,
            "DefaultVersion": versions[0].version,
            "DocumentFormat": "YAML",
        }
    )


def version_members(runbook: Runbook, versions: Sequence[Runbook]) -> dict[str, Any]:
    """Give the members of `DocumentVersionInfo`, as ListDocumentVersions lists a registered runbook."""
    default = runbook is versions[0]
    return {
        "Name": runbook.name,
        "DocumentVersion": runbook.version,
        "IsDefaultVersion": default,
        "DocumentFormat": "YAML",
        "Status": "Active",
    }
