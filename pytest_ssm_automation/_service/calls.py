"""Requests to the service, and the records of them."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, cast

from .._errors import public
from .accounts import ACCOUNT_ID
from .brief import Brief, cut
from .contents import read_members
from .working import CallingStep, calling_step

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .checks.violations import Violation

Outcome = Literal["started", "replayed", "answered", "rejected", "failed", "lost"]
_STARTED: Final = ("started", "replayed")
# Members that show the subject of a request in its repr.
_SUBJECTS: Final = ("DocumentName", "AutomationExecutionId", "Name", "ResourceId")
_LONGEST: Final = 100


class Request(NamedTuple):
    """A request, which is one attempt of a client to call an operation.

    Attributes:
        operation: The operation's name, such as `StartAutomationExecution`.
        content: The serialized request; or the arguments, if they could not be serialized.
        region: The Region of the client.
        endpoint_url: The URL to which the client would have sent it.
        access_key_id: The access key of the client; `None` without credentials.
        account: The account of the credentials: 12 digits.
        attempt: The number of the attempt, from 1; botocore may retry.
        over_http: Whether it came over HTTP instead of from a botocore client of this process.
    """

    operation: str
    content: bytes | Mapping[str, Any]
    region: str
    endpoint_url: str
    access_key_id: str | None
    account: str = ACCOUNT_ID
    attempt: int = 1
    over_http: bool = False

    @property
    def scope(self) -> tuple[str, str]:
        """The account and the Region. Scopes share no executions."""
        return self.account, self.region

    def params(self) -> dict[str, Any]:
        """Return a copy of the request's members; empty if they can't be read."""
        return self.read() or {}

    def read(self) -> dict[str, Any] | None:
        """Return a copy of the members; `None` if they can't be read. An event handler may have replaced the body."""
        if not isinstance(self.content, bytes):
            copied: dict[str, Any] = copy_containers(self.content)
            return copied
        try:
            return read_members(self.content)
        except (ValueError, RecursionError):
            return None


@public
@dataclass(frozen=True, slots=True, repr=False)
class Call(Brief):
    """An immutable record of a request to the fake and its outcome.

    Attributes:
        request: The request. Its fields are also attributes of the call.
        outcome: `"started"`; `"replayed"` for a known ClientToken; `"answered"` for other operations; `"rejected"` if
            botocore or the service refused it; `"failed"` for an injected fault, or an exception of a function of the
            test; `"lost"` if only the response was lost.
        execution_id: The execution that was started, replayed or requested.
        error: The error code, or the name of botocore's exception; `None` without an error.
        violations: The constraints that the request violates.
        acknowledged: Whether `assert_rejected` has expected the refusal.
        thread: The name of the calling thread.
        step: The executed step that made the call, with its `execution` and its `name`; `None` for the code under test.
            Assertions, faults and strict checks consider only calls of the code under test.

    Example:
        >>> call = fake.assert_called("StopAutomationExecution")
        >>> (call.params["Type"], call.outcome, call.region)
        ('Cancel', 'answered', 'us-east-1')
    """

    request: Request
    outcome: Outcome
    execution_id: str | None = None
    error: str | None = None
    violations: tuple[Violation, ...] = ()
    acknowledged: bool = False
    thread: str = field(default_factory=lambda: threading.current_thread().name)
    step: CallingStep | None = field(default_factory=calling_step)
    # `time.time` is called through its module, which other libraries patch
    _moment: float = field(default_factory=lambda: time.time())  # noqa: PLW0108

    def __repr__(self) -> str:
        """Show the operation, its subject, the account and Region, and the outcome."""
        params = self.params
        subject = next((f" of {shorten(params[name])}" for name in _SUBJECTS if name in params), "")
        result = self.error or (self.execution_id if self.outcome in _STARTED else None)
        fate = f"{self.outcome} {result}" if result else self.outcome
        return f"<Call {self.operation}{subject} in {self.account} {self.region}: {fate}>"

    @property
    def operation(self) -> str:
        """The operation's name, such as `StartAutomationExecution`."""
        return self.request.operation

    @property
    def params(self) -> dict[str, Any]:
        """A copy of the request's members."""
        return self.request.params()

    @property
    def started_at(self) -> datetime:
        """The time of the request, in UTC."""
        return datetime.fromtimestamp(self._moment, UTC)

    @property
    def account(self) -> str:
        """The account of the client's credentials: 12 digits."""
        return self.request.account

    @property
    def region(self) -> str:
        """The Region of the client."""
        return self.request.region

    @property
    def endpoint_url(self) -> str:
        """The URL to which the client would have sent the request."""
        return self.request.endpoint_url

    @property
    def access_key_id(self) -> str | None:
        """The access key of the client; `None` without credentials."""
        return self.request.access_key_id

    @property
    def attempt(self) -> int:
        """The number of the attempt, from 1; botocore may retry."""
        return self.request.attempt


def shorten(value: object) -> str:
    """Write a name of any type in at most about a hundred characters."""
    return cut(value if isinstance(value, str) else repr(value), _LONGEST)


def copy_containers(value: Any) -> Any:
    """Copy dicts, lists and tuples at any depth, but not other values, which may not be copyable."""
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        return {key: copy_containers(item) for key, item in members.items()}
    if isinstance(value, list):
        return [copy_containers(item) for item in cast("list[object]", value)]
    if isinstance(value, tuple):
        return tuple(copy_containers(item) for item in cast("tuple[object, ...]", value))
    return value
