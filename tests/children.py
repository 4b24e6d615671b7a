"""What tests run in other processes, which import it by name."""

from __future__ import annotations

from typing import Any

import boto3

CLIENT: Any = boto3.client("ssm", region_name="us-east-1", aws_access_key_id="AKIDCHILDREN", aws_secret_access_key="x")


def start(name: str) -> str:
    """Start an execution with a new client, and return its id."""
    client: Any = boto3.client("ssm", region_name="us-east-1")
    execution_id: str = client.start_automation_execution(DocumentName=name)["AutomationExecutionId"]
    return execution_id


def start_with_old_client(name: str) -> str:
    """Start an execution with the client of this module, and return its id."""
    execution_id: str = CLIENT.start_automation_execution(DocumentName=name)["AutomationExecutionId"]
    return execution_id
