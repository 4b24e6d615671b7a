"""Hypothesis strategies for Systems Manager Automation, based on the installed botocore model.

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

from ._errors import FakeUsageError, check_names, hide_usage_errors
from ._service.checks import model, rules
from ._strategies import shapes
from ._strategies.flaws import InvalidRequest, flaws, requests_breaking
from ._strategies.parameters import check_runbook, parameters_for
from ._strategies.requests import member, requests_with
from ._strategies.runbooks import runbooks
from ._strategies.scenarios import fault_plans, status_histories
from ._strategies.walks import walks

if TYPE_CHECKING:
    from botocore.model import Shape

    from ._service.runbooks.declarations import Runbook

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
    """Draw values of any shape of botocore's model. Timestamps are aware datetimes, and blobs are bytes.

    Args:
        shape: The shape, such as `client.meta.service_model.operation_model(name).output_shape`.
        **overrides: Members of a structure: a value, a strategy to draw from, or `None` to omit the member.

    Raises:
        FakeUsageError: The shape does not have such a member, or `shape` is not a shape.
    """
    if not isinstance(getattr(shape, "type_name", None), str):
        raise FakeUsageError(
            "Expected shape to be a shape of botocore's model, such as "
            "client.meta.service_model.operation_model(name).input_shape, "
            f"but got shape={shape!r} (type={type(shape).__name__})"
        )
    check_names("member", overrides, getattr(shape, "members", ()))
    return shapes.structures_with(shape, overrides) if overrides else shapes.any_of(shape)


def document_names() -> st.SearchStrategy[str]:
    """Draw names and ARNs of runbooks."""
    return member("DocumentName")


def client_tokens() -> st.SearchStrategy[str]:
    """Draw idempotency tokens: UUIDs in either case."""
    return member("ClientToken")


def targets() -> st.SearchStrategy[list[dict[str, Any]]]:
    """Draw values of `Targets`: no target, or as many as the service accepts."""
    return member("Targets")


def target_maps() -> st.SearchStrategy[list[dict[str, list[str]]]]:
    """Draw values of `TargetMaps`."""
    return member("TargetMaps")


def target_locations() -> st.SearchStrategy[list[dict[str, Any]]]:
    """Draw values of `TargetLocations`. Requests also need a TargetParameterName if a location has targets."""
    return member("TargetLocations")


def tags() -> st.SearchStrategy[list[dict[str, str]]]:
    """Draw values of `Tags`, within the documented limit of five, which is stricter than the model's."""
    return member("Tags")


def alarm_configurations() -> st.SearchStrategy[dict[str, Any]]:
    """Draw values of `AlarmConfiguration`."""
    return member("AlarmConfiguration")


def max_concurrencies() -> st.SearchStrategy[str]:
    """Draw values of `MaxConcurrency`: numbers and percentages."""
    return member("MaxConcurrency")


def max_errors() -> st.SearchStrategy[str]:
    """Draw values of `MaxErrors`: numbers and percentages."""
    return member("MaxErrors")


def execution_ids() -> st.SearchStrategy[str]:
    """Draw ids of executions: lower-case UUIDs, and other strings of the same length."""
    shape = model.output_shape(model.START).members["AutomationExecutionId"]
    return st.one_of(shapes.any_of(shape), st.uuids(version=4).map(str))


def responses() -> st.SearchStrategy[dict[str, Any]]:
    """Draw responses of `start_automation_execution`, without metadata."""
    return from_shape(model.output_shape(model.START), AutomationExecutionId=execution_ids())


def valid_requests(*, runbook: Runbook | None = None, **members: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Draw valid keyword arguments for `start_automation_execution`.

    Args:
        runbook: The runbook to start. Parameters match its declarations, and there are no targets unless given.
        **members: Members of the request: a value, a strategy to draw from, or `None` to omit the member.

    Raises:
        FakeUsageError: A member does not exist, no valid request has these members, or no value is known for a required
            parameter of the runbook. Values from strategies are checked when they are drawn.
    """
    check_names("member", members, model.input_shape(model.START).members)
    if runbook is not None:
        check_runbook(runbook)
        return _requests_for(runbook, members)
    return requests_with(members)


def _requests_for(runbook: Runbook, members: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw requests that start a runbook. Requests without parameters omit `Parameters`."""
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
    """Draw requests that violate one constraint, and no others except those that it implies.

    Args:
        constraints: The ids of the constraints to choose from. By default all constraints that are enforced by default
            and can be violated. This excludes `Parameters{value}[]:max` and `request:target_key`.

    Raises:
        FakeUsageError: A constraint does not exist, or cannot be violated.
    """
    known = {constraint.id: constraint for constraint in rules.constraints()}
    _require_names(constraints)
    enforced = [name for name, constraint in known.items() if constraint.enforced]
    wanted = enforced if constraints is None else list(constraints)
    check_names("constraint", wanted, known)
    if not wanted:
        raise FakeUsageError("invalid_requests needs at least one constraint")
    hopeless = [] if constraints is None else [name for name in wanted if flaws(name) is None]
    if hopeless:
        raise FakeUsageError(f"No request is known that violates only {', '.join(hopeless)}")
    return requests_breaking(tuple(wanted))


def _require_names(constraints: object) -> None:
    if isinstance(constraints, str) or not (constraints is None or isinstance(constraints, Iterable)):
        kind = type(constraints).__name__
        raise FakeUsageError(f"Expected a list of constraint ids, but got constraints={constraints!r} (type={kind})")
