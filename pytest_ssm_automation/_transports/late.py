"""Work that a test leaves behind: what it calls after its fake has gone is no other test's business."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from .._errors import AutomationFakeError, public
from .active import current, owner

if TYPE_CHECKING:
    from .active import Active

_WAYS_OUT: Final = (
    "Let the test wait for this work (join the thread, wait for the task, cancel the timer), "
    "or start a thread that serves several tests before the fake."
)


@public
class LateCallError(AutomationFakeError):
    """Work that was started under a fake called after the fake had gone; no other fake answers it.

    Such work is a thread, a `threading.Timer` or a task of a thread pool. The test ended before it had finished. Let
    the test wait for it: join the thread, cancel the timer, wait for the task.
    """


calls: list[str] = []


def answering(operation: str) -> Active | None:
    """Give the fake that answers a call of an operation made here; `None` if none is active.

    Raises:
        LateCallError: The call belongs to a fake that has gone; it is noted for the report.
    """
    found = current()
    if found is None and (gone := owner()) is not None and not gone.inherited:
        text = (
            f"Thread {threading.current_thread().name!r} of {gone.test or 'an earlier fake'} "
            f"called {operation} after the fake had gone."
        )
        calls.append(text)
        raise LateCallError(f"{text} {_WAYS_OUT}")
    return found
