"""Claim a call for a fake, while botocore serializes its arguments.

Normally botocore validates the arguments, and then the service validates the request. To validate only once, this
module runs the service's validation, which covers botocore's, on the arguments. If it finds nothing, botocore's is
skipped, and the service's is not repeated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError

from ..._service.contents import copy_arguments
from .active import answering, around
from .identity import request_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.client import BaseClient

    from ..._service.checks.violations import Violation
    from .active import Active

# The key of the claim in the context of a request.
KEY: Final = "pytest_ssm_automation"
_NOTHING: Final = (None, None, None)

# Exceptions of botocore for arguments that are invalid or cannot be serialized. Others come from signal handlers, such
# as a timeout.
OF_ARGUMENTS: Final = (
    BotoCoreError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


class Claim:
    """One call of a client. The fake that claims it answers it, even if another fake has become active since.

    Attributes:
        client: The client to pass to `_convert_to_request_dict`: the original, or a copy without botocore's validation.
    """

    __slots__ = ("_active", "_client", "_operation", "_params", "_violations", "client")

    def __init__(self, client: BaseClient, active: Active, operation: str, params: Any) -> None:
        """Validate the arguments, unless they concern documents, or tags of resources other than automations."""
        self._client, self._active, self._operation, self._params = client, active, operation, params
        self._violations: tuple[Violation, ...] | None = None
        self.client: Any = client
        service = active.fake._service
        if service.concerns(operation, params):
            try:
                violations = self._violations = service.violations(operation, params)
            except OF_ARGUMENTS:  # botocore raises its own error
                return
            if not violations or not any(violation.caught_by == "botocore" for violation in violations):
                self.client = _unchecked(client)

    def refuse(self, error: Exception) -> None:
        """Record that botocore refused the call, or could not serialize it."""
        request = request_of(self._client, self._operation, copy_arguments(self._params))
        service = self._active.fake._service
        if service.claims(request):
            service.refuse(request, error)

    def noted(self, request: dict[str, Any]) -> dict[str, Any]:
        """Add the fake to the context of a serialized request, and whether the request is valid."""
        request["context"][KEY] = (self._active, request["body"] if self._violations == () else None, self._params)
        return request


def claimed_by(context: Mapping[str, Any], operation: str) -> Active | None:
    """Return the fake that has claimed a request; otherwise the one that answers here.

    If the fake has ended since, the one around it answers. If there is none, it still answers itself.

    Raises:
        LateCallError: The fake has ended, and the request comes from work that its test has left behind.
    """
    active: Active | None
    active, _, _ = context.get(KEY, _NOTHING)
    if active is not None and active.entered:
        return active
    found = answering(operation)
    return found if active is None else around(active) or active


def checked_members(context: Mapping[str, Any], body: object) -> Mapping[str, Any] | None:
    """Return the members of a body, if they were validated and the body has not been changed since."""
    _, checked, members = context.get(KEY, _NOTHING)
    return members if checked is body else None


def _unchecked(client: Any) -> Any:
    """Return a copy of the client for `_convert_to_request_dict` and its other wrappers, without validation."""
    made: Any = object.__new__(client.__class__)
    made.__dict__.update(client.__dict__)
    made._serializer = getattr(client._serializer, "_serializer", client._serializer)
    return made
