"""The option `skip_sleep`."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from pytest_ssm_automation import AutomationFake, SleptTooLong, _clock
from pytest_ssm_automation._clock import MOST_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

REAL = (time.sleep, time.time, time.monotonic)


@pytest.fixture
def skipping() -> Iterator[AutomationFake]:
    """An active fake that skips sleeps."""
    with AutomationFake(skip_sleep=True, seed="clock") as fake:
        yield fake


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    """After each of these tests the functions of `time` are the real ones again."""
    yield
    assert (time.sleep, time.time, time.monotonic) == REAL


def real_seconds(work: Any) -> float:
    """Say how long something really takes."""
    before = time.perf_counter()
    work()
    return time.perf_counter() - before


def test_sleeping_takes_no_time(skipping: AutomationFake) -> None:
    """Sleeps return at once, and the fake knows how long they should have been."""

    def work() -> None:
        for seconds in (30, 0.5, 0):
            time.sleep(seconds)

    assert real_seconds(work) < 1
    assert skipping.sleeps == (30, 0.5, 0)
    assert skipping.slept == 30.5


@pytest.mark.parametrize("clock", ["time", "monotonic"])
def test_clocks_go_on(skipping: AutomationFake, clock: str) -> None:
    """Read through the module, both clocks have gone on by what was slept, so that deadlines arrive."""
    before = getattr(time, clock)()
    time.sleep(3600)
    assert 3600 <= getattr(time, clock)() - before < 3601


def test_without_the_option_nothing_is_skipped() -> None:
    """By default sleeps are real, and nobody counts them."""
    with AutomationFake(seed="clock") as fake:
        assert time.sleep is REAL[0]
        assert real_seconds(lambda: time.sleep(0.01)) >= 0.01
        assert fake.sleeps == ()
        assert fake.slept == 0


def test_other_threads_sleep_in_earnest(skipping: AutomationFake) -> None:
    """A poller in the background would spin otherwise; its sleeps are not counted."""
    thread = threading.Thread(target=lambda: time.sleep(0.05))

    def work() -> None:
        thread.start()
        thread.join()

    assert real_seconds(work) >= 0.05
    assert skipping.sleeps == ()


def test_a_loop_without_end_is_stopped(skipping: AutomationFake) -> None:
    """Even one that swallows every Exception ends, after a day at the latest, and is told why."""

    def forever() -> None:
        while True:
            try:
                time.sleep(30)
            except Exception:  # noqa: BLE001, S112 - the loop that this is about
                continue

    with pytest.raises(
        SleptTooLong, match=r"time\.sleep was called 2881 times for 86430 s in all: the loop never ends"
    ):
        forever()
    assert skipping.slept == MOST_SECONDS + 30
    assert not issubclass(SleptTooLong, Exception)


def test_a_loop_that_hardly_sleeps_is_stopped(skipping: AutomationFake, monkeypatch: pytest.MonkeyPatch) -> None:
    """A loop with sleeps of no length ends too; here after fewer of them, to save time."""
    monkeypatch.setattr(_clock, "MOST_SLEEPS", 100)
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


def test_it_is_restored_after_an_error() -> None:
    """However the block ends, the functions are the real ones again."""
    with pytest.raises(KeyboardInterrupt), AutomationFake(skip_sleep=True, seed="clock"):
        raise KeyboardInterrupt


def test_nested_fakes_count_for_themselves(skipping: AutomationFake) -> None:
    """The innermost fake has the sleeps, and its end gives them back to the outer one."""
    before = time.time()
    time.sleep(10)
    with AutomationFake(skip_sleep=True, seed="inner") as inner:
        time.sleep(20)
        assert time.time() - before >= 30
    time.sleep(40)
    assert (skipping.sleeps, inner.sleeps) == ((10, 40), (20,))


def test_others_may_patch_in_between(monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody else has put there stays, and where they put ours back later, it skips nothing any more."""
    with AutomationFake(skip_sleep=True, seed="clock") as fake:
        ours = time.sleep
        with monkeypatch.context() as patch:
            patch.setattr(time, "sleep", lambda _: None)
            theirs = time.sleep
            fake.__exit__(None, None, None)
            assert time.sleep is theirs
            assert time.time is REAL[1]
        assert time.sleep == ours
        assert real_seconds(lambda: time.sleep(0.01)) >= 0.01
        time.sleep = REAL[0]
        fake.__enter__()


def test_a_fake_used_again_goes_on_counting() -> None:
    """A second block adds to the record, and its patience starts afresh; a reset forgets."""
    fake = AutomationFake(skip_sleep=True, seed="clock")
    for _ in range(2):
        with fake:
            time.sleep(MOST_SECONDS)
    assert [*fake.sleeps] == [MOST_SECONDS, MOST_SECONDS]
    fake.reset()
    assert [*fake.sleeps] == []


def test_a_poller_is_tested_in_milliseconds(skipping: AutomationFake) -> None:
    """A caller that polls every half a minute until a deadline gets there at once."""
    client: Any = skipping.client()
    skipping.script(["InProgress"])
    execution_id = client.start_automation_execution(DocumentName="Doc")["AutomationExecutionId"]
    deadline = time.monotonic() + 600
    while time.monotonic() < deadline:
        client.get_automation_execution(AutomationExecutionId=execution_id)
        time.sleep(30)
    assert skipping.slept == 600


def test_retries_of_botocore_do_not_count(skipping: AutomationFake) -> None:
    """Only the caller's own sleeps are on record."""
    client: Any = skipping.client()
    skipping.fail_with("ThrottlingException")
    with pytest.raises(client.exceptions.ClientError):
        client.start_automation_execution(DocumentName="Doc")
    assert skipping.sleeps == ()
