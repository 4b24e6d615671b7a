"""The code under test: typical callers of Automation."""

from __future__ import annotations

import time
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError

REQUEST = {"DocumentName": "AWS-RestartEC2Instance", "Parameters": {"InstanceId": ["i-0123456789abcdef0"]}}
RETRIES = Config(region_name="us-east-1", retries={"mode": "standard", "total_max_attempts": 3})

# before any tool is active, as in most Lambda functions
SSM: Any = boto3.client("ssm", config=RETRIES)


def code(error: ClientError) -> str:
    """Return the code of a service error."""
    return error.response.get("Error", {}).get("Code", "")


def start(ssm: Any, **members: Any) -> str:
    """Start an execution, and return its id."""
    execution_id: str = ssm.start_automation_execution(**{**REQUEST, **members})["AutomationExecutionId"]
    return execution_id


def start_by_module_client() -> str:
    """Start an execution with the client of this module."""
    return start(SSM)


def start_in_a_loop(ssm: Any) -> str:
    """Start an execution; after throttling, retry at most twice."""
    for _ in range(2):
        try:
            return start(ssm)
        except ClientError as error:
            if code(error) != "ThrottlingException":
                raise
    return start(ssm)


def start_until_answered(ssm: Any) -> str:
    """Start an execution; if no response arrives, retry without a ClientToken, which is a bug."""
    try:
        return start(ssm)
    except ReadTimeoutError:
        return start(ssm)


def start_if_there_is_room(ssm: Any) -> str | None:
    """Start an execution, unless too many run already."""
    try:
        return start(ssm)
    except ssm.exceptions.AutomationExecutionLimitExceededException:
        return None


def stop(ssm: Any, instance_id: str) -> str:
    """Have a runbook stop an instance, and return its status, and the state of the instance."""
    parameters = {"InstanceId": [instance_id]}
    status = wait(ssm, start(ssm, DocumentName="Operations-Stop", Parameters=parameters))
    found = boto3.client("ec2", config=RETRIES).describe_instances(InstanceIds=[instance_id])
    return f"`{status}`, and the instance is {found['Reservations'][0]['Instances'][0]['State']['Name']}"


def wait(ssm: Any, execution_id: str) -> str:
    """Poll until the execution has ended, and return its status."""
    while True:
        execution = ssm.get_automation_execution(AutomationExecutionId=execution_id)["AutomationExecution"]
        status: str = execution["AutomationExecutionStatus"]
        if status not in {"Pending", "InProgress"}:
            return status
        time.sleep(0.001)
