"""Threads that a test leaves running: what they call after its fake has gone is no other test's business."""

from __future__ import annotations

import sys
import threading
from inspect import currentframe
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from .._service.errors import AutomationFakeError

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet
    from types import FrameType

# Where a thread of a pool, or of an event loop, is while it has nothing to do.
_IDLE: Final = ("threading.", "queue.", "selectors.", "concurrent.", "asyncio.", "anyio.")


class LateCallError(AutomationFakeError):
    """A thread that was started under a fake called after the fake had gone; no other fake answers it.

    The test ended while the thread was still at work. Let the test wait for it: join the thread, shut down the pool.
    """


# What each thread was at when its fake went, and the test it belongs to.
_left: WeakKeyDictionary[threading.Thread, tuple[FrameType, str]] = WeakKeyDictionary()
calls: list[str] = []


def note_left_threads(before: AbstractSet[threading.Thread], test: str) -> None:
    """Remember the threads that are at work and were not there before."""
    frames = sys._current_frames()  # pyright: ignore[reportPrivateUsage]  # documented, and there is no other
    for thread in threading.enumerate():
        frame = frames.get(thread.ident or 0)
        if thread not in before and thread is not threading.current_thread() and (work := _work(frame)):
            _left[thread] = (work, test)


def any_left() -> bool:
    """Tell whether a thread that a test has left is still running."""
    return any(thread.is_alive() for thread in _left)


def refuse_late_call(operation: str) -> None:
    """Refuse a call of a thread that is still at what it was at when its fake went.

    Raises:
        LateCallError: It is; the call is noted for the report.
    """
    thread = threading.current_thread()
    if thread not in _left:
        return
    work, test = _left[thread]
    if _work(currentframe()) is not work:  # a thread of a pool, with a new task
        del _left[thread]
        return
    text = f"Thread {thread.name!r} of {test or 'an earlier fake'} called {operation} after the fake had gone."
    calls.append(text)
    raise LateCallError(text)


def _work(frame: FrameType | None) -> FrameType | None:
    """Find the outermost frame of a stack that is not waiting for work; `None` if it waits."""
    found = None
    while frame is not None:
        if not f"{frame.f_globals.get('__name__', '')}.".startswith(_IDLE):
            found = frame
        frame = frame.f_back
    return found
