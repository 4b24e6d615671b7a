"""A call that a fake claims, while botocore turns its arguments into a request.

botocore would check the arguments, and the service the request, which says the same again. So they are checked once,
here: botocore's check is left out where ours, which covers all that botocore checks, has found nothing, and the service
is told so.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError

from .._service.calls import Request
from .._service.contents import as_bytes, copy_arguments
from .active import around
from .credentials import identity_of
from .late import answering

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.client import BaseClient

    from .._service.checks.violations import Violation
    from .active import Active

_KEY: Final = "pytest_ssm_automation"
_NOTHING: Final = (None, None, None)

# What botocore raises for arguments that it refuses or cannot serialize.
_OF_ARGUMENTS: Final = (
    BotoCoreError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


class Claim:
    """One call of one client; the fake that claims it answers it, also where another one has become active since.

    Attributes:
        client: What `_convert_to_request_dict` needs of the client; without botocore's check, where that is not wanted.
    """

    __slots__ = ("_active", "_client", "_operation", "_params", "_violations", "client")

    def __init__(self, client: BaseClient, active: Active, operation: str, params: Any) -> None:
        """Check the arguments, but for those of documents and of resources that have nothing to do with automation."""
        self._client, self._active, self._operation, self._params = client, active, operation, params
        self._violations: tuple[Violation, ...] | None = None
        self.client: Any = client
        if active.service.concerns(operation, params):
            with suppress(RecursionError):  # then botocore raises its own error
                self._violations = active.service.violations(operation, params)
                if not any(violation.caught_by == "botocore" for violation in self._violations):
                    self.client = _unchecked(client)

    def __enter__(self) -> None:
        """Begin to serialize."""

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        """Record it, if botocore has refused it, or could not serialize it."""
        # not what a signal raises in between, such as a time-out
        if isinstance(error, _OF_ARGUMENTS):
            request = request_of(self._client, self._operation, copy_arguments(self._params))
            if self._active.service.claims(request):
                self._active.service.refuse(request, error)

    def noted(self, request: dict[str, Any]) -> dict[str, Any]:
        """Note in a serialized request whose it is, and whether it breaks nothing."""
        request["context"][_KEY] = (self._active, request["body"] if self._violations == () else None, self._params)
        return request


def claimed_by(context: Mapping[str, Any], operation: str) -> Active | None:
    """Return the fake that has claimed a request, or else the one that answers here.

    A fake that has ended since is replaced by the fake around it, and if there is none, it answers all the same.

    Raises:
        LateCallError: The fake has ended, and the request is made by work that the fake's test has left behind.
    """
    active: Active | None
    active, _, _ = context.get(_KEY, _NOTHING)
    if active is not None and active.entered:
        return active
    found = answering(operation)
    return found if active is None else around(active) or active


def checked_members(context: Mapping[str, Any], body: object) -> Mapping[str, Any] | None:
    """Give the members of a body, if they were checked and nobody has changed it since."""
    _, checked, members = context.get(_KEY, _NOTHING)
    return members if checked is body else None


def request_of(client: Any, operation: str, content: Any, attempt: int = 1) -> Request:
    """Describe a request of a client.

    Args:
        client: The client.
        operation: The operation's name.
        content: The body, or whatever an event handler has put in its place; or the arguments, as a mapping.
        attempt: Which of botocore's attempts it is.
    """
    if not issubclass(type(content), bytes | dict):
        content = as_bytes(content)
    key, account = identity_of(client._request_signer._credentials)
    return Request(operation, content, client.meta.region_name, client.meta.endpoint_url, key, attempt, account=account)


def _unchecked(client: Any) -> Any:
    """Give a client for `_convert_to_request_dict` and whoever else has wrapped it, whose serializer doesn't check."""
    made: Any = object.__new__(client.__class__)
    made.__dict__.update(client.__dict__)
    made._serializer = getattr(client._serializer, "_serializer", client._serializer)
    return made
