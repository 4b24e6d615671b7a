"""What tests run in other processes, which import it by name."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

import boto3

if TYPE_CHECKING:
    from collections.abc import Callable

CLIENT: Any = boto3.client("ssm", region_name="us-east-1", aws_access_key_id="AKIDCHILDREN", aws_secret_access_key="x")


def start(name: str, client: Any = None) -> str:
    """Start an execution with this client or a new one, and return its id."""
    client = client or boto3.client("ssm", region_name="us-east-1")
    execution_id: str = client.start_automation_execution(DocumentName=name)["AutomationExecutionId"]
    return execution_id


def start_with_old_client(name: str) -> str:
    """Start an execution with the client of this module, and return its id."""
    execution_id: str = CLIENT.start_automation_execution(DocumentName=name)["AutomationExecutionId"]
    return execution_id


def in_child(function: Callable[[], object]) -> str:
    """Run a function in a forked process, which has a minute for it, and return its result or exception as text."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        signal.alarm(60)
        try:
            text = str(function())
        except BaseException as error:  # noqa: BLE001 - the test looks at it
            text = f"{type(error).__name__}: {error}"
        os.write(writing, text.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    return text or "hung"
