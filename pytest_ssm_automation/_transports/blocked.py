"""Requests that the guard has blocked."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .._service.checks.model import DOCUMENT_OPERATIONS
from .._service.runbooks.library import how_to_register


@dataclass(slots=True)
class BlockedRequest:
    """A request that the guard has blocked.

    Attributes:
        method: The HTTP method.
        url: The URL, without its query.
        service: The name of the AWS service, such as `s3`; empty if no client sent the request.
        operation: The operation, such as `ListBuckets`; empty if no client sent the request.
        expected: Whether `assert_blocked` has expected it.
    """

    method: str
    url: str
    service: str = ""
    operation: str = ""
    expected: bool = False

    def __str__(self) -> str:
        """Describe the request in one line."""
        called = f" ({self.service} {self.operation})" if self.operation else ""
        return f"{self.method} {self.url}{called}"

    def matches(self, url: str | re.Pattern[str] | None) -> bool:
        """Return whether the request has this URL, without regard to the query and a trailing slash."""
        if isinstance(url, re.Pattern):
            return url.search(self.url) is not None
        return url is None or url.partition("?")[0].rstrip("/") == self.url.rstrip("/")

    def hint(self) -> str:
        """Explain how to answer or allow the request."""
        ours = self.service == "ssm" and self.operation in DOCUMENT_OPERATIONS
        first = f"{how_to_register()}. Or answer" if ours else "Answer"
        return f"{first} it with moto or a Stubber, or allow it with the option allow_network."
