"""Claim a call for a fake, while botocore serializes its arguments.

Normally botocore validates the arguments, and then the service validates the request. To validate only once, this
module runs the service's validation, which covers botocore's, on the arguments. If it finds nothing, botocore's is
skipped, and the service's is not repeated.
"""

from __future__ import annotations

import sys
from types import coroutine
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakSet

from botocore.exceptions import BotoCoreError

from ..._service.contents import copy_arguments
from .active import answering, around
from .identity import request_of

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from typing import Self

    from ..._service.calls import Request
    from ..._service.checks.violations import Violation
    from .active import Active

# The key of the claim in the context of a request. There is none if it was serialized before a fake was active.
KEY: Final = "pytest_ssm_automation"

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
        active: The fake.
    """

    __slots__ = ("__weakref__", "_checked", "_client", "_operation", "_params", "_request", "_violations", "active")

    def __init__(self, client: Any, active: Active, operation: str, params: Any) -> None:
        """Claim a call, which is not judged yet."""
        self._client, self.active, self._operation, self._params = client, active, operation, params
        self._violations: tuple[Violation, ...] | None = None
        # The body of the serialized request, if it is valid; and the request as the service was last asked.
        self._checked: object = None
        self._request: Request | None = None

    def __deepcopy__(self, _: object) -> Self:
        """Return itself. Requests contain it in their context, and event handlers may copy requests."""
        return self

    def judge(self) -> Any:
        """Validate the arguments, unless they concern documents, or tags of resources other than automations.

        Returns:
            The client to pass to `_convert_to_request_dict`: the original, or a copy without botocore's validation.
        """
        service = self.active.fake._service
        if service.concerns(self._operation, self._params):
            try:
                violations = self._violations = service.violations(self._operation, self._params)
            except OF_ARGUMENTS:  # botocore raises its own error
                return self._client
            if not violations or not any(violation.caught_by == "botocore" for violation in violations):
                client = copied(self._client)
                client._serializer = getattr(client._serializer, "_serializer", client._serializer)
                return client
        return self._client

    def refused(self, error: Exception) -> None:
        """Record that botocore refused the call, or could not serialize it."""
        request = self._of_arguments()
        if self.active.fake._service.claims(request):
            self.active.fake._service.refuse(request, error)

    def _of_arguments(self) -> Request:
        return request_of(self._client, self._operation, copy_arguments(self._params))

    def noted(self, request: dict[str, Any]) -> dict[str, Any]:
        """Add the claim to the context of a serialized request, and remember whether the request is valid."""
        self._checked = request["body"] if self._violations == () else None
        request["context"][KEY] = self
        return request

    def asks(self, request: Request, body: object) -> Mapping[str, Any] | None:
        """Remember what the service is asked.

        Returns:
            The members, if they were validated, and the body has not been changed since; otherwise `None`.
        """
        self._request = request
        members: Mapping[str, Any] = self._params
        return members if self._checked is not None and self._checked is body else None

    async def suspend(self) -> None:
        """Make other tasks run, as a call over a network does. If the task is cancelled meanwhile, record that."""
        _suspended.add(self)
        try:
            await _let_others_run()
        except GeneratorExit:  # its loop has gone
            raise
        except BaseException as error:
            service = self.active.fake._service
            if self._request is not None:
                service.lose(self._request, error)
            elif service.claims(request := self._of_arguments()):
                service.fail(request, error)
            raise

    def end(self) -> None:
        """Note that the call will not be suspended any more."""
        _suspended.discard(self)


# The calls of asynchronous clients that have not ended.
_suspended: WeakSet[Claim] = WeakSet()


async def _let_others_run() -> None:
    """Do what `sleep(0)` of asyncio or trio does, which a test may have replaced."""
    trio = sys.modules.get("trio")  # aiobotocore's clients run on it if they send by httpx
    if trio is not None and trio.lowlevel.in_trio_run():
        await trio.lowlevel.checkpoint()
    else:
        await _yield()


@coroutine
def _yield() -> Generator[None, None, None]:
    yield


def any_suspended() -> bool:
    """Return whether a call of an asynchronous client has not ended."""
    return bool(_suspended)


def claimed_by(context: Mapping[str, Any], operation: str) -> Active | None:
    """Return the fake that has claimed a request; otherwise the one that answers here.

    If the fake has ended since, the one around it answers. If there is none, it still answers itself.

    Raises:
        LateCallError: The fake has ended, and the request comes from work that its test has left behind.
    """
    claim: Claim | None = context.get(KEY)
    if claim is not None and claim.active.entered:
        return claim.active
    found = answering(operation)
    return found if claim is None else around(claim.active) or claim.active


def copied(client: Any) -> Any:
    """Return a copy of a client, to pass on with other attributes for one call."""
    made: Any = object.__new__(client.__class__)
    made.__dict__ = client.__dict__.copy()
    return made
