"""botocore's model of SSM as the tests read it, without the package."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import botocore.session

START: Final = "StartAutomationExecution"
OPERATIONS: Final = (
    START,
    "GetAutomationExecution",
    "DescribeAutomationExecutions",
    "DescribeAutomationStepExecutions",
    "StopAutomationExecution",
    "SendAutomationSignal",
)
DOCUMENT_OPERATIONS: Final = ("DescribeDocument", "GetDocument", "ListDocumentVersions")
CONNECTION_ERRORS: Final = (
    "ReadTimeoutError",
    "ConnectTimeoutError",
    "EndpointConnectionError",
    "ConnectionClosedError",
)

# The statuses that end an execution.
ENDED: Final = frozenset(
    (
        *("Success", "Failed", "TimedOut", "Cancelled", "Rejected", "Exited"),
        *("CompletedWithSuccess", "CompletedWithFailure"),
    )
)
# The statuses of errors that all AWS services have, and of those of SSM that are not 400.
COMMON_ERRORS: Final = {
    **dict.fromkeys(("AccessDeniedException", "ExpiredTokenException", "IncompleteSignatureException"), 400),
    **dict.fromkeys(("InvalidSignatureException", "MissingAuthenticationTokenException", "NotAuthorized"), 400),
    **dict.fromkeys(("RequestExpired", "SerializationException", "ThrottlingException"), 400),
    **dict.fromkeys(("UnknownOperationException", "UnrecognizedClientException", "ValidationException"), 400),
    "InternalFailure": 500,
    "InternalServerError": 500,
    "OptInRequired": 403,
    "RequestTimeoutException": 408,
    "ServiceUnavailable": 503,
}


@cache
def service_model() -> Any:
    """Return the model of the whole service."""
    return botocore.session.Session().get_service_model("ssm")


def operation_model(operation: str) -> Any:
    """Return the model of an operation."""
    return service_model().operation_model(operation)


def input_shape(operation: str) -> Any:
    """Return the shape of an operation's request."""
    return operation_model(operation).input_shape


def output_shape(operation: str) -> Any:
    """Return the shape of an operation's response."""
    return operation_model(operation).output_shape


def documented_errors(operation: str = START) -> tuple[str, ...]:
    """Return the names of the exceptions that an operation documents, in the model's order."""
    return tuple(shape.name for shape in operation_model(operation).error_shapes)


def error_shapes() -> dict[str, Any]:
    """Map the names of all exceptions of SSM to their shapes."""
    return {shape.name: shape for shape in service_model().error_shapes}


def members(shape: str) -> frozenset[str]:
    """Return the names of a structure's members."""
    return frozenset(service_model().shape_for(shape).members)


def enum(shape: str) -> tuple[str, ...]:
    """Return the values of an enumeration."""
    return tuple(service_model().shape_for(shape).metadata["enum"])
