"""The option `skip_sleep`, which tests a caller that polls every 30 seconds in milliseconds.

Sleeps return immediately, and advance the clocks instead. Each sleep chooses how to advance the wall clock: by
freezegun or time-machine if one of them is active, otherwise by time-machine if it is installed, otherwise by a wrapper
of `time.time`. So they can be combined in any order.
"""

from __future__ import annotations

import sys
import threading
import time
from datetime import timedelta
from types import BuiltinFunctionType
from typing import TYPE_CHECKING, Any, Final

from . import _stalled
from ._errors import public

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_SECONDS: Final = 86_400.0
MOST_SLEEPS: Final = 100_000
# Sleeps of other threads that are worth a line when nothing was skipped.
LONG_SECONDS: Final = 1.0
# Modules whose sleeps and timeouts must stay real.
_NOT_PATCHED: Final = sys.stdlib_module_names | {"_pytest", "execnet", "pluggy", "pytest", "xdist", __package__}
_really_sleep: Final = time.sleep


@public
class SleptTooLong(BaseException):
    """The test has slept for more than a day in total, or 100 000 times, so its loop does not end.

    It is a `BaseException`, so that `except Exception` in the loop does not catch it.
    """


class _Shifted:
    """A replacement for a function of the module `time`, which is ahead of the real one.

    Attributes:
        offset: The difference in seconds.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._real: Callable[[], float] = getattr(time, name)
        self.offset = 0.0

    def __call__(self) -> float:
        return self._real() + self.offset

    def advance(self, before: float, seconds: float) -> None:
        """Advance by `seconds` from the reading `before`, unless the clock has already been moved."""
        current = getattr(time, self._name)
        if current() - before >= seconds:
            return
        if current is not self:
            if not isinstance(current, BuiltinFunctionType):  # the test has replaced the clock
                return
            setattr(time, self._name, self)
        self.offset += seconds

    def resume(self) -> None:
        """Apply the offset again, if another library has restored the real function."""
        if self.offset and isinstance(getattr(time, self._name), BuiltinFunctionType):
            setattr(time, self._name, self)

    def remove(self) -> None:
        """Restore the real function, unless this replacement was replaced."""
        if getattr(time, self._name) is self:
            setattr(time, self._name, self._real)
        self.offset = 0.0


class _Clocks:
    """The clocks of the process, which all fakes share."""

    def __init__(self) -> None:
        self.monotonic = _Shifted("monotonic")  # never removed, because a monotonic clock must not go back
        self.time = _Shifted("time")
        self.users: set[SkippedSleep] = set()
        self._travel: Any = None
        self._traveller: Any = None

    def advance(self, seconds: float) -> None:
        """Advance all clocks."""
        wall, monotonic = time.time(), time.monotonic()
        if factories := getattr(sys.modules.get("freezegun.api"), "freeze_factories", None):
            factories[-1].tick(timedelta(seconds=seconds))
        else:
            self._shift(seconds)
        self.time.advance(wall, seconds)
        self.monotonic.advance(monotonic, seconds)

    def _shift(self, seconds: float) -> None:
        """Advance the wall clock with time-machine, if it is installed: the travel of the test, or our own."""
        try:
            import time_machine
        except ImportError:
            return
        stack = _stack(time_machine)
        if stack:
            stack[-1].shift(seconds)
        elif stack is not None:
            self._travel = time_machine.travel(timedelta(seconds=seconds), tick=True)
            self._traveller = self._travel.start()

    def release(self, user: SkippedSleep) -> None:
        """Restore the wall clock when no fake skips sleeps any more."""
        self.users.discard(user)
        if self.users:
            return
        self.time.remove()
        if self._travel:
            stack = _stack(sys.modules["time_machine"])
            if stack and stack[-1] is not self._traveller:  # a travel that began later and is still active
                stack.remove(self._traveller)
            else:
                self._travel.stop()
            self._travel = self._traveller = None


def _stack(module: Any) -> list[Any] | None:
    """Return the active travels of time-machine; `None` if this release stores them elsewhere."""
    stack: list[Any] | None = getattr(module, "traveller_stack", getattr(module, "coordinates_stack", None))
    return stack


clocks: Final = _Clocks()


class SkippedSleep:
    """Skip the sleeps of the thread that installed it, and advance the clocks instead.

    `time.sleep` and `asyncio.sleep` are replaced, and so are names that loaded modules have imported from there. Other
    threads still sleep, because a thread that polls in the background would spin otherwise.

    Attributes:
        sleeps: The requested seconds, in order.
        waited: The seconds that other threads have really slept.
        is_excused: Returns whether a sleep does not count towards the limits, because an execution waits for its time.
    """

    def __init__(self) -> None:
        """Start without sleeps."""
        self.sleeps: list[float] = []
        self.waited: list[float] = []
        self.is_excused: Callable[[], bool] = bool
        self._thread: threading.Thread | None = None
        self._patched: list[tuple[dict[str, Any], str, Any, Any]] = []
        self._due: list[float] = []

    def install(self) -> None:
        """Replace the functions."""
        import asyncio

        self._thread = threading.current_thread()
        self._skipped, self._counted = 0.0, 0
        clocks.users.add(self)
        clocks.monotonic.resume()
        self._real_sleep, self._real_sleep_async = time.sleep, asyncio.sleep
        replaced = {id(self._real_sleep): self._sleep, id(self._real_sleep_async): self._sleep_async}
        modules = [module for name, module in list(sys.modules.items()) if name.partition(".")[0] not in _NOT_PATCHED]
        for module in (time, asyncio, asyncio.tasks, *modules):
            names: dict[str, Any] = getattr(module, "__dict__", {})
            found = [(name, value) for name, value in list(names.items()) if id(value) in replaced]
            for name, value in found:
                self._patched.append((names, name, value, replaced[id(value)]))
                names[name] = replaced[id(value)]

    def restore(self) -> None:
        """Restore the functions. If other code has replaced ours, and may restore them later, they no longer skip."""
        self._thread = None
        for names, name, value, ours in self._patched:
            if names.get(name) is ours:
                names[name] = value
        self._patched.clear()
        clocks.release(self)

    def _sleep(self, seconds: float, /) -> None:
        if threading.current_thread() is not self._thread or seconds < 0:
            self._real_sleep(seconds)
            self.waited.append(seconds)
            return
        _really_sleep(seconds * 0)  # lets other threads run, and raises for an invalid argument
        self._skip("time.sleep", seconds, seconds)

    async def _sleep_async(self, delay: float, result: Any = None) -> Any:
        """Skip the sleep of a task. If several tasks sleep, the one that is due first continues first."""
        if threading.current_thread() is not self._thread or delay <= 0:
            return await self._real_sleep_async(delay, result)
        due = time.monotonic() + delay
        self._due.append(due)
        try:
            await self._real_sleep_async(0)
            while due > min(self._due):
                await self._real_sleep_async(0)
        finally:
            self._due.remove(due)
        self._skip("asyncio.sleep", delay, max(due - time.monotonic(), 0.0))
        return result

    def skipped_nothing(self) -> str:
        """Describe the sleeps of other threads if they were long, and none was skipped; empty otherwise."""
        waited = sum(self.waited)
        if self.sleeps or waited < LONG_SECONDS:
            return ""
        return (
            f"The option skip_sleep skipped nothing, but other threads slept for {waited:g} s: "
            "it skips only the sleeps of the test's own thread."
        )

    def _skip(self, function: str, asked: float, seconds: float) -> None:
        """Record a sleep, and advance the clocks."""
        self.sleeps.append(asked)
        if not self.is_excused():
            self._skipped += seconds
            self._counted += 1
        if seconds:
            clocks.advance(seconds)
        if self._skipped > MOST_SECONDS or self._counted > MOST_SLEEPS:
            reading = _stalled.describe(sys._getframe(2), clocks.advance)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - it is documented
            message = (
                f"{function} was called {self._counted} times for {self._skipped:g} s in total: "
                f"the loop does not end.{reading}"
            )
            raise SleptTooLong(message)
