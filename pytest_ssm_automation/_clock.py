"""The option `skip_sleep`: test a caller that polls every 30 seconds in milliseconds.

Sleeps return at once, and each clock that can be moved is moved by as much. Who moves the wall clock is decided at each
sleep: freezegun or time-machine if the test has one of them active, else time-machine if it is installed, else a
wrapper of `time.time`. So they can be combined in any order.
"""

from __future__ import annotations

import sys
import threading
import time
from datetime import timedelta
from types import BuiltinFunctionType, ModuleType
from typing import TYPE_CHECKING, Any, Final

from . import _stalled
from ._errors import public

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_SECONDS: Final = 86_400.0
MOST_SLEEPS: Final = 100_000
# Modules whose own sleeps and time-outs have to stay real.
_NOT_PATCHED: Final = sys.stdlib_module_names | {"_pytest", "execnet", "pluggy", "pytest", "xdist", __package__}
_really_sleep: Final = time.sleep


@public
class SleptTooLong(BaseException):
    """The test has asked to sleep for more than a day, or 100 000 times: its loop does not end.

    A `BaseException`, so that `except Exception` in the loop does not catch it.
    """


class _Shifted:
    """A function of the module `time` that is ahead of the real one.

    Attributes:
        offset: By how many seconds.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._real: Callable[[], float] = getattr(time, name)
        self.offset = 0.0

    def __call__(self) -> float:
        return self._real() + self.offset

    def advance(self, before: float, seconds: float) -> None:
        """Go on by `seconds` since the reading `before`, unless something else has moved the clock by as much."""
        current = getattr(time, self._name)
        if current() - before >= seconds:
            return
        if current is not self:
            if not isinstance(current, BuiltinFunctionType):  # a clock of the test's own
                return
            setattr(time, self._name, self)
        self.offset += seconds

    def resume(self) -> None:
        """Be ahead again by as much as before, where another library has put the real function back."""
        if self.offset and isinstance(getattr(time, self._name), BuiltinFunctionType):
            setattr(time, self._name, self)

    def remove(self) -> None:
        """Put the real function back, unless somebody else has replaced this one."""
        if getattr(time, self._name) is self:
            setattr(time, self._name, self._real)
        self.offset = 0.0


class _Clocks:
    """The clocks of the process, which all fakes share: time that has passed for one has passed for all."""

    def __init__(self) -> None:
        self.monotonic = _Shifted("monotonic")  # never removed: a monotonic clock does not go back
        self.time = _Shifted("time")
        self.users = 0
        self._travel: Any = None
        self._traveller: Any = None

    def advance(self, seconds: float) -> None:
        """Move all clocks on."""
        wall, monotonic = time.time(), time.monotonic()
        if factories := getattr(sys.modules.get("freezegun.api"), "freeze_factories", None):
            factories[-1].tick(timedelta(seconds=seconds))
        else:
            self._shift(seconds)
        self.time.advance(wall, seconds)
        self.monotonic.advance(monotonic, seconds)

    def _shift(self, seconds: float) -> None:
        """Let time-machine move the wall clock, if it is installed: the test's own travel, or else ours."""
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

    def release(self) -> None:
        """Let go of the wall clock once no fake skips sleeps any more."""
        self.users -= 1
        if self.users:
            return
        self.time.remove()
        if self._travel:
            stack = _stack(sys.modules["time_machine"])
            if stack and stack[-1] is not self._traveller:  # a travel that began later and still goes on
                stack.remove(self._traveller)
            else:
                self._travel.stop()
            self._travel = self._traveller = None


def _stack(module: Any) -> list[Any] | None:
    """Give time-machine's active travels; `None` if this release keeps them elsewhere."""
    stack: list[Any] | None = getattr(module, "traveller_stack", getattr(module, "coordinates_stack", None))
    return stack


_clocks: Final = _Clocks()


class SkippedSleep:
    """Skips the sleeps of the thread that installed it, and moves the clocks by as much.

    `time.sleep` and `asyncio.sleep` are replaced, as are names imported from them by modules that are loaded already.
    Other threads still sleep: one that polls in the background would spin otherwise.

    Attributes:
        sleeps: The seconds that were asked for, in order.
    """

    def __init__(self) -> None:
        """Start with nothing slept."""
        self.sleeps: list[float] = []
        self._skipped = 0.0
        self._thread: threading.Thread | None = None
        self._patched: list[tuple[dict[str, Any], str, Any]] = []
        self._due: list[float] = []

    def install(self) -> None:
        """Replace the functions."""
        import asyncio

        self._thread = threading.current_thread()
        self._skipped = 0.0
        _clocks.users += 1
        _clocks.monotonic.resume()
        self._real_sleep, self._real_sleep_async = time.sleep, asyncio.sleep
        self._sleep_now, self._sleep_async_now = self._sleep, self._sleep_async
        replaced = {id(self._real_sleep): self._sleep_now, id(self._real_sleep_async): self._sleep_async_now}
        modules = [module for name, module in list(sys.modules.items()) if name.partition(".")[0] not in _NOT_PATCHED]
        for module in (time, asyncio, asyncio.tasks, *modules):
            self._patch(module, replaced)

    def _patch(self, module: ModuleType, replaced: dict[int, Any]) -> None:
        names: dict[str, Any] = getattr(module, "__dict__", {})
        for name, value in list(names.items()):
            if id(value) in replaced:
                self._patched.append((names, name, value))
                names[name] = replaced[id(value)]

    def restore(self) -> None:
        """Put them back; where somebody else has replaced ours since, and may put them back, they no longer skip."""
        self._thread = None
        for names, name, value in self._patched:
            if names.get(name) in {self._sleep_now, self._sleep_async_now}:
                names[name] = value
        self._patched.clear()
        _clocks.release()

    def _sleep(self, seconds: float, /) -> None:
        if threading.current_thread() is not self._thread or seconds < 0:
            self._real_sleep(seconds)
            return
        _really_sleep(seconds * 0)  # lets other threads run, and raises for what is no number of seconds
        self._skip("time.sleep", seconds, seconds)

    async def _sleep_async(self, delay: float, result: Any = None) -> Any:
        """Skip the sleep of a task; of several that sleep, the one that is due first goes on first."""
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

    def _skip(self, function: str, asked: float, seconds: float) -> None:
        """Record a sleep, and move the clocks.

        Raises:
            SleptTooLong: There were too many of them, or they were too long.
        """
        self.sleeps.append(asked)
        self._skipped += seconds
        if seconds:
            _clocks.advance(seconds)
        if self._skipped > MOST_SECONDS or len(self.sleeps) > MOST_SLEEPS:
            reading = _stalled.describe(sys._getframe(2), _clocks.advance)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - documented, and there is no other
            message = (
                f"{function} was called {len(self.sleeps)} times for {self._skipped:g} s in all: "
                f"the loop does not end.{reading}"
            )
            raise SleptTooLong(message)
