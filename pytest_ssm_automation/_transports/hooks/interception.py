"""Interception of the calls of all SSM clients in the process, old and new, in all threads.

While a fake is active, botocore's `BaseClient._convert_to_request_dict` is wrapped. All calls of all clients pass
through it, including those of bound methods, paginators and waiters, and code that patches `_make_api_call` does not
bypass it. Calls that no handler of `before-call` answers reach `BaseClient._make_request`, where a Stubber returns the
service's response. For the wire transport, a copy of the client with a `Tap` continues instead. When the last fake
ends, everything is restored, except what other code has replaced since. The wrapper stays as long as work of an ended
fake is left, to refuse its calls.
"""

from __future__ import annotations

import sys
import threading
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from botocore.client import BaseClient
from botocore.credentials import Credentials

from ..._errors import hide_usage_errors
from ..._forks import on_fork, renew
from ..._service.working import at_work
from ..answers.stubber import stubbed
from ..guard import network
from ..guard.environment import DummyEnvironment
from ..names import unsupported
from ..owner import active as stack
from ..owner.active import answering
from ..owner.carrying import CARRIERS, any_left, let_go, patch_running_pools, restore_pools
from ..owner.claim import KEY, OF_ARGUMENTS, Claim, any_suspended, claimed_by
from ..owner.frames import calling
from ..owner.identity import forget as forget_accounts
from ..owner.identity import identity_of, is_answered
from ..patching import Patch, Patches
from .aio import module_of, patch_aio, patch_aio_credentials
from .forked import redirection

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..owner.active import Active

__tracebackhide__ = hide_usage_errors

_lock = threading.RLock()
# Patches that all calls pass through. They stay while work of an ended fake is left.
_gate = Patches()
_aio_gate = Patches()
_aio_credentials = Patches()
environment = DummyEnvironment()
# Threads that were in a call when the last fake ended. The fake may have claimed their calls.
_on_their_way: set[threading.Thread] = set()


def activate(active: Active) -> None:
    """Have a fake answer the calls of this context, and calls without an owner.

    If this fails, at any point, `deactivate` undoes what was done.

    Raises:
        AutomationFakeError: The installed botocore does not have all names that the fake uses.
    """
    _fill_quotas(active)
    with _lock:
        if not stack.all_active():
            _check_names()
            environment.apply()
            _gate.apply(_GATE)
            patch_running_pools()
            _patch_aio()
        stack.push(active)


def _fill_quotas(active: Active) -> None:
    """Fill the retry quotas that the wire transport uses.

    This also imports the transport, because the first call may come from a signal handler.
    """
    if active.fake.options.transport == "wire":
        from ..answers.wire import fill_quotas

        fill_quotas()


@cache
def _check_names() -> None:
    if error := unsupported("botocore") or unsupported("Python"):
        raise error


def deactivate(active: Active) -> None:
    """Deactivate a fake; after the last one, restore everything."""
    with _lock:
        stack.remove(active)
    _fill_quotas(active)
    let_go(active)
    with _lock:
        if stack.all_active():
            return
        _on_their_way.update(calling())
        _aio_credentials.restore()
        forget_accounts()
        environment.restore()
        _open_gate()


def _open_gate() -> None:
    """Remove the patches of the gate, unless work of a fake is left, or the process was forked under a fake."""
    if _on_their_way:
        _on_their_way.intersection_update(calling())
    if stack.all_active() or any_left() or any_suspended() or _on_their_way or stack.inherited() is not None:
        return
    _aio_gate.restore()
    _gate.restore()
    restore_pools()


def _patch_aio() -> None:
    if "aiobotocore.client" in sys.modules:
        _aio_gate.apply(patch_aio(_convert_aio, _make_request_aio))
        _aio_credentials.apply(patch_aio_credentials())


def _convert(
    original: Callable[..., Any], client: BaseClient, api_params: Any, operation_model: Any, *args: Any, **kwargs: Any
) -> Any:
    """Wrap `BaseClient._convert_to_request_dict`."""
    claim = _claim(client, operation_model, api_params)
    if claim is None:
        kwargs |= redirection(client, operation_model, api_params, Credentials)
        return original(client, api_params, operation_model, *args, **kwargs)
    try:
        return claim.noted(original(claim.judge(), api_params, operation_model, *args, **kwargs))
    except OF_ARGUMENTS as error:
        claim.refused(error)
        raise


async def _convert_aio(
    original: Callable[..., Any], client: BaseClient, api_params: Any, operation_model: Any, *args: Any, **kwargs: Any
) -> Any:
    """Wrap `AioBaseClient._convert_to_request_dict`."""
    claim = _claim(client, operation_model, api_params)
    if claim is None:
        kwargs |= redirection(client, operation_model, api_params, module_of("credentials").AioCredentials)
        return await original(client, api_params, operation_model, *args, **kwargs)
    try:
        await claim.suspend()
        try:
            return claim.noted(await original(claim.judge(), api_params, operation_model, *args, **kwargs))
        except OF_ARGUMENTS as error:
            claim.refused(error)
            raise
    except BaseException:
        claim.end()
        raise


def _claim(client: BaseClient, operation_model: Any, api_params: Any) -> Claim | None:
    """Claim a call for the fake that answers it; `None` without a fake, or if fakes don't answer the operation."""
    if not is_answered(client, operation_model.name):
        return None
    active = answering(operation_model.name)
    if active is None:
        with _lock:
            _open_gate()
        return None
    return Claim(client, active, operation_model.name, api_params)


def _make_request(
    original: Callable[..., Any], client: BaseClient, operation_model: Any, request: Any, context: Any
) -> Any:
    """Wrap `BaseClient._make_request`, which is called if no handler of `before-call` has answered."""
    work = at_work()
    if work is None:
        return _ask(original, client, operation_model, request, context)
    asking: Any = client
    ask = partial(_ask, original, client, operation_model, request, context)
    return work.observe(ask, operation_model, request, identity_of(asking._request_signer._credentials)[0])


def _ask(original: Callable[..., Any], client: BaseClient, operation_model: Any, request: Any, context: Any) -> Any:
    """Answer a call of a fake, or leave it to others."""
    active, answer = _asked(client, operation_model, context), None
    if active is not None and active.fake.options.transport == "wire":
        from ..answers.wire import Tap, wired

        client = wired(client, Tap, operation_model.name, context)
    elif active is not None:
        answer = stubbed(client, active.fake._service, operation_model, request, context)
    return answer or network.call(original, client, operation_model, request, context)


async def _make_request_aio(
    original: Callable[..., Any], client: BaseClient, operation_model: Any, request: Any, context: Any
) -> Any:
    """Wrap `AioBaseClient._make_request`."""
    claim: Claim | None = context.get(KEY)
    try:
        active, answer = _asked(client, operation_model, context), None
        if active is not None and active.fake.options.transport == "wire":
            from ..answers.wire import AioTap, wired

            client = wired(client, AioTap, operation_model.name, context)
        elif active is not None:
            try:
                answer = stubbed(client, active.fake._service, operation_model, request, context)
            finally:
                if claim is not None:
                    await claim.suspend()
        return answer or await network.call_aio(original, client, operation_model, request, context)
    finally:
        if claim is not None:
            claim.end()


def _asked(client: BaseClient, operation_model: Any, context: Any) -> Active | None:
    """Return the fake that answers a call; `None` for calls of other operations, and without a fake."""
    if KEY not in context and not is_answered(client, operation_model.name):
        return None
    return claimed_by(context, operation_model.name)


def _make_client(original: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
    """Wrap `BaseClient.__init__`, because aiobotocore may have been imported since the fake became active."""
    with _lock:
        if stack.all_active():
            _patch_aio()
    original(*args, **kwargs)


_GATE = (
    Patch(BaseClient, "__init__", _make_client),
    Patch(BaseClient, "_convert_to_request_dict", _convert),
    Patch(BaseClient, "_make_request", _make_request),
    *network.PATCHES,
    *CARRIERS,
)

on_fork(after_in_child=partial(renew, _lock))
