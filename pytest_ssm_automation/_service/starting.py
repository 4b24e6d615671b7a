"""The operation StartAutomationExecution."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from .errors import ServiceError
from .state import Operation, Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .calls import Request
    from .runs.planning import Plan
    from .state import State


def prepare_start(state: State, request: Request, params: Mapping[str, Any]) -> Operation:
    """Call the functions of the test that a start needs, without holding a lock.

    Checks that come before them in the documented order are made first. The start repeats these checks, because other
    calls may have changed the state.

    Returns:
        A function that starts the execution.
    """
    planner = state.store.planner
    if "TargetLocationsURL" not in params and not planner.asks:
        return start
    with state.store.lock:
        token = _token(request, params)
        if token and token in state.tokens:
            return start
        if not planner.replays:
            state.declared_runbook(request, params)
    script = planner.script_for(request) if planner.replays else None
    if script:
        with state.store.lock:
            state.declared_runbook(request, params, script.replay)
    located = state.with_locations(params)
    with state.store.lock:
        state.check_limit(request)
    return partial(start, plan=planner.plan(request, located, script))


def start(state: State, request: Request, params: Mapping[str, Any], plan: Plan | None = None) -> Reply:
    """StartAutomationExecution: replay a known token, or check the parameters and the limit, and start.

    A plan that depends on functions of the test is made before.
    """
    token = _token(request, params)
    if known := state.tokens.get(token) if token else None:
        if _without_token(known.request) != _without_token(request.params()):
            raise ServiceError("IdempotentParameterMismatch")
        return Reply({"AutomationExecutionId": known.id}, "replayed", known.id)
    runbook = state.declared_runbook(request, params, plan.script.replay if plan else None)
    state.check_limit(request)
    run = state.store.start(request, plan or state.store.planner.plan(request, params), runbook=runbook)
    if token:
        state.tokens[token] = run
    then = run.catch_up if run.script.turns else None
    return Reply({"AutomationExecutionId": run.id}, "started", run.id, run, then=then)


def _token(request: Request, params: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """Return the account, the Region and the token of a request; `None` without a token."""
    token = params.get("ClientToken")
    return (*request.scope, token.lower()) if token else None


def _without_token(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if name != "ClientToken"}
