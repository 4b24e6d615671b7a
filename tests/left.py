"""Work that a test leaves behind when its fake ends."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import boto3

from pytest_ssm_automation import LateCallError
from pytest_ssm_automation._transports.owner import late
from pytest_ssm_automation._transports.owner.frames import waits

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import ExitStack

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


class Held:
    """Work that a test leaves behind: when it may go on, it starts an execution.

    Attributes:
        stack: What ends the threads and pools in which it runs.
        go: Lets it go on.
        done: Is set when it has ended.
        results: The outcomes.
    """

    def __init__(self, stack: ExitStack) -> None:
        """Prepare it."""
        self.stack = stack
        self.go, self.done = threading.Event(), threading.Event()
        self.results: list[Any] = []

    def __call__(self, *_: Any) -> None:
        """Do it."""
        self.go.wait(10)
        start(self.results)
        self.done.set()

    def in_thread(self, target: Callable[[], Any]) -> None:
        """Run a function in a thread."""
        thread = threading.Thread(target=target, name="worker-1")
        thread.start()
        self.stack.callback(thread.join)


def settle(thread: threading.Thread) -> None:
    """Wait until a thread is back at its queue or loop."""
    deadline = time.perf_counter() + 10
    while not waits(thread):
        assert time.perf_counter() < deadline
        time.sleep(0.001)
