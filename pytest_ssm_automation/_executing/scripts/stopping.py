"""What ends a script, and what no script may do: sleep for longer than its time, and start a process."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch

from ..._service.working import at_work

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from ..attempt import Attempt

# "can run up to a maximum duration of 600 seconds"
MOST_SECONDS: Final = 600.0
_PROCESSES: Final[tuple[tuple[Any, str], ...]] = (
    (subprocess.Popen, "__init__"),
    *(
        (os, name)
        for name in (
            *("execv", "execve", "fork", "forkpty", "popen", "posix_spawn", "posix_spawnp", "spawnv", "spawnve"),
            *("startfile", "system"),
        )
    ),
)
_CLOCKS: Final = ("time", "monotonic")


class TimedOut(BaseException):
    """A script has slept for longer than it may run."""


def no_processes(attempt: Attempt) -> ExitStack:
    """Return a context in which a script that starts a process can't be executed."""
    stack = ExitStack()
    for owner, name in _PROCESSES:
        if hasattr(owner, name):
            original = getattr(owner, name)
            stack.enter_context(patch.object(owner, name, _guarded(original, attempt)))
    return stack


def _guarded(original: Callable[..., Any], attempt: Attempt) -> Callable[..., Any]:
    def start(*args: Any, **kwargs: Any) -> Any:
        if at_work() is attempt:
            attempt.refuse("it starts a process")
        return original(*args, **kwargs)

    return start


class ScriptClock:
    """The clock of a script, whose sleeps take no time.

    If the fake skips sleeps, they move its clock. Otherwise they move `time.time` and `time.monotonic` for the script.
    """

    def __init__(self, attempt: Attempt) -> None:
        """Start at the current time."""
        self._attempt = attempt
        self._lock = threading.Lock()
        self._slept = 0.0
        self._most = min(MOST_SECONDS, attempt.timeout)

    @contextmanager
    def running(self) -> Generator[None]:
        """Replace the functions of `time` for the script."""
        with ExitStack() as stack:
            stack.enter_context(patch.object(time, "sleep", partial(self._sleep, time.sleep)))
            for name in () if self._attempt.advance else _CLOCKS:
                stack.enter_context(patch.object(time, name, partial(self._read, getattr(time, name))))
            yield

    def _sleep(self, original: Callable[[float], None], seconds: float, /) -> None:
        if at_work() is not self._attempt:
            original(seconds)
            return
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        with self._lock:
            self._slept += seconds
        if self._attempt.advance:
            self._attempt.advance(seconds)
        if self._slept >= self._most:
            raise TimedOut

    def _read(self, original: Callable[[], float]) -> float:
        return original() + (self._slept if at_work() is self._attempt else 0.0)
