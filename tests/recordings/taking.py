"""Recordings for tests, made by the command from executions of a fake."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pytest_ssm_automation.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_ssm_automation import AutomationFake

ENDED = {"Success", "Failed", "TimedOut", "Cancelled"}


def ended(fake: AutomationFake, **request: Any) -> str:
    """Start an execution, poll it until it has ended, and return its id."""
    client = fake.client()
    execution_id: str = client.start_automation_execution(**request)["AutomationExecutionId"]
    for _ in range(50):
        shown = client.get_automation_execution(AutomationExecutionId=execution_id)["AutomationExecution"]
        if shown["AutomationExecutionStatus"] in ENDED:
            return execution_id
    raise AssertionError("It does not end")


def recorded(folder: Path, execution_id: str, *options: str) -> Path:
    """Record an execution of the active fake, and return the path of the file."""
    assert main(["record", execution_id, "--to", str(folder), "--region", "us-east-1", *options]) == 0
    return folder / f"{execution_id}.json"


def content(path: Path) -> dict[str, Any]:
    """Return the content of a file."""
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read
