from __future__ import annotations

import _thread
import asyncio
import pickle
import queue
import sys
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, nullcontext
from contextvars import copy_context
from functools import partial
from multiprocessing.pool import ThreadPool
from typing import TYPE_CHECKING, Any, Self, cast

import boto3
import pytest
from botocore.stub import Stubber

from pytest_ssm_automation import AutomationFake, AutomationFakeError, LateCallError, NetworkBlockedError
from pytest_ssm_automation._transports.owner import active, carrying, late
from pytest_ssm_automation._transports.owner.frames import waits

if TYPE_CHECKING:
    from collections.abc import Callable

CLIENT: Any = boto3.client("ssm", region_name="us-east-1", aws_access_key_id="AKIDLATE", aws_secret_access_key="x")


def start(results: list[Any]) -> None:
    """Start an execution, and store the outcome."""
    try:
        results.append(CLIENT.start_automation_execution(DocumentName="Doc")["AutomationExecutionId"])
    except LateCallError as error:
        results.append(str(error).partition(" Make the test wait")[0])


def noted() -> list[str]:
    """Take the calls that the plugin would report of this very test."""
    texts = late.calls.copy()
    late.calls.clear()
    return texts


def do_late(
    work: Callable[[], Any], *, fake: AutomationFake | None = None, later: AutomationFake | None = None
) -> None:
    """Start a thread under a fake, and let it work after that one, under a later fake if there is one."""
    go = threading.Event()

    def held() -> None:
        go.wait(10)
        work()

    with fake or AutomationFake():
        worker = threading.Thread(target=held, name="worker-1")
        worker.start()
    with later or nullcontext():
        go.set()
        worker.join()


def test_a_late_call_is_nobody_elses() -> None:
    """A thread that was started under a fake is refused after it, and the next fake knows nothing of it."""
    results, later = list[Any](), AutomationFake()
    do_late(partial(start, results), fake=AutomationFake(seed="one"), later=later)
    assert later.calls == ()
    (text,) = results
    assert text.startswith("Thread 'worker-1' of ")
    assert text.endswith(" called StartAutomationExecution after its fake had ended.")
    assert noted() == [text]


def test_a_late_call_without_any_fake_is_refused_too() -> None:
    """It never reaches AWS, though no fake is there any more."""
    results: list[Any] = []
    do_late(partial(start, results))
    assert "after its fake had ended" in results[0]
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


def settle(thread: threading.Thread) -> None:
    """Wait until a thread is back at its queue or loop."""
    while not waits(thread):
        time.sleep(0.001)


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
                if isinstance(pool, Looping | Queueing):
                    settle(pool.thread)
    assert results == ids
    assert noted() == []


def test_a_loop_that_is_part_of_the_work_is_late() -> None:
    """A thread that runs one coroutine to its end does so for the test that started it."""
    go, running, results = threading.Event(), threading.Event(), list[Any]()

    async def work() -> None:
        running.set()
        await asyncio.to_thread(go.wait, 10)
        start(results)

    with AutomationFake():
        worker = threading.Thread(target=lambda: asyncio.run(work()))
        worker.start()
        assert running.wait(10)
    with AutomationFake() as later:
        go.set()
        worker.join()
        assert later.calls == ()
    assert noted() == results


def test_a_timer_belongs_to_the_test_that_started_it() -> None:
    """It waits by itself, for no work of others: what it calls after its fake is refused."""
    results: list[Any] = []
    with AutomationFake():
        timer = threading.Timer(0.1, start, (results,))
        timer.start()
    with AutomationFake() as later:
        timer.join()
        assert later.calls == ()
    assert "after its fake had ended" in results[0]
    assert noted() == results


def test_a_queued_task_belongs_to_the_test_that_submitted_it() -> None:
    """A task that an old pool gets round to after the fake is refused, and new tasks of the same pool are served."""
    results: list[Any] = []
    go = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(int).result()  # the pool's thread is older than the fakes
        with AutomationFake():
            pool.submit(go.wait, 10)
            queued = pool.submit(start, results)
        with AutomationFake() as later:
            go.set()
            queued.result()
            assert later.calls == ()
            pool.submit(start, results).result()
        assert results[1:] == [later.executions[0].id]
    assert noted() == results[:1]


@pytest.mark.parametrize("submit", ["apply_async", "map_async", "starmap_async", "imap", "imap_unordered"])
def test_a_queued_task_of_a_thread_pool_too(submit: str) -> None:
    """`multiprocessing.pool.ThreadPool` in all its ways of handing out work."""
    results: list[Any] = []
    go = threading.Event()
    with ThreadPool(1) as pool:
        with AutomationFake():
            pool.apply_async(go.wait, (10,))
            arguments = (results,) if submit == "apply_async" else [(results,)] if "star" in submit else [results]
            queued = getattr(pool, submit)(start, arguments)
        with AutomationFake() as later:
            go.set()
            queued.get(10) if hasattr(queued, "get") else next(queued)
            assert later.calls == ()
            pool.apply(start, (results,))
        assert results[1:] == [later.executions[0].id]
    assert noted() == results[:1]


class Handing:
    """Ways of handing a function to a pool as a callback; each pool runs `int` with the arguments first."""

    @staticmethod
    def future(task: Callable[..., Any], argument: Any, callback: Callable[[Any], None]) -> Any:
        """A callback of a future; the pool is shut down later, and waits for it."""
        pool = ThreadPoolExecutor(1)
        pool.submit(task, argument).add_done_callback(callback)
        return pool

    @staticmethod
    def by_name(task: Callable[..., Any], argument: Any, callback: Callable[[Any], None]) -> Any:
        """A callback of a thread pool, by name."""
        pool = ThreadPool(1)
        pool.apply_async(task, (argument,), callback=callback)
        return pool

    @staticmethod
    def by_position(task: Callable[..., Any], argument: Any, callback: Callable[[Any], None]) -> Any:
        """A callback of a thread pool as a positional argument; there is none for errors."""
        pool = ThreadPool(1)
        pool.map_async(task, [argument], 1, callback, None)
        return pool

    @staticmethod
    def for_errors(task: Callable[..., Any], argument: Any, callback: Callable[[Any], None]) -> Any:
        """A callback of a thread pool, for an error."""
        pool = ThreadPool(1)

        def fail(argument: Any) -> None:
            task(argument)
            raise ValueError

        pool.apply_async(fail, (argument,), error_callback=callback)
        return pool


@pytest.mark.parametrize("hand", [Handing.future, Handing.by_name, Handing.by_position, Handing.for_errors])
def test_a_callback_belongs_to_the_test_that_has_handed_it_out(hand: Callable[..., Any]) -> None:
    """Whatever thread calls it after the fake is refused, and is free again afterwards."""
    results: list[Any] = []
    go, done = threading.Event(), threading.Event()

    def call_back(_: Any) -> None:
        start(results)
        done.set()

    with AutomationFake():
        pool = hand(go.wait, 10, call_back)
    with AutomationFake() as later:
        go.set()
        assert done.wait(10)
        assert later.calls == ()
    with pool:
        pass  # ends its threads
    assert "after its fake had ended" in results[0]
    assert noted() == results


def test_a_thread_that_threading_does_not_know() -> None:
    """A raw thread belongs to what has started it; one that waits for work is served in the next test."""
    results: list[Any] = []
    go, done = threading.Event(), threading.Event()
    jobs: queue.Queue[Any] = queue.Queue()

    def held() -> None:
        go.wait(10)
        start(results)
        done.set()

    def serve() -> None:
        while jobs.get():
            start(results)
            jobs.task_done()
        jobs.task_done()

    with AutomationFake() as first:
        _thread.start_new_thread(serve, ())
        jobs.put(1)
        jobs.join()
        settle(next(each for each in threading.enumerate() if each.name.startswith("Dummy")))
        _thread.start_new_thread(held, ())
    with AutomationFake() as later:
        go.set()
        assert done.wait(10)
        assert later.calls == ()
        jobs.put(1)
        jobs.join()
    jobs.put(0)
    jobs.join()
    assert [results[0], results[2]] == [first.executions[0].id, later.executions[0].id]
    assert noted() == results[1:2]


def test_a_thread_that_a_left_thread_starts_is_late() -> None:
    """Threads and pool tasks that left-over work starts belong to the same test."""
    results: list[Any] = []
    later = AutomationFake()

    def work() -> None:
        child = threading.Thread(target=start, args=(results,))
        child.start()
        child.join()
        with ThreadPoolExecutor(1) as pool:
            pool.submit(start, results).result()

    do_late(work, later=later)
    assert later.calls == ()
    assert all("after its fake had ended" in text for text in results)
    assert noted() == results
    assert len(results) == 2


def test_what_was_left_may_have_a_fake_of_its_own() -> None:
    """A thread that enters a fake after its first one is answered by it, and is late again afterwards."""
    results: list[Any] = []
    own = AutomationFake()

    def work() -> None:
        with own:
            start(results)
        start(results)

    do_late(work)
    assert results[0] == own.executions[0].id
    assert noted() == results[1:]
    assert len(results) == 2


def test_current_gives_no_fake_to_late_work() -> None:
    """`AutomationFake.current()` follows the rule of calls: late work gets no fake of another test."""
    results: list[Any] = []

    def work() -> None:
        with pytest.raises(AutomationFakeError, match="No AutomationFake is active"):
            AutomationFake.current()
        results.append("refused")

    do_late(work, later=AutomationFake())
    assert results == ["refused"]


def test_other_services_are_kept_in_too() -> None:
    """No request of late work leaves the process: the guard of its fake stays."""
    results: list[Any] = []
    fake = AutomationFake()

    def work() -> None:
        try:
            CLIENT.get_parameter(Name="x")
        except NetworkBlockedError as error:
            results.append(str(error))

    do_late(work, fake=fake)
    assert "GetParameter" in results[0]
    with pytest.raises(AssertionError, match="GetParameter"):
        fake.verify()


def test_asyncio_threads() -> None:
    """`asyncio.to_thread` and `run_in_executor` carry the fake of the task, also to threads that are older."""
    results: list[Any] = []

    async def main() -> None:
        await asyncio.to_thread(int)
        with AutomationFake() as one:
            await asyncio.to_thread(start, results)
            await asyncio.get_running_loop().run_in_executor(None, start, results)
        assert [execution.id for execution in one.executions] == results
        blocked = asyncio.get_running_loop().run_in_executor(None, go.wait, 10)
        with AutomationFake():
            late_task = asyncio.get_running_loop().run_in_executor(pool, held)
        with AutomationFake() as later:
            go.set()
            await asyncio.gather(blocked, late_task)
            assert later.calls == ()

    def held() -> None:
        go.wait(10)
        start(results)

    go = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        asyncio.run(main())
    assert noted() == results[2:]
    assert len(results) == 3


@pytest.mark.parametrize("warm", [True, False], ids=["old-thread", "new-thread"])
def test_anyio_threads(*, warm: bool) -> None:
    """`anyio.to_thread` carries the fake too; a function that was abandoned there is late."""
    anyio: Any = pytest.importorskip("anyio")
    results: list[Any] = []
    go, done = threading.Event(), threading.Event()

    def held() -> None:
        go.wait(10)
        start(results)
        done.set()

    async def main() -> None:
        if warm:
            await anyio.to_thread.run_sync(int)
        with AutomationFake() as one:
            await anyio.to_thread.run_sync(start, results)
            with anyio.move_on_after(0.05):
                await anyio.to_thread.run_sync(held, abandon_on_cancel=True)
        assert results == [one.executions[0].id]
        go.set()
        done.wait(10)
        with AutomationFake() as later:
            await anyio.to_thread.run_sync(start, results)
        assert results[2:] == [later.executions[0].id]

    anyio.run(main)
    assert noted() == results[1:2]


def test_tasks_of_a_loop_that_outlives_the_fake_have_no_owner() -> None:
    """Nothing tells them from workers of the loop: the next fake answers."""
    results: list[Any] = []

    async def work(go: asyncio.Event) -> None:
        await go.wait()
        start(results)

    async def main() -> None:
        go = asyncio.Event()
        with AutomationFake():
            task = asyncio.create_task(work(go))
            await asyncio.sleep(0)
        with AutomationFake() as later:
            go.set()
            await task
        assert results == [later.executions[0].id]

    asyncio.run(main())


def test_a_fake_that_is_left_in_another_context() -> None:
    """A thread whose context still names a fake that was left elsewhere is free."""
    results: list[Any] = []
    fake = AutomationFake()
    fake.__enter__()
    copy_context().run(fake.__exit__, None, None, None)
    with AutomationFake() as later:
        start(results)
    copy_context().run(AutomationFake().__enter__)
    other = copy_context()
    try:
        assert results == [later.executions[0].id]
    finally:
        other.run(active.all_active()[0].fake.__exit__, None, None, None)


def test_a_context_that_a_thread_was_handed_is_late() -> None:
    """Code that copies its context to an old thread hands on the fake as well."""
    results: list[Any] = []
    go = threading.Event()
    jobs: queue.Queue[Any] = queue.Queue()

    def serve() -> None:
        while job := jobs.get():
            job()

    def held() -> None:
        go.wait(10)
        start(results)

    server = threading.Thread(target=serve)
    server.start()
    with AutomationFake():
        jobs.put(partial(copy_context().run, held))
        left = threading.Thread(target=go.wait, args=(10,))
        left.start()
    go.set()
    jobs.put(None)
    server.join()
    left.join()
    assert noted() == results
    assert len(results) == 1


def test_all_is_put_back_when_nothing_is_left() -> None:
    """What was left has ended: the next call, or the next fake, takes the wraps away."""
    with AutomationFake():
        pass
    before = threading.Thread.start
    go = threading.Event()
    for call in (True, False):
        go.clear()
        with AutomationFake():
            worker = threading.Thread(target=lambda: go.wait(10))
            worker.start()
        assert threading.Thread.start is not before
        go.set()
        worker.join()
        if call:
            with Stubber(CLIENT) as stubber:
                stubber.add_response("start_automation_execution", {"AutomationExecutionId": "1" * 36})
                start([])
        else:
            with AutomationFake():
                pass
        assert threading.Thread.start is before


def test_a_task_that_fails_is_done() -> None:
    """An exception that keeps a task alive leaves no work behind, and reaches the caller."""
    with AutomationFake():
        pass
    before = threading.Thread.start
    with ThreadPoolExecutor(1) as pool:
        with AutomationFake():
            failed = pool.submit(int, "x")
            with pytest.raises(ValueError, match="invalid literal"):
                failed.result()
        assert threading.Thread.start is before


def test_a_pool_whose_threads_the_user_starts() -> None:
    """A task that runs in a thread with an owner belongs to its own, and the thread to its owner again afterwards."""
    results: list[Any] = []

    def work(task: carrying.OwnedTask) -> None:
        task(results)
        start(results)

    with AutomationFake() as outer:
        with AutomationFake():
            inner = active.current()
            assert inner is not None
            task = carrying.OwnedTask(start, inner)
        worker = threading.Thread(target=work, args=(task,))
        worker.start()
        worker.join()
    assert results[1:] == [outer.executions[0].id]
    assert noted() == results[:1]


def test_pools_are_patched_when_the_first_one_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until then `multiprocessing.pool` is as it was. It may even be imported after the fake has become active."""
    results: list[Any] = []
    module = sys.modules["multiprocessing.pool"]
    with AutomationFake():
        pass  # restores patches that earlier tests have left
    monkeypatch.delitem(sys.modules, "multiprocessing.pool")
    with AutomationFake() as fake:
        monkeypatch.setitem(sys.modules, "multiprocessing.pool", module)
        before = module.ThreadPool.apply_async
        with ThreadPool(1) as pool:
            assert module.ThreadPool.apply_async is not before
            pool.apply(start, (results,))
    assert module.ThreadPool.apply_async is before
    assert results == [fake.executions[0].id]


def test_pools_that_start_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The methods of pools are wrapped once, and restored."""
    before, patches = ThreadPool.apply_async, carrying._of_pools

    def slowly(module: Any) -> Any:
        time.sleep(0.05)
        return patches(module)

    def pool() -> None:
        with ThreadPool(1) as made:
            assert made.apply(int, ("1",)) == 1

    monkeypatch.setattr(carrying, "_of_pools", slowly)
    with AutomationFake():
        workers = [threading.Thread(target=pool) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert ThreadPool.apply_async is not before
    assert ThreadPool.apply_async is before


def test_wrong_arguments_fail_as_ever() -> None:
    """Submitting nothing, and starting a thread twice, raise what they raise without a fake."""
    with AutomationFake() as fake, ThreadPoolExecutor(1) as pool:
        with pytest.raises(TypeError):
            pool.submit()  # type: ignore[call-arg]
        worker = threading.Thread(target=int)
        worker.start()
        worker.join()
        with pytest.raises(RuntimeError, match="threads can only be started once"):
            worker.start()
        with pytest.raises(TypeError):
            Future[int]().add_done_callback()  # type: ignore[call-arg]
        with pytest.raises(TypeError):
            _thread.start_new_thread(1, ())  # type: ignore[call-overload]
        assert fake.calls == ()


def test_a_task_is_the_plain_function_elsewhere() -> None:
    """A pool that copies tasks to another interpreter copies only the function."""
    assert pickle.loads(pickle.dumps(carrying.OwnedTask(int, cast("Any", None)))) is int  # noqa: S301


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
    with ThreadPool(1) as pool:
        assert pool.apply(int, ("1",)) == 1
    go.set()
    worker.join()
    assert results == ["1" * 36]
