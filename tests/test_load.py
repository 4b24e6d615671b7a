from __future__ import annotations

import gc
import os
import sys
import tracemalloc
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, current_thread
from typing import TYPE_CHECKING, Any

import pytest

from pytest_ssm_automation import AutomationFake

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGE = bool(os.environ.get("SSM_AUTOMATION_LARGE_LOAD"))
THREADS = 64
STARTS = 1000 if LARGE else 100
EXECUTIONS = 100_000 if LARGE else 10_000
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


def test_every_execution_is_on_one_page() -> None:
    """Page by page each of thousands is described, none is missing and none comes twice."""
    with AutomationFake(seed="load") as fake:
        client = fake.client()
        started = {
            client.start_automation_execution(DocumentName="Doc")["AutomationExecutionId"] for _ in range(EXECUTIONS)
        }
        pages = client.get_paginator("describe_automation_executions").paginate(PaginationConfig={"PageSize": PAGE})
        seen = [
            [execution["AutomationExecutionId"] for execution in page["AutomationExecutionMetadataList"]]
            for page in pages
        ]
    assert len(seen) == EXECUTIONS // PAGE
    assert {len(page) for page in seen} == {PAGE}
    assert {id_ for page in seen for id_ in page} == started


def bytes_for_each(number: int) -> float:
    """Measure what so many executions keep in memory, each."""
    with AutomationFake(seed="load") as fake:
        client = fake.client()
        client.start_automation_execution(DocumentName="Doc")
        gc.collect()
        tracemalloc.start()
        try:
            for _ in range(number):
                client.start_automation_execution(
                    DocumentName="Doc", Parameters={"InstanceId": ["i-0123456789abcdef0"]}
                )
            gc.collect()
            return tracemalloc.get_traced_memory()[0] / number
        finally:
            tracemalloc.stop()


def test_memory_is_flat() -> None:
    """An execution costs a few kilobytes, and of many each costs no more than of few."""
    few, many = bytes_for_each(EXECUTIONS // 20), bytes_for_each(EXECUTIONS // 4)
    assert many < 6000
    assert many < few * 1.2


def test_a_reset_gives_the_memory_back() -> None:
    """And so does the end of a fake."""
    with AutomationFake(seed="load") as fake:
        client = fake.client()
        client.start_automation_execution(DocumentName="Doc")
        fake.reset()
        gc.collect()
        tracemalloc.start()
        try:
            for _ in range(EXECUTIONS // 10):
                client.start_automation_execution(DocumentName="Doc")
            kept = tracemalloc.get_traced_memory()[0]
            fake.reset()
            gc.collect()
            assert tracemalloc.get_traced_memory()[0] < kept / 5
        finally:
            tracemalloc.stop()
