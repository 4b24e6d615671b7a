"""Interception: every SSM client of the process, old and new, in any thread, is answered by the fake it belongs to.

botocore's `BaseClient._convert_to_request_dict` is wrapped while a fake is active. Every call of every client passes
it, bound methods, paginators and waiters included, and it survives people who patch `_make_api_call`. What no handler
of botocore's `before-call` answers reaches `BaseClient._make_request`, where a Stubber has the service's answer; for
the wire transport a `WireTap` is attached to the client instead. When the last fake goes, all is put back, except what
somebody else has put there since. While work is left that belongs to a fake, the wrapper stays to refuse what such work
calls.
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
from .carrying import CARRIERS, any_left, let_go, patch_thread_pools, restore_thread_pools
from .claim import Claim, claimed_by
from .credentials import forget as forget_accounts
from .environment import DummyEnvironment
from .forked import redirected
from .late import answering
from .network import Guard, NetworkBlockedError, check_host
from .patching import Patches, WrapperPatch
from .stubber import stubbed
from .user_agent import user_agent_patches
from .waiting import calling
from .wire import WireTap

if TYPE_CHECKING:
    from collections.abc import Callable

    from .active import Active


_CLAIMED = frozenset(CHECKED)
_lock = threading.RLock()
_taps: WeakKeyDictionary[BaseClient, WireTap] = WeakKeyDictionary()
# What every call passes; it stays while work is left that belongs to a fake.
_gate = Patches()
_aio_gate = Patches()
# What makes clients work without AWS.
_patches = Patches()
_aio_patches = Patches()
_environments: list[DummyEnvironment] = []
# Threads that were calling when the last fake ended, whose calls the fake may have claimed.
_on_their_way: set[threading.Thread] = set()


def activate(active: Active) -> None:
    """Let a fake answer what belongs to this context, and what belongs to no fake."""
    with _lock:
        if not stack.any_active():
            _environments.append(DummyEnvironment())
            if not _gate:
                _gate.apply(_GATE)
                patch_thread_pools()
            _patches.apply(_PATCHES)
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
        _on_their_way.update(calling(_CLAIMED))
        _aio_patches.restore()
        _patches.restore()
        forget_accounts()
        while _environments:
            _environments.pop().restore()
        _open_gate()


def _open_gate() -> None:
    """Put back what every call passes, unless work is left that belongs to a fake, or this process was forked."""
    if _on_their_way:
        _on_their_way.intersection_update(calling(_CLAIMED))
    if stack.any_active() or any_left() or _on_their_way or stack.inherited() is not None:
        return
    _aio_gate.restore()
    _gate.restore()
    restore_thread_pools()
    for tap in list(_taps.values()):
        tap.deactivate()
    _taps.clear()


def _patch_aio() -> None:
    if not _aio_gate:
        _aio_gate.apply(patch_aio(_convert_aio, _make_request_aio, _guard))
    if not _aio_patches:
        _aio_patches.apply(patch_aio_credentials())


def _tap(client: BaseClient) -> None:
    """Let the wire transport reach a client, if it doesn't already."""
    if client in _taps:
        return
    with _lock:
        if stack.any_active() and client not in _taps:
            tap = AioWireTap(client) if is_aio(client) else WireTap(client)
            tap.activate()
            _taps[client] = tap  # last, as other threads look here without the lock


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
    if active.transport == "wire":
        _tap(client)
    return Claim(client, active, operation, api_params)


def _make_request(
    original: Callable[..., Any], client: BaseClient, operation_model: Any, request: Any, context: Any
) -> Any:
    """Stand before `BaseClient._make_request`, which is called where no handler of `before-call` has answered."""
    answer = _answer(client, operation_model, request, context)
    return original(client, operation_model, request, context) if answer is None else answer


async def _make_request_aio(
    original: Callable[..., Any], client: BaseClient, operation_model: Any, request: Any, context: Any
) -> Any:
    """Stand before `AioBaseClient._make_request`."""
    answer = _answer(client, operation_model, request, context)
    return await original(client, operation_model, request, context) if answer is None else answer


def _answer(client: BaseClient, operation_model: Any, request: Any, context: Any) -> Any:
    """Answer a call of ours, if its fake does so by the Stubber transport; else give `None`."""
    if operation_model.name not in _CLAIMED or client.meta.service_model.service_name != "ssm":
        return None
    active = claimed_by(context, operation_model.name)
    if active is None or active.transport != "stubber":
        return None
    return stubbed(client, active.service, operation_model, request, context)


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


_GATE = (
    WrapperPatch(BaseClient, "_convert_to_request_dict", _convert),
    WrapperPatch(BaseClient, "_make_request", _make_request),
    *_guard.patches(),
    *CARRIERS,
)
_PATCHES = (WrapperPatch(BaseClient, "__init__", _make_client), *user_agent_patches())


def _renew_lock() -> None:
    """In a child that was just forked: free the lock that another thread of the parent may have held."""
    _lock._at_fork_reinit()  # type: ignore[attr-defined]  # as the standard library does


on_fork(after_in_child=_renew_lock)
