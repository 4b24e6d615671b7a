from __future__ import annotations

import gc
import os
import signal
import sys
import time
import tracemalloc
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from random import Random
from threading import Barrier, Event, current_thread
from typing import TYPE_CHECKING, Any

import pytest
from children import in_child, start

from pytest_ssm_automation import AutomationFake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.slow

LARGE = bool(os.environ.get("SSM_AUTOMATION_LARGE_LOAD"))
THREADS = 64
STARTS = 1000 if LARGE else 100
EXECUTIONS = 100_000 if LARGE else 10_000
CHILDREN = 200 if LARGE else 10
INTERRUPTS = 1000 if LARGE else 50
PAGE = 50


@pytest.fixture
def _often_switched() -> Iterator[None]:
    """Let threads take turns a hundred times as often as usual, so that they meet in the middle of things."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(before / 100)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("_often_switched")
@pytest.mark.parametrize("transport", ["stubber", "wire"])
@pytest.mark.parametrize("clients", [1, THREADS])
def test_no_start_is_lost(clients: int, transport: str) -> None:
    """Threads that start at once each get their own ids, in their order; none is lost, none double."""
    starts = STARTS if transport == "stubber" else STARTS // 4
    barrier = Barrier(THREADS)
    with AutomationFake(seed="load", transport=transport) as fake:
        made = [fake.client() for _ in range(clients)]

        def work(thread: int) -> tuple[str, list[str]]:
            client = made[thread % clients]
            barrier.wait(60)
            return current_thread().name, [
                client.start_automation_execution(DocumentName=f"Doc-{thread}", Parameters={"Number": [str(number)]})[
                    "AutomationExecutionId"
                ]
                for number in range(starts)
            ]

        with ThreadPoolExecutor(THREADS) as pool:
            got = list(pool.map(work, range(THREADS)))
        recorded: dict[str, list[Any]] = defaultdict(list)
        for call in fake.calls:
            recorded[call.thread].append((call.params["DocumentName"], call.params["Parameters"], call.execution_id))
            assert call.outcome == "started"
        expected = {
            name: [(f"Doc-{thread}", {"Number": [str(number)]}, id_) for number, id_ in enumerate(ids)]
            for thread, (name, ids) in enumerate(got)
        }
        assert recorded == expected
        started = [execution.id for execution in fake.executions]
        assert len(started) == len(set(started)) == THREADS * starts
        assert set(started) == {id_ for _, ids in got for id_ in ids}


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there are no timers here")
@pytest.mark.skipif(sys.version_info[:2] == (3, 14), reason="an interrupt may leave any lock held that `with` acquires")
# an interrupt in a callback of the garbage collector is swallowed
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("transport", ["stubber", "wire"])
def test_interrupts_at_any_moment(transport: str) -> None:
    """A KeyboardInterrupt anywhere in a call loses no start, records none twice, and leaves no lock held."""
    moments, returned = Random(transport), list[str]()
    arrived = 0

    def interrupt(*_: Any) -> None:
        nonlocal arrived
        arrived += 1
        raise KeyboardInterrupt

    # In a function of its own, because Python does not handle all interrupts where a loop in a `try` goes back.
    def call_until_interrupted(client: Any, due: int) -> None:
        signal.setitimer(signal.ITIMER_REAL, moments.uniform(1e-6, 6e-4))
        while arrived < due:  # the module copyreg swallows an interrupt now and then
            answer = client.start_automation_execution(DocumentName="Doc")
            returned.append(answer["AutomationExecutionId"])

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        with AutomationFake(seed="load", transport=transport) as fake:
            client: Any = fake.client()
            client.start_automation_execution(DocumentName="Doc")
            while arrived < INTERRUPTS:
                with suppress(KeyboardInterrupt):
                    call_until_interrupted(client, arrived + 1)
            with ThreadPoolExecutor(1) as pool:  # the lock is free for other threads
                pool.submit(client.start_automation_execution, DocumentName="Doc").result(60)
            started = [execution.id for execution in fake.executions]
            assert set(returned) <= set(started)
            assert len(started) == len(set(started))
            assert sorted(started) == sorted(call.execution_id or "" for call in fake.calls if call.execution_id)
            assert all(execution.call is not None for execution in fake.executions)
    finally:
        signal.signal(signal.SIGALRM, before)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("transport", ["stubber", "wire"])
def test_forked_children_beside_busy_threads(transport: str) -> None:
    """Each child's start is recorded in the parent, and none hangs, though other threads hold locks as it is forked.

    A fake that the child enters itself does not hang either.
    """
    stop, results = Event(), list[str]()
    with AutomationFake(seed="load", transport=transport) as fake, ThreadPoolExecutor(3) as pool:
        fake.serve_endpoint()
        client = fake.client()

        def work() -> None:
            while not stop.is_set():
                client.start_automation_execution(DocumentName="Busy")

        def call(name: str) -> str:
            with AutomationFake() as own:
                start("Own", client)
                own.assert_started_once(DocumentName="Own")
            return start(name, client)

        busy = [pool.submit(work) for _ in range(3)]
        try:
            for number in range(CHILDREN):
                results.append(in_child(partial(call, f"Child-{number}")))
        finally:
            stop.set()
        for future in busy:
            future.result(60)
        by_child = {each.document_name: each.id for each in fake.executions if each.document_name != "Busy"}
        assert by_child == {f"Child-{number}": result for number, result in enumerate(results)}
        assert len(by_child) == CHILDREN
        assert len({execution.id for execution in fake.executions}) == len(fake.executions)


@contextmanager
def filled(number: int, **options: Any) -> Iterator[tuple[AutomationFake, Any]]:
    """Give a fake in which so many executions were started, and a client."""
    with AutomationFake(seed="load", **options) as fake:
        client: Any = fake.client()
        for _ in range(number):
            client.start_automation_execution(DocumentName="Doc", Parameters={"InstanceId": ["i-0123456789abcdef0"]})
        yield fake, client


def test_every_execution_is_on_one_page() -> None:
    """Page by page each of thousands is described, none is missing and none comes twice."""
    with filled(EXECUTIONS) as (fake, client):
        pages = client.get_paginator("describe_automation_executions").paginate(PaginationConfig={"PageSize": PAGE})
        seen = [
            [execution["AutomationExecutionId"] for execution in page["AutomationExecutionMetadataList"]]
            for page in pages
        ]
        started = {execution.id for execution in fake.executions}
    assert len(seen) == EXECUTIONS // PAGE
    assert {len(page) for page in seen} == {PAGE}
    assert {id_ for page in seen for id_ in page} == started


def bytes_kept(client: Any, number: int, then: Callable[[], object] = gc.collect) -> int:
    """Measure what so many executions keep in memory, after something else is done."""
    gc.collect()
    tracemalloc.start()
    try:
        for _ in range(number):
            client.start_automation_execution(DocumentName="Doc", Parameters={"InstanceId": ["i-0123456789abcdef0"]})
        then()
        gc.collect()
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


def test_memory_is_flat() -> None:
    """An execution takes a few kilobytes, however many there are, and a reset gives them back."""
    few, many = EXECUTIONS // 20, EXECUTIONS // 4
    with filled(1) as (fake, client):
        left = bytes_kept(client, few, fake.reset)
        of_few = bytes_kept(client, few) / few
    assert left < few * of_few / 5
    with filled(1) as (_, client):
        of_many = bytes_kept(client, many) / many
    assert of_many < 6000
    assert of_many < of_few * 1.2


def cpu_seconds(work: Callable[[], object]) -> float:
    """Measure the CPU time that this thread takes for some work; the least of three times."""
    taken = []
    for _ in range(3):
        began = time.thread_time()
        work()
        taken.append(time.thread_time() - began)
    return min(taken)


def listing(client: Any, **asked: str) -> Callable[[], object]:
    """Give a function that asks for a page with filters."""
    filters = [{"Key": key, "Values": [value]} for key, value in asked.items()]
    return lambda: client.describe_automation_executions(Filters=filters)


def questions(fake: AutomationFake, client: Any) -> dict[str, Callable[[], object]]:
    """Make the queries of a test and its code under test, for a record of any size."""
    first = fake.executions[0].id
    return {
        "start": lambda: client.start_automation_execution(DocumentName="Doc"),
        "get": lambda: client.get_automation_execution(AutomationExecutionId=first),
        "execution": lambda: fake.execution(first),
        "call": lambda: fake.calls[len(fake.calls) // 2],
        "empty": lambda: (fake.calls == [], fake.executions == [], fake.faults == [], fake.events == []),
        "event": lambda: fake.events[-1],
        "page": client.describe_automation_executions,
        "ExecutionId": listing(client, ExecutionId=first),
        "ParentExecutionId": listing(client, ParentExecutionId=first),
        "DocumentNamePrefix": listing(client, DocumentNamePrefix="None"),
        "ExecutionStatus": listing(client, ExecutionStatus="Failed"),
        "CurrentAction": listing(client, CurrentAction="aws:sleep"),
        "StartTimeBefore": listing(client, StartTimeBefore="2020-01-01"),
        "StartTimeAfter": listing(client, StartTimeAfter="2040-01-01"),
        "AutomationType": listing(client, AutomationType="CrossAccount"),
        "AutomationSubtype": listing(client, AutomationSubtype="ChangeRequest"),
        "OpsItemId": listing(client, OpsItemId="oi-1"),
        "TagKey": listing(client, TagKey="Env"),
        "TargetResourceGroup": listing(client, TargetResourceGroup="mine"),
        "two filters": listing(client, DocumentNamePrefix="Doc", ExecutionStatus="Failed"),
    }


def times_of_questions(number: int) -> dict[str, float]:
    """Measure each question among so many executions."""
    with filled(number, execution_limit=2 * EXECUTIONS) as (fake, client):
        return {name: cpu_seconds(ask) for name, ask in questions(fake, client).items()}


def test_questions_take_as_long_among_many() -> None:
    """Twenty times as many executions make no question slower: what looks at all of them takes many times as long."""
    few, many = times_of_questions(EXECUTIONS // 20), times_of_questions(EXECUTIONS)
    assert {name: (few[name], taken) for name, taken in many.items() if taken > 5 * few[name] + 0.001} == {}


def test_an_assertion_about_many_starts() -> None:
    """It takes no longer for each start among many, also where it fails and lists them."""

    def taken(number: int) -> float:
        with filled(number) as (fake, _):

            def ask() -> None:
                with pytest.raises(AssertionError, match=f"Closest of {number} calls"):
                    fake.assert_started(Parameters={"InstanceId": ["i-2"]})
                fake.assert_started(DocumentName="Doc", times=number)
                with pytest.raises(AssertionError, match=rf"and {number - 10} more"):
                    fake.assert_started_once(DocumentName="Doc")

            return cpu_seconds(ask)

    assert taken(EXECUTIONS // 5) < 5 * (10 * taken(EXECUTIONS // 50)) + 0.01


def test_a_fan_out_polled_to_its_end() -> None:
    """At each poll it shows all its targets; what that takes for each of them stays the same with their number."""

    def taken_by_each(number: int) -> float:
        with filled(0) as (fake, client):
            fake.resolve_targets(lambda _: [f"i-{target:08x}" for target in range(number)])
            began, shown, status = time.thread_time(), 0, ""
            started = client.start_automation_execution(
                DocumentName="Doc", TargetParameterName="Id", Targets=[{"Key": "tag:Env", "Values": ["x"]}]
            )
            while status not in {"Success", "Failed"}:
                answer = client.get_automation_execution(AutomationExecutionId=started["AutomationExecutionId"])
                status = answer["AutomationExecution"]["AutomationExecutionStatus"]
                shown += len(answer["AutomationExecution"]["StepExecutions"])
            assert status == "Success"
            return (time.thread_time() - began) / shown

    few, many = taken_by_each(200), taken_by_each(2000)
    assert many < 5 * few
