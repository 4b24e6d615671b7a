"""The step that is being executed here, and whose calls are therefore not those of the code under test.

It is stored on the thread, and carried to the threads that a step starts. A step is executed without suspending, so no
other task of an event loop can run meanwhile.

While the fakes of this process are served at endpoints of their own, which know the operations of Automation alone, the
calls of steps go to what is behind them: their calls of Automation reach the fake in the process anyway.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

# An attribute of threads: the step that they execute.
WORK: Final = "_ssm_automation_work"
ENDPOINT: Final = "AWS_ENDPOINT_URL_SSM"
# The URL of each open endpoint: what the variable was before.
_before: Final[dict[str, str | None]] = {}


class CallingStep(NamedTuple):
    """The executed step that made a call.

    Attributes:
        execution: The `Execution` that runs the step.
        name: The step's name.
    """

    execution: Any
    name: str


class Work(Protocol):
    """The execution of a step.

    Attributes:
        step: The step.
    """

    @property
    def step(self) -> CallingStep:
        """Return the step."""
        ...

    def observe(self, call: Callable[[], Any], operation: Any, request: Any, access_key_id: str | None) -> Any:
        """Make a call of the step, and note it: botocore's model of the operation, and the serialized request."""
        ...


def at_work() -> Work | None:
    """Return the step that is being executed here; `None` outside of steps."""
    return getattr(threading.current_thread(), WORK, None)


def set_work(work: Work | None, thread: threading.Thread | None = None) -> Work | None:
    """Set the step that a thread, by default the current one, executes, or none; return the one before."""
    thread = thread or threading.current_thread()
    before: Work | None = getattr(thread, WORK, None)
    if work is not before:
        setattr(thread, WORK, work)
    return before


def calling_step() -> CallingStep | None:
    """Return the step that makes a call here; `None` for the code under test."""
    work = at_work()
    return None if work is None else work.step


def is_served() -> bool:
    """Return whether the variable names an endpoint of this process."""
    return os.environ.get(ENDPOINT) in _before


def behind_endpoints() -> str | None:
    """Return the value of the variable without the endpoints of this process; `None` if it would not be set."""
    url = os.environ.get(ENDPOINT)
    while url in _before:
        url = _before[url]
    return url


def open_endpoint(url: str, before: str | None) -> None:
    """Note the URL of an endpoint that opens, and what the variable was before."""
    _before[url] = before


def close_endpoint(url: str) -> None:
    """Forget an endpoint that closes."""
    _before.pop(url, None)
