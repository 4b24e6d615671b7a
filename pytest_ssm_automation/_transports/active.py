"""The fakes that are active, outermost first: who answers a request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import threading
    from collections.abc import Collection, Sequence

    from .._service.engine import Service


@dataclass(eq=False, slots=True)
class Active:
    """A fake while it is active.

    Attributes:
        fake: The fake itself.
        service: What answers.
        transport: How it is reached: `"stubber"` or `"wire"`.
        allow_network: Whether, or to which hosts, requests may leave the process.
        test: The id of the test that it is for.
        blocked: The requests that were kept from leaving it.
        threads: The threads that were there before it.
        thread: The thread that has made it active.
    """

    fake: Any
    service: Service
    transport: str
    allow_network: bool | Collection[str]
    test: str = ""
    blocked: list[str] = field(default_factory=list[str])
    threads: frozenset[threading.Thread] = frozenset()
    thread: threading.Thread | None = None


_stack: list[Active] = []


def current() -> Active | None:
    """Give the innermost active fake, which is the one that answers."""
    return _stack[-1] if _stack else None


def is_active(active: Active) -> bool:
    """Tell whether a fake is active, innermost or not."""
    return active in _stack


def all_active() -> Sequence[Active]:
    """Give the active fakes, outermost first."""
    return tuple(_stack)


def push(active: Active) -> None:
    """Make a fake the innermost active one."""
    _stack.append(active)


def remove(active: Active) -> None:
    """Make a fake inactive."""
    _stack.remove(active)
