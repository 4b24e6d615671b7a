"""Answer HTTP requests of callers without botocore.

Requests that name an operation of the fake are recorded, even if their members can't be read. Others receive an error,
and are not recorded. Signatures must be well-formed, but are not verified, because the secret is unknown.

Source: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from ..._service.accounts import account_of_key
from ..._service.calls import Call, Request
from ..._service.checks import model
from ..._service.contents import read_members
from ..._service.errors import ServiceError
from ..answers.protocol import HttpAnswer, answer_over_http, attempt_of, encode_error, unpack
from .body import MOST_BYTES, too_large

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..._service.engine import Service

_TARGET: Final = "AmazonSSM."
_CONTENT_TYPES: Final = frozenset({"application/x-amz-json-1.1", "application/json"})
_ALGORITHM: Final = "AWS4-HMAC-SHA256"
_SCOPE_PARTS: Final = 5
_SIGNATURE: Final = re.compile("[0-9a-f]{64}")


def is_ours(service: Service, headers: Mapping[str, str], body: bytes) -> bool:
    """Return whether the fake answers a request to SSM. It does not answer other operations of SSM.

    The names of the headers are in lower case.
    """
    operation = headers.get("x-amz-target", "").removeprefix(_TARGET)
    if operation not in model.service_model().operation_names or operation in model.OPERATIONS:
        return True
    if operation not in model.CHECKED:
        return False
    try:
        key, region = _credential(headers)
        return service.claims(Request(operation, _members(headers, body), region, "", key, account_of_key(key)))
    except ServiceError:
        return False


def answer_http(
    service: Service, method: str, url: str, headers: Mapping[str, str], body: bytes | ServiceError
) -> HttpAnswer:
    """Answer a request of any client, even if it is malformed.

    The URL has no query. If the body could not be read, it is the error to respond with.

    Raises:
        botocore.exceptions.BotoCoreError: A fault breaks the connection.
    """
    headers = {name.lower(): value for name, value in headers.items()}
    operation = _operation(method, headers)
    if operation is None:
        return encode_error(service.new_id(), ServiceError("UnknownOperationException"))
    attempt = attempt_of(headers.get("amz-sdk-request", ""))
    request = Request(operation, {}, "", url, None, attempt=attempt, over_http=True)
    try:
        key, region = _credential(headers)
        request = request._replace(access_key_id=key, region=region, account=account_of_key(key))
        request = request._replace(content=json.dumps(_members(headers, body)).encode())
        if not service.claims(request):
            unknown = "InvalidResourceId" if operation in model.TAG_OPERATIONS else "InvalidDocument"
            raise ServiceError(unknown)  # noqa: TRY301 - it is recorded like the others
    except ServiceError as error:
        with service.lock:
            service.calls.append(Call(request, "rejected", error=error.code))
        return encode_error(service.new_id(), error)
    return answer_over_http(service, request)


def answer_mistake(service: Service, error: BaseException) -> HttpAnswer:
    """Answer a request that failed because of a mistake in the test, or an exception of one of its functions.

    The exception can't be raised in a caller that sends HTTP, so strict mode reports it when the test ends.
    """
    return encode_error(service.new_id(), ServiceError("InternalFailure", f"{type(error).__name__}: {error}"))


def _operation(method: str, headers: Mapping[str, str]) -> str | None:
    """Return the operation of a request; `None` if it is not an operation of the fake, or called incorrectly."""
    target = headers.get("x-amz-target", "")
    operation = target.removeprefix(_TARGET)
    content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    called = method == "POST" and target.startswith(_TARGET) and content_type in _CONTENT_TYPES
    return operation if called and operation in model.CHECKED else None


def _credential(headers: Mapping[str, str]) -> tuple[str, str]:
    """Read the access key and the Region from the header of a signature version 4."""
    if "authorization" not in headers:
        raise ServiceError("MissingAuthenticationTokenException")
    algorithm, _, rest = headers["authorization"].strip().partition(" ")
    given = {name.strip(): value.strip() for name, _, value in (part.partition("=") for part in rest.split(","))}
    needed = ("Credential", "Signature", "SignedHeaders")
    lacks = [f"Authorization header requires '{name}' parameter." for name in needed if not given.get(name)]
    if not {"x-amz-date", "date"} & headers.keys():
        lacks.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
    if algorithm != _ALGORITHM or lacks:
        raise ServiceError("IncompleteSignatureException", " ".join(lacks) or f"Unsupported AWS '{algorithm}'.")
    scope = given["Credential"].split("/")
    if len(scope) != _SCOPE_PARTS or not all(scope):
        text = "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term"
        raise ServiceError("IncompleteSignatureException", f"{text}, got '{given['Credential']}'")
    key, _, region, service, _ = scope
    if service != "ssm":
        raise ServiceError("InvalidSignatureException", "Credential should be scoped to correct service: 'ssm'.")
    if not _SIGNATURE.fullmatch(given["Signature"]):
        raise ServiceError("InvalidSignatureException")
    return key, region


def _members(headers: Mapping[str, str], body: bytes | ServiceError) -> dict[str, Any]:
    """Read the members of a request, without those that are null, which the service treats as absent."""
    if isinstance(body, ServiceError):
        raise body
    body = unpack(body, headers.get("content-encoding", ""), most=MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise too_large()
    try:
        return read_members(body)
    except (ValueError, RecursionError):
        raise ServiceError("SerializationException") from None
