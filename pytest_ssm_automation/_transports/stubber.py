"""The Stubber transport: botocore's own Stubber, which asks the service instead of holding answers ready."""

from __future__ import annotations

import inspect
import threading
import weakref
from typing import TYPE_CHECKING, Any

from botocore import xform_name
from botocore.stub import Stubber

from .._service.checks.model import CHECKED
from .._service.errors import ServiceError, modeled_fields
from .claim import checked_members, claimed_by, request_of

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable

    from botocore.client import BaseClient

_METHODS = {operation: xform_name(operation) for operation in CHECKED}


class AutomationStubber(Stubber):
    """Answers the Automation operations of one client, and no others.

    A plain Stubber claims every operation of its client, and answers in the order in which answers were queued. This
    one is active for our operations alone, asks the fake that has claimed the request, and hands out its answer at
    once. A Stubber of the user's that is active on the same client comes first, since botocore runs its
    handlers first.
    """

    # botocore's, but its stubs leave them out
    _get_response_handler: Callable[[Any, dict[str, Any], Any], Any]
    _queue: deque[Any]

    def __init__(self, client: BaseClient) -> None:
        """Make a Stubber for `client`, without keeping it alive."""
        super().__init__(weakref.proxy(client))
        self._handing_out = threading.Lock()

    def activate(self) -> None:
        """Claim the Automation operations of the client."""
        self.client.meta.events.register("before-call.ssm", self._answer)

    def deactivate(self) -> None:
        """Give them back."""
        self.client.meta.events.unregister("before-call.ssm", self._answer)

    def renew_lock(self) -> None:
        """In a forked child: free the lock, which another thread of the parent may have held."""
        self._handing_out = threading.Lock()

    def _answer(self, model: Any, params: dict[str, Any], context: Any, **_: Any) -> Any:
        """Handle botocore's `before-call`: ask the service, queue its answer, and hand it out."""
        if model.name not in _METHODS:
            return None
        active = claimed_by(context, model.name)
        if active is None or active.transport != "stubber":
            return None
        service = active.service
        body = params.get("body")
        request = request_of(self.client, model.name, body)
        if not service.claims(request):
            return None
        try:
            members = service.answer(request, checked=checked_members(context, body))
        except ServiceError as error:
            with self._handing_out:
                self._queue_error(_METHODS[model.name], error, service.new_id())
                return self._get_response_handler(model, params, context)
        with self._handing_out:
            self._queue_answer(_METHODS[model.name], members, service.new_id())
            return self._get_response_handler(model, params, context)

    def _queue_answer(self, method: str, members: dict[str, Any], request_id: str) -> None:
        self._queue.clear()  # of an answer that an exception out of a signal has kept from being handed out
        self.add_response(method, {**members, "ResponseMetadata": _metadata(request_id, 200)})

    def _queue_error(self, method: str, error: ServiceError, request_id: str) -> None:
        self._queue.clear()
        self.add_client_error(
            method,
            service_error_code=error.code,
            service_message=error.message,
            http_status_code=error.status,
            response_meta=_metadata(request_id, error.status),
            modeled_fields=modeled_fields(error),
        )

    def _validate_operation_response(self, operation_name: str, service_response: dict[str, Any]) -> None:
        """Leave out the Stubber's check, which is for answers written by hand.

        Ids that a test scripts may be impossible ones.
        """

    def _validate_response(self, shape: Any, response: dict[str, Any]) -> None:
        """Leave out the check of errors too."""


# botocore inspects each handler that is registered, which takes longer than all else that registering does.
AutomationStubber._answer.__signature__ = inspect.signature(AutomationStubber._answer)  # type: ignore[attr-defined]


def _metadata(request_id: str, status: int) -> dict[str, Any]:
    headers = {"x-amzn-requestid": request_id, "content-type": "application/x-amz-json-1.1"}
    return {"RequestId": request_id, "HTTPStatusCode": status, "HTTPHeaders": headers, "RetryAttempts": 0}
