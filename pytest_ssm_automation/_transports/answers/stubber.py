"""The Stubber transport: botocore's Stubber, with responses of the service instead of a queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore import xform_name
from botocore.stub import Stubber

from ..._service.checks.model import CHECKED
from ..._service.errors import ServiceError, modeled_fields
from ..owner.claim import KEY
from ..owner.identity import request_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.client import BaseClient

    from ..._service.engine import Service

_METHODS = {operation: xform_name(operation) for operation in CHECKED}


class AutomationStubber(Stubber):
    """A Stubber for the response to one call of one client.

    It is never activated, because an active Stubber claims all operations of its client, and returns responses in the
    order in which they were queued.
    """

    def _validate_operation_response(self, operation_name: str, service_response: dict[str, Any]) -> None:
        """Skip the Stubber's validation, which is for manually written responses.

        A test may script ids that are not valid.
        """

    def _validate_response(self, shape: Any, response: dict[str, Any]) -> None:
        """Skip the validation of errors too."""


def stubbed(
    client: BaseClient, service: Service, model: Any, request_dict: Mapping[str, Any], context: Mapping[str, Any]
) -> Any:
    """Return the service's response as a Stubber does; `None` for a request that the service does not answer."""
    body = request_dict.get("body")
    request = request_of(client, model.name, body)
    if not service.claims(request):
        return None
    stubber: Any = AutomationStubber(client)
    claim, method = context.get(KEY), _METHODS[model.name]
    try:
        members = service.answer(request, checked=claim.asks(request, body) if claim else None)
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
