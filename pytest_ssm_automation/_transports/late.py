"""Threads that a test leaves running: what they call after its fake has gone is no other test's business."""

from __future__ import annotations

import sys
import threading
from inspect import currentframe
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from .._errors import AutomationFakeError, public

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet
    from types import FrameType

# Pools, event loops and servers, which outlive what they are handed.
_LOOPS: Final = ("anyio.", "asyncio.", "concurrent.", "multiprocessing.", "socketserver.", "trio.")
_WAITS: Final = ("selectors.", "threading.")


@public
class LateCallError(AutomationFakeError):
    """A thread that was started under a fake called after the fake had gone; no other fake answers it.

    The test ended while the thread was still at work. Let the test wait for it: join the thread, shut down the pool.
    """


# What each thread was at when its fake went, and the test it belongs to.
_left: WeakKeyDictionary[threading.Thread, tuple[FrameType, str]] = WeakKeyDictionary()
calls: list[str] = []


def note_left_threads(before: AbstractSet[threading.Thread], test: str) -> None:
    """Remember the threads that are at work and were not there before."""
    any_left()
    frames = sys._current_frames()  # pyright: ignore[reportPrivateUsage]  # documented, and there is no other
    for thread in threading.enumerate():
        frame = frames.get(thread.ident or 0)
        if thread not in before and thread is not threading.current_thread() and (work := _work(frame)):
            _left[thread] = (work, test)


def any_left() -> bool:
    """Tell whether a thread that a test has left is still running, and forget those that are not."""
    for thread in [each for each in _left if not each.is_alive()]:
        del _left[thread]
    return bool(_left)


def forgive() -> None:
    """Let the running thread call again: it has a fake of its own now."""
    _left.pop(threading.current_thread(), None)


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
    """Find the outermost frame of what a thread has to do; `None` if it waits for somebody to hand it something.

    In a thread of a pool that is what the pool was handed, else all that the thread does.
    """
    work, handed = None, False
    while frame is not None:
        module = f"{frame.f_globals.get('__name__', '')}."
        if module == "asyncio.runners.":  # asyncio.run: a loop that is part of the work
            work, handed = None, False
        elif module.startswith(_LOOPS):
            handed = True
        elif not handed and work is None and module == "queue.":
            return None
        elif not handed and not module.startswith(_WAITS):
            work = frame
        frame = frame.f_back
    return work
