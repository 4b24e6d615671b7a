"""Find the clock that an endless loop reads, and whether skipped sleeps advance it."""

from __future__ import annotations

import datetime as dt
import dis
import time
from itertools import islice
from pathlib import Path
from traceback import walk_stack
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

_OF_TIME: Final = ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time")
_OF_DATETIME: Final = ("now", "utcnow", "today")
_WALL_CLOCKS: Final = ("datetime.", "time.time")
_MOST_FRAMES: Final = 10
# A second by the type of a difference, if that is no number of seconds.
_SECOND: Final[dict[type, Any]] = {int: 1_000_000_000, dt.timedelta: dt.timedelta(seconds=1)}


def describe(frame: FrameType, advance: Callable[[float], None]) -> str:
    """Describe the clock that the code around a sleep reads, and whether it advances; empty if there is no clock.

    The callers of the frame that sleeps are searched too. `advance` advances the clocks by some seconds.
    """
    for each, line in islice(walk_stack(frame), _MOST_FRAMES):
        for name, read in _clocks_of(each):
            where = f"{each.f_code.co_name} ({Path(each.f_code.co_filename).name}:{line})"
            if _moves(read, advance):
                return f" {where} reads {name}, which skipped sleeps advance: its deadline is later, if it has one."
            hint = " Install pytest-ssm-automation[time]." if name.startswith(_WALL_CLOCKS) else ""
            return f" {where} reads {name}, which skipped sleeps do not advance.{hint}"
    return ""


def _clocks_of(frame: FrameType) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Find the clocks that a function reads: global names, and attributes of `time` and `datetime`."""
    value: Any = None
    for step in dis.get_instructions(frame.f_code):
        if step.opname == "LOAD_GLOBAL":
            value = frame.f_globals.get(step.argval)
            if getattr(value, "__module__", None) == "time" and getattr(value, "__name__", None) in _OF_TIME:
                yield f"{step.argval}() of the module time", value
        elif step.opname in {"LOAD_ATTR", "LOAD_METHOD"}:
            owner, has_clocks = value, value is time or value is dt or _is_date(value)
            value = getattr(owner, step.argval, None) if has_clocks else None
            if owner is time and step.argval in _OF_TIME:
                yield f"time.{step.argval}()", value
            elif _is_date(owner) and step.argval in _OF_DATETIME:
                yield f"datetime.{step.argval}()", value


def _is_date(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, dt.date)


def _moves(read: Callable[[], Any], advance: Callable[[float], None]) -> bool:
    """Return whether `advance` advances a clock."""
    before = read()
    advance(1.0)
    passed: float | dt.timedelta = read() - before
    return bool(passed >= _SECOND.get(type(passed), 1.0))
