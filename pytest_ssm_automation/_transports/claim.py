"""A call that a fake claims, while botocore turns its arguments into a request.

botocore would check the arguments, and the service the request, which says the same again. So they are checked once,
here: botocore's check is left out where ours, which covers all that botocore checks, has found nothing, and the service
is told so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ParamValidationError

from .._service.calls import Request, copy_containers
from .._service.checks.model import OPERATIONS
from .credentials import identity_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.client import BaseClient

    from .._service.checks.violations import Violation
    from .._service.engine import Service

_CHECKED: Final = "pytest_ssm_automation"


class Claim:
    """One call of one client.

    Attributes:
        client: What `_convert_to_request_dict` needs of the client; without botocore's check, where that is not wanted.
    """

    __slots__ = ("_client", "_operation", "_params", "_service", "_violations", "client")

    def __init__(self, client: BaseClient, service: Service, operation: str, params: Any) -> None:
        """Check the arguments; those of operations on documents are botocore's business."""
        self._client, self._service, self._operation, self._params = client, service, operation, params
        self._violations: tuple[Violation, ...] | None = None
        self.client: Any = client
        if operation in OPERATIONS:
            self._violations = service.violations(operation, params)
            if not any(violation.caught_by == "botocore" for violation in self._violations):
                self.client = _unchecked(client)

    def __enter__(self) -> None:
        """Begin to serialize."""

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        """Record it, if botocore has refused it."""
        if isinstance(error, ParamValidationError):
            request = request_of(self._client, self._operation, copy_containers(self._params))
            if self._service.claims(request):
                self._service.refuse(request, error)

    def checked(self, request: dict[str, Any]) -> dict[str, Any]:
        """Note in a serialized request that it breaks nothing."""
        if self._violations == ():
            request["context"][_CHECKED] = (request["body"], self._params)
        return request


def checked_members(context: Mapping[str, Any], body: bytes) -> Mapping[str, Any] | None:
    """Give the members of a body, if they were checked and nobody has changed it since."""
    checked, members = context.get(_CHECKED, (None, None))
    return members if checked is body else None


def request_of(client: Any, operation: str, content: Any, attempt: int = 1) -> Request:
    """Describe a request of a client."""
    key, account = identity_of(client._request_signer._credentials)
    return Request(operation, content, client.meta.region_name, client.meta.endpoint_url, key, attempt, account=account)


def _unchecked(client: Any) -> Any:
    """Give a client for `_convert_to_request_dict` and whoever else has wrapped it, whose serializer doesn't check."""
    made: Any = object.__new__(client.__class__)
    made.__dict__.update(client.__dict__)
    made._serializer = getattr(client._serializer, "_serializer", client._serializer)
    return made
