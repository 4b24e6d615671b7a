"""The wire transport: AWS JSON 1.1 over HTTP, answered at botocore's `before-send`.

Signing, compression, botocore's retries and its parser all run; only the connection is missing.
"""

from __future__ import annotations

import io
import json
import re
import weakref
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from botocore import UNSIGNED
from botocore.awsrequest import AWSResponse

from .._service.checks.model import CHECKED
from .._service.contents import as_bytes
from .._service.errors import ServiceError, error_body
from .body import unpack
from .claim import claimed_by, request_of
from .retries import fill_quota, is_rate_limiter, without_delay

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from botocore.client import BaseClient

    from .._service.calls import Request
    from .._service.engine import Service
    from .active import Active

CONTENT_TYPE = "application/x-amz-json-1.1"
_ATTEMPT = re.compile(r"attempt=(\d{1,9})", re.ASCII)
_CLAIMED = CHECKED
_SENDING = {f"before-send.ssm.{operation}": operation for operation in _CLAIMED}
_RETRYING = {f"needs-retry.ssm.{operation}": operation for operation in _CLAIMED}
_CREATING = frozenset(f"request-created.ssm.{operation}" for operation in _CLAIMED)
# botocore hands the context of a request to its handlers when it creates the request, and not when it sends it.
_created: ContextVar[Any] = ContextVar("the context of the request that botocore has created")


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer of the service as it goes over HTTP.

    Attributes:
        status: The HTTP status.
        headers: The headers.
        body: The JSON text, in UTF-8.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


def answer_over_http(service: Service, request: Request) -> HttpAnswer:
    """Ask the service, and encode what it answers.

    Raises:
        botocore.exceptions.BotoCoreError: A fault breaks the connection.
    """
    try:
        return encode(service.new_id(), 200, service.answer(request))
    except ServiceError as error:
        return encode_error(service.new_id(), error)


def encode_error(request_id: str, error: ServiceError) -> HttpAnswer:
    """Encode an error."""
    return encode(request_id, error.status, {"__type": error.code, **error_body(error)})


def encode(request_id: str, status: int, members: Mapping[str, Any]) -> HttpAnswer:
    """Encode the members of an answer; times go as seconds of the epoch, with milliseconds."""
    body = json.dumps(members, default=lambda time: round(time.timestamp(), 3)).encode()
    headers = {
        "Server": "Server",
        "Date": format_datetime(datetime.now(UTC), usegmt=True),
        "Content-Type": CONTENT_TYPE,
        "Content-Length": str(len(body)),
        "Connection": "keep-alive",
        "x-amzn-RequestId": request_id,
    }
    return HttpAnswer(status, headers, body)


def attempt_of(header: str) -> int:
    """Read from `amz-sdk-request` which attempt a request is; 1 where it isn't told."""
    found = _ATTEMPT.search(header)
    return int(found[1]) if found else 1


class _Body(io.BytesIO):
    """The body of a response, as botocore reads it from urllib3."""

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        """Give what is left to read."""
        yield self.read()


class WireTap:
    """Stands before the event emitter of one client's endpoint, and answers the Automation requests about to be sent.

    botocore calls all handlers of `before-send`, and moto's raises NotImplementedError for operations that it lacks.
    So the tap must not be one of them. It also sees `needs-retry`, and lets botocore retry a call of ours at once.
    """

    def __init__(self, client: BaseClient) -> None:
        """Make a tap for `client`, without keeping it alive."""
        self._client: Any = weakref.proxy(client)
        self._events: Any = None

    def activate(self) -> None:
        """Stand before the emitter."""
        endpoint = self._client._endpoint
        self._events, endpoint._event_emitter = endpoint._event_emitter, self
        self._client.meta.events.register("choose-signer.ssm", self._choose_signer)

    def deactivate(self) -> None:
        """Step aside."""
        if self._client._endpoint._event_emitter is self:
            self._client._endpoint._event_emitter = self._events
        self._client.meta.events.unregister("choose-signer.ssm", self._choose_signer)
        fill_quota(self._all_handlers("needs-retry.ssm"), None)

    def __getattr__(self, name: str) -> Any:
        """Be the emitter in all else."""
        return getattr(self._events, name)

    def emit(self, event_name: str, **kwargs: Any) -> Any:
        """Answer what is about to be sent to us, unless a handler of the user's does, and pass everything else on."""
        claimed = self._claimed(event_name, kwargs)
        if claimed is None:
            return self._events.emit(event_name, **kwargs)
        handlers = self._handlers(event_name, claimed[0])
        responses = [(handler, handler(event_name=event_name, **kwargs)) for handler in handlers]
        return self._conclude(event_name, kwargs, claimed, responses)

    def _claimed(self, event_name: str, kwargs: Mapping[str, Any]) -> tuple[Active, Request] | None:
        """Give the request that is sent or retried, with the fake that it is for; `None` if it isn't for us."""
        if event_name in _CREATING:
            _created.set(kwargs["request"].context)
        operation = _SENDING.get(event_name) or _RETRYING.get(event_name)
        if operation is None:
            return None
        context = _created.get({}) if event_name in _SENDING else kwargs["request_dict"]["context"]
        active = claimed_by(context, operation)
        if active is None or active.transport != "wire":
            return None
        if event_name in _SENDING:
            body, headers = kwargs["request"].body, kwargs["request"].headers
        else:
            body, headers = kwargs["request_dict"]["body"], kwargs["request_dict"]["headers"]
        attempt = attempt_of(_header(headers, "amz-sdk-request"))
        request = request_of(self._client, operation, _unpacked(body, headers), attempt)
        return (active, request) if active.service.claims(request) else None

    def _handlers(self, event_name: str, active: Active) -> list[Any]:
        """Give all handlers but those of moto, which raises for operations it lacks, and of botocore's rate limiter."""
        handlers = self._all_handlers(event_name)
        if event_name in _RETRYING:
            fill_quota(handlers, active)
        return [handler for handler in handlers if not is_rate_limiter(handler) and not _is_motos(handler)]

    def _all_handlers(self, event_name: str) -> Any:
        return self._events._emitter._handlers.prefix_search(event_name)

    def _conclude(
        self,
        event_name: str,
        kwargs: Mapping[str, Any],
        claimed: tuple[Active, Request],
        responses: list[tuple[Any, Any]],
    ) -> list[tuple[Any, Any]]:
        """Answer a request that no handler has answered, and take the delay from a retry."""
        if event_name in _RETRYING:
            return without_delay(responses)
        if any(response is not None for _, response in responses):
            return responses
        active, request = claimed
        return [(self.emit, self._respond(active.service, request, kwargs["request"].url))]

    def _respond(self, service: Service, request: Request, url: str) -> Any:
        return self._response(url, answer_over_http(service, request))

    def _response(self, url: str, answer: HttpAnswer) -> Any:
        headers: Any = dict(answer.headers)
        return AWSResponse(url, answer.status, headers, _Body(answer.body))

    def _choose_signer(self, event_name: str, context: Mapping[str, Any], **_: Any) -> Any:
        """Leave requests unsigned whose credentials are missing, or would have to be fetched."""
        operation = _SENDING.get(event_name.replace("choose-signer", "before-send"))
        active = claimed_by(context, operation) if operation else None
        if active is None or active.transport != "wire":
            return None
        credentials = self._client._request_signer._credentials
        stale = hasattr(credentials, "refresh_needed") and credentials.refresh_needed()
        return UNSIGNED if credentials is None or stale else None


def _unpacked(body: Any, headers: Any) -> bytes:
    """Undo the compression of a body; what is not compressed as it says stays, and can't be read."""
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
