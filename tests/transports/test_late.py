from __future__ import annotations

import asyncio
import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, nullcontext
from functools import partial
from multiprocessing.pool import ThreadPool
from typing import TYPE_CHECKING, Any, Self

import boto3
import pytest
from botocore.stub import Stubber

from pytest_ssm_automation import AutomationFake
from pytest_ssm_automation._transports import late
from pytest_ssm_automation._transports.late import LateCallError

if TYPE_CHECKING:
    from collections.abc import Callable

CLIENT: Any = boto3.client("ssm", region_name="us-east-1", aws_access_key_id="AKIDLATE", aws_secret_access_key="x")


def start(results: list[Any]) -> None:
    """Start an execution, and keep what becomes of it."""
    try:
        results.append(CLIENT.start_automation_execution(DocumentName="Doc")["AutomationExecutionId"])
    except LateCallError as error:
        results.append(str(error))


def noted() -> list[str]:
    """Take the calls that the plugin would report of this very test."""
    texts = late.calls.copy()
    late.calls.clear()
    return texts


def test_a_late_call_is_nobody_elses() -> None:
    """A thread that was started under a fake is refused after it, and the next fake knows nothing of it."""
    go, results = threading.Event(), list[Any]()

    def work() -> None:
        go.wait(10)
        start(results)

    with AutomationFake(seed="one"):
        worker = threading.Thread(target=work, name="worker-1")
        worker.start()
    with AutomationFake() as later:
        go.set()
        worker.join()
        assert later.calls == ()
    (text,) = results
    assert text.startswith("Thread 'worker-1' of ")
    assert text.endswith(" called StartAutomationExecution after the fake had gone.")
    assert noted() == [text]


def test_a_late_call_without_any_fake_is_refused_too() -> None:
    """It never reaches AWS, though no fake is there any more."""
    go, results = threading.Event(), list[Any]()

    def work() -> None:
        go.wait(10)
        start(results)

    with AutomationFake():
        worker = threading.Thread(target=work)
        worker.start()
    go.set()
    worker.join()
    assert "after the fake had gone" in results[0]
    assert noted() == results


@pytest.mark.parametrize("busy", [False, True])
def test_a_pools_thread_with_a_new_task_is_not_late(*, busy: bool) -> None:
    """A pool that outlives a test serves the next one, idle or busy when the first fake went."""
    results: list[Any] = []
    holding, go = threading.Event(), threading.Event()

    def hold() -> None:
        holding.set()
        go.wait(10 if busy else 0)

    with ThreadPoolExecutor(1) as pool:
        with AutomationFake() as first:
            pool.submit(start, results).result()
            held = pool.submit(hold)
            if not busy:
                held.result()
            holding.wait(10)
        go.set()
        held.result()
        with AutomationFake() as second:
            pool.submit(start, results).result()
    assert results == [first.executions[0].id, second.executions[0].id]
    assert noted() == []


def forever(loop: asyncio.AbstractEventLoop) -> None:
    """Run an event loop, as code does that keeps one in a thread."""
    loop.run_forever()


class Looping:
    """An event loop in a thread, in the shape of a pool."""

    def __init__(self) -> None:
        """Start the thread."""
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=forever, args=(self.loop,))
        self.thread.start()

    def __enter__(self) -> Self:
        """Be the pool."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the loop."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    def apply(self, function: Any, arguments: tuple[Any, ...]) -> None:
        """Call a function in the thread, and wait for it."""

        async def call() -> None:
            function(*arguments)

        asyncio.run_coroutine_threadsafe(call(), self.loop).result()


class Queueing:
    """A thread that takes functions from a queue, in the shape of a pool."""

    def __init__(self) -> None:
        """Start the thread."""
        self.jobs: queue.Queue[Any] = queue.Queue()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def __enter__(self) -> Self:
        """Be the pool."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let the thread end."""
        self.jobs.put(None)
        self.thread.join()

    def run(self) -> None:
        """Do what comes."""
        while job := self.jobs.get():
            function, arguments = job
            function(*arguments)
            self.jobs.task_done()

    def apply(self, function: Any, arguments: tuple[Any, ...]) -> None:
        """Call a function in the thread, and wait for it."""
        self.jobs.put((function, arguments))
        self.jobs.join()


@pytest.mark.parametrize("kind", [partial(ThreadPool, 1), Looping, Queueing])
def test_what_waits_for_work_is_not_late(kind: Callable[[], Any]) -> None:
    """Pools, event loops and queues that were started under one fake serve the next one."""
    results: list[Any] = []
    with ExitStack() as stack:
        ids: list[str] = []
        pool = None
        for _ in range(2):
            with AutomationFake() as fake:
                pool = pool or stack.enter_context(kind())
                pool.apply(start, (results,))
                ids.append(fake.executions[0].id)
                time.sleep(0.05)  # the thread is back at its loop
    assert results == ids
    assert noted() == []


def test_a_loop_that_is_part_of_the_work_is_late() -> None:
    """A thread that runs one coroutine to its end does so for the test that started it."""
    go, results = threading.Event(), list[Any]()

    async def work() -> None:
        await asyncio.to_thread(go.wait, 10)
        start(results)

    with AutomationFake():
        worker = threading.Thread(target=lambda: asyncio.run(work()))
        worker.start()
        time.sleep(0.05)
    with AutomationFake() as later:
        go.set()
        worker.join()
        assert later.calls == ()
    assert noted() == results


def test_fakes_of_several_threads() -> None:
    """A thread with a fake of its own is never late, and none is while fakes of other threads are active."""
    entered, go, results = threading.Event(), threading.Event(), list[Any]()

    def helper() -> None:
        with AutomationFake():
            entered.set()
            go.wait(10)

    def worker(own: Any) -> None:
        go.wait(10)
        helping.join()
        with own:
            start(results)

    helping = threading.Thread(target=helper)
    with AutomationFake() as outer:
        helping.start()
        entered.wait(10)
        plain = threading.Thread(target=worker, args=(nullcontext(),))
        plain.start()
        go.set()
        plain.join()
    entered.clear()
    go.clear()
    helping = threading.Thread(target=helper)
    helping.start()
    entered.wait(10)
    with_its_own = threading.Thread(target=worker, args=(AutomationFake(),))
    with_its_own.start()
    go.set()
    with_its_own.join()
    assert results[0] == outer.executions[0].id
    assert len(results[1]) == len(results[0])
    assert noted() == []


def test_what_has_ended_is_forgotten() -> None:
    """A thread that was left is kept, with all that it holds, no longer than until the next fake goes."""
    go = threading.Event()
    with AutomationFake():
        worker = threading.Thread(target=lambda: go.wait(10))
        worker.start()
    assert late.any_left()
    go.set()
    worker.join()
    with AutomationFake():
        pass
    assert not late._left


def test_others_may_call_while_a_thread_is_left() -> None:
    """Without a fake, calls of other threads go where they would go anyway."""
    go = threading.Event()

    def work() -> None:
        go.wait(10)

    with AutomationFake():
        worker = threading.Thread(target=work)
        worker.start()
    with Stubber(CLIENT) as stubber:
        stubber.add_response("start_automation_execution", {"AutomationExecutionId": "1" * 36})
        results: list[Any] = []
        start(results)
    go.set()
    worker.join()
    assert results == ["1" * 36]
