"""The guard: no botocore request that nobody has answered leaves the process while a fake is active.

It stands where a connection would be opened or used, below the places where moto, Stubbers and recorders such as vcrpy
answer. What is being sent is known from botocore's `send`, so that a proxy doesn't hide it, and connections that other
libraries open are not touched.
"""

from __future__ import annotations

from contextvars import ContextVar
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSConnection
from botocore.endpoint import Endpoint
from botocore.exceptions import BotoCoreError, EndpointConnectionError
from botocore.httpsession import URLLib3Session
from urllib3.connection import HTTPConnection, HTTPSConnection

from .._errors import AutomationFakeError, public
from .active import BlockedRequest
from .patching import Patch, WrapperPatch

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

_called: ContextVar[Any] = ContextVar("botocore's model of the operation that a client calls", default=None)
_sent: ContextVar[Any] = ContextVar("the request that botocore is sending", default=None)
# Where botocore looks for the credentials and the Region of the machine it runs on.
_METADATA_HOSTS = frozenset({"169.254.169.254", "169.254.170.2", "169.254.170.23", "fd00:ec2::254", "fd00:ec2::23"})


@public
class NetworkBlockedError(BotoCoreError, AutomationFakeError):
    """A request would have left the process, since nothing answered it.

    The fake, moto, botocore's Stubber and a recorder that replays answer without a connection. If the request is meant
    to leave, set the option `allow_network` to `True` or to the names of hosts. If it is expected, and meant to be
    blocked, call `assert_blocked`.
    """

    fmt = "Blocked {request}, which would have left the process: nothing answered it. {hint}"


def check_host(method: str, url: str, *, allowed: bool | Collection[str], called: Any = None) -> None:
    """Let a request through to loopback and to the hosts allowed, and refuse all others.

    Args:
        method: The HTTP method.
        url: The URL; its query appears in no message.
        allowed: Whether all hosts may be reached, or the names of those that may.
        called: botocore's model of the operation, if a client has sent the request.

    Raises:
        EndpointConnectionError: The request asks for the machine's own credentials; there are none.
        NetworkBlockedError: Any other host; its attribute `blocked` is the request.
    """
    host = (urlsplit(url).hostname or "").lower()
    if is_loopback(host):
        return
    if allowed is True or (allowed and host in allowed):
        return
    if host in _METADATA_HOSTS:
        raise EndpointConnectionError(endpoint_url=url)
    names = (called.service_model.service_name, called.name) if called else ()
    blocked = BlockedRequest(method, url.partition("?")[0], *names)
    raise NetworkBlockedError(request=blocked, hint=blocked.hint())


def is_loopback(host: str) -> bool:
    """Tell whether the name of a host, in lower case, stands for this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:  # any other name, even one that starts with "127."
        return False


class _Refused(BaseException):
    """Carries an error out of `send`, past everybody who would retry it or take it for a failed connection."""

    def __init__(self, error: Exception) -> None:
        self.error = error


class Guard:
    """Checks what botocore and aiobotocore send, at the moment at which a connection would be opened or used."""

    def __init__(self, check: Callable[[Any, Any], None]) -> None:
        """Take the function that raises for a request that must not leave the process.

        Args:
            check: Called with the request, and with botocore's model of the operation if a client sends it.
        """
        self._check = check

    def patches(self) -> Iterator[Patch]:
        """Give the patches of botocore's `send`, and of the connections of urllib3 that it uses."""
        yield WrapperPatch(Endpoint, "_send_request", self.call)
        yield WrapperPatch(URLLib3Session, "send", self.send)
        yield WrapperPatch(AWSConnection, "request", self.connect)  # also for connections that are open already
        yield WrapperPatch(HTTPConnection, "connect", self.connect)
        yield WrapperPatch(HTTPSConnection, "connect", self.connect)

    def call(self, original: Callable[..., Any], endpoint: Any, request_dict: Any, operation_model: Any) -> Any:
        """Stand before `Endpoint._send_request`."""
        token = _called.set(operation_model)
        try:
            return original(endpoint, request_dict, operation_model)
        finally:
            _called.reset(token)

    async def call_aio(
        self, original: Callable[..., Any], endpoint: Any, request_dict: Any, operation_model: Any
    ) -> Any:
        """Stand before `AioEndpoint._send_request`."""
        token = _called.set(operation_model)
        try:
            return await original(endpoint, request_dict, operation_model)
        finally:
            _called.reset(token)

    def send(self, original: Callable[..., Any], session: Any, request: Any) -> Any:
        """Stand before `URLLib3Session.send`."""
        token = _sent.set(request)
        try:
            return original(session, request)
        except _Refused as refused:
            raise refused.error from None
        finally:
            _sent.reset(token)

    async def send_aio(self, original: Callable[..., Any], session: Any, request: Any) -> Any:
        """Stand before the `send` of aiobotocore's sessions."""
        token = _sent.set(request)
        try:
            return await original(session, request)
        except _Refused as refused:
            raise refused.error from None
        finally:
            _sent.reset(token)

    def connect(self, original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Stand before a method that opens or uses a connection; a coroutine function is fine, too."""
        request = _sent.get()
        if request is not None:
            try:
                self._check(request, _called.get())
            except BotoCoreError as error:
                raise _Refused(error) from None
        return original(*args, **kwargs)
