"""The fakes that are active, outermost first: who answers a request."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .._service.checks.model import DOCUMENT_OPERATIONS

if TYPE_CHECKING:
    import threading
    from collections.abc import Collection, Sequence

    from .._service.engine import Service


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
        first = "Register the document with add_runbook, answer" if ours else "Answer"
        return f"{first} it with moto or a Stubber, or allow it with the option allow_network."


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
    blocked: list[BlockedRequest] = field(default_factory=list[BlockedRequest])
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
