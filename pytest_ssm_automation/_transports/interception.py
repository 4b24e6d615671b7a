"""Interception: every SSM client of the process, old and new, in any thread, is answered by the fake it belongs to.

botocore's `BaseClient._convert_to_request_dict` is wrapped while a fake is active. Every call of every client passes
it, bound methods, paginators and waiters included, and it survives people who patch `_make_api_call`. The wrapper
attaches a Stubber to each SSM client it sees. When the last fake goes, all is put back, except what somebody else has
put there since. While work is left that belongs to a fake, the wrapper stays to refuse what such work calls.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from botocore.client import BaseClient

from .._forks import on_fork
from .._service.checks.model import CHECKED
from . import active as stack
from .active import current, owner
from .aio import AioWireTap, is_aio, patch_aio, patch_aio_credentials
from .carrying import any_left, let_go, patch_carriers, restore_thread_pools
from .claim import Claim
from .credentials import forget as forget_accounts
from .environment import DummyEnvironment
from .forked import redirected
from .late import answering
from .network import Guard, NetworkBlockedError, check_host
from .patching import WrapperPatch
from .stubber import AutomationStubber
from .wire import WireTap

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .active import Active
    from .patching import Patch


_CLAIMED = frozenset(CHECKED)
_lock = threading.RLock()
_attached: WeakKeyDictionary[BaseClient, dict[str, AutomationStubber | WireTap]] = WeakKeyDictionary()
_TRANSPORTS: Mapping[str, type[AutomationStubber | WireTap]] = {"stubber": AutomationStubber, "wire": WireTap}
# What every call passes; it stays while work is left that belongs to a fake.
_gate: list[Patch] = []
_aio_gate: list[Patch] = []
# What makes clients work without AWS.
_patches: list[Patch] = []
_aio_patches: list[Patch] = []
_environments: list[DummyEnvironment] = []


def activate(active: Active) -> None:
    """Let a fake answer what belongs to this context, and what belongs to no fake."""
    with _lock:
        if not stack.any_active():
            _environments.append(DummyEnvironment())
            if not _gate:
                _gate.append(WrapperPatch(BaseClient, "_convert_to_request_dict", _convert))
                _gate.extend(_guard.patches())
                _gate.extend(patch_carriers())
            _patches.append(WrapperPatch(BaseClient, "__init__", _make_client))
            _patch_aio()
        stack.push(active)


def deactivate(active: Active) -> None:
    """Let a fake no longer answer; the last one puts everything back."""
    with _lock:
        stack.remove(active)
    let_go(active)
    with _lock:
        if stack.any_active():
            return
        _restore(_aio_patches, _patches)
        forget_accounts()
        while _environments:
            _environments.pop().restore()
        _open_gate()


def _open_gate() -> None:
    """Put back what every call passes, unless work is left that belongs to a fake, or this process was forked."""
    if stack.any_active() or any_left() or stack.inherited() is not None:
        return
    _restore(_aio_gate, _gate)
    restore_thread_pools()
    for transports in list(_attached.values()):
        for transport in transports.values():
            transport.deactivate()
    _attached.clear()


def _restore(*groups: list[Patch]) -> None:
    for patches in groups:
        while patches:
            patches.pop().restore()


def _patch_aio() -> None:
    if not _aio_gate:
        _aio_gate.extend(patch_aio(_convert_aio, _guard))
    if not _aio_patches:
        _aio_patches.extend(patch_aio_credentials())


def _attach(client: BaseClient, transport: str) -> None:
    """Let the transport of the innermost fake reach a client, if it doesn't already."""
    if transport in _attached.get(client, ()):
        return
    with _lock:
        if stack.any_active() and transport not in (attached := _attached.setdefault(client, {})):
            kind = AioWireTap if transport == "wire" and is_aio(client) else _TRANSPORTS[transport]
            made = kind(client)
            made.activate()
            attached[transport] = made  # last, as other threads look here without the lock


def _convert(
    original: Callable[..., Any], client: BaseClient, api_params: Any, operation_model: Any, *args: Any, **kwargs: Any
) -> Any:
    """Stand before `BaseClient._convert_to_request_dict`."""
    if operation_model.name not in _CLAIMED or client.meta.service_model.service_name != "ssm":
        return original(client, api_params, operation_model, *args, **kwargs)
    claim = _claim(client, operation_model.name, api_params)
    if claim is None:
        kwargs = redirected(client, operation_model.name, api_params, kwargs)
        return original(client, api_params, operation_model, *args, **kwargs)
    with claim:
        return claim.noted(original(claim.client, api_params, operation_model, *args, **kwargs))


async def _convert_aio(
    original: Callable[..., Any], client: BaseClient, api_params: Any, operation_model: Any, *args: Any, **kwargs: Any
) -> Any:
    """Stand before `AioBaseClient._convert_to_request_dict`."""
    if operation_model.name not in _CLAIMED or client.meta.service_model.service_name != "ssm":
        return await original(client, api_params, operation_model, *args, **kwargs)
    claim = _claim(client, operation_model.name, api_params)
    if claim is None:
        kwargs = redirected(client, operation_model.name, api_params, kwargs)
        return await original(client, api_params, operation_model, *args, **kwargs)
    with claim:
        return claim.noted(await original(claim.client, api_params, operation_model, *args, **kwargs))


def _claim(client: BaseClient, operation: str, api_params: Any) -> Claim | None:
    """Let the fake that answers reach a client that calls an operation of ours."""
    active = answering(operation)
    if active is None:
        with _lock:
            _open_gate()
        return None
    _attach(client, active.transport)
    return Claim(client, active, operation, api_params)


def _check_network(request: Any, called: Any) -> None:
    """Refuse a request that nothing has answered and that would leave the process."""
    active = current() or owner() or stack.inherited()
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
        if stack.any_active():
            _patch_aio()
    original(*args, **kwargs)


def _renew_locks() -> None:
    """In a child that was just forked: free the locks that another thread of the parent may have held."""
    _lock._at_fork_reinit()  # type: ignore[attr-defined]  # as the standard library does
    for transports in list(_attached.values()):
        for transport in transports.values():
            if isinstance(transport, AutomationStubber):
                transport.renew_lock()


on_fork(after_in_child=_renew_locks)
