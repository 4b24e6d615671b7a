"""What ends a script, and what no script may do: sleep for longer than its time, and start a process."""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch

from ..._service.working import at_work

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from ..attempt import Attempt

# "can run up to a maximum duration of 600 seconds"
MOST_SECONDS: Final = 600.0
_PROCESSES: Final = (
    *("execv", "execve", "fork", "forkpty", "popen", "posix_spawn", "posix_spawnp", "spawnv", "spawnve"),
    *("startfile", "system"),
)
_CLOCKS: Final = ("time", "monotonic")


class TimedOut(BaseException):
    """A script has slept for longer than it may run."""


@contextmanager
def limited(attempt: Attempt) -> Generator[None]:
    """Replace functions of the process for a script: those that start processes, and those of its clock.

    Its sleeps take no time. If the fake skips sleeps, they move its clock. Otherwise they move `time.time` and
    `time.monotonic` for the script.
    """
    slept, most = 0.0, min(MOST_SECONDS, attempt.timeout)

    def start(original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if at_work() is attempt:
            attempt.refuse("it starts a process")
        return original(*args, **kwargs)

    def sleep(original: Callable[[float], None], seconds: float, /) -> None:
        nonlocal slept
        if at_work() is not attempt:
            original(seconds)
            return
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        slept += seconds
        if attempt.advance:
            attempt.advance(seconds)
        if slept >= most:
            raise TimedOut

    def read(original: Callable[[], float]) -> float:
        return original() + (slept if at_work() is attempt else 0.0)

    replaced: list[tuple[Any, str, Callable[..., Any]]] = [
        (subprocess.Popen, "__init__", start),
        (time, "sleep", sleep),
    ]
    replaced += [(os, name, start) for name in _PROCESSES if hasattr(os, name)]
    replaced += [] if attempt.advance else [(time, name, read) for name in _CLOCKS]
    with ExitStack() as stack:
        for owner, name, function in replaced:
            stack.enter_context(patch.object(owner, name, _instead(function, getattr(owner, name))))
        yield


def _instead(function: Callable[..., Any], original: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function, which binds to an instance as a method does, that hands on the original."""
    return lambda *args, **kwargs: function(original, *args, **kwargs)
