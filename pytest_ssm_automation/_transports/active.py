"""The active fakes, and which of them a call belongs to.

A call is answered by the fake in whose context it is made. Entering a fake sets a context variable, which asyncio
copies to its tasks. What a thread or the task of a pool was started under is kept on the thread, see `carrying`. A call
without an owner is answered by the innermost active fake of the process.
"""

from __future__ import annotations

import re
import sys
import threading
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from .._service.checks.model import DOCUMENT_OPERATIONS
from .._service.runbooks.library import how_to_register

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from mmap import mmap
    from typing import Self

    from .._service.engine import Service

# On a thread: the fake that owns what it runs; `None` on a thread that has lost its owner.
OWNER: Final = "_ssm_automation_owner"


@dataclass(slots=True)
class BlockedRequest:
    """A request that the guard has kept from leaving the process.

    Attributes:
        method: The HTTP method.
        url: The URL, without its query.
        service: The name of the AWS service, such as `s3`; empty if the request is not of a client.
        operation: The operation, such as `ListBuckets`; empty if the request is not of a client.
        expected: Whether an `assert_blocked` has acknowledged it.
    """

    method: str
    url: str
    service: str = ""
    operation: str = ""
    expected: bool = False

    def __str__(self) -> str:
        """Name the request in one line."""
        called = f" ({self.service} {self.operation})" if self.operation else ""
        return f"{self.method} {self.url}{called}"

    def matches(self, url: str | re.Pattern[str] | None) -> bool:
        """Tell whether the request went to this URL, whose query and closing slash don't matter."""
        if isinstance(url, re.Pattern):
            return url.search(self.url) is not None
        return url is None or url.partition("?")[0].rstrip("/") == self.url.rstrip("/")

    def hint(self) -> str:
        """Say how to have it answered, or let through."""
        ours = self.service == "ssm" and self.operation in DOCUMENT_OPERATIONS
        first = f"{how_to_register()}. Or answer" if ours else "Answer"
        return f"{first} it with moto or a Stubber, or allow it with the option allow_network."


@dataclass(eq=False, slots=True)
class Active:
    """A fake while it is active; each time that a fake is entered has its own.

    Attributes:
        fake: The fake itself.
        service: What answers.
        transport: How it is reached: `"stubber"` or `"wire"`.
        allow_network: Whether, or to which hosts, requests may leave the process.
        test: The id of the test that it is for.
        blocked: The requests that were kept from leaving it.
        entered: Whether it is active.
        thread: The thread that has entered it.
        task: The asyncio task that has entered it, if it was one.
        parent: The fake that was active in the context in which it was entered.
        nested: The active fake that the same thread or task has entered inside it.
        endpoint_url: Where other processes reach it, if they do.
        inherited: Whether it is the copy that a forked process has of a fake of its parent.
        refusals: Not zero if a call of a forked process was refused; shared with all forked processes.
    """

    fake: Any
    service: Service
    transport: str
    allow_network: bool | Collection[str]
    test: str = ""
    blocked: list[BlockedRequest] = field(default_factory=list[BlockedRequest])
    entered: bool = False
    thread: threading.Thread | None = None
    task: object = None
    parent: Active | None = None
    nested: Active | None = None
    endpoint_url: str | None = None
    inherited: bool = False
    refusals: mmap | None = None

    def __deepcopy__(self, _: object) -> Self:
        """Be itself: requests have it in their context, and handlers may copy those."""
        return self


_context: ContextVar[Active | None] = ContextVar("pytest_ssm_automation_owner", default=None)
_stack: list[Active] = []
# In a forked process: what the stack was in the parent.
_inherited: list[Active] = []


def owner() -> Active | None:
    """Give the fake that the running work belongs to, active or gone; `None` if it belongs to none."""
    found = _context.get()
    if found is not None and found.entered:
        return found
    thread = threading.current_thread()
    if found is not None and not _is_free(found, thread):
        return found
    return getattr(thread, OWNER, None)


def current() -> Active | None:
    """Give the fake that answers a call made here; `None` if there is none, or the call's owner has gone."""
    found = owner()
    if found is None:
        return _stack[-1] if _stack else None
    return innermost(found) if found.entered else None


def innermost(active: Active) -> Active:
    """Give the fake that answers what belongs to an active one: the innermost that is nested in it."""
    while active.nested is not None:
        active = active.nested
    return active


def around(gone: Active) -> Active | None:
    """Return the fake that answers in place of one that has ended: of those around it; `None` if all have ended."""
    nearest = _nearest(gone)
    return None if nearest is None else innermost(nearest)


def owner_of_new_work() -> Active | None:
    """Give the fake that a thread or task belongs to which is started here; `None` if it belongs to none."""
    found = current()
    return owner() if found is None else found


def inherited() -> Active | None:
    """Give the fake of the parent process that would answer a call made here; `None` outside forked processes."""
    found = owner()
    if found is None:
        return _inherited[-1] if _inherited else None
    return innermost(found) if found.inherited else None


def inherit() -> None:
    """In a child that was just forked: let no fake of the parent be active."""
    for active in _stack:
        active.entered, active.inherited = False, True
    _inherited[:] = _stack or _inherited
    _stack.clear()


def any_active() -> bool:
    """Tell whether any fake is active."""
    return bool(_stack)


def all_active() -> Sequence[Active]:
    """Give the active fakes, in the order in which they were entered."""
    return tuple(_stack)


def push(active: Active) -> None:
    """Make a fake active: the one that answers in this context, and the innermost of the process."""
    parent = _nearest(owner())
    active.parent, active.thread, active.task = parent, threading.current_thread(), _current_task()
    if parent is not None and parent.nested is None and (parent.thread, parent.task) == (active.thread, active.task):
        parent.nested = active
    active.entered = True
    _stack.append(active)
    _context.set(active)


def remove(active: Active) -> None:
    """Make a fake inactive; in this context the one around it answers again."""
    _stack.remove(active)
    active.entered = False
    parent, nested = active.parent, active.nested
    if parent is not None and parent.nested is active:
        parent.nested = nested
    if nested is not None:
        nested.parent = parent
    active.nested = None
    if _context.get() is active:
        _context.set(_nearest(parent))


def _nearest(active: Active | None) -> Active | None:
    """Give the nearest fake that is active, of one and those around it."""
    while active is not None and not active.entered:
        active = active.parent
    return active


def _is_free(gone: Active, thread: threading.Thread) -> bool:
    """Tell whether a context whose fake has gone may belong to later work too.

    In an event loop nothing tells a task that a test has left from one that serves all tests. The thread of the test
    itself may keep the context if it leaves the fake in another one. And a thread may have lost its owner.
    """
    return gone.thread is thread or getattr(thread, OWNER, gone) is None or _runs_a_loop()


def _runs_a_loop() -> bool:
    asyncio = sys.modules.get("asyncio")
    return asyncio is not None and asyncio._get_running_loop() is not None


def _current_task() -> object:
    return sys.modules["asyncio"].current_task() if _runs_a_loop() else None
