"""Read the file of a recorded execution, to show it again or to compare it."""

from __future__ import annotations

import json
import os
import warnings
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from .._errors import FakeUsageError, hide_usage_errors
from .._service.checks import model
from .._service.contents import read_json
from .._service.faults import check_when
from .._service.runbooks.creating.creation import RELAXABLE
from .._service.runbooks.declarations import Runbook
from .._service.runbooks.library import bare_name
from .._service.runbooks.loading import load_runbook
from .._service.runbooks.reading.documents import document_of
from .._service.runs.recorded import Replay
from .._service.runs.scripts import Script
from .shapes import file_shape, known_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .._service.faults import When

__tracebackhide__ = hide_usage_errors

_EPOCH: Final = datetime.fromtimestamp(0, UTC)


def read_recording(path: object, runbook: object = None) -> Replay:
    """Read the file of a recording; an edited runbook, as for `add_runbook`, replaces the recorded one."""
    if not isinstance(path, str | os.PathLike):
        raise FakeUsageError(
            f"Expected the path of a recorded execution, but got {path!r} (type={type(path).__name__})"
        )
    file, found = Path(cast("str", path)), list[str]()
    recorded = known_values(file_shape(), _parsed(file), found)
    if found := found or list(_missing_steps(recorded)):
        raise FakeUsageError("\n  ".join([f"{file} is not a recorded execution:", *found]))
    name, version = _runbook_that_ran(recorded["AutomationExecution"])
    if runbook is None or isinstance(runbook, Runbook):
        edited = replace(runbook, name=name, version=version) if runbook else None
    else:
        edited = load_runbook(runbook, name=name, version=version)
    return _replay(file, recorded, edited)


def _parsed(file: Path) -> Any:
    try:
        raw = file.read_bytes()
        # A shell of Windows writes the output of a command in UTF-16.
        return read_json(raw.decode(json.detect_encoding(raw)))
    except OSError as error:
        raise FakeUsageError(f"{file} cannot be read: {error.strerror}") from None
    except json.JSONDecodeError as error:
        raise FakeUsageError(f"{file} is not JSON: line {error.lineno}, column {error.colno}: {error.msg}") from None
    except (ValueError, RecursionError) as error:
        raise FakeUsageError(f"{file} is not JSON: {str(error) or 'it is nested too deeply'}") from None


def _missing_steps(recorded: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """Yield a line for each execution without all of its steps."""
    execution = recorded["AutomationExecution"]
    if recorded.get("StepExecutions") is None and execution.get("StepExecutions") is None:
        yield f"{path}StepExecutions: missing"
    elif recorded.get("StepExecutions") is None and execution.get("StepExecutionsTruncated"):
        yield (
            f"{path}StepExecutions: missing, and those of AutomationExecution are not all; "
            "add the output of aws ssm describe-automation-step-executions"
        )
    for number, child in enumerate(recorded.get("Children") or ()):
        yield from _missing_steps(child, f"{path}Children[{number}].")


def _replay(file: Path, recorded: dict[str, Any], edited: Runbook | None) -> Replay:
    execution = recorded["AutomationExecution"]
    steps = execution.pop("StepExecutions", None)
    steps = recorded.get("StepExecutions", steps)
    execution.pop("StepExecutionsTruncated", None)
    times = [each["ExecutionStartTime"] for each in (execution, *steps) if "ExecutionStartTime" in each]
    name, version = _runbook_that_ran(execution)
    runbook = edited if edited and edited.name == name else None
    if runbook is None and "Document" in recorded:
        content = document_of(recorded["Document"]["Content"], file).members
        with warnings.catch_warnings():
            # AWS has run it.
            warnings.simplefilter("ignore")
            runbook = load_runbook(content, name=name, version=version, relaxed=RELAXABLE)
    return Replay(
        str(file),
        min(times, default=_EPOCH),
        execution,
        steps,
        runbook,
        tuple(_replay(file, child, edited) for child in recorded.get("Children", ())),
        frozenset(recorded.get("Redacted", ())),
        recorded.get("Region"),
    )


def _runbook_that_ran(execution: Mapping[str, Any]) -> tuple[str, str]:
    """Return the name of the runbook, and its version, a number."""
    version: str = execution.get("DocumentVersion", "1")
    return bare_name(execution["DocumentName"]), version if version.isdecimal() and int(version) else "1"


def script_of(path: object, when: When | None = None) -> Script:
    """Return a script that shows the recorded execution in a file."""
    check_when(when, model.START)
    return Script(when=when, replay=read_recording(path))
