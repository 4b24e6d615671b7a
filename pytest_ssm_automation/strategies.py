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
from typing import TYPE_CHECKING, Any, cast

from hypothesis import strategies as st

from ._errors import FakeUsageError, check_names, hide_usage_errors
from ._service.checks import model, rules
from ._service.errors import CONNECTION_ERRORS, catalogue
from ._service.faults import Fault
from ._service.runs.scripts import ENDED
from ._strategies import shapes
from ._strategies.flaws import InvalidRequest, flaws, requests_breaking
from ._strategies.parameters import check_runbook, parameters_for
from ._strategies.requests import member, requests_with
from ._strategies.runbooks import runbooks
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
# The most frequent errors common to all services.
_COMMON = ("ThrottlingException", "AccessDeniedException", "ExpiredTokenException", "ServiceUnavailable")


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
    if constraints is None:
        return requests_breaking(tuple(name for name, constraint in known.items() if constraint.enforced))
    wanted = _listed("constraint", "constraints", constraints)
    check_names("constraint", wanted, known)
    hopeless = [name for name in wanted if flaws(name).is_empty]
    if hopeless:
        raise FakeUsageError(f"No request is known that violates only {', '.join(hopeless)}")
    return requests_breaking(tuple(wanted))


def _listed(kind: str, option: str, given: object) -> list[str]:
    if isinstance(given, str) or not isinstance(given, Iterable):
        hint = f": write {option}=[{given!r}]" if isinstance(given, str) else ""
        raise FakeUsageError(
            f"Expected a list of {option}, but got {option}={given!r} (type={type(given).__name__}){hint}"
        )
    names = list(cast("Iterable[str]", given))
    if not names:
        raise FakeUsageError(f"Expected at least one {kind}, but got {option}={given!r}")
    return names


def fault_plans(*, errors: Iterable[str] | None = None, max_size: int = 5) -> st.SearchStrategy[list[Fault]]:
    """Draw lists of faults for `AutomationFake(faults=plan)`: AWS errors, connection errors and lost responses.

    A plan shrinks to few faults, each of which is raised once, by the first call. Its `repr` can be pasted into a test.

    Args:
        errors: The names of the errors to draw from; by default the documented errors, errors common to AWS services,
            and all connection errors.
        max_size: The maximum number of faults.

    Raises:
        FakeUsageError: An error does not exist, `errors` is empty, or it is a single string.
    """
    everything = [*model.documented_errors(), *_COMMON, *CONNECTION_ERRORS]
    names = everything if errors is None else _listed("error", "errors", errors)
    check_names("error", names, {*catalogue(), *CONNECTION_ERRORS})
    when = {"times": st.integers(1, 3), "after": st.integers(0, 2)}
    lost = [name for name in names if name in CONNECTION_ERRORS]
    faults = [st.builds(Fault, st.sampled_from(names), **when)]
    if lost:
        faults.append(st.builds(Fault, st.sampled_from(lost), lost=st.just(value=True), **when))
    return st.lists(st.one_of(faults), max_size=max_size)


def status_histories() -> st.SearchStrategy[list[str]]:
    """Draw statuses for `AutomationFake.script`: some of a running execution, then one that ends it."""
    ends, on_the_way = [
        [each for each in model.enum("AutomationExecutionStatus") if (each in ENDED) is ended]
        for ended in (True, False)
    ]
    way = st.lists(st.sampled_from(on_the_way), max_size=5)
    return st.tuples(way, st.sampled_from(ends)).map(lambda drawn: [*drawn[0], drawn[1]])
