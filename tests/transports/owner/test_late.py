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
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.awsrequest import AWSRequest
from botocore.exceptions import EndpointConnectionError
from botocore.httpsession import URLLib3Session
from botocore.stub import Stubber
from left import CLIENT, Held, noted, settle, start

from pytest_ssm_automation import AutomationFake, AutomationFakeError, NetworkBlockedError
from pytest_ssm_automation._transports.owner import carrying

if TYPE_CHECKING:
    from collections.abc import Callable


def in_child(held: Held) -> None:
    """Start a thread in which a thread and the task of a pool follow, which do the work together."""

    def work() -> None:
        held.go.wait(10)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(held.in_thread, held).result()

    held.in_thread(work)


def in_coroutine(held: Held) -> None:
    """Start a thread that runs one coroutine to its end."""
    running = threading.Event()

    async def work() -> None:
        running.set()
        await asyncio.to_thread(held.go.wait, 10)
        held()

    held.in_thread(lambda: asyncio.run(work()))
    assert running.wait(10)


def in_timer(held: Held) -> None:
    """Start a timer, which waits by itself and not for the work of others."""
    timer = threading.Timer(0.05, held)
    timer.start()
    held.stack.callback(timer.join)


def queued(held: Held) -> Any:
    """Submit a task to a pool that is busy; its thread is as old as the task."""
    pool = held.stack.enter_context(ThreadPoolExecutor(1))
    pool.submit(held.go.wait, 10)
    pool.submit(held)
    return lambda function: pool.submit(function).result()


def queued_in(submit: str, held: Held) -> Any:
    """Submit a task to a busy `ThreadPool`, in one of its ways."""
    pool = held.stack.enter_context(ThreadPool(1))
    pool.apply_async(held.go.wait, (10,))
    getattr(pool, submit)(held, () if submit == "apply_async" else [(1,)])
    return pool.apply


def as_callback(submit: str, held: Held) -> None:
    """Hand a callback of a task to a pool."""
    pool: Any = held.stack.enter_context(ThreadPoolExecutor(1) if submit == "future" else ThreadPool(1))
    hand: Any = {
        "future": lambda: pool.submit(held.go.wait, 10).add_done_callback(held),
        "callback": lambda: pool.apply_async(held.go.wait, (10,), callback=held),
        "position": lambda: pool.map_async(held.go.wait, [10], 1, held, None),
        "error": lambda: pool.apply_async(lambda: held.go.wait(10) and 1 / 0, error_callback=held),
    }
    hand[submit]()
    if submit != "future":
        held.stack.callback(held.done.wait, 10)  # a ThreadPool does not wait for its tasks


def computing(held: Held) -> None:
    """Never wait."""
    numbers = {1: 1}
    while not held.go.is_set():
        for number in range(1000):
            numbers.get(number % 7)


def joining(held: Held) -> None:
    """Wait for a thread of one's own."""
    other = threading.Thread(target=held.go.wait, args=(10,))
    other.start()
    other.join()


def locked(_: Held) -> None:
    """Wait for a lock."""
    lock = threading.Lock()
    with lock:
        lock.acquire(timeout=0.1)


class Slow(dict[str, Any]):
    """A mapping whose `get` takes as many seconds as its key says."""

    get: Any = staticmethod(time.sleep)


def looking_up(_: Held) -> None:
    """Look something up in a mapping."""
    mapping = Slow()
    mapping.get(0.1)


def without_positions(held: Held) -> None:
    """Wait on a queue in code of which the interpreter has no positions, so that the wait can't be recognized."""
    jobs: queue.SimpleQueue[Any] = queue.SimpleQueue()
    functions: dict[str, Any] = {}
    exec("def work(jobs):\n    jobs.get()\n", functions)  # noqa: S102 - code to strip
    bare = functions["work"]
    bare.__code__ = bare.__code__.replace(co_linetable=b"")

    def release() -> None:
        held.go.wait(10)
        jobs.put(None)

    held.in_thread(release)
    bare(jobs)


# What a thread may be busy with when its fake ends.
BUSY: dict[str, Callable[[Held], Any]] = {
    "Event": lambda _: None,
    "sleep": lambda _: time.sleep(0.1),
    "function without a name": lambda _: [time.sleep][0](0.1),
    "Lock": locked,
    "join": joining,
    "computing": computing,
    "get of a mapping": looking_up,
    "without positions": without_positions,
}


def in_busy_thread(work: Callable[[Held], Any], held: Held) -> None:
    """Start a thread that is busy before it comes to the work."""

    def target() -> None:
        work(held)
        held()

    held.in_thread(target)
    time.sleep(0.01)


LEFT: dict[str, Callable[[Held], Any]] = {
    **{name: partial(in_busy_thread, work) for name, work in BUSY.items()},
    "raw thread": lambda held: _thread.start_new_thread(held, ()) and None,
    "child": in_child,
    "coroutine": in_coroutine,
    "timer": in_timer,
    "pool": queued,
    **{
        submit: partial(queued_in, submit)
        for submit in ("apply_async", "map_async", "starmap_async", "imap", "imap_unordered")
    },
    **{f"callback: {submit}": partial(as_callback, submit) for submit in ("future", "callback", "position", "error")},
}


@pytest.mark.parametrize("following", [False, True], ids=["last", "followed"])
@pytest.mark.parametrize("leave", LEFT.values(), ids=LEFT)
def test_work_that_is_left_behind_is_late(leave: Callable[[Held], Any], *, following: bool) -> None:
    """What was started or submitted under a fake is refused after it, without and under a fake, which knows nothing.

    The call is listed for the report, and a pool does new tasks for the next fake.
    """
    with ExitStack() as stack:
        held = Held(stack)
        with AutomationFake(seed="left"):
            serve = leave(held)
        with AutomationFake() if following else nullcontext() as later:
            held.go.set()
            assert held.done.wait(10)
            if later:
                assert later.calls == ()
                if serve:
                    serve(partial(start, held.results))
                    assert held.results[1:] == [later.executions[0].id]
    text = held.results[0]
    assert text.startswith("Thread '")
    assert text.endswith(" called StartAutomationExecution after its fake had ended.")
    assert noted() == [text]


def test_a_subclass_in_place_of_thread_is_carried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where `threading.Thread` is a subclass, with its own `start` or without, its threads have owners."""

    class Plain(threading.Thread):
        pass

    class Own(threading.Thread):
        def start(self) -> None:
            super().start()

    for kind in (Plain, Own):
        monkeypatch.setattr(threading, "Thread", kind)
        with ExitStack() as stack:
            held = Held(stack)
            with AutomationFake():
                held.in_thread(held)
            held.go.set()
        assert noted() == held.results
        assert len(held.results) == 1
    assert "start" not in vars(Plain)


def after_its_fake(work: Callable[[], Any], fake: AutomationFake, later: AutomationFake) -> None:
    """Let a thread that was started under a fake work under a later one."""
    go = threading.Event()
    with fake:
        worker = threading.Thread(target=lambda: go.wait(10) and work())
        worker.start()
    with later:
        go.set()
        worker.join()


def test_what_was_left_may_have_a_fake_of_its_own() -> None:
    """A thread that enters a fake after its first one is answered by it, and is late again afterwards.

    `AutomationFake.current()` follows the rule of calls, and the guard of the first fake keeps all requests in.
    """
    results: list[Any] = []
    fake, own, later = AutomationFake(), AutomationFake(), AutomationFake()

    def work() -> None:
        with own:
            start(results)
        start(results)
        with pytest.raises(AutomationFakeError, match="No AutomationFake is active"):
            AutomationFake.current()
        with pytest.raises(NetworkBlockedError, match="GetParameter"):
            CLIENT.get_parameter(Name="x")
        results.append("ended")

    after_its_fake(work, fake, later)
    assert [results[0], *noted(), "ended"] == [own.executions[0].id, *results[1:]]
    fake.assert_blocked(times=1)
    assert later.calls == ()
    later.verify()


def test_asyncio_threads() -> None:
    """`asyncio.to_thread` and `run_in_executor` carry the fake of the task, also to threads that are older."""
    results: list[Any] = []

    async def main() -> None:
        await asyncio.to_thread(int)
        with AutomationFake() as one:
            await asyncio.to_thread(start, results)
            await asyncio.get_running_loop().run_in_executor(None, start, results)
        assert [execution.id for execution in one.executions] == results
        with AutomationFake():
            late_task = asyncio.get_running_loop().run_in_executor(None, held)
        with AutomationFake() as later:
            held.go.set()
            await late_task
            assert later.calls == ()

    with ExitStack() as stack:
        held = Held(stack)
        asyncio.run(main())
    assert noted() == held.results
    assert len(results) == 2


@pytest.mark.parametrize("warm", [True, False], ids=["old-thread", "new-thread"])
def test_anyio_threads(*, warm: bool) -> None:
    """`anyio.to_thread` carries the fake too; a function that was abandoned there is late."""
    anyio: Any = pytest.importorskip("anyio")
    results: list[Any] = []

    async def main() -> None:
        if warm:
            await anyio.to_thread.run_sync(int)
        with AutomationFake() as one:
            await anyio.to_thread.run_sync(start, results)
            with anyio.move_on_after(0.05):
                await anyio.to_thread.run_sync(held, abandon_on_cancel=True)
        held.go.set()
        held.done.wait(10)
        with AutomationFake() as later:
            await anyio.to_thread.run_sync(start, results)
        assert results == [one.executions[0].id, later.executions[0].id]

    with ExitStack() as stack:
        held = Held(stack)
        anyio.run(main)
    assert len(held.results) == 1
    assert noted() == held.results


def test_an_idle_thread_of_trio_keeps_nothing_patched() -> None:
    """A thread of trio that waits for its next task, for up to ten seconds, is no work that the test has left."""
    trio: Any = pytest.importorskip("trio", reason="trio is not installed")
    with AutomationFake():
        pass
    before = threading.Thread.start
    with AutomationFake():
        worker = trio.run(trio.to_thread.run_sync, threading.current_thread)
        settle(worker)
    assert threading.Thread.start is before


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
    assert results == [later.executions[0].id]


def test_a_context_that_a_thread_was_handed_is_late() -> None:
    """Code that copies its context to an old thread hands on the fake as well."""
    jobs: queue.Queue[Any] = queue.Queue()

    def serve() -> None:
        while job := jobs.get():
            job()

    with ExitStack() as stack:
        held = Held(stack)
        held.in_thread(serve)
        with AutomationFake():
            jobs.put(partial(copy_context().run, held))
            held.in_thread(partial(held.go.wait, 10))  # keeps the patches
        held.go.set()
        jobs.put(None)
    assert noted() == held.results
    assert len(held.results) == 1


@pytest.mark.parametrize("call", [True, False])
def test_all_is_put_back_when_nothing_is_left(*, call: bool) -> None:
    """What was left has ended: the next call, or the next fake, takes the wraps away.

    Until then, and without a fake, calls, requests and pools of other threads go where they would go anyway.
    """
    results: list[Any] = []
    with AutomationFake():
        pass
    before = threading.Thread.start
    with ExitStack() as stack, Stubber(CLIENT) as stubber:
        for _ in range(2):
            stubber.add_response("start_automation_execution", {"AutomationExecutionId": "1" * 36})
        held = Held(stack)
        with AutomationFake():
            worker = threading.Thread(target=partial(held.go.wait, 10))
            worker.start()
        start(results)
        with pytest.raises(EndpointConnectionError):
            URLLib3Session().send(AWSRequest("GET", "http://127.0.0.1:9").prepare())
        with ThreadPool(1) as pool, ThreadPoolExecutor(1) as other:
            assert pool.apply(int, ("1",)) == other.submit(int, "1").result() == 1
        assert threading.Thread.start is not before
        held.go.set()
        worker.join()
        if call:
            start(results)
        else:
            with AutomationFake():
                pass
        assert threading.Thread.start is before
    assert set(results) == {"1" * 36}


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


def test_a_callback_that_a_thread_with_an_owner_calls() -> None:
    """It belongs to the fake under which it was handed out, and the thread to its own again afterwards."""
    results: list[Any] = []
    future: Future[int] = Future()

    def work() -> None:
        future.set_result(1)
        start(results)

    with AutomationFake() as outer:
        with AutomationFake():
            future.add_done_callback(lambda _: start(results))
        worker = threading.Thread(target=work)
        worker.start()
        worker.join()
    assert results[1:] == [outer.executions[0].id]
    assert noted() == results[:1]


def unpatched() -> Any:
    """Return a method of pools, once all that earlier tests have left has ended."""
    deadline = time.perf_counter() + 10
    while "apply_async" in vars(ThreadPool):
        assert time.perf_counter() < deadline
        with AutomationFake():
            pass  # its end restores what nothing needs any more
    return ThreadPool.apply_async


def test_pools_are_patched_when_the_first_one_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until then `multiprocessing.pool` is as it was. It may even be imported after the fake has become active."""
    results: list[Any] = []
    module, before = sys.modules["multiprocessing.pool"], unpatched()
    monkeypatch.delitem(sys.modules, "multiprocessing.pool")
    with AutomationFake() as fake:
        monkeypatch.setitem(sys.modules, "multiprocessing.pool", module)
        assert module.ThreadPool.apply_async is before
        with ThreadPool(1) as pool:
            assert module.ThreadPool.apply_async is not before
            pool.apply(start, (results,))
        pool.join()
    assert module.ThreadPool.apply_async is before
    assert results == [fake.executions[0].id]


def test_pools_that_start_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The methods of pools are wrapped once, and restored."""
    before, patches = unpatched(), carrying._of_pools

    def slowly(module: Any) -> Any:
        time.sleep(0.05)
        return patches(module)

    monkeypatch.setattr(carrying, "_of_pools", slowly)
    with AutomationFake():
        with ThreadPoolExecutor(2) as starting:
            for pool in starting.map(ThreadPool, [1, 1]):
                pool.terminate()
                pool.join()
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
