"""The wire transport, which answers at botocore's `before-send` with AWS JSON 1.1 over HTTP.

Signing, compression, botocore's retries and its parser all run. Only the connection and the delays are missing.
"""

from __future__ import annotations

import copy
import io
from functools import partial
from importlib import import_module
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakSet

from botocore.awsrequest import AWSResponse

from ..._service.contents import as_bytes
from ..._service.errors import ServiceError
from ..owner.claim import KEY, claimed_by, copied
from ..owner.identity import are_stale, request_of
from .protocol import answer_over_http, attempt_of, unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from botocore.client import BaseClient

    from ..._service.calls import Request
    from ..._service.engine import Service
    from ..owner.claim import Claim
    from .protocol import HttpAnswer

# The retry quotas that calls to the active fakes have used.
_quotas: WeakSet[Any] = WeakSet()


def wired(client: Any, kind: type[Tap], operation: str, context: dict[str, Any]) -> BaseClient:
    """Return a copy of a client for one call, which asks the fake before it sends the request.

    The request stays unsigned if the client's credentials are missing, or would have to be refreshed.
    """
    if are_stale(client._request_signer._credentials):
        context["auth_type"] = "none"
    made = copied(client)
    made._endpoint = copy.copy(client._endpoint)
    made._endpoint._event_emitter = kind(client, operation, context)
    return cast("BaseClient", made)


def fill_quotas() -> None:
    """Fill the retry quotas of clients.

    A quota belongs to a client. Otherwise, throttling in one test would leave fewer retries for the next test.
    """
    for quota in list(_quotas):
        quota.release(quota._max_capacity)
    _quotas.clear()


class Tap:
    """A proxy of the event emitter of a client's endpoint, which answers one call before its request is sent.

    It can't be a handler of `before-send`, because botocore calls all handlers, and moto's raises NotImplementedError
    for operations that moto lacks. It also handles `needs-retry`, so that calls to the fake are retried without delay.
    """

    def __init__(self, client: Any, operation: str, context: Mapping[str, Any]) -> None:
        """Set the client, the operation, and the context of the request."""
        self._client, self._operation, self._context = client, operation, context
        self._events: Any = client._endpoint._event_emitter
        # Responds to the latest attempt; `None` if it is not for a fake.
        self._respond: Callable[[], Any] | None = None

    def __getattr__(self, name: str) -> Any:
        """Return other attributes of the emitter."""
        return getattr(self._events, name)

    def emit(self, event_name: str, **kwargs: Any) -> Any:
        """Answer a request for the fake unless a handler of the user answers it; pass on all other events."""
        respond = self._responding(event_name, kwargs)
        if respond is None:
            return self._events.emit(event_name, **kwargs)
        responses = [(each, each(event_name=event_name, **kwargs)) for each in self._handlers(event_name)]
        concluded = _concluded(event_name, responses)
        return [(self.emit, respond())] if concluded is None else concluded

    def _responding(self, event_name: str, kwargs: Mapping[str, Any]) -> Callable[[], Any] | None:
        """Return what responds to a request that is sent, or was sent before a retry; `None` for other events."""
        if event_name.startswith("before-send."):
            self._respond = self._response_to(kwargs["request"])
        return self._respond if event_name.startswith(("before-send.", "needs-retry.")) else None

    def _response_to(self, sent: Any) -> Callable[[], Any] | None:
        active = claimed_by(self._context, self._operation)
        attempt = attempt_of(_header(sent.headers, "amz-sdk-request"))
        request = request_of(self._client, self._operation, _unpacked(sent), attempt)
        if active is None or not active.fake._service.claims(request):
            return None
        return partial(self._response, sent.url, active.fake._service, request)

    def _handlers(self, event_name: str) -> list[Any]:
        """Return all handlers except moto's, which raises for operations that it lacks, and botocore's rate limiter."""
        handlers = self._events._emitter._handlers.prefix_search(event_name)
        for handler in handlers:
            checker = getattr(getattr(handler, "__self__", None), "_retry_quota", None)
            quota: Any = getattr(checker, "_quota", None)
            if quota is not None and quota not in _quotas:
                quota.release(quota._max_capacity)
                _quotas.add(quota)
        return [handler for handler in handlers if not _is_rate_limiter(handler) and not _is_motos(handler)]

    def _response(self, url: str, service: Service, request: Request) -> Any:
        answer = answer_over_http(service, request)
        headers: Any = dict(answer.headers)
        return AWSResponse(url, answer.status, headers, _Body(answer.body))


class AioTap(Tap):
    """A `Tap` for a client of aiobotocore."""

    async def emit(self, event_name: str, **kwargs: Any) -> Any:
        """Answer a request for the fake unless a handler of the user answers it; pass on all other events."""
        respond = self._responding(event_name, kwargs)
        if respond is None:
            return await self._events.emit(event_name, **kwargs)
        responses: list[tuple[Any, Any]] = []
        for handler in self._handlers(event_name):
            response = handler(event_name=event_name, **kwargs)
            responses.append((handler, await response if isawaitable(response) else response))
        concluded = _concluded(event_name, responses)
        if concluded is not None:
            return concluded
        try:
            return [(self.emit, respond())]
        finally:
            claim: Claim | None = self._context.get(KEY)
            if claim is not None:
                await claim.suspend()

    def _response(self, url: str, service: Service, request: Request) -> Any:
        claim: Claim | None = self._context.get(KEY)
        if claim is not None:
            claim.asks(request, None)
        answer = answer_over_http(service, request)
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


def _concluded(event_name: str, responses: list[tuple[Any, Any]]) -> list[tuple[Any, Any]] | None:
    """Return a retry without its delay, or the answer of a handler; `None` if the fake has to answer."""
    if event_name.startswith("needs-retry."):
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
