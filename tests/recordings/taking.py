"""Recordings for tests, made by the command from executions of a fake."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pytest_ssm_automation.__main__ import main

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pytest_ssm_automation import AutomationFake

ENDED = {"Success", "Failed", "TimedOut", "Cancelled"}


class EndlessError(Exception):
    """An execution does not end: its runbook goes in a circle over steps that wait for signals."""


def ended(fake: AutomationFake, signals: Iterable[Any] = (), **request: Any) -> str:
    """Start an execution, poll it and send signals until it has ended, and return its id.

    Raises:
        EndlessError: It does not end.
    """
    client, pending = fake.client(), iter(signals)
    execution_id: str = client.start_automation_execution(**request)["AutomationExecutionId"]
    for _ in range(500):
        shown = client.get_automation_execution(AutomationExecutionId=execution_id)["AutomationExecution"]
        status = shown["AutomationExecutionStatus"]
        if status in ENDED:
            return execution_id
        if status == "Waiting":
            signal = next(pending)
            named = {"Payload": {"StepName": [shown["CurrentStepName"]]}} if signal == "Resume" else {}
            client.send_automation_signal(AutomationExecutionId=execution_id, SignalType=signal, **named)
    raise EndlessError


def recorded(folder: Path, execution_id: str, *options: str) -> Path:
    """Record an execution of the active fake, and return the path of the file."""
    assert main(["record", execution_id, "--to", str(folder), "--region", "us-east-1", *options]) == 0
    return folder / f"{execution_id}.json"


def content(path: Path) -> dict[str, Any]:
    """Return the content of a file."""
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read
