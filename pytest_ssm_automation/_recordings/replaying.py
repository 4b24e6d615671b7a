"""Make scripts of recorded executions, for fakes that show them again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from .._errors import hide_usage_errors
from .._service.checks import model
from .._service.faults import check_when
from .._service.runs.recorded import Replay
from .._service.runs.scripts import Script
from .reading import read_recording, recorded_runbook

if TYPE_CHECKING:
    from .._service.faults import When
    from .reading import Recording

__tracebackhide__ = hide_usage_errors

_EPOCH: Final = datetime.fromtimestamp(0, UTC)


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
