"""The Stubber transport: botocore's own Stubber, which asks the service instead of holding answers ready."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore import xform_name
from botocore.stub import Stubber

from .._service.checks.model import CHECKED
from .._service.errors import ServiceError, modeled_fields
from .claim import checked_members, request_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from botocore.client import BaseClient

    from .._service.engine import Service

_METHODS = {operation: xform_name(operation) for operation in CHECKED}


class AutomationStubber(Stubber):
    """Holds the answer to one call of one client.

    It is never activated: a plain Stubber claims every operation of its client, and answers in the order in which
    answers were queued.
    """

    # botocore's, but its stubs leave it out
    _get_response_handler: Callable[[Any, Mapping[str, Any], Any], Any]

    def _validate_operation_response(self, operation_name: str, service_response: dict[str, Any]) -> None:
        """Leave out the Stubber's check, which is for answers written by hand.

        Ids that a test scripts may be impossible ones.
        """

    def _validate_response(self, shape: Any, response: dict[str, Any]) -> None:
        """Leave out the check of errors too."""


def stubbed(
    client: BaseClient, service: Service, model: Any, request_dict: Mapping[str, Any], context: Mapping[str, Any]
) -> Any:
    """Ask the service, and give its answer as a Stubber does; `None` for a request that is not for the service."""
    body = request_dict.get("body")
    request = request_of(client, model.name, body)
    if not service.claims(request):
        return None
    stubber, method = AutomationStubber(client), _METHODS[model.name]
    try:
        members = service.answer(request, checked=checked_members(context, body))
    except ServiceError as error:
        stubber.add_client_error(
            method,
            service_error_code=error.code,
            service_message=error.message,
            http_status_code=error.status,
            response_meta=_metadata(service.new_id(), error.status),
            modeled_fields=modeled_fields(error),
        )
    else:
        stubber.add_response(method, {**members, "ResponseMetadata": _metadata(service.new_id(), 200)})
    return stubber._get_response_handler(model, request_dict, context)


def _metadata(request_id: str, status: int) -> dict[str, Any]:
    headers = {"x-amzn-requestid": request_id, "content-type": "application/x-amz-json-1.1"}
    return {"RequestId": request_id, "HTTPStatusCode": status, "HTTPHeaders": headers, "RetryAttempts": 0}
