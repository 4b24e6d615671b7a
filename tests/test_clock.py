"""The option `skip_sleep`: which clocks move, which sleeps are skipped, and how an endless loop is stopped."""

from __future__ import annotations

import asyncio
import datetime as dt
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, timedelta
from itertools import pairwise
from types import ModuleType
from typing import TYPE_CHECKING, Any

import freezegun
import pytest
import time_machine
from caller import poll, start

from pytest_ssm_automation import AutomationFake, SleptTooLong

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REAL = (time.sleep, time.time, asyncio.sleep)
DAY = 86_400


@pytest.fixture
def real_sleeps() -> Iterator[list[float]]:
    """The sleeps that are not skipped, in seconds. They don't really wait."""
    seconds: list[float] = []

    async def note_async(asked: float, result: object = None) -> object:
        seconds.extend([asked] if asked else [])
        return await REAL[2](0, result)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "sleep", seconds.append)
        patch.setattr(asyncio, "sleep", note_async)
        yield seconds


@pytest.fixture
def skipping() -> Iterator[AutomationFake]:
    """An active fake that skips sleeps."""
    with AutomationFake(skip_sleep=True, seed="clock") as fake:
        yield fake


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    """After each of these tests sleeps and the wall clock are real again."""
    yield
    assert (time.sleep, time.time, asyncio.sleep) == REAL
    assert time_machine.escape_hatch.is_travelling() is False


@pytest.fixture
def no_time_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """time-machine is not installed."""
    monkeypatch.setitem(sys.modules, "time_machine", None)


def test_sleeping_takes_no_time(real_sleeps: list[float], skipping: AutomationFake) -> None:
    """Sleeps return at once, and the fake knows how long they should have been."""
    for seconds in (30, 0.5, 0):
        time.sleep(seconds)
    assert real_sleeps == []
    assert skipping.sleeps == (30, 0.5, 0)
    assert skipping.slept == 30.5


def test_without_the_option_nothing_is_skipped() -> None:
    """By default, sleeps are real, and are not recorded."""
    with AutomationFake(seed="clock") as fake:
        assert time.sleep is REAL[0]
        time.sleep(0.01)
        assert (fake.sleeps, fake.slept) == ((), 0)


@pytest.mark.parametrize("sleep", [lambda: time.sleep(30), lambda: asyncio.run(asyncio.sleep(30))])
def test_other_threads_sleep_in_earnest(
    real_sleeps: list[float], skipping: AutomationFake, sleep: Callable[[], None]
) -> None:
    """A poller in the background would spin otherwise; its sleeps are not counted, nor those of 0 seconds in a loop."""
    thread = threading.Thread(target=sleep)
    thread.start()
    thread.join()
    asyncio.run(asyncio.sleep(0))
    assert real_sleeps == [30]
    assert skipping.sleeps == ()


def test_a_loop_without_end_is_stopped(skipping: AutomationFake) -> None:
    """An endless loop is stopped after a day at most, even if it swallows every Exception."""

    def forever() -> None:
        while True:
            try:
                time.sleep(30)
            except Exception:  # noqa: BLE001, S112 - the loop that this is about
                continue

    with pytest.raises(
        SleptTooLong, match=r"time\.sleep was called 2881 times for 86430 s in total: the loop does not end\.$"
    ):
        forever()
    assert skipping.slept == DAY + 30
    assert not issubclass(SleptTooLong, Exception)


def test_a_loop_that_hardly_sleeps_is_stopped(skipping: AutomationFake, monkeypatch: pytest.MonkeyPatch) -> None:
    """A loop with sleeps of no length ends too; here after fewer of them, to save time."""
    monkeypatch.setattr("pytest_ssm_automation._clock.MOST_SLEEPS", 100)
    for _ in range(100):
        time.sleep(0)
    with pytest.raises(SleptTooLong, match=r"101 times for 0 s"):
        time.sleep(0)
    assert len(skipping.sleeps) == 101


@pytest.mark.parametrize(
    ("seconds", "error"), [(-1, ValueError), (float("nan"), ValueError), ("1", TypeError), (None, TypeError)]
)
def test_what_cannot_be_slept_for_is_refused_as_ever(
    skipping: AutomationFake, seconds: Any, error: type[Exception]
) -> None:
    """The errors of the real `time.sleep` stay, and such a sleep is not counted."""
    with pytest.raises(error):
        time.sleep(seconds)
    assert skipping.sleeps == ()


def test_nested_fakes_count_for_themselves(skipping: AutomationFake) -> None:
    """The innermost fake skips sleeps; after its end, however it comes, the outer one does."""
    before = time.time()
    time.sleep(10)
    with suppress(KeyboardInterrupt), AutomationFake(skip_sleep=True, seed="inner") as inner:
        time.sleep(20)
        assert time.time() - before >= 30
        raise KeyboardInterrupt
    time.sleep(40)
    assert (skipping.sleeps, inner.sleeps) == ((10, 40), (20,))


def test_others_may_patch_in_between(real_sleeps: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    """Patches of other code stay, and if that code restores ours later, it no longer skips anything."""
    real = time.sleep
    with AutomationFake(skip_sleep=True, seed="clock") as fake:
        ours = time.sleep
        with monkeypatch.context() as patch:
            patch.setattr(time, "sleep", lambda _: None)
            theirs = time.sleep
            fake.__exit__(None, None, None)
            assert time.sleep is theirs
        assert time.sleep == ours
        time.sleep(30)
        assert real_sleeps == [30]
        time.sleep = real
        fake.__enter__()


def test_a_fake_used_again_goes_on_counting() -> None:
    """A second block adds to the record, and its patience starts afresh; a reset forgets."""
    fake = AutomationFake(skip_sleep=True, seed="clock")
    for _ in range(2):
        with fake:
            time.sleep(DAY)
    assert [*fake.sleeps] == [DAY, DAY]
    fake.reset()
    assert [*fake.sleeps] == []


def test_a_poller_is_tested_in_milliseconds(skipping: AutomationFake) -> None:
    """A caller that polls every half a minute until a deadline gets there at once; its calls follow the clock."""
    client: Any = skipping.client()
    skipping.script(["InProgress"])
    execution_id = start(client)
    deadline = time.monotonic() + 600
    while time.monotonic() < deadline:
        poll(client, execution_id)
        time.sleep(30)
    assert skipping.slept == 600
    for before, after in pairwise(skipping.calls[1:]):
        assert timedelta(seconds=30) <= after.started_at - before.started_at < timedelta(seconds=35)


def test_names_imported_before_are_skipped_too(real_sleeps: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    """`from time import sleep as pause` in a module of the user's is skipped, and real again afterwards."""
    real = time.sleep, asyncio.sleep
    module: Any = ModuleType("caller_of_ours")
    module.pause, module.rest = real
    monkeypatch.setitem(sys.modules, "caller_of_ours", module)

    async def rested() -> object:
        result: object = await module.rest(40, "done")
        return result

    with AutomationFake(skip_sleep=True, seed="clock") as fake:
        module.pause(30)
        assert asyncio.run(rested()) == "done"
        assert (list(fake.sleeps), real_sleeps) == ([30, 40], [])
        module.rest = []  # has no hash
    assert (module.pause, module.rest) == (real[0], [])


def test_the_standard_library_still_waits(skipping: AutomationFake) -> None:
    """Timeouts of the standard library are real: an event that never comes is waited for."""
    before = time.perf_counter()
    threading.Event().wait(0.02)
    assert time.perf_counter() - before >= 0.02
    assert skipping.sleeps == ()


@pytest.mark.parametrize("clock", [dt.datetime.now, dt.datetime.utcnow, lambda: dt.datetime.now(UTC), time.gmtime])
@pytest.mark.filterwarnings("ignore:.*utcnow.*:DeprecationWarning")
def test_every_wall_clock_moves_with_time_machine(skipping: AutomationFake, clock: Callable[[], Any]) -> None:
    """If time-machine is installed, clocks written in C advance too, under any name."""
    before = clock()
    time.sleep(3600)
    passed: Any = time.mktime(clock()) - time.mktime(before) if clock is time.gmtime else clock() - before
    seconds = passed.total_seconds() if isinstance(passed, timedelta) else passed
    assert 3600 <= seconds < 7200
    assert skipping.slept == 3600


@pytest.mark.parametrize("is_there", [False, True])
def test_without_time_machine_the_module_still_moves(monkeypatch: pytest.MonkeyPatch, *, is_there: bool) -> None:
    """`time.time` advances without any other library, and is real again after the last fake.

    It does so too where a release of time-machine hides its travels.
    """
    with monkeypatch.context() as patch, AutomationFake(skip_sleep=True, seed="clock"):
        if is_there:
            patch.delattr(time_machine, "traveller_stack")
        else:
            patch.setitem(sys.modules, "time_machine", None)
        before, today = time.time(), dt.datetime.now(UTC)
        with AutomationFake(skip_sleep=True, seed="inner"):
            time.sleep(3600)
        time.sleep(0.5)
        assert 3600.5 <= time.time() - before < 7200
        assert dt.datetime.now(UTC) - today < timedelta(seconds=3600)
    assert time.time() - before < 3600


@pytest.mark.usefixtures("no_time_machine")
def test_a_clock_of_the_test_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that the test has replaced by its own is not touched."""
    monkeypatch.setattr(time, "time", lambda: 5.0)
    with AutomationFake(skip_sleep=True, seed="clock"):
        time.sleep(10)
        assert time.time() == 5.0
    monkeypatch.undo()


@pytest.mark.usefixtures("no_time_machine")
def test_a_clock_that_was_put_back_moves_on() -> None:
    """Where another library puts the real clock back, the next skipped sleep moves that one."""
    with AutomationFake(skip_sleep=True, seed="clock"):
        time.sleep(1000)
        time.time = REAL[1]
        before = time.time()
        time.sleep(2000)
        assert 3000 <= time.time() - before < 4000


def test_monotonic_never_goes_back() -> None:
    """Neither in a test, nor between tests, nor under nested fakes does `time.monotonic` go back."""
    readings = [time.monotonic()]
    for _ in range(3):
        with AutomationFake(skip_sleep=True, seed="clock"):
            time.sleep(100)
            readings.append(time.monotonic())
            with AutomationFake(skip_sleep=True, seed="inner"):
                time.sleep(50)
                readings.append(time.monotonic())
            readings.append(time.monotonic())
        readings.append(time.monotonic())
    assert all(one <= following for one, following in pairwise(readings))
    assert readings[-1] - readings[0] >= 450


def sleep_and_measure(seconds: float) -> tuple[float, float, float]:
    """Say by how much `time.time`, `time.monotonic` and `datetime.now` move with one sleep."""
    before = time.time(), time.monotonic(), dt.datetime.now(UTC)
    time.sleep(seconds)
    passed = dt.datetime.now(UTC) - before[2]
    return time.time() - before[0], time.monotonic() - before[1], passed.total_seconds()


FREEZE: dict[str, Callable[[], Any]] = {
    "freezegun": lambda: freezegun.freeze_time("2026-01-01"),
    "freezegun, ticking": lambda: freezegun.freeze_time("2026-01-01", tick=True),
    "time-machine": lambda: time_machine.travel("2026-01-01T00:00:00+00:00", tick=False),
    "time-machine, ticking": lambda: time_machine.travel("2026-01-01T00:00:00+00:00", tick=True),
}


@pytest.mark.parametrize(
    "order", ["inside", "outside", "outside, after a sleep", "overlapping", "overlapping, after a sleep"]
)
@pytest.mark.parametrize("library", FREEZE)
def test_frozen_clocks_move_in_any_order(library: str, order: str) -> None:
    """With freezegun and time-machine, in any order of begin and end, each sleep advances each clock once."""
    fake: Any = AutomationFake(skip_sleep=True, seed="clock")
    frozen = FREEZE[library]()
    first, second = (frozen, fake) if order == "inside" else (fake, frozen)
    first.__enter__()
    moves = [sleep_and_measure(100)] if order.endswith("after a sleep") else []
    second.__enter__()
    moves.append(sleep_and_measure(100))
    if order.startswith("overlapping"):
        first, second = second, first
    second.__exit__(None, None, None)
    # freezegun puts the real monotonic clock back when it ends: the next sleep catches up
    caught_up = sleep_and_measure(100) if order.startswith("outside") else (100, 100, 100)
    first.__exit__(None, None, None)
    for moved in moves:
        assert moved == pytest.approx((100, 100, 100), abs=50)
    assert caught_up[::2] == pytest.approx((100, 100), abs=50)
    assert caught_up[1] >= 100
    assert abs(dt.datetime.now(UTC).timestamp() - time.time()) < 50


def test_tasks_that_sleep_wake_in_order(real_sleeps: list[float], skipping: AutomationFake) -> None:
    """Of several sleeping tasks the one that is due first wakes first, and time passes once for all of them."""
    woken: list[tuple[str, float]] = []

    async def sleeper(name: str, seconds: float, times: int) -> None:
        for _ in range(times):
            await asyncio.sleep(seconds)
            woken.append((name, round(time.monotonic() - begin, -3)))

    async def both() -> None:
        await asyncio.gather(sleeper("slow", 10_000, 1), sleeper("quick", 3000, 4))

    begin = time.monotonic()
    asyncio.run(both())
    assert woken == [("quick", 3000), ("quick", 6000), ("quick", 9000), ("slow", 10_000), ("quick", 12_000)]
    assert (skipping.slept, real_sleeps) == (22_000, [])


def test_time_outs_of_asyncio_arrive(skipping: AutomationFake) -> None:
    """A timeout around a polling loop is reached by the sleeps that were skipped."""

    async def poll() -> None:
        while True:  # noqa: ASYNC110 - what a poller does
            await asyncio.sleep(30)

    async def limited() -> None:
        await asyncio.wait_for(poll(), timeout=600)

    with pytest.raises(TimeoutError):
        asyncio.run(limited())
    assert 20 <= len(skipping.sleeps) <= 22


perf_counter = time.perf_counter
Moment = dt.datetime
START = dt.datetime(2020, 1, 1, tzinfo=UTC)


def doze() -> None:
    """Sleep, and look at no clock."""
    time.sleep(600)


def by_datetime() -> None:
    """Wait by the clock of the module."""
    while dt.datetime.now(UTC) > START:
        time.sleep(600)


def by_monotonic() -> None:
    """Wait by a clock that skipped sleeps advance."""
    while time.monotonic():
        time.sleep(600)


def by_perf_counter() -> None:
    """Wait by a clock that does not move."""
    while time.perf_counter_ns():
        time.sleep(600)


def by_imported_name() -> None:
    """Wait by a clock that was imported by its name."""
    while perf_counter():
        time.sleep(600)


def by_imported_class() -> None:
    """Wait by a class that was imported under another name; the sleep is one call further in."""
    while Moment.now(UTC) > START:
        doze()


class Lamp:
    """Something with a member that is named like that of a clock."""

    lit = True

    @property
    def now(self) -> Any:
        """Refuse to be looked at."""
        raise AssertionError


LAMP = Lamp()


def by_nothing() -> None:
    """Wait for ever."""
    while LAMP.lit:
        doze()
    LAMP.now()


@pytest.mark.usefixtures("no_time_machine")
@pytest.mark.parametrize(
    ("loop", "text"),
    [
        (by_datetime, r"by_datetime \(test_clock\.py:\d+\) reads datetime\.now\(\), which .* Install .*\[time\]\.$"),
        (by_monotonic, r"by_monotonic \(.*\) reads time\.monotonic\(\), which skipped sleeps advance: "),
        (
            by_perf_counter,
            r"by_perf_counter \(.*\) reads time\.perf_counter_ns\(\), which skipped sleeps do not advance\.$",
        ),
        (by_imported_name, r"by_imported_name \(.*\) reads perf_counter\(\) of the module time, which skipped "),
        (by_imported_class, r"by_imported_class \(.*\) reads datetime\.now\(\), which skipped sleeps do not"),
    ],
)
def test_the_message_names_the_clock_that_the_loop_reads(
    skipping: AutomationFake, loop: Callable[[], None], text: str
) -> None:
    """If the sleeping code reads a clock, the error names it, and says whether it advances."""
    with pytest.raises(SleptTooLong, match=text):
        loop()
    assert skipping.slept > DAY


def test_a_loop_that_reads_no_clock_is_told_nothing_of_clocks() -> None:
    """If no clock is found up to the outermost frame, the error only contains the sleeps."""

    def work() -> None:
        with AutomationFake(skip_sleep=True, seed="clock"):
            by_nothing()

    with ThreadPoolExecutor(1) as pool, pytest.raises(SleptTooLong, match=r"the loop does not end\.$"):
        pool.submit(work).result()
