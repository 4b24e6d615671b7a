"""Interception: every SSM client of the process, old and new, in any thread, is answered by the innermost active fake.

botocore's `BaseClient._convert_to_request_dict` is wrapped while a fake is active. Every call of every client passes
it, bound methods, paginators and waiters included, and it survives people who patch `_make_api_call`. The wrapper
attaches a Stubber to each SSM client it sees. When the last fake goes, all is put back, except what somebody else has
put there since.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from botocore.client import BaseClient

from .._service.checks.model import DOCUMENT_OPERATIONS, OPERATIONS
from . import active as stack
from .active import current
from .aio import AioWireTap, is_aio, patch_aio
from .claim import Claim
from .credentials import forget as forget_accounts
from .environment import DummyEnvironment
from .late import any_left, forgive, note_left_threads, refuse_late_call
from .network import Guard, NetworkBlockedError, check_host
from .patching import WrapperPatch
from .stubber import AutomationStubber
from .wire import WireTap

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .active import Active
    from .patching import Patch


_CLAIMED = frozenset((*OPERATIONS, *DOCUMENT_OPERATIONS))
_lock = threading.RLock()
_attached: WeakKeyDictionary[BaseClient, dict[str, AutomationStubber | WireTap]] = WeakKeyDictionary()
_TRANSPORTS: Mapping[str, type[AutomationStubber | WireTap]] = {"stubber": AutomationStubber, "wire": WireTap}
_patches: list[Patch] = []
_aio_patches: list[Patch] = []
# What every call passes; it stays while threads are running that a test has left.
_gate: list[Patch] = []
_environments: list[DummyEnvironment] = []


def activate(active: Active) -> None:
    """Let a fake answer, before all others that are active."""
    with _lock:
        if current() is None:
            _environments.append(DummyEnvironment())
            if not _gate:
                _gate.append(WrapperPatch(BaseClient, "_convert_to_request_dict", _convert))
            _patches.extend(_guard.patches())
            _patches.append(WrapperPatch(BaseClient, "__init__", _make_client))
            _aio_patches.extend(patch_aio(_convert_aio, _guard))
        active.threads, active.thread = frozenset(threading.enumerate()), threading.current_thread()
        forgive()
        stack.push(active)


def deactivate(active: Active) -> None:
    """Let a fake no longer answer; the last one puts everything back."""
    with _lock:
        stack.remove(active)
        # Whose a thread is that appeared while fakes of several threads were active, nobody can tell.
        if all(other.thread is active.thread for other in stack.all_active()):
            note_left_threads(active.threads, active.test)
        if current():
            return
        for patches in (_aio_patches, _patches, [] if any_left() else _gate):
            while patches:
                patches.pop().restore()
        for transports in list(_attached.values()):
            for transport in transports.values():
                transport.deactivate()
        _attached.clear()
        forget_accounts()
        _environments.pop().restore()


def _attach(client: BaseClient, transport: str) -> None:
    """Let the transport of the innermost fake reach a client, if it doesn't already."""
    if transport in _attached.get(client, ()):
        return
    with _lock:
        if current() and transport not in (attached := _attached.setdefault(client, {})):
            kind = AioWireTap if transport == "wire" and is_aio(client) else _TRANSPORTS[transport]
            made = kind(client, current)
            made.activate()
            attached[transport] = made  # last, as other threads look here without the lock


def _convert(
    original: Callable[..., Any], client: BaseClient, api_params: Any, operation_model: Any, *args: Any, **kwargs: Any
) -> Any:
    """Stand before `BaseClient._convert_to_request_dict`."""
    claim = _claim(client, operation_model.name, api_params)
    if claim is None:
        return original(client, api_params, operation_model, *args, **kwargs)
    with claim:
        return claim.checked(original(claim.client, api_params, operation_model, *args, **kwargs))


async def _convert_aio(
    original: Callable[..., Any], client: BaseClient, api_params: Any, operation_model: Any, *args: Any, **kwargs: Any
) -> Any:
    """Stand before `AioBaseClient._convert_to_request_dict`."""
    claim = _claim(client, operation_model.name, api_params)
    if claim is None:
        return await original(client, api_params, operation_model, *args, **kwargs)
    with claim:
        return claim.checked(await original(claim.client, api_params, operation_model, *args, **kwargs))


def _claim(client: BaseClient, operation: str, api_params: Any) -> Claim | None:
    """Let the innermost fake reach a client that calls an operation of ours."""
    if client.meta.service_model.service_name != "ssm" or operation not in _CLAIMED:
        return None
    refuse_late_call(operation)
    active = current()
    if active is None:
        return None
    _attach(client, active.transport)
    return Claim(client, active.service, operation, api_params)


def _check_network(request: Any, called: Any) -> None:
    """Refuse a request that nothing has answered and that would leave the process."""
    active = current()
    if active is None:
        return
    try:
        check_host(request.method, request.url, allowed=active.allow_network, called=called)
    except NetworkBlockedError as error:
        active.blocked.append(error.kwargs["request"])
        raise


_guard = Guard(_check_network)


def _make_client(original: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
    """Stand before `BaseClient.__init__`: aiobotocore may have been imported since the fake became active."""
    with _lock:
        if current() and not _aio_patches:
            _aio_patches.extend(patch_aio(_convert_aio, _guard))
    original(*args, **kwargs)
