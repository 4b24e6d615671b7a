"""The wire transport, which answers at botocore's `before-send` with AWS JSON 1.1 over HTTP.

Signing, compression, botocore's retries and its parser all run. Only the connection and the delays are missing.
"""

from __future__ import annotations

import io
import weakref
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from botocore import UNSIGNED
from botocore.awsrequest import AWSResponse

from ..._service.checks.model import CHECKED
from ..._service.contents import as_bytes
from ..._service.errors import ServiceError
from ..owner.claim import claimed_by
from ..owner.identity import request_of
from .protocol import answer_over_http, attempt_of, unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from botocore.client import BaseClient
    from botocore.retries.quota import RetryQuota

    from ..._service.calls import Request
    from ..owner.active import Active
    from .protocol import HttpAnswer

_SENDING = {f"before-send.ssm.{operation}": operation for operation in CHECKED}
_RETRYING = {f"needs-retry.ssm.{operation}": operation for operation in CHECKED}
_CREATING = frozenset(f"request-created.ssm.{operation}" for operation in CHECKED)
# botocore passes the context of a request to its handlers when it creates the request, but not when it sends it.
created: ContextVar[Any] = ContextVar("the context of the request that botocore has created")
# The fake for which a retry quota was filled last.
_filled_for: WeakKeyDictionary[RetryQuota, Active | None] = WeakKeyDictionary()


class _Body(io.BytesIO):
    """The body of a response, with the interface of urllib3 that botocore uses."""

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        """Yield the rest."""
        yield self.read()


class WireTap:
    """A proxy of the event emitter of one client's endpoint, which answers Automation requests before they are sent.

    It can't be a handler of `before-send`, because botocore calls all handlers, and moto's raises NotImplementedError
    for operations that moto lacks. It also handles `needs-retry`, so that calls to the fake are retried without delay.
    """

    def __init__(self, client: BaseClient) -> None:
        """Make a tap with a weak reference to `client`."""
        self._client: Any = weakref.proxy(client)
        self._events: Any = None

    def activate(self) -> None:
        """Replace the emitter."""
        endpoint = self._client._endpoint
        self._events, endpoint._event_emitter = endpoint._event_emitter, self
        self._client.meta.events.register("choose-signer.ssm", self._choose_signer)

    def deactivate(self) -> None:
        """Restore the emitter."""
        if self._client._endpoint._event_emitter is self:
            self._client._endpoint._event_emitter = self._events
        self._client.meta.events.unregister("choose-signer.ssm", self._choose_signer)
        _fill_quota(self._all_handlers("needs-retry.ssm"), None)

    def __getattr__(self, name: str) -> Any:
        """Return other attributes of the emitter."""
        return getattr(self._events, name)

    def emit(self, event_name: str, **kwargs: Any) -> Any:
        """Answer a request for the fake unless a handler of the user answers it; pass on all other events."""
        claimed = self._claimed(event_name, kwargs)
        if claimed is None:
            return self._events.emit(event_name, **kwargs)
        handlers = self._handlers(event_name, claimed[0])
        responses = [(handler, handler(event_name=event_name, **kwargs)) for handler in handlers]
        concluded = self._concluded(event_name, responses)
        return self._answered(claimed, kwargs["request"].url) if concluded is None else concluded

    def _claimed(self, event_name: str, kwargs: Mapping[str, Any]) -> tuple[Active, Request] | None:
        """Return the request that is sent or retried, and its fake; `None` if it is not for a fake."""
        if event_name in _CREATING:
            created.set(kwargs["request"].context)
        operation = _SENDING.get(event_name) or _RETRYING.get(event_name)
        if operation is None:
            return None
        context = created.get({}) if event_name in _SENDING else kwargs["request_dict"]["context"]
        active = claimed_by(context, operation)
        if active is None or active.fake.options.transport != "wire":
            return None
        if event_name in _SENDING:
            body, headers = kwargs["request"].body, kwargs["request"].headers
        else:
            body, headers = kwargs["request_dict"]["body"], kwargs["request_dict"]["headers"]
        attempt = attempt_of(_header(headers, "amz-sdk-request"))
        request = request_of(self._client, operation, _unpacked(body, headers), attempt)
        return (active, request) if active.fake._service.claims(request) else None

    def _handlers(self, event_name: str, active: Active) -> list[Any]:
        """Return all handlers except moto's, which raises for operations that it lacks, and botocore's rate limiter."""
        handlers = self._all_handlers(event_name)
        if event_name in _RETRYING:
            _fill_quota(handlers, active)
        return [handler for handler in handlers if not _is_rate_limiter(handler) and not _is_motos(handler)]

    def _all_handlers(self, event_name: str) -> Any:
        return self._events._emitter._handlers.prefix_search(event_name)

    def _concluded(self, event_name: str, responses: list[tuple[Any, Any]]) -> list[tuple[Any, Any]] | None:
        """Return a retry without its delay, or the answer of a handler; `None` if the fake has to answer."""
        if event_name in _RETRYING:
            return _without_delay(responses)
        return responses if any(response is not None for _, response in responses) else None

    def _answered(self, claimed: tuple[Active, Request], url: str) -> list[tuple[Any, Any]]:
        active, request = claimed
        return [(self.emit, self._response(url, answer_over_http(active.fake._service, request)))]

    def _response(self, url: str, answer: HttpAnswer) -> Any:
        headers: Any = dict(answer.headers)
        return AWSResponse(url, answer.status, headers, _Body(answer.body))

    def _choose_signer(self, event_name: str, context: Mapping[str, Any], **_: Any) -> Any:
        """Leave requests unsigned if credentials are missing, or would have to be refreshed."""
        operation = _SENDING.get(event_name.replace("choose-signer", "before-send"))
        active = claimed_by(context, operation) if operation else None
        if active is None or active.fake.options.transport != "wire":
            return None
        credentials = self._client._request_signer._credentials
        stale = hasattr(credentials, "refresh_needed") and credentials.refresh_needed()
        return UNSIGNED if credentials is None or stale else None


def _unpacked(body: Any, headers: Any) -> bytes:
    """Decompress a body; return it unchanged if it is not valid."""
    content = as_bytes(body)
    try:
        return unpack(content, _header(headers, "content-encoding"))
    except ServiceError:
        return content


def _is_motos(handler: Any) -> bool:
    return type(handler).__module__.partition(".")[0] == "moto"


def _header(headers: Any, name: str) -> str:
    value = next((value for key, value in headers.items() if key.lower() == name), "")
    return value.decode() if isinstance(value, bytes) else value


def _is_rate_limiter(handler: Callable[..., Any]) -> bool:
    """Return whether an event handler is the rate limiter of adaptive mode, which delays requests.

    aiobotocore's limiters share no base class with botocore's.
    """
    return type(getattr(handler, "__self__", None)).__name__.endswith("ClientRateLimiter")


def _fill_quota(handlers: Iterable[Callable[..., Any]], active: Active | None) -> None:
    """Fill the retry quota of a client, which its handlers of `needs-retry` have, once for each fake.

    The quota belongs to the client. Otherwise, throttling in one test would leave fewer retries for the next test.
    """
    for handler in handlers:
        checker = getattr(getattr(handler, "__self__", None), "_retry_quota", None)
        quota: Any = getattr(checker, "_quota", None)
        if quota is not None and _filled_for.get(quota) is not active:
            quota.release(quota._max_capacity)
            _filled_for[quota] = active


def _without_delay(responses: Iterable[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Set the delays that handlers of `needs-retry` return to 0 seconds."""
    return [(handler, 0 if delay else delay) for handler, delay in responses]
