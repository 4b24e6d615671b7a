"""Code that starts and polls executions, as callers write it."""

from __future__ import annotations

from typing import Any


def start(client: Any, **members: Any) -> str:
    """Start an execution, and give its id."""
    execution_id: str = client.start_automation_execution(**{"DocumentName": "Doc", **members})["AutomationExecutionId"]
    return execution_id


def poll(client: Any, execution_id: str) -> dict[str, Any]:
    """Poll an execution, and give what is shown."""
    shown: dict[str, Any] = client.get_automation_execution(AutomationExecutionId=execution_id)["AutomationExecution"]
    return shown


def statuses(client: Any, execution_id: str, times: int) -> list[str]:
    """Poll an execution several times, and give the statuses."""
    return [poll(client, execution_id)["AutomationExecutionStatus"] for _ in range(times)]
