"""The step that is being executed here, and whose calls are therefore not those of the code under test.

It is stored on the thread, and carried to the threads that a step starts. A step is executed without suspending, so no
other task of an event loop can run meanwhile.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

# An attribute of threads: the step that they execute.
WORK: Final = "_ssm_automation_work"


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
        """Make a call of the step, and note it.

        Args:
            call: Makes the call.
            operation: botocore's model of the operation.
            request: The serialized request.
            access_key_id: The access key of the client.
        """
        ...


def at_work() -> Work | None:
    """Return the step that is being executed here; `None` outside of steps."""
    return getattr(threading.current_thread(), WORK, None)


def set_work(work: Work | None, thread: threading.Thread | None = None) -> Work | None:
    """Set the step that a thread executes, and return the one before.

    Args:
        work: The step; `None` for no step.
        thread: The thread; by default the current one.
    """
    thread = thread or threading.current_thread()
    before: Work | None = getattr(thread, WORK, None)
    if work is not before:
        setattr(thread, WORK, work)
    return before


def calling_step() -> CallingStep | None:
    """Return the step that makes a call here; `None` for the code under test."""
    work = at_work()
    return None if work is None else work.step
