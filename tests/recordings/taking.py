"""Recordings for tests, made by the command from executions of a fake."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from pytest_ssm_automation.__main__ import main

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pytest_ssm_automation import AutomationFake, Execution

ENDED = {"Success", "Failed", "TimedOut", "Cancelled"}


def api(name: str, inputs: dict[str, Any] | None = None, **members: Any) -> dict[str, Any]:
    """Write a step that calls an operation."""
    given = {"Service": "ec2", "Api": "X", **(inputs or {})}
    return {"name": name, "action": "aws:executeAwsApi", "inputs": given, **members}


def approve(name: str, **members: Any) -> dict[str, Any]:
    """Write a step that waits for an approval."""
    inputs = {"Approvers": ["arn:aws:iam::123456789012:user/x"]}
    return {"name": name, "action": "aws:approve", "inputs": inputs, **members}


class EndlessError(Exception):
    """An execution does not end: its runbook goes in a circle over steps that wait for signals."""


def ended(fake: AutomationFake, signals: Iterable[Any] = (), **request: Any) -> str:
    """Start an execution, poll it, send signals to it and its children until it has ended, and return its id.

    Raises:
        EndlessError: It does not end.
    """
    client, pending = fake.client(), iter(signals)
    execution_id: str = client.start_automation_execution(**request)["AutomationExecutionId"]
    for _ in range(60):
        shown = client.get_automation_execution(AutomationExecutionId=execution_id)["AutomationExecution"]
        status = shown["AutomationExecutionStatus"]
        if status in ENDED:
            return execution_id
        if status == "Waiting":
            signal = next(pending)
            named = {"Payload": {"StepName": [shown["CurrentStepName"]]}} if signal == "Resume" else {}
            client.send_automation_signal(AutomationExecutionId=execution_id, SignalType=signal, **named)
        for child in family(fake.execution(execution_id))[1:]:
            if child.status == "Waiting":
                there = fake.client(child.region)
                there.send_automation_signal(AutomationExecutionId=child.id, SignalType=next(pending))
    raise EndlessError


def family(execution: Execution) -> list[Execution]:
    """Return an execution and all that it and its children have started."""
    return [execution, *(each for child in execution.children for each in family(child))]


def recorded(folder: Path, execution_id: str, *options: str) -> Path:
    """Record an execution of the active fake, and return the path of the file."""
    assert main(["record", execution_id, "--to", str(folder), "--region", "us-east-1", *options]) == 0
    return folder / f"{execution_id}.json"


def content(path: Path) -> dict[str, Any]:
    """Return the content of a file."""
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read


# What differs each time, and the runbook, whose accounts are replaced.
_OWN = frozenset({"Document", "ExecutedBy", "ExecutionStartTime", "ExecutionEndTime", "Time"})


def same(recording: dict[str, Any]) -> dict[str, Any]:
    """Return a recording without its times, caller and runbook, and with numbers in place of the ids of executions."""
    text = re.sub(r"test-user(-\d+)?", "test-user", json.dumps(recording))
    for number, execution_id in enumerate(_ids(recording)):
        text = text.replace(execution_id, f"execution {number}")
    cleaned: dict[str, Any] = _without_own(json.loads(text))
    return cleaned


def _ids(recording: dict[str, Any]) -> Iterator[str]:
    yield recording["AutomationExecution"]["AutomationExecutionId"]
    for child in recording.get("Children", ()):
        yield from _ids(child)


def _without_own(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_own(item) for name, item in value.items() if name not in _OWN}
    return [_without_own(item) for item in value] if isinstance(value, list) else value
