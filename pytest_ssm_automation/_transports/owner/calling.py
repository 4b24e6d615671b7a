"""Find the threads that are in a call of SSM."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from types import FrameType


def calling(operations: Collection[str]) -> set[threading.Thread]:
    """Return the other threads that are in a call of one of these operations of SSM.

    Calls of aiobotocore are not found, because a waiting task is not on the stack of a thread.
    """
    others = set(threading.enumerate()) - {threading.current_thread()}
    if not others:
        return others
    frames = sys._current_frames()  # pyright: ignore[reportPrivateUsage]  # documented
    # With the frame of this function, it would be a cycle, and keep alive what all threads have in their frames.
    frames.pop(threading.get_ident(), None)
    return {thread for thread in others if _is_calling(frames.get(thread.ident or 0), operations)}


def _is_calling(frame: FrameType | None, operations: Collection[str]) -> bool:
    while frame is not None:
        if frame.f_code.co_name == "_make_api_call" and frame.f_globals.get("__name__") == "botocore.client":
            called = frame.f_locals
            return called["self"].meta.service_model.service_name == "ssm" and called["operation_name"] in operations
        frame = frame.f_back
    return False
