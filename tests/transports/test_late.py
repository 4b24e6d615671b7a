from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from pytest_ssm_automation import AutomationFake
from pytest_ssm_automation._transports import late
from pytest_ssm_automation._transports.late import LateCallError

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
