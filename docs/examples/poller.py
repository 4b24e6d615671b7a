"""Run a runbook to its end: with a custom waiter of botocore, and with a loop."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import boto3
from botocore.waiter import WaiterModel, create_waiter_with_client

if TYPE_CHECKING:
    from collections.abc import Mapping

STATUS = "AutomationExecution.AutomationExecutionStatus"
WAITERS = {
    "version": 2,
    "waiters": {
        "AutomationExecuted": {
            "operation": "GetAutomationExecution",
            "delay": 30,
            "maxAttempts": 40,
            "acceptors": [
                {
                    "matcher": "path",
                    "argument": STATUS,
                    "expected": "Success",
                    "state": "success",
                },
                *(
                    {
                        "matcher": "path",
                        "argument": STATUS,
                        "expected": status,
                        "state": "failure",
                    }
                    for status in ("Failed", "TimedOut", "Cancelled", "Cancelling")
                ),
                {
                    "matcher": "error",
                    "expected": "ThrottlingException",
                    "state": "retry",
                },
            ],
        }
    },
}
RUNNING = {"Pending", "InProgress", "Waiting", "Cancelling"}


class RunbookError(Exception):
    """The runbook did not succeed."""


def run_and_wait(
    document: str, parameters: Mapping[str, list[str]]
) -> dict[str, list[str]]:
    """Run a runbook, wait for it with a waiter, and return its outputs."""
    ssm: Any = boto3.client("ssm")
    started = ssm.start_automation_execution(
        DocumentName=document, Parameters=parameters
    )
    waiter: Any = create_waiter_with_client(
        "AutomationExecuted", WaiterModel(WAITERS), ssm
    )
    waiter.wait(AutomationExecutionId=started["AutomationExecutionId"])
    execution = ssm.get_automation_execution(
        AutomationExecutionId=started["AutomationExecutionId"]
    )
    outputs: dict[str, list[str]] = execution["AutomationExecution"]["Outputs"]
    return outputs


def run_and_poll(
    document: str, parameters: Mapping[str, list[str]], minutes: float = 20
) -> dict[str, list[str]]:
    """Run a runbook, poll it every 30 seconds, and return its outputs.

    Stop it if it takes too long.
    """
    ssm: Any = boto3.client("ssm")
    execution_id = ssm.start_automation_execution(
        DocumentName=document, Parameters=parameters
    )["AutomationExecutionId"]
    deadline = time.monotonic() + 60 * minutes
    while time.monotonic() < deadline:
        response = ssm.get_automation_execution(AutomationExecutionId=execution_id)
        execution = response["AutomationExecution"]
        status = execution["AutomationExecutionStatus"]
        if status == "Success":
            outputs: dict[str, list[str]] = execution["Outputs"]
            return outputs
        if status not in RUNNING:
            reason = execution.get("FailureMessage", "no reason given")
            message = f"{document} ended as {status}: {reason}"
            raise RunbookError(message)
        time.sleep(30)
    ssm.stop_automation_execution(AutomationExecutionId=execution_id)
    message = f"{document} was stopped after {minutes:g} minutes"
    raise RunbookError(message)
