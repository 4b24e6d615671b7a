from __future__ import annotations

import asyncio
import copy
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, nullcontext
from queue import Queue
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.client import BaseClient

from pytest_ssm_automation import AutomationFake, AutomationFakeError
from pytest_ssm_automation._transports.owner import active

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CLIENT: Any = boto3.client("ssm", region_name="us-east-1", aws_access_key_id="AKIDOWNER", aws_secret_access_key="x")


def start(name: str = "Doc", client: Any = CLIENT) -> str:
    """Start an execution, and return its id."""
    execution_id: str = client.start_automation_execution(DocumentName=name)["AutomationExecutionId"]
    return execution_id


def names(fake: AutomationFake) -> list[str]:
    """List the documents that were started."""
    return [call.params["DocumentName"] for call in fake.calls]


def test_greenlets_are_work_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fake that another greenlet of the same thread enters is not nested in the one around it."""
    main = SimpleNamespace(parent=None)
    running = [main]
    monkeypatch.setitem(sys.modules, "greenlet", SimpleNamespace(getcurrent=lambda: running[-1]))
    with AutomationFake() as outer, ExitStack() as entered:
        running.append(SimpleNamespace(parent=main))
        other = entered.enter_context(AutomationFake())
        start("Other")
        running.pop()
        around = outer._check_active()
        assert active.innermost(around) is around
    assert names(other) == ["Other"]


class Worker:
    """A thread that calls functions one after the other."""

    def __init__(self) -> None:
        """Start the thread."""
        self._jobs: Queue[Any] = Queue()
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    def _work(self) -> None:
        while job := self._jobs.get():
            job()
            self._jobs.task_done()

    def call(self, function: Callable[[], Any]) -> None:
        """Call a function in the thread, and wait for it."""
        self.begin(function)
        self.join()

    def begin(self, function: Callable[[], Any]) -> None:
        """Call a function in the thread."""
        self._jobs.put(function)

    def join(self) -> None:
        """Wait for all that was begun."""
        self._jobs.join()

    def end(self) -> None:
        """Let the thread end."""
        self._jobs.put(None)
        self._thread.join()


@pytest.fixture
def worker() -> Iterator[Worker]:
    """A thread that is older than the fakes of the test."""
    made = Worker()
    yield made
    made.end()


@pytest.mark.parametrize("transports", [["stubber"] * 4, ["wire"] * 4, ["stubber", "wire"] * 2], ids="-".join)
@pytest.mark.parametrize("around", [nullcontext, AutomationFake], ids=["alone", "inside-another"])
def test_threads_with_a_fake_each(transports: list[str], around: Callable[[], Any]) -> None:
    """Threads with their own fakes, and a shared client, never record in each other's fakes."""
    barrier = threading.Barrier(len(transports))

    def work(number: int) -> AutomationFake:
        with AutomationFake(transport=transports[number]) as fake, ThreadPoolExecutor(1) as pool:
            for _ in range(20):
                barrier.wait(20)
                assert AutomationFake.current() is fake
                start(f"Doc-{number}")
                pool.submit(start, f"Doc-{number}").result()
                child = threading.Thread(target=start, args=(f"Doc-{number}",))
                child.start()
                child.join()
            barrier.wait(20)
        return fake

    with around() as outer:
        with ThreadPoolExecutor(len(transports)) as pool:
            fakes = list(pool.map(work, range(len(transports))))
        if outer:
            start("Outer")
            assert names(outer) == ["Outer"]
    assert [names(fake) for fake in fakes] == [[f"Doc-{number}"] * 60 for number in range(len(transports))]


def test_tasks_with_a_fake_each() -> None:
    """Neither do asyncio tasks, whatever threads they use."""

    async def work(number: int) -> AutomationFake:
        with AutomationFake(transport="wire" if number % 2 else "stubber") as fake:
            for _ in range(20):
                start(f"Doc-{number}")
                await asyncio.sleep(0)
                await asyncio.to_thread(start, f"Doc-{number}")
        return fake

    async def main() -> list[AutomationFake]:
        return await asyncio.gather(*map(work, range(4)))

    with AutomationFake() as outer:
        fakes = asyncio.run(main())
    assert [names(fake) for fake in fakes] == [[f"Doc-{number}"] * 40 for number in range(4)]
    assert outer.calls == ()


def test_a_call_without_an_owner_goes_to_the_innermost_fake(worker: Worker) -> None:
    """A thread that is older than every fake is answered by the one that was entered last."""
    with AutomationFake() as outer:
        worker.call(lambda: start("one"))
        with AutomationFake() as inner:
            worker.call(lambda: start("two"))
        worker.call(lambda: start("three"))
    assert (names(outer), names(inner)) == (["one", "three"], ["two"])


def test_an_old_worker_does_not_bypass_a_nested_fake() -> None:
    """A thread of the outer fake is answered by the one that the test enters inside it, and by the outer one again."""
    with AutomationFake() as outer, ExitStack() as stack:
        made = Worker()
        stack.callback(made.end)
        made.call(lambda: start("one"))
        with AutomationFake() as inner:
            made.call(lambda: start("two"))
            with AutomationFake() as innermost:
                made.call(lambda: start("three"))
                assert AutomationFake.current() is innermost
        made.call(lambda: start("four"))
    assert (names(outer), names(inner), names(innermost)) == (["one", "four"], ["two"], ["three"])


def test_fakes_that_end_in_the_wrong_order() -> None:
    """The calls of an old worker go to the innermost of those that are left."""
    outer, middle, inner = AutomationFake(), AutomationFake(), AutomationFake()
    with outer, ExitStack() as stack:
        made = Worker()
        stack.callback(made.end)
        middle.__enter__()
        inner.__enter__()
        middle.__exit__(None, None, None)
        made.call(lambda: start("one"))
        start("two")
        inner.__exit__(None, None, None)
        made.call(lambda: start("three"))
        start("four")
    assert (names(outer), names(middle), names(inner)) == (["three", "four"], [], ["one", "two"])


def test_a_fake_of_a_thread_is_nested_for_that_thread_alone(worker: Worker) -> None:
    """The test's own thread, and what it has started, keep their fake while another thread enters one."""
    with AutomationFake() as outer:
        entered, over = threading.Event(), threading.Event()

        def helper() -> None:
            with AutomationFake() as own:
                start("own")
                entered.set()
                over.wait(10)
                assert names(own) == ["own", "old"]

        helping = threading.Thread(target=helper)
        helping.start()
        entered.wait(10)
        start("mine")
        worker.call(lambda: start("old"))  # which belongs to none, so to the one that was entered last
        over.set()
        helping.join()
    assert names(outer) == ["mine"]


def test_a_request_that_is_copied_keeps_its_fake() -> None:
    """Handlers may copy a request at any depth: the fake in its context is not copied."""
    seen: list[Any] = []

    def copy_request(params: dict[str, Any], **_: Any) -> None:
        seen.append(copy.deepcopy(params))

    client: Any = boto3.client("ssm", region_name="us-east-1")
    client.meta.events.register_first("before-call.ssm", copy_request)
    with AutomationFake() as fake:
        start(client=client)
        entry = next(value for name, value in seen[0]["context"].items() if name == "pytest_ssm_automation")
        assert entry.active is active.current()
    assert len(fake.calls) == 1


def test_a_request_whose_claim_was_gone_round() -> None:
    """A request in whose context nothing is noted goes to the fake that answers where it is made."""

    def forget(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        context.pop("pytest_ssm_automation", None)

    client: Any = boto3.client("ssm", region_name="us-east-1")
    client.meta.events.register_first("before-call.ssm", forget)
    for transport in ("stubber", "wire"):
        with AutomationFake(transport=transport) as fake:
            start(client=client)
        assert len(fake.calls) == 1


def test_a_claim_keeps_its_fake() -> None:
    """A fake that becomes active during a request does not answer it; one that has ended refuses none."""
    client: Any = boto3.client("ssm", region_name="us-east-1")
    inner = AutomationFake(transport="wire")

    def enter(**_: Any) -> None:
        inner.__enter__()

    with AutomationFake() as outer:
        client.meta.events.register_first("before-call.ssm", enter)
        start(client=client)
        client.meta.events.unregister("before-call.ssm", enter)
        inner.__exit__(None, None, None)
    assert (len(outer.calls), len(inner.calls)) == (1, 0)


def test_a_request_whose_fake_goes_meanwhile() -> None:
    """It goes to the fake around it."""
    client: Any = boto3.client("ssm", region_name="us-east-1")
    inner = AutomationFake()

    def leave(**_: Any) -> None:
        inner.__exit__(None, None, None)

    with AutomationFake() as outer:
        inner.__enter__()
        client.meta.events.register_first("before-call.ssm", leave)
        start(client=client)
    assert (len(outer.calls), len(inner.calls)) == (1, 0)


@pytest.mark.parametrize("following", [None, "stubber", "wire"])
@pytest.mark.parametrize("transport", ["stubber", "wire"])
def test_a_call_that_is_on_its_way_when_the_last_fake_ends(
    worker: Worker, transport: str, following: str | None
) -> None:
    """The fake that has claimed it answers, though the thread is older: no other test sees the call, and no network."""
    client: Any = boto3.client("ssm", region_name="us-east-1", aws_access_key_id="AKIDOWNER", aws_secret_access_key="x")
    arrived, go = threading.Event(), threading.Event()

    def hold(**_: Any) -> None:
        arrived.set()
        go.wait(20)

    client.meta.events.register_first("before-call.ssm", hold)
    base: Any = BaseClient
    original, results = base._convert_to_request_dict, list[str]()
    with AutomationFake(transport=transport) as fake:
        worker.begin(lambda: results.append(start("Held", client)))
        assert arrived.wait(20)
    assert base._convert_to_request_dict is not original
    with AutomationFake(transport=following) if following else nullcontext() as other:
        go.set()
        worker.join()
    assert [execution.id for execution in fake.executions] == results
    assert other is None or other.calls == ()
    with AutomationFake():
        pass
    assert base._convert_to_request_dict is original


def test_current_is_the_fake_of_the_own_thread() -> None:
    """`AutomationFake.current()` follows the rule by which calls are answered."""
    with AutomationFake() as fake, ThreadPoolExecutor(1) as pool:
        assert pool.submit(AutomationFake.current).result() is fake
    with pytest.raises(AutomationFakeError, match="No AutomationFake is active"):
        AutomationFake.current()
