"""Make scripts of recorded executions, for fakes that show them again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from .._errors import hide_usage_errors
from .._service.checks import model
from .._service.faults import check_when
from .._service.runs.recorded import Replay
from .._service.runs.scripts import Script
from .reading import read_recording, recorded_runbook
from .values import time_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from .._service.faults import When
    from .reading import Recording

__tracebackhide__ = hide_usage_errors

_TIMES: Final = frozenset({"ExecutionStartTime", "ExecutionEndTime", "ScheduledTime"})


def script_of(path: object, when: When | None = None) -> Script:
    """Return a script that shows the recorded execution in a file."""
    check_when(when, model.START)
    return Script(when=when, replay=_replay(read_recording(path)))


def _replay(recording: Recording) -> Replay:
    execution, steps = _with_times(recording.execution), [_with_times(step) for step in recording.steps]
    begun = [each["ExecutionStartTime"] for each in (execution, *steps) if "ExecutionStartTime" in each]
    return Replay(
        str(recording.path),
        min(cast("Iterable[datetime]", begun), default=time_of(0)),
        execution,
        steps,
        recorded_runbook(recording),
        tuple(map(_replay, recording.children)),
        recording.redacted,
    )


def _with_times(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: time_of(value) if name in _TIMES else value for name, value in members.items()}
