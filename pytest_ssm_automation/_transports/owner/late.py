"""Calls of work that a test left behind, after its fake has ended. No other fake answers them."""

from __future__ import annotations

import threading
from typing import Final

from ..._errors import AutomationFakeError, public

_WAYS_OUT: Final = (
    "Make the test wait for this work (join the thread, wait for the task, cancel the timer), "
    "or start threads that serve several tests before the fake."
)


@public
class LateCallError(AutomationFakeError):
    """Work that was started under a fake made a call after the fake had ended. No other fake answers it.

    Such work is a thread, a `threading.Timer` or a task of a thread pool. Make the test wait for it before it ends:
    join the thread, cancel the timer, or wait for the task.
    """


# What no report contains yet.
calls: list[str] = []


def take() -> str:
    """Return the late calls that no report contains yet, one per line."""
    text = "\n".join(calls)
    calls.clear()
    return text


def refuse(operation: str, test: str) -> LateCallError:
    """Record a late call for the report, with the test whose fake has ended, and make its error."""
    text = (
        f"Thread {threading.current_thread().name!r} of {test or 'an earlier fake'} "
        f"called {operation} after its fake had ended."
    )
    calls.append(text)
    return LateCallError(f"{text} {_WAYS_OUT}")
