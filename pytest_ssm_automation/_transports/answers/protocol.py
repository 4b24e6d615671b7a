"""The protocol AWS JSON 1.1 over HTTP: encode answers, and decode requests."""

from __future__ import annotations

import gzip
import io
import json
import re
import zlib
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from ..._service.errors import ServiceError, error_body

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..._service.calls import Request
    from ..._service.engine import Service

CONTENT_TYPE = "application/x-amz-json-1.1"
_ATTEMPT = re.compile(r"attempt=(\d{1,9})", re.ASCII)


class HttpAnswer(NamedTuple):
    """An HTTP response of the service.

    Attributes:
        status: The HTTP status.
        headers: The headers.
        body: The JSON text, in UTF-8.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


def answer_over_http(service: Service, request: Request) -> HttpAnswer:
    """Answer a request, and encode the response.

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
    """Encode the members of a response. Times become epoch seconds with milliseconds."""
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
    """Read the number of the attempt from `amz-sdk-request`; 1 if it is missing."""
    found = _ATTEMPT.search(header)
    return int(found[1]) if found else 1


def unpack(body: bytes, encoding: str, *, most: int | None = None) -> bytes:
    """Decompress a request's body that has a `Content-Encoding`, to at most a number of bytes.

    Raises:
        ServiceError: The body is not valid gzip, or incomplete.
    """
    if encoding.strip().lower() != "gzip":
        return body
    try:
        with gzip.open(io.BytesIO(body)) as file:
            return file.read(-1 if most is None else most)
    except EOFError:
        raise ServiceError("SerializationException", "The compressed body of the request is not complete.") from None
    except (OSError, zlib.error):
        raise ServiceError("SerializationException") from None
