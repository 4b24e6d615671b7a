"""Injected exceptions: validate them, and make the exceptions to raise in the caller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias, cast

import botocore.exceptions
from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as BotoConnectionError

from .._errors import FakeUsageError, hide_usage_errors, unknown_name
from .checks import model
from .errors import CONNECTION_ERRORS, entry

if TYPE_CHECKING:
    from collections.abc import Mapping

__tracebackhide__ = hide_usage_errors

Injected: TypeAlias = "str | BaseException | type[BaseException]"
_STATUSES: Final = range(300, 600)
_NO_CODE: Final = (
    "ClientError has no error code: pass a code, as in fail_with('InvalidTarget'), or an instance, "
    "ClientError({'Error': {'Code': ..., 'Message': ...}}, operation_name)"
)


class Refusal(NamedTuple):
    """The service error of an injected exception.

    Attributes:
        code: The error code.
        message: The message of the exception; `None` for the usual one.
        status: The HTTP status of the exception; `None` for the usual one.
    """

    code: str
    message: str | None = None
    status: int | None = None


def refusal_of(error: Injected) -> Refusal | None:
    """Return the service error of `error`; `None` for connection errors and other exceptions."""
    if isinstance(error, str):
        return None if error in CONNECTION_ERRORS else Refusal(error)
    if isinstance(error, ClientError) and (type(error) is ClientError or _is_modeled(type(error))):
        response = cast("Mapping[str, Any]", error.response)
        details: Mapping[str, Any] = response.get("Error", {})
        status: int | None = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        return Refusal(details.get("Code", ""), details.get("Message"), status)
    return Refusal(error.__name__) if isinstance(error, type) and _is_modeled(error) else None


def has_http_form(error: Injected) -> bool:
    """Return whether an error can be sent over HTTP, as a response or a broken connection."""
    kind = error if isinstance(error, type) else type(error)
    return refusal_of(error) is not None or issubclass(kind, str | HTTPClientError | BotoConnectionError)


def written(error: Injected) -> str:
    """Return an error as source code."""
    if isinstance(error, ClientError):
        return f"{type(error).__name__}({error.response!r}, {error.operation_name!r})"
    return error.__name__ if isinstance(error, type) else repr(error)


def made(error: Injected, endpoint_url: str) -> BaseException:
    """Make a new exception to raise in the caller, for errors that are not service errors.

    An instance that cannot be copied is returned itself.
    """
    if isinstance(error, str) or _is_connection_class(error):
        name = error if isinstance(error, str) else written(error)
        new: BaseException = getattr(botocore.exceptions, name)(endpoint_url=endpoint_url, error="injected fault")
        return new
    return error() if isinstance(error, type) else _copied(error)


def check_error(error: object, *, message: str | None, operation: str, lost: bool) -> None:
    """Check that an error, with a message of the test if it has one, can be raised by an operation.

    Service errors are responses, so they are not allowed if the response is lost.
    """
    is_class = isinstance(error, type) and issubclass(error, BaseException)
    if not is_class and not isinstance(error, str | BaseException):
        raise FakeUsageError(f"Expected the name of an error, or an exception, but got {error!r}")
    given = cast("Injected", error)
    refusal = refusal_of(given)
    if refusal is None:
        _check_other(given, message)
        return
    if lost:
        if isinstance(given, str):
            raise unknown_name("connection error", given, CONNECTION_ERRORS)
        raise FakeUsageError(
            f"lose_response needs an error that is not a response of the service, such as "
            f"{' or '.join(CONNECTION_ERRORS[:2])}, but got {written(given)}"
        )
    if refusal.message is not None and message is not None:
        raise FakeUsageError(f"The exception has its own message, {refusal.message!r}: omit message={message!r}")
    if isinstance(given, ClientError) and not refusal.code:
        raise FakeUsageError(_NO_CODE)
    if refusal.status is None:
        _check_code(refusal.code, given)
    elif type(refusal.status) is not int or refusal.status not in _STATUSES:
        raise FakeUsageError(f"Expected HTTPStatusCode to be the status of an error, but got {refusal.status!r}")
    called: object = getattr(given, "operation_name", operation)
    if called != operation and called in model.CHECKED:
        raise FakeUsageError(
            f"The exception is for {called}, but operation is {operation!r}: write operation={called!r}"
        )


def _check_code(code: str, given: Injected) -> None:
    """Check that a code has a usual status."""
    try:
        entry(code)
    except FakeUsageError as error:
        if not isinstance(given, BaseException):
            raise
        raise FakeUsageError(
            f"{error} For any other code, add the status to the response: 'ResponseMetadata': {{'HTTPStatusCode': 400}}"
        ) from None


def _check_other(error: Injected, message: str | None) -> None:
    if message is not None:
        raise FakeUsageError(f"{written(error)} has its own message: omit message={message!r}")
    if not isinstance(error, type) or _is_connection_class(error):
        return
    if error is ClientError:
        raise FakeUsageError(_NO_CODE)
    try:
        error()
    except Exception as problem:  # noqa: BLE001 - any constructor may be called here
        raise FakeUsageError(
            f"{error.__name__} can't be made without arguments ({type(problem).__name__}: {problem}): "
            f"pass an instance, {error.__name__}(...)"
        ) from None


def _is_modeled(kind: type) -> bool:
    """Return whether this is a class of `client.exceptions`; each client has its own classes."""
    return issubclass(kind, ClientError) and kind.__module__ == "botocore.errorfactory"


def _is_connection_class(error: object) -> bool:
    return any(error is getattr(botocore.exceptions, name) for name in CONNECTION_ERRORS)


def _copied(error: BaseException) -> BaseException:
    """Copy an exception, so that calls do not share tracebacks and notes; return itself if it cannot be copied.

    Its own `__init__` may not take its `args`, so that of the exception of Python that it derives from is called.
    """
    kind = type(error)
    pythons: Any = next(base for base in kind.__mro__ if base.__module__ == "builtins")
    try:
        _, arguments, *state = pythons.__reduce__(error)
        new = kind.__new__(kind, *arguments)
        pythons.__init__(new, *arguments)
        for each in state:
            pythons.__setstate__(new, each)
    except Exception:  # noqa: BLE001 - an exception may be of any class
        return error
    new.__cause__, new.__suppress_context__ = error.__cause__, error.__suppress_context__
    if hasattr(error, "__notes__"):
        new.__notes__ = [*error.__notes__]
    return new
