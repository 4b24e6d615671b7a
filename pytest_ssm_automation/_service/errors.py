"""The errors of the service: their codes, HTTP statuses and messages."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from .._errors import hide_usage_errors, unknown_name
from .checks import model

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .checks.violations import Violation

__tracebackhide__ = hide_usage_errors

CONNECTION_ERRORS: Final = (
    "ReadTimeoutError",
    "ConnectTimeoutError",
    "EndpointConnectionError",
    "ConnectionClosedError",
)
# The body of these errors contains `message` in lower case, whatever the model says.
_LOWER_CASE: Final = frozenset({"AccessDeniedException", "ThrottlingException", "ValidationException"})


class ServiceError(Exception):
    """An error response of the service.

    Attributes:
        code: The error code, such as `InvalidTarget`.
        message: The message.
        status: The HTTP status.
        violations: The constraints that the request violates: of the model, the documentation or a runbook.
    """

    def __init__(
        self,
        code: str,
        message: str | None = None,
        status: int | None = None,
        violations: tuple[Violation, ...] = (),
    ) -> None:
        """Take missing arguments from the catalogue. A code that is not in the catalogue needs a status."""
        usual = catalogue().get(code) if status else entry(code)
        self.code = code
        self.message: str = message if message is not None else usual[1] if usual else code
        self.status: int = status or entry(code)[0]
        self.violations = violations
        super().__init__(f"{code}: {self.message}")


_DENIED = (
    "User: arn:aws:sts::{account}:assumed-role/test-role/test-session is not authorized to perform: "
    "ssm:{operation} on resource: {resource} because no identity-based policy allows the ssm:{operation} action"
)
# The statuses and messages of errors that all AWS services have, and that SSM's model does not contain, or contains
# without their usual message:
# https://docs.aws.amazon.com/systems-manager/latest/APIReference/CommonErrors.html
_COMMON: Final[dict[str, tuple[int, str]]] = {
    "AccessDeniedException": (400, _DENIED),
    "ExpiredTokenException": (400, "The security token included in the request is expired"),
    "IncompleteSignatureException": (400, "The request signature does not conform to AWS standards."),
    "InternalFailure": (500, "The request processing has failed because of an unknown error."),
    "InvalidSignatureException": (
        400,
        "The request signature we calculated does not match the signature you provided.",
    ),
    "MissingAuthenticationTokenException": (400, "Missing Authentication Token"),
    "NotAuthorized": (400, "You do not have permission to perform this action."),
    "OptInRequired": (403, "The AWS access key ID needs a subscription for the service."),
    "RequestExpired": (400, "The request reached the service more than 15 minutes after its date."),
    "RequestTimeoutException": (408, "The request could not be handled in time."),
    "SerializationException": (400, "The request could not be read."),
    "ServiceUnavailable": (503, "The request has failed due to a temporary failure of the server."),
    "ThrottlingException": (400, "Rate exceeded"),
    "UnknownOperationException": (400, "The operation is not known."),
    "UnrecognizedClientException": (400, "The security token included in the request is invalid."),
    "ValidationException": (400, "1 validation error detected"),
}


@cache
def catalogue() -> Mapping[str, tuple[int, str]]:
    """Return the HTTP status and the message of each error: those of SSM, and those common to AWS services.

    In a message, `{account}`, `{operation}` and `{resource}` are replaced by those of the request.
    """
    own = {
        name: (500 if name == "InternalServerError" else 400, model.first_sentence(shape) or name)
        for name, shape in model.error_shapes().items()
    }
    return {**own, **_COMMON}


def entry(code: str) -> tuple[int, str]:
    """Return the status and the message of an error code; raise `FakeUsageError` for an unknown code."""
    try:
        return catalogue()[code]
    except KeyError:
        raise unknown_name("error", code, (*catalogue(), *CONNECTION_ERRORS)) from None


def error_body(error: ServiceError) -> dict[str, str]:
    """Return the members of an error's body: the message, under the name that the service uses."""
    shape = model.error_shapes().get(error.code)
    if shape is None or error.code in _LOWER_CASE:
        return {"message": error.message}
    return {next((name for name in shape.members if name.lower() == "message"), "message"): error.message}


def modeled_fields(error: ServiceError) -> dict[str, str]:
    """Return the modeled members of an error's body, which botocore adds to the response next to `Error`."""
    shape = model.error_shapes().get(error.code)
    return {name: value for name, value in error_body(error).items() if shape is not None and name in shape.members}
