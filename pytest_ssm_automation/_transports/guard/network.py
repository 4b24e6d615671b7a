"""The guard, which blocks unanswered botocore requests while a fake is active.

It wraps the functions that open or use a connection, which are below those where moto, Stubbers and recorders such as
vcrpy answer. The request is taken from botocore's `send`, so that a proxy does not hide it. Connections of other
libraries are not affected.
"""

from __future__ import annotations

import re
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from botocore.awsrequest import AWSConnection
from botocore.exceptions import BotoCoreError, EndpointConnectionError
from botocore.httpsession import URLLib3Session
from urllib3.connection import HTTPConnection, HTTPSConnection

from ..._errors import AutomationFakeError, hide_usage_errors, public
from ..._service.checks.model import DOCUMENT_OPERATIONS
from ..._service.runbooks.library import how_to_register
from ..owner.active import current, inherited, owner
from ..patching import Patch

if TYPE_CHECKING:
    from collections.abc import Callable

__tracebackhide__ = hide_usage_errors

_called: ContextVar[Any] = ContextVar("botocore's model of the operation that a client calls", default=None)
_sent: ContextVar[Any] = ContextVar("the request that botocore is sending", default=None)
# The hosts from which botocore reads the credentials and the Region of the machine.
_METADATA_HOSTS = frozenset({"169.254.169.254", "169.254.170.2", "169.254.170.23", "fd00:ec2::254", "fd00:ec2::23"})


@public
class NetworkBlockedError(BotoCoreError, AutomationFakeError):
    """A request would have left the process, because nothing answered it.

    Answer it with moto, a Stubber or a recording. To let it through, set the option `allow_network` to `True` or to a
    list of hosts. If the test expects that it is blocked, call `assert_blocked`.
    """

    fmt = "Blocked {request}, which would have left the process: nothing answered it. {hint}"


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


def is_loopback(host: str, *, or_unspecified: bool = False) -> bool:
    """Return whether a host name, in lower case, is one of loopback, or the unspecified address."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ip_address(host)
    except ValueError:  # another name, which may even start with "127."
        return False
    return address.is_loopback or (or_unspecified and address.is_unspecified)


class _Refused(BaseException):
    """Carry an error out of `send`, past code that would retry it or treat it as a failed connection."""

    def __init__(self, error: Exception) -> None:
        self.error = error


def connect(original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Wrap a method that opens or uses a connection, including coroutine functions."""
    request = _sent.get()
    if request is not None:
        try:
            _check(request)
        except BotoCoreError as error:
            raise _Refused(error) from None
    return original(*args, **kwargs)


def _check(request: Any) -> None:
    """Block a request that nothing has answered, unless its host is this machine, or allowed.

    Raises:
        EndpointConnectionError: The request is for the credentials of the machine.
        NetworkBlockedError: The host is not allowed. The message does not contain the query.
    """
    active = current() or owner() or inherited()
    if active is None:
        return
    url: str = request.url
    host, allowed = (urlsplit(url).hostname or "").lower(), active.fake.options.allow_network
    # moto's server has the URL 0.0.0.0, which connects to this machine, as `::` does.
    if is_loopback(host, or_unspecified=True) or allowed is True or (allowed and host in allowed):
        return
    if host in _METADATA_HOSTS:
        raise EndpointConnectionError(endpoint_url=url)
    called = _called.get()
    names = (called.service_model.service_name, called.name) if called else ()
    blocked = BlockedRequest(request.method, url.partition("?")[0], *names)
    active.fake._blocked.append(blocked)
    raise NetworkBlockedError(request=blocked, hint=blocked.hint())


def _during(variable: ContextVar[Any], original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call a method while a variable has the value of its first argument.

    A context manager would lose the value before if it is interrupted.
    """
    before = variable.get()
    try:
        variable.set([*args, *kwargs.values()][1])
        return original(*args, **kwargs)
    except _Refused as refused:
        raise refused.error from None
    finally:
        variable.set(before)


async def _during_aio(variable: ContextVar[Any], original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    before = variable.get()
    try:
        variable.set([*args, *kwargs.values()][1])
        return await original(*args, **kwargs)
    except _Refused as refused:
        raise refused.error from None
    finally:
        variable.set(before)


# Call `_make_request` of a client. Messages will name the operation.
call: Final = partial(_during, _called)
call_aio: Final = partial(_during_aio, _called)
# Wraps `send` of the sessions of aiobotocore.
send_aio: Final = partial(_during_aio, _sent)
PATCHES: Final = (
    Patch(URLLib3Session, "send", partial(_during, _sent)),
    Patch(AWSConnection, "request", connect),  # also for open connections
    Patch(HTTPConnection, "connect", connect),
    Patch(HTTPSConnection, "connect", connect),
)
