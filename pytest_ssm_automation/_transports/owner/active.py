"""The active fakes, and which of them answers a call.

The fake in whose context a call is made answers it. Entering a fake sets a context variable, which asyncio copies to
tasks. For threads and tasks of pools, the owner is stored on the thread, see `carrying`. The innermost active fake of
the process answers calls without an owner.
"""

from __future__ import annotations

import sys
import threading
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from .late import refuse

if TYPE_CHECKING:
    from collections.abc import Sequence


# An attribute of threads: the fake that owns the running work; `None` if the thread has lost its owner.
OWNER: Final = "_ssm_automation_owner"


@dataclass(eq=False, slots=True)
class Active:
    """An active fake. There is a new object for each time that a fake is entered.

    Attributes:
        fake: The fake. It is a class of a higher layer, whose options, service and records the transports use.
        entered: Whether it is active.
        work: What entered it: the thread, the asyncio task if any, and the greenlet unless it is the first of a thread.
        parent: The fake that was active in the context in which it was entered.
        nested: The active fake that the same thread or task entered inside it.
        inherited: Whether it is a copy in a forked process.
    """

    fake: Any
    entered: bool = False
    work: tuple[object, ...] = ()
    parent: Active | None = None
    nested: Active | None = None
    inherited: bool = False


_context: ContextVar[Active | None] = ContextVar("pytest_ssm_automation_owner", default=None)
_stack: list[Active] = []
# In a forked process: the stack of the parent process.
_inherited: list[Active] = []


def owner() -> Active | None:
    """Return the fake that owns the running work, active or ended; `None` without an owner."""
    found = _context.get()
    if found is not None and found.entered:
        return found
    thread = threading.current_thread()
    if found is not None and not _is_free(found, thread):
        return found
    return getattr(thread, OWNER, None)


def current() -> Active | None:
    """Return the fake that answers a call made here; `None` if there is none, or if the call's owner has ended."""
    found = owner()
    if found is None:
        return _stack[-1] if _stack else None
    return innermost(found) if found.entered else None


def answering(operation: str) -> Active | None:
    """Return the fake that answers a call of an operation made here; `None` if none is active.

    Raises:
        LateCallError: The fake of the call has ended. The call is recorded for the report.
    """
    found = current()
    if found is None and (gone := owner()) is not None and not gone.inherited:
        raise refuse(operation, gone.fake._test)
    return found


def innermost(active: Active) -> Active:
    """Return the fake that answers calls of an active one: the innermost fake nested in it."""
    while active.nested is not None:
        active = active.nested
    return active


def around(gone: Active) -> Active | None:
    """Return the fake that answers instead of an ended one: the nearest around it; `None` if all have ended."""
    nearest = _nearest(gone)
    return None if nearest is None else innermost(nearest)


def owner_of_new_work() -> Active | None:
    """Return the owner of a thread or task that is started here; `None` without an owner."""
    found = current()
    return owner() if found is None else found


def inherited() -> Active | None:
    """Return the fake of the parent process that would answer a call made here; `None` outside forked processes."""
    if not _inherited:
        return None
    found = owner()
    if found is None:
        return _inherited[-1]
    return innermost(found) if found.inherited else None


def inherit() -> None:
    """In a forked child, deactivate the fakes of the parent."""
    for active in _stack:
        active.entered, active.inherited = False, True
    _inherited[:] = _stack or _inherited
    _stack.clear()


def all_active() -> Sequence[Active]:
    """Return the active fakes in the order in which they were entered."""
    return tuple(_stack)


def push(active: Active) -> None:
    """Make a fake active. It answers in this context, and is the innermost one of the process."""
    parent = _nearest(owner())
    active.parent, active.work = parent, (threading.current_thread(), _current_task(), _current_greenlet())
    if parent is not None and parent.nested is None and parent.work == active.work:
        parent.nested = active
    active.entered = True
    _stack.append(active)
    _context.set(active)


def remove(active: Active) -> None:
    """Make a fake inactive, if it is active. In this context, the fake around it answers again."""
    active.entered = False
    if active in _stack:
        _stack.remove(active)
    parent, nested = active.parent, active.nested
    if parent is not None and parent.nested is active:
        parent.nested = nested
    if nested is not None:
        nested.parent = parent
    active.nested = None
    if _context.get() is active:
        _context.set(_nearest(parent))


def _nearest(active: Active | None) -> Active | None:
    """Return the nearest active fake: this one, or one around it."""
    while active is not None and not active.entered:
        active = active.parent
    return active


def _is_free(gone: Active, thread: threading.Thread) -> bool:
    """Return whether a context whose fake has ended may belong to later work too.

    In an event loop, a task that a test has left behind can't be told from one that serves all tests. The thread of the
    test keeps the context if the fake ended in another context, but its other greenlets are work of the test. And a
    thread may have lost its owner.
    """
    if getattr(thread, OWNER, gone) is None or _runs_a_loop():
        return True
    entering, _, greenlet = gone.work
    return entering is thread and greenlet is _current_greenlet()


def _runs_a_loop() -> bool:
    asyncio = sys.modules.get("asyncio")
    return asyncio is not None and asyncio._get_running_loop() is not None


def _current_task() -> object:
    return sys.modules["asyncio"].current_task() if _runs_a_loop() else None


def _current_greenlet() -> object:
    """Return the running greenlet, such as one of gevent; `None` for the first one of a thread, which is no work."""
    greenlets = sys.modules.get("greenlet")
    if greenlets is None:
        return None
    running = greenlets.getcurrent()
    return running if running.parent else None
