"""Read the file of a recorded execution, to show it again or to compare it."""

from __future__ import annotations

import json
import os
import warnings
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from .._errors import FakeUsageError, hide_usage_errors
from .._service.checks import model
from .._service.contents import read_json
from .._service.faults import check_when
from .._service.runbooks.creating.creation import RELAXABLE
from .._service.runbooks.library import bare_name
from .._service.runbooks.loading import load_runbook
from .._service.runbooks.reading.documents import document_of
from .._service.runs.recorded import Replay
from .._service.runs.scripts import Script
from .shapes import file_shape, known_values, problems

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .._service.faults import When
    from .._service.runbooks.declarations import Runbook

__tracebackhide__ = hide_usage_errors

_EPOCH: Final = datetime.fromtimestamp(0, UTC)


class Recording(NamedTuple):
    """A recorded execution. Members are as botocore returns them.

    Attributes:
        path: The file.
        execution: The members of `AutomationExecution`, without the steps.
        steps: The members of each `StepExecution`.
        document: The text of the runbook; `None` if the file has none.
        children: The executions that it started, if they were recorded.
        redacted: The names of parameters and outputs that were emptied.
        region: The Region; `None` if the file does not say it.
    """

    path: Path
    execution: Mapping[str, Any]
    steps: Sequence[Mapping[str, Any]]
    document: str | None
    children: tuple[Recording, ...]
    redacted: frozenset[str]
    region: str | None

    @property
    def on_target(self) -> bool:
        """Whether it ran on one of several targets of its parent, which determines what it shows of targets."""
        return {"Target", "ParentAutomationExecutionId"} <= self.execution.keys()


def read_recording(path: object) -> Recording:
    """Read the file of a recording."""
    if not isinstance(path, str | os.PathLike):
        raise FakeUsageError(
            f"Expected the path of a recorded execution, but got {path!r} (type={type(path).__name__})"
        )
    file, shape = Path(cast("str", path)), file_shape()
    recorded = _parsed(file)
    if found := list(problems(shape, recorded)) or list(_missing_steps(recorded)):
        raise FakeUsageError("\n  ".join([f"{file} is not a recorded execution:", *found]))
    return _recording(file, known_values(shape, recorded))


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


def _recording(file: Path, recorded: dict[str, Any]) -> Recording:
    execution = recorded["AutomationExecution"]
    steps = execution.pop("StepExecutions", None)
    execution.pop("StepExecutionsTruncated", None)
    return Recording(
        file,
        execution,
        recorded.get("StepExecutions", steps),
        recorded.get("Document", {}).get("Content"),
        tuple(_recording(file, child) for child in recorded.get("Children", ())),
        frozenset(recorded.get("Redacted", ())),
        recorded.get("Region"),
    )


def recorded_runbook(recording: Recording) -> Runbook | None:
    """Return the runbook in a recording; `None` if it has none."""
    if recording.document is None:
        return None
    content = document_of(recording.document, recording.path).members
    name = bare_name(recording.execution["DocumentName"])
    with warnings.catch_warnings():
        # AWS has run it.
        warnings.simplefilter("ignore")
        return load_runbook(content, name=name, version=version_of(recording), relaxed=RELAXABLE)


def version_of(recording: Recording) -> str:
    """Return the version of the runbook that ran, a number."""
    version: str = recording.execution.get("DocumentVersion", "1")
    return version if version.isdecimal() and int(version) else "1"


def script_of(path: object, when: When | None = None) -> Script:
    """Return a script that shows the recorded execution in a file."""
    check_when(when, model.START)
    return Script(when=when, replay=_replay(read_recording(path)))


def _replay(recording: Recording) -> Replay:
    shown = (recording.execution, *recording.steps)
    return Replay(
        str(recording.path),
        min((each["ExecutionStartTime"] for each in shown if "ExecutionStartTime" in each), default=_EPOCH),
        recording.execution,
        recording.steps,
        recorded_runbook(recording),
        tuple(map(_replay, recording.children)),
        recording.redacted,
    )
