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

from pytest_ssm_automation import AutomationFake

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

    def call(self, function: Callable[[], Any], *, wait: bool = True) -> None:
        """Call a function in the thread, and wait for it."""
        self._jobs.put(function)
        if wait:
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


def test_greenlets_are_work_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fake that another greenlet of the same thread enters is not nested in the one around it."""
    main = SimpleNamespace(parent=None)
    running = [main]
    monkeypatch.setitem(sys.modules, "greenlet", SimpleNamespace(getcurrent=lambda: running[-1]))
    with AutomationFake() as outer, ExitStack() as entered:
        owned = Worker()
        entered.callback(owned.end)
        running.append(SimpleNamespace(parent=main))
        other = entered.enter_context(AutomationFake())
        start("Other")
        running.pop()
        owned.call(lambda: start("Outer"))
    assert (names(outer), names(other)) == (["Outer"], ["Other"])


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


def test_old_workers_do_not_bypass_a_nested_fake(worker: Worker) -> None:
    """A thread that is older than all fakes, or that the outer one owns, is answered by the innermost that is left.

    Fakes may also end in another order.
    """
    middle, inner = AutomationFake(), AutomationFake()
    with AutomationFake() as outer, ExitStack() as stack:
        owned = Worker()
        stack.callback(owned.end)

        def call(name: str) -> None:
            start(name)
            for each in (worker, owned):
                each.call(lambda: start(name))

        call("one")
        with AutomationFake() as nested:
            call("two")
            assert AutomationFake.current() is nested
        middle.__enter__()
        inner.__enter__()
        middle.__exit__(None, None, None)
        call("three")
        inner.__exit__(None, None, None)
        call("four")
    assert [names(fake)[::3] for fake in (outer, nested, middle, inner)] == [["one", "four"], ["two"], [], ["three"]]
    assert [len(fake.calls) for fake in (outer, nested, inner)] == [6, 3, 3]


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


def test_a_request_that_is_copied_keeps_its_fake(fake: AutomationFake, client: Any) -> None:
    """Handlers may copy a request at any depth: the fake in its context is not copied."""
    copied: list[bool] = []

    def copy_request(params: dict[str, Any], **_: Any) -> None:
        name = "pytest_ssm_automation"
        copied.append(copy.deepcopy(params)["context"][name] is not params["context"][name])

    client.meta.events.register_first("before-call.ssm", copy_request)
    start(client=client)
    assert (copied, len(fake.calls)) == ([False], 1)


def test_a_request_that_is_copied_before_a_retry() -> None:
    """So is it on the wire, where a handler may copy a request for each attempt."""
    copies: list[dict[str, Any]] = []
    with AutomationFake(transport="wire") as fake:
        client = fake.client()
        client.meta.events.register(
            "needs-retry.ssm", lambda request_dict, **_: copies.append(copy.deepcopy(request_dict))
        )
        fake.fail_with("ThrottlingException")
        start(client=client)
    assert (len(copies), [call.outcome for call in fake.calls]) == (2, ["failed", "started"])


def test_a_request_that_forgot_its_claim() -> None:
    """A request in whose context nothing is noted goes to the fake that answers where it is made."""
    client: Any = boto3.client("ssm", region_name="us-east-1")
    client.meta.events.register_first("before-call.ssm", lambda context, **_: context.clear())
    for transport in ("stubber", "wire"):
        with AutomationFake(transport=transport) as fake:
            start(client=client)
        assert len(fake.calls) == 1


def test_a_claim_keeps_its_fake() -> None:
    """A fake that is entered during a request does not answer it; if its own fake ends, the one around it does."""
    client: Any = boto3.client("ssm", region_name="us-east-1")
    inner = AutomationFake(transport="wire")

    def change(**_: Any) -> None:
        if inner._active:
            inner.__exit__(None, None, None)
        else:
            inner.__enter__()

    client.meta.events.register_first("before-call.ssm", change)
    with AutomationFake() as outer:
        start(client=client)
        start(client=client)
    assert (len(outer.calls), len(inner.calls)) == (2, 0)


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
        worker.call(lambda: results.append(start("Held", client)), wait=False)
        assert arrived.wait(20)
    assert base._convert_to_request_dict is not original
    with AutomationFake(transport=following) if following else nullcontext() as other:
        go.set()
        worker.call(int)
    assert [execution.id for execution in fake.executions] == results
    assert other is None or other.calls == ()
    with AutomationFake():
        pass
    assert base._convert_to_request_dict is original
