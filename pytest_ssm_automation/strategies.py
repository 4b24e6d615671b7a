"""Hypothesis strategies for Systems Manager Automation, made from the installed botocore model.

Example:
    >>> from hypothesis import given
    >>> from pytest_ssm_automation import AutomationFake, strategies
    >>> @given(strategies.valid_requests(DocumentName="AWS-RestartEC2Instance"))
    ... def test_every_valid_request_is_started(request):
    ...     with AutomationFake() as fake:
    ...         fake.client().start_automation_execution(**request)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from ._errors import FakeUsageError, hide_usage_errors, unknown_name
from ._service.checks import model, rules
from ._strategies import shapes
from ._strategies.flaws import InvalidRequest, flaws, requests_breaking
from ._strategies.parameters import check_runbook, parameters_for
from ._strategies.requests import member, requests_with
from ._strategies.runbooks import runbooks
from ._strategies.scenarios import fault_plans, status_histories
from ._strategies.walks import walks

if TYPE_CHECKING:
    from collections.abc import Collection

    from botocore.model import Shape

    from ._service.runbooks.library import Runbook

__tracebackhide__ = hide_usage_errors

__all__ = [
    "InvalidRequest",
    "alarm_configurations",
    "client_tokens",
    "document_names",
    "execution_ids",
    "fault_plans",
    "from_shape",
    "invalid_requests",
    "max_concurrencies",
    "max_errors",
    "parameters_for",
    "responses",
    "runbooks",
    "status_histories",
    "tags",
    "target_locations",
    "target_maps",
    "targets",
    "valid_requests",
    "walks",
]

InvalidRequest.__module__ = __name__


def from_shape(shape: Shape, **overrides: Any) -> st.SearchStrategy[Any]:
    """Draw values of any shape of botocore's model: aware datetimes for timestamps, bytes for blobs.

    Args:
        shape: The shape, such as `client.meta.service_model.operation_model(name).output_shape`.
        **overrides: For members of a structure: a value fixes one, a strategy is drawn from, `None` leaves it out.

    Raises:
        FakeUsageError: The shape has no member of that name; or `shape` is no shape.
    """
    if not isinstance(getattr(shape, "type_name", None), str):
        raise FakeUsageError(
            "Expected shape to be a shape of botocore's model, such as "
            "client.meta.service_model.operation_model(name).input_shape, "
            f"but got shape={shape!r} (type={type(shape).__name__})"
        )
    _require_known("member", overrides, getattr(shape, "members", ()))
    return shapes.structures_with(shape, overrides) if overrides else shapes.any_of(shape)


def document_names() -> st.SearchStrategy[str]:
    """Draw names and ARNs of runbooks."""
    return member("DocumentName")


def client_tokens() -> st.SearchStrategy[str]:
    """Draw idempotency tokens: UUIDs in either case."""
    return member("ClientToken")


def targets() -> st.SearchStrategy[list[dict[str, Any]]]:
    """Draw what `Targets` takes: no target, or as many as the service accepts."""
    return member("Targets")


def target_maps() -> st.SearchStrategy[list[dict[str, list[str]]]]:
    """Draw what `TargetMaps` takes."""
    return member("TargetMaps")


def target_locations() -> st.SearchStrategy[list[dict[str, Any]]]:
    """Draw what `TargetLocations` takes; a location with targets needs a TargetParameterName."""
    return member("TargetLocations")


def tags() -> st.SearchStrategy[list[dict[str, str]]]:
    """Draw what `Tags` takes at start, which is fewer than its model says."""
    return member("Tags")


def alarm_configurations() -> st.SearchStrategy[dict[str, Any]]:
    """Draw what `AlarmConfiguration` takes."""
    return member("AlarmConfiguration")


def max_concurrencies() -> st.SearchStrategy[str]:
    """Draw numbers and percentages of targets to run on at once."""
    return member("MaxConcurrency")


def max_errors() -> st.SearchStrategy[str]:
    """Draw numbers and percentages of errors to stop at."""
    return member("MaxErrors")


def execution_ids() -> st.SearchStrategy[str]:
    """Draw ids of executions: lower-case UUIDs, and whatever else has their length."""
    shape = model.output_shape(model.START).members["AutomationExecutionId"]
    return st.one_of(shapes.any_of(shape), st.uuids(version=4).map(str))


def responses() -> st.SearchStrategy[dict[str, Any]]:
    """Draw answers of StartAutomationExecution, as `start_automation_execution` returns them but for their metadata."""
    return from_shape(model.output_shape(model.START), AutomationExecutionId=execution_ids())


def valid_requests(*, runbook: Runbook | None = None, **members: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Draw keyword arguments for `start_automation_execution` that break nothing.

    Args:
        runbook: The runbook to start, with parameters as it declares them, and on no targets unless they are given.
        **members: A value fixes a member, a strategy is drawn from, `None` leaves it out.

    Raises:
        FakeUsageError: There is no such member, no valid request has such members, or nothing is known to draw for a
            parameter of the runbook. What is drawn from a strategy is judged when it is drawn.
    """
    _require_known("member", members, model.input_shape(model.START).members)
    if runbook is not None:
        check_runbook(runbook)
        return _requests_for(runbook, members)
    return requests_with(members)


def _requests_for(runbook: Runbook, members: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw requests that start a runbook; a request without any parameter has no `Parameters` at all."""
    fixed: dict[str, Any] = {"DocumentName": runbook.name, "DocumentVersion": runbook.version}
    fixed |= dict.fromkeys(("Targets", "TargetMaps", "TargetParameterName", "TargetLocationsURL"))
    if "Parameters" in members:
        return requests_with(fixed | members)
    ways: list[Any] = []
    if not any(parameter.required for parameter in runbook.parameters.values()):
        ways.append({"Parameters": None})
    if runbook.parameters:
        ways.append({"Parameters": parameters_for(runbook)})
    return st.one_of([requests_with({**fixed, **way, **members}) for way in ways])


def invalid_requests(*, constraints: Iterable[str] | None = None) -> st.SearchStrategy[InvalidRequest]:
    """Draw requests that break one constraint, and no other but those that cannot but break with it.

    Args:
        constraints: Ids of the constraints to choose from. By default all that are enforced by default and can be
            broken; `Parameters{value}[]:max` has to be named.

    Raises:
        FakeUsageError: There is no such constraint, or it cannot be broken.
    """
    known = {constraint.id: constraint for constraint in rules.constraints()}
    _require_names(constraints)
    enforced = [name for name, constraint in known.items() if constraint.enforced]
    wanted = enforced if constraints is None else list(constraints)
    _require_known("constraint", wanted, known)
    if not wanted:
        raise FakeUsageError("invalid_requests needs a constraint to break.")
    hopeless = [] if constraints is None else [name for name in wanted if not flaws(name)]
    if hopeless:
        raise FakeUsageError(f"No request is known that breaks {', '.join(hopeless)} alone.")
    return requests_breaking(tuple(wanted))


def _require_names(constraints: object) -> None:
    if isinstance(constraints, str) or not (constraints is None or isinstance(constraints, Iterable)):
        kind = type(constraints).__name__
        raise FakeUsageError(
            f"Expected a list of ids of constraints, but got constraints={constraints!r} (type={kind})"
        )


def _require_known(kind: str, names: Iterable[str], allowed: Collection[str]) -> None:
    for name in names:
        if name not in allowed:
            raise unknown_name(kind, name, allowed)
