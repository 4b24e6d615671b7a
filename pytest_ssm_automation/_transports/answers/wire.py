"""The wire transport, which answers at botocore's `before-send` with AWS JSON 1.1 over HTTP.

Signing, compression, botocore's retries and its parser all run. Only the connection and the delays are missing.
"""

from __future__ import annotations

import io
import weakref
from contextvars import ContextVar
from importlib import import_module
from inspect import isawaitable
from typing import TYPE_CHECKING, Any

from botocore import UNSIGNED
from botocore.awsrequest import AWSResponse

from ..._service.checks.model import CHECKED
from ..._service.contents import as_bytes
from ..._service.errors import ServiceError
from ..owner.claim import KEY, claimed_by
from ..owner.identity import request_of
from .protocol import answer_over_http, attempt_of, unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from botocore.client import BaseClient

    from ..owner.active import Active
    from .protocol import HttpAnswer

_SENDING = {f"before-send.ssm.{operation}": operation for operation in CHECKED}
_RETRYING = frozenset(f"needs-retry.ssm.{operation}" for operation in CHECKED)
_CREATING = frozenset(f"request-created.ssm.{operation}" for operation in CHECKED)
# The key of the fake in the context of a request that was sent to it.
_SENT_TO = "pytest_ssm_automation_sent_to"
# botocore passes the context of a request to its handlers when it creates the request, but not when it sends it.
_created: ContextVar[Any] = ContextVar("the context of the request that botocore has created")


class WireTap:
    """A proxy of the event emitter of one client's endpoint, which answers Automation requests before they are sent.

    It can't be a handler of `before-send`, because botocore calls all handlers, and moto's raises NotImplementedError
    for operations that moto lacks. It also handles `needs-retry`, so that calls to the fake are retried without delay.
    """

    def __init__(self, client: BaseClient) -> None:
        """Make a tap with a weak reference to `client`."""
        self._client: Any = weakref.proxy(client)
        self._events: Any = None
        # The fake for which the retry quota of the client was filled last.
        self._filled_for: Active | None = None

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
        self._fill_quota(self._all_handlers("needs-retry.ssm"), None)

    def __getattr__(self, name: str) -> Any:
        """Return other attributes of the emitter."""
        return getattr(self._events, name)

    def emit(self, event_name: str, **kwargs: Any) -> Any:
        """Answer a request for the fake unless a handler of the user answers it; pass on all other events."""
        sent = self._sent(event_name, kwargs)
        if sent is None:
            return self._events.emit(event_name, **kwargs)
        handlers = self._handlers(event_name, sent[0])
        responses = [(handler, handler(event_name=event_name, **kwargs)) for handler in handlers]
        concluded = _concluded(event_name, responses)
        return self._answered(sent, kwargs) if concluded is None else concluded

    def _sent(self, event_name: str, kwargs: Mapping[str, Any]) -> tuple[Active, Any] | None:
        """Return the fake to which a request is sent, or was sent before a retry, and the request; otherwise `None`."""
        if event_name in _CREATING:
            _created.set(kwargs["request"].context)
        if event_name in _RETRYING:
            active = kwargs["request_dict"]["context"].get(_SENT_TO)
            return active and (active, None)
        if event_name not in _SENDING:
            return None
        operation, context, sent = _SENDING[event_name], _created.get({}), kwargs["request"]
        active = _wired(context, operation)
        if active is None:
            return None
        attempt = attempt_of(_header(sent.headers, "amz-sdk-request"))
        request = request_of(self._client, operation, _unpacked(sent), attempt)
        if not active.fake._service.claims(request):
            return None
        context[_SENT_TO] = active
        return active, request

    def _handlers(self, event_name: str, active: Active) -> list[Any]:
        """Return all handlers except moto's, which raises for operations that it lacks, and botocore's rate limiter."""
        handlers = self._all_handlers(event_name)
        if event_name in _RETRYING and self._filled_for is not active:
            self._fill_quota(handlers, active)
        return [handler for handler in handlers if not _is_rate_limiter(handler) and not _is_motos(handler)]

    def _all_handlers(self, event_name: str) -> Any:
        return self._events._emitter._handlers.prefix_search(event_name)

    def _fill_quota(self, handlers: Iterable[Callable[..., Any]], active: Active | None) -> None:
        """Fill the retry quota of the client, which its handlers of `needs-retry` have, once for each fake.

        The quota belongs to the client. Otherwise, throttling in one test would leave fewer retries for the next test.
        """
        self._filled_for = active
        for handler in handlers:
            checker = getattr(getattr(handler, "__self__", None), "_retry_quota", None)
            quota: Any = getattr(checker, "_quota", None)
            if quota is not None:
                quota.release(quota._max_capacity)

    def _answered(self, sent: tuple[Active, Any], kwargs: Mapping[str, Any]) -> list[tuple[Any, Any]]:
        active, request = sent
        return [(self.emit, self._response(kwargs["request"].url, answer_over_http(active.fake._service, request)))]

    def _response(self, url: str, answer: HttpAnswer) -> Any:
        headers: Any = dict(answer.headers)
        return AWSResponse(url, answer.status, headers, _Body(answer.body))

    def _choose_signer(self, event_name: str, context: Mapping[str, Any], **_: Any) -> Any:
        """Leave requests unsigned if credentials are missing, or would have to be refreshed."""
        operation = _SENDING.get(event_name.replace("choose-signer", "before-send"))
        if operation is None or _wired(context, operation) is None:
            return None
        credentials = self._client._request_signer._credentials
        stale = hasattr(credentials, "refresh_needed") and credentials.refresh_needed()
        return UNSIGNED if credentials is None or stale else None


class AioWireTap(WireTap):
    """A `WireTap` for a client of aiobotocore."""

    async def emit(self, event_name: str, **kwargs: Any) -> Any:
        """Answer a request for the fake unless a handler of the user answers it; pass on all other events."""
        sent = self._sent(event_name, kwargs)
        if sent is None:
            return await self._events.emit(event_name, **kwargs)
        responses: list[tuple[Any, Any]] = []
        for handler in self._handlers(event_name, sent[0]):
            response = handler(event_name=event_name, **kwargs)
            responses.append((handler, await response if isawaitable(response) else response))
        concluded = _concluded(event_name, responses)
        if concluded is not None:
            return concluded
        claim = _created.get().get(KEY)
        if claim is None:
            return self._answered(sent, kwargs)
        claim.asks(sent[1], None)
        try:
            return self._answered(sent, kwargs)
        finally:
            await claim.suspend()

    def _response(self, url: str, answer: HttpAnswer) -> Any:
        kind: Any = import_module("aiobotocore.awsrequest").AioAWSResponse
        return kind(url, answer.status, dict(answer.headers), _AioBody(answer))


class _Body(io.BytesIO):
    """The body of a response, with the interface of urllib3 that botocore uses."""

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        """Yield the rest."""
        yield self.read()


class _AioBody:
    """The body of a response, with the interface of aiohttp and httpx that aiobotocore uses."""

    def __init__(self, answer: HttpAnswer) -> None:
        self._content = answer.body
        # for aiobotocore before 2.14
        self.raw_headers = [(name.encode(), value.encode()) for name, value in answer.headers.items()]

    async def read(self) -> bytes:
        """Return the whole body."""
        return self._content


def _wired(context: Mapping[str, Any], operation: str) -> Active | None:
    """Return the fake that has claimed a request, if it answers on the wire."""
    active = claimed_by(context, operation)
    return active if active is not None and active.fake.options.transport == "wire" else None


def _concluded(event_name: str, responses: list[tuple[Any, Any]]) -> list[tuple[Any, Any]] | None:
    """Return a retry without its delay, or the answer of a handler; `None` if the fake has to answer."""
    if event_name in _RETRYING:
        return [(handler, 0 if delay else delay) for handler, delay in responses]
    return responses if any(response is not None for _, response in responses) else None


def _unpacked(sent: Any) -> bytes:
    """Decompress the body of a request; return it unchanged if it is not valid."""
    content = as_bytes(sent.body)
    try:
        return unpack(content, _header(sent.headers, "content-encoding"))
    except ServiceError:
        return content


def _header(headers: Mapping[str, Any], name: str) -> str:
    value: Any = headers.get(name, "")
    return value.decode() if isinstance(value, bytes) else value


def _is_motos(handler: Any) -> bool:
    return type(handler).__module__.partition(".")[0] == "moto"


def _is_rate_limiter(handler: Callable[..., Any]) -> bool:
    """Return whether an event handler is the rate limiter of adaptive mode, which delays requests.

    aiobotocore's limiters share no base class with botocore's.
    """
    return type(getattr(handler, "__self__", None)).__name__.endswith("ClientRateLimiter")
