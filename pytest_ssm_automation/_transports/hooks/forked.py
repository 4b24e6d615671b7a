"""Handle calls of forked processes.

A child process has only a copy of the fake, and the test would not see what the copy records. So calls of the child go
to the endpoint of the parent's fake. Without an endpoint, they are refused.
"""

from __future__ import annotations

from mmap import mmap
from typing import TYPE_CHECKING, Any

from ..._errors import AutomationFakeError
from ..._forks import on_fork
from ..guard.environment import dummy_credentials
from ..owner import active as stack
from ..owner.identity import are_stale, is_answered, request_of

if TYPE_CHECKING:
    from collections.abc import Callable


def redirection(client: Any, operation_model: Any, params: Any, credentials: Callable[..., Any]) -> dict[str, str]:
    """Return the argument of `_convert_to_request_dict` with which a forked process calls the fake of its parent.

    It is the URL of the parent's endpoint. Calls that no fake of a parent answers get no argument. A client that can't
    sign gets dummies: `credentials` is botocore's or aiobotocore's class of them.

    Raises:
        AutomationFakeError: The fake of the parent has no endpoint.
    """
    operation = operation_model.name
    parent = stack.inherited() if is_answered(client, operation) else None
    if parent is None or not parent.fake._service.claims(request_of(client, operation, params)):
        return {}
    endpoint = parent.fake._endpoint
    if endpoint is None:
        (parent.fake._refusals or bytearray(1))[0] = 1
        raise AutomationFakeError(
            f"A forked process called {operation}. It has a copy of the fake, and the test would not see the call. "
            "Request the fixture ssm_automation_endpoint, which lets other processes reach the fake, "
            "or enter an AutomationFake in the process itself."
        )
    before = client._request_signer._credentials
    if are_stale(before):
        dummy = credentials(*dummy_credentials().values())
        dummy.access_key = getattr(before, "_access_key", None) or dummy.access_key
        client._request_signer._credentials = dummy  # the client is a copy in this process
    return {"endpoint_url": endpoint.url}


def _share() -> None:
    """Before a fork, create shared memory in which the child reports refused calls to the parent."""
    for active in stack.all_active():
        if active.fake._refusals is None:
            active.fake._refusals = mmap(-1, 1)


on_fork(before=_share, after_in_child=stack.inherit)
