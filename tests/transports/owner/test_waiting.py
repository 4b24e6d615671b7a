"""A thread that waits for work when its fake ends may serve other tests."""

from __future__ import annotations

import _thread
import asyncio
import gc
import queue
import select
import selectors
import socket
import socketserver
import threading
import time
import weakref
from contextlib import ExitStack, suppress
from functools import partial
from multiprocessing import Pipe
from multiprocessing.pool import ThreadPool
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from left import noted, settle, start

from pytest_ssm_automation import AutomationFake
from pytest_ssm_automation._transports.owner.frames import calling, waiting, waits

if TYPE_CHECKING:
    from collections.abc import Callable

    Waits = tuple[Callable[[], Any], Callable[[], Any]]


def on_queue(_: ExitStack) -> Waits:
    """Wait on a queue."""
    jobs: queue.Queue[Any] = queue.Queue()
    return jobs.get, lambda: jobs.put(None)


def on_polled_queue(_: ExitStack) -> Waits:
    """Ask a queue again and again, for a short time each."""
    jobs: queue.Queue[Any] = queue.Queue()

    def poll() -> Any:
        while True:
            with suppress(queue.Empty):
                return jobs.get(timeout=0.003)

    return poll, lambda: jobs.put(None)


def on_simple_queue(how: str, _: ExitStack) -> Waits:
    """Wait on a queue that is written in C, in some code."""
    jobs: queue.SimpleQueue[Any] = queue.SimpleQueue()
    worker = SimpleNamespace(jobs=jobs)
    waits: dict[str, Callable[[], Any]] = {
        "plain": lambda: jobs.get(timeout=10),
        "attribute": lambda: worker.jobs.get(timeout=10),
        "iterated": lambda: [None for _ in iter(jobs.get, None)],
        "somewhere": lambda: ([jobs][0].get(),),
    }
    return waits[how], lambda: jobs.put(None)


def on_condition(how: str, _: ExitStack) -> Waits:
    """Wait for a condition, or for it to become true."""
    condition, over = threading.Condition(), threading.Event()

    def wait() -> None:
        with condition:
            condition.wait() if how == "wait" else condition.wait_for(over.is_set)

    def release() -> None:
        over.set()
        with condition:
            condition.notify_all()

    return wait, release


def on_socket(how: str, stack: ExitStack) -> Waits:
    """Wait for a socket to become readable."""
    here, there = map(stack.enter_context, socket.socketpair())
    selector = stack.enter_context(selectors.DefaultSelector())
    selector.register(here, selectors.EVENT_READ)
    waits: dict[str, Callable[[], Any]] = {
        "recv": lambda: here.recv(1),
        "select": lambda: select.select([here], [], []),
        "selector": selector.select,
    }
    return waits[how], lambda: there.send(b"x")


def on_connection(stack: ExitStack) -> Waits:
    """Wait for a connection."""
    server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))

    def accept() -> None:
        connection, _ = server.accept()
        connection.close()

    return accept, lambda: socket.create_connection(server.getsockname()).close()


def on_pipe(stack: ExitStack) -> Waits:
    """Wait on a pipe of `multiprocessing`."""
    receiving, sending = map(stack.enter_context, Pipe())
    return receiving.recv, lambda: sending.send(None)


def in_loop(stack: ExitStack) -> Waits:
    """Run an event loop."""
    loop = asyncio.new_event_loop()
    stack.callback(loop.close)
    return loop.run_forever, lambda: loop.call_soon_threadsafe(loop.stop)


def in_server(stack: ExitStack) -> Waits:
    """Serve requests."""
    server = stack.enter_context(socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler))
    return lambda: server.serve_forever(0.01), server.shutdown


WAITS: dict[str, Callable[[ExitStack], Waits]] = {
    "Queue": on_queue,
    "Queue, polled": on_polled_queue,
    **{f"SimpleQueue, {how}": partial(on_simple_queue, how) for how in ("plain", "attribute", "iterated", "somewhere")},
    **{f"Condition, {how}": partial(on_condition, how) for how in ("wait", "wait_for")},
    **{f"socket, {how}": partial(on_socket, how) for how in ("recv", "select", "selector")},
    "connection": on_connection,
    "pipe": on_pipe,
    "loop": in_loop,
    "server": in_server,
}


@pytest.mark.parametrize("raw", [False, True], ids=["threading", "_thread"])
@pytest.mark.parametrize("make", WAITS.values(), ids=WAITS)
def test_what_waits_for_work_is_not_late(make: Callable[[ExitStack], Waits], *, raw: bool) -> None:
    """A thread that waits when its fake ends is answered by the next one, and keeps nothing patched."""
    results, before = list[Any](), threading.Thread.start
    with ExitStack() as stack:
        wait, release = make(stack)
        started: queue.Queue[threading.Thread] = queue.Queue()
        ended = threading.Event()

        def work() -> None:
            started.put(threading.current_thread())
            wait()
            start(results)
            ended.set()

        with AutomationFake():
            if raw:
                _thread.start_new_thread(work, ())
            else:
                threading.Thread(target=work).start()
            settle(started.get())
        if not raw:
            assert threading.Thread.start is before
        with AutomationFake() as later:
            release()
            assert ended.wait(10)
    assert results == [later.executions[0].id]
    assert noted() == []


def test_a_pool_that_is_idle_is_not_late() -> None:
    """A pool that was started under one fake serves the next one."""
    results: list[Any] = []
    ids: list[str] = []
    with ExitStack() as stack:
        pool = None
        for _ in range(2):
            with AutomationFake() as fake:
                pool = pool or stack.enter_context(ThreadPool(1))
                pool.apply(start, (results,))
                ids.append(fake.executions[0].id)
    assert results == ids
    assert noted() == []


def test_who_is_on_the_way_back_to_work() -> None:
    """A worker that still runs when the fake ends gets some milliseconds to arrive at its queue."""
    results, jobs = list[Any](), queue.SimpleQueue[Any]()

    def work() -> None:
        deadline = time.perf_counter() + 0.015
        while time.perf_counter() < deadline:
            pass
        jobs.get()
        start(results)

    with AutomationFake():
        thread = threading.Thread(target=work)
        thread.start()
    with AutomationFake() as later:
        jobs.put(None)
        thread.join()
    assert results == [later.executions[0].id]


def test_functions_of_the_standard_library_as_targets() -> None:
    """A thread that runs no code but the standard library's is let go if it waits for work, and otherwise is not."""
    jobs, lock, before = queue.SimpleQueue[Any](), threading.Lock(), threading.Thread.start
    lock.acquire()
    threads = threading.Thread(target=jobs.get), threading.Thread(target=lock.acquire)
    for thread in threads:
        with AutomationFake():
            thread.start()
            while waits(thread) is (thread is threads[1]):
                time.sleep(0.001)
        assert (threading.Thread.start is before) is (thread is threads[0])
    jobs.put(None)
    lock.release()
    for thread in threads:
        thread.join()
    assert waiting(threads) == []
    with AutomationFake():
        pass
    assert threading.Thread.start is before


class Held:
    """An object that can be watched."""


@pytest.mark.slow
@pytest.mark.parametrize("look", [waits, lambda thread: waiting([thread]), lambda _: calling()])
def test_a_look_keeps_nothing_alive(look: Callable[[threading.Thread], Any]) -> None:
    """What a thread has in its frames is freed when it ends, and needs no garbage collector after a look at it."""
    held: list[weakref.ref[Held]] = []
    ready, over = threading.Event(), threading.Event()

    def hold() -> None:
        mine = Held()
        held.append(weakref.ref(mine))
        ready.set()
        over.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    ready.wait(10)
    gc.collect()
    gc.disable()
    try:
        look(thread)
        over.set()
        thread.join()
        assert held[0]() is None
    finally:
        gc.enable()
