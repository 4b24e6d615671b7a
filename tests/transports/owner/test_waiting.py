from __future__ import annotations

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
from contextlib import ExitStack, contextmanager
from multiprocessing import Pipe
from typing import TYPE_CHECKING, Any

import pytest

from pytest_ssm_automation._transports.owner.frames import calling, waiting, waits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Stage:
    """Objects that a thread can wait on, and how to release it."""

    def __init__(self, stack: ExitStack) -> None:
        """Make it, and put its end on the stack."""
        self.simple: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.jobs: queue.Queue[Any] = queue.Queue()
        self.condition = threading.Condition()
        self.here, self.there = socket.socketpair()
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.receiving, self.sending = Pipe()
        self.loop = asyncio.new_event_loop()
        self.over = threading.Event()
        self.lock = threading.Lock()
        self.lock.acquire()
        self.numbers: dict[int, int] = {}
        for each in (self.here, self.there, self.listening, self.receiving, self.sending):
            stack.callback(each.close)
        stack.callback(self.loop.close)

    def let_go(self) -> None:
        """Release all waiting threads."""
        self.over.set()
        self.lock.release()
        self.simple.put(None)
        self.jobs.put(None)
        self.there.send(b"x")
        self.sending.send(None)
        with self.condition:
            self.condition.notify_all()
        with socket.create_connection(self.listening.getsockname()):
            pass
        if self.loop.is_running():
            self.loop.call_soon_threadsafe(self.loop.stop)


@pytest.fixture
def stage() -> Iterator[Stage]:
    """What there is to wait on."""
    with ExitStack() as stack:
        yield Stage(stack)


@contextmanager
def running(stage: Stage, target: Callable[..., Any], *arguments: Any) -> Iterator[threading.Thread]:
    """Run a function in a thread, and release it in the end."""
    thread = threading.Thread(target=target, args=arguments)
    thread.start()
    try:
        yield thread
    finally:
        stage.let_go()
        thread.join()


def soon_waits(thread: threading.Thread) -> bool:
    """Tell whether a thread is found to wait for work, once it has come that far."""
    return any(waiting([thread]) == [thread] for _ in range(200))


def at_work(thread: threading.Thread) -> bool:
    """Tell whether a thread is not found to wait for work after it had time to come that far."""
    time.sleep(0.02)
    return waiting([thread]) == []


def in_condition(stage: Stage) -> None:
    """Wait for a condition, as workers do."""
    with stage.condition:
        stage.condition.wait()


def in_condition_for(stage: Stage) -> None:
    """Wait for a condition to become true."""
    with stage.condition:
        stage.condition.wait_for(stage.over.is_set)


def in_selector(stage: Stage) -> None:
    """Wait for a socket to become readable, with a selector."""
    with selectors.DefaultSelector() as selector:
        selector.register(stage.here, selectors.EVENT_READ)
        selector.select()


def in_server(stage: Stage) -> None:
    """Wait for a connection."""
    connection, _ = stage.listening.accept()
    connection.close()


def in_iteration(stage: Stage) -> None:
    """Take jobs from a queue until the last one."""
    for _ in iter(stage.simple.get, None):
        pass


def in_polls(stage: Stage) -> None:
    """Ask a queue again and again, for a short time each."""
    while not stage.over.is_set():
        try:
            stage.jobs.get(timeout=0.003)
        except queue.Empty:
            continue


WORKERS: dict[str, Callable[[Stage], Any]] = {
    "Queue": lambda stage: stage.jobs.get(),
    "Queue-polled": in_polls,
    "SimpleQueue": lambda stage: stage.simple.get(timeout=10),
    "SimpleQueue-iterated": in_iteration,
    "SimpleQueue-somewhere": lambda stage: [stage.simple][0].get(),
    "Condition": in_condition,
    "Condition-for": in_condition_for,
    "socket": lambda stage: stage.here.recv(1),
    "server": in_server,
    "select": lambda stage: select.select([stage.here], [], []),
    "selector": in_selector,
    "pipe": lambda stage: stage.receiving.recv(),
    "loop": lambda stage: stage.loop.run_forever(),
}


@pytest.mark.parametrize("worker", WORKERS.values(), ids=WORKERS)
def test_who_waits_for_work(stage: Stage, worker: Callable[[Stage], Any]) -> None:
    """Queues, conditions, sockets and event loops are what workers wait on."""
    with running(stage, worker, stage) as thread:
        assert soon_waits(thread)


def computing(stage: Stage) -> None:
    """Never wait."""
    stage.numbers[1] = 1
    while not stage.over.is_set():
        for number in range(1000):
            stage.numbers.get(number % 7)


def waiting_for_another(stage: Stage) -> None:
    """Wait for a thread of one's own."""
    other = threading.Thread(target=stage.over.wait)
    other.start()
    other.join()


class Slow(dict[str, Any]):
    """A mapping whose `get` takes as many seconds as its key says."""

    get: Any = staticmethod(time.sleep)


def looking_up(_: Stage) -> None:
    """Look something up in a mapping."""
    mapping = Slow()
    mapping.get(0.2)


BUSY: dict[str, Callable[[Stage], Any]] = {
    "sleep": lambda _: time.sleep(0.2),
    "Event": lambda stage: stage.over.wait(),
    "Lock": lambda stage: stage.lock.acquire(),
    "join": waiting_for_another,
    "asyncio-run": lambda _: asyncio.run(asyncio.sleep(0.2)),
    "computing": computing,
    "get of a mapping": looking_up,
    "function without a name": lambda _: [time.sleep][0](0.2),
}


@pytest.mark.parametrize("work", BUSY.values(), ids=BUSY)
def test_who_is_at_work(stage: Stage, work: Callable[[Stage], Any]) -> None:
    """Whoever sleeps, or waits on an event, a lock, a thread or a coroutine, is in the middle of something."""
    with running(stage, work, stage) as thread:
        assert at_work(thread)


@pytest.mark.slow
def test_functions_of_the_standard_library_as_targets(stage: Stage) -> None:
    """A thread that runs only code of the standard library is recognized too."""
    with running(stage, stage.simple.get) as thread:
        assert soon_waits(thread)
    with socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            assert soon_waits(thread)
        finally:
            server.shutdown()
            thread.join()


def test_who_is_on_the_way_back_to_work(stage: Stage) -> None:
    """A worker that still runs when it is looked at gets some milliseconds to arrive at its queue."""

    def work() -> None:
        deadline = time.perf_counter() + 0.015
        while time.perf_counter() < deadline:
            pass
        stage.jobs.get()

    with running(stage, work) as thread:
        assert waiting([thread]) == [thread]


def test_a_lock_as_a_target(stage: Stage) -> None:
    """So is a thread that waits for something else."""
    with running(stage, stage.lock.acquire) as thread:
        assert at_work(thread)


def test_who_has_ended() -> None:
    """A thread that has ended does not wait."""
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()
    assert not waits(thread)
    assert waiting([thread]) == []


def test_code_without_positions(stage: Stage) -> None:
    """If the interpreter has no positions of calls, waits can't be recognized."""
    code = compile("def work(jobs):\n    jobs.get()\n", "work.py", "exec")
    functions: dict[str, Any] = {}
    exec(code, functions)  # noqa: S102 - code to strip
    bare = functions["work"]
    bare.__code__ = bare.__code__.replace(co_linetable=b"")
    with running(stage, bare, stage.simple) as thread:
        assert at_work(thread)


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
