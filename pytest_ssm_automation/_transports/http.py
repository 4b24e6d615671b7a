"""HTTP for callers without botocore: what they send is read, answered by the service, and sent back as AWS does.

Source: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from .._service import model
from .._service.calls import Request
from .._service.errors import ServiceError
from .wire import HttpAnswer, answer_over_http, encode_error

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._service.engine import Service

_TARGET: Final = "AmazonSSM."
_CONTENT_TYPES: Final = frozenset({"application/x-amz-json-1.1", "application/json"})
_CREDENTIAL: Final = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/,\s]+)/\d{8}/([a-z0-9-]+)/ssm/aws4_request,\s*"
    r"SignedHeaders=[a-z0-9;-]+,\s*Signature=[0-9a-f]{64}",
    re.ASCII,
)


def is_ours(service: Service, target: str | None, region: str, body: bytes) -> bool:
    """Tell whether a request to SSM is for the fake, or for an operation of SSM that it leaves alone."""
    operation = (target or "").removeprefix(_TARGET)
    if operation not in model.service_model().operation_names or operation in model.OPERATIONS:
        return True
    if operation not in model.DOCUMENT_OPERATIONS:
        return False
    try:
        content = _members(body)
    except ServiceError:
        return False
    return service.claims(Request(operation, content, region, "", None))


def answer_http(service: Service, method: str, url: str, headers: Mapping[str, str], body: bytes) -> HttpAnswer:
    """Answer a request that any client may have sent, however malformed.

    Args:
        service: What answers.
        method: The HTTP method.
        url: Where it was sent, without the query.
        headers: Its headers; their names may have any case.
        body: Its body.

    Raises:
        botocore.exceptions.HTTPClientError: A fault breaks the connection.
    """
    try:
        request = _request(method, url, {name.lower(): value for name, value in headers.items()}, body)
    except ServiceError as error:
        return encode_error(service.new_id(), error)
    return answer_over_http(service, request)


def _request(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Request:
    """Read a request in the order in which AWS judges one: operation, signature, content."""
    target = headers.get("x-amz-target", "")
    operation = target.removeprefix(_TARGET)
    known = (*model.OPERATIONS, *model.DOCUMENT_OPERATIONS)
    content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if (
        method != "POST"
        or not target.startswith(_TARGET)
        or operation not in known
        or content_type not in _CONTENT_TYPES
    ):
        raise ServiceError("UnknownOperationException")
    if "authorization" not in headers:
        raise ServiceError("MissingAuthenticationTokenException")
    credential = _CREDENTIAL.fullmatch(headers["authorization"].strip())
    if credential is None or not ({"x-amz-date", "date"} & headers.keys()):
        raise ServiceError("IncompleteSignatureException")
    content = json.dumps(_members(body)).encode()
    return Request(operation, content, credential[2], url, credential[1], _attempt(headers))


def _members(body: bytes) -> dict[str, Any]:
    """Read the members of a request; those that are null are absent, as for the service."""
    try:
        members: Any = _without_nulls(json.loads(body))
    except (ValueError, RecursionError):
        raise ServiceError("SerializationException") from None
    if not isinstance(members, dict):
        raise ServiceError("SerializationException")
    return members


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(item) for name, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


def _attempt(headers: Mapping[str, str]) -> int:
    found = re.search(r"attempt=(\d{1,9})", headers.get("amz-sdk-request", ""), re.ASCII)
    return int(found[1]) if found else 1
