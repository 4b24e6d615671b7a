"""The option `skip_sleep`: a caller that polls every 30 seconds is tested in milliseconds."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_SECONDS: Final = 86_400.0
MOST_SLEEPS: Final = 100_000
_NAMES: Final = ("sleep", "time", "monotonic")
_really_sleep: Final = time.sleep


class SleptTooLong(BaseException):
    """The test has asked to sleep for more than a day, or 100 000 times: the loop that sleeps never ends."""


class SkippedSleep:
    """Lets `time.sleep` return at once in the thread that entered it, and the clocks go on by as much.

    Only what is read through the module `time` is replaced: `time.sleep`, `time.time` and `time.monotonic`. Other
    threads sleep in earnest: one that polls in the background would spin otherwise.

    Attributes:
        sleeps: The seconds that were asked for, in order.
    """

    def __init__(self) -> None:
        """Start with nothing slept."""
        self.sleeps: list[float] = []
        self._skipped = 0.0
        self._thread: threading.Thread | None = None

    def install(self) -> None:
        """Replace the functions."""
        self._thread = threading.current_thread()
        self._skipped = 0.0
        self._real = (time.sleep, time.time, time.monotonic)
        self._ours: tuple[Callable[..., Any], ...] = (self._sleep, self._time, self._monotonic)
        time.sleep, time.time, time.monotonic = self._ours

    def restore(self) -> None:
        """Put them back; where somebody else has replaced ours since, and may put them back, let them do nothing."""
        self._thread = None
        self._skipped = 0.0
        for name, ours, real in zip(_NAMES, self._ours, self._real, strict=True):
            if getattr(time, name) == ours:
                setattr(time, name, real)

    def _sleep(self, seconds: float, /) -> None:
        if threading.current_thread() is not self._thread or seconds < 0:
            self._real[0](seconds)
            return
        _really_sleep(seconds * 0)  # other threads get their turn; and what can't be slept for is refused as ever
        self.sleeps.append(seconds)
        self._skipped += seconds
        if self._skipped > MOST_SECONDS or len(self.sleeps) > MOST_SLEEPS:
            message = (
                f"time.sleep was called {len(self.sleeps)} times for {self._skipped:g} s in all: the loop never ends"
            )
            raise SleptTooLong(message)

    def _time(self) -> float:
        return self._real[1]() + self._skipped

    def _monotonic(self) -> float:
        return self._real[2]() + self._skipped
