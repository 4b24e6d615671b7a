"""Strategies for what happens to a caller: faults, runbooks with their parameters, and how executions go."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from .._service import model
from .._service.errors import CONNECTION_ERRORS, FakeUsageError, catalogue, unknown_name
from .._service.faults import Fault
from .._service.parameters import check_parameters
from .._service.runbooks import Runbook, load_runbook
from .._service.scripts import ENDED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .._service.runbooks import Parameter

# Errors common to all services that callers meet most.
_COMMON: Final = ("ThrottlingException", "AccessDeniedException", "ExpiredTokenException", "ServiceUnavailable")
_NAMES: Final = st.from_regex(re.compile("[A-Z][A-Za-z0-9]{2,15}", re.ASCII), fullmatch=True)
_ALPHABET: Final = st.characters(codec="utf-8", exclude_categories=("Cc", "Cn", "Cs"))
_ACTIONS: Final = ("aws:executeAwsApi", "aws:sleep", "aws:runCommand", "aws:approve", "aws:executeScript")
_VALUES: Final = {
    "Integer": st.integers(-(10**9), 10**9).map(str),
    "Boolean": st.sampled_from(["true", "false", "True", "False"]),
    "StringMap": st.dictionaries(_NAMES, st.text("abc -é", max_size=8), max_size=3).map(json.dumps),
    "AWS::EC2::Instance::Id": st.from_regex("i-([0-9a-f]{17}|[0-9a-f]{8})", fullmatch=True),
    "AWS::IAM::Role::Arn": st.from_regex("arn:aws:iam::[0-9]{12}:role/[A-Za-z]{1,20}", fullmatch=True),
    "AWS::S3::Bucket::Name": st.from_regex("[a-z][a-z0-9-]{1,20}[a-z0-9]", fullmatch=True),
}
_AWS_TYPES: Final = {kind for kind in _VALUES if kind.startswith("AWS::")} | {"List<AWS::EC2::Instance::Id>"}


def fault_plans(*, errors: Iterable[str] | None = None, max_size: int = 5) -> st.SearchStrategy[list[Fault]]:
    """Draw plans of faults for `AutomationFake(faults=plan)`: refusals, broken connections and lost responses.

    A plan shrinks to few faults, each of which fires once and at once; its `repr` can be pasted into a test.

    Args:
        errors: The names of the errors to draw from; by default those documented, the common ones and all connection
            errors.
        max_size: The largest number of faults.

    Raises:
        FakeUsageError: There is no such error, or none is named.
    """
    names = [*model.documented_errors(), *_COMMON, *CONNECTION_ERRORS] if errors is None else list(errors)
    known = {*catalogue(), *CONNECTION_ERRORS}
    for name in names:
        if name not in known:
            raise unknown_name("error", name, known)
    if not names:
        raise FakeUsageError("fault_plans needs at least one error")
    when = {"times": st.integers(1, 3), "after": st.integers(0, 2)}
    lost = [name for name in names if name in CONNECTION_ERRORS]
    faults = [st.builds(Fault, st.sampled_from(names), **when)]
    if lost:
        faults.append(st.builds(Fault, st.sampled_from(lost), lost=st.just(value=True), **when))
    return st.lists(st.one_of(faults), max_size=max_size)


def status_histories() -> st.SearchStrategy[list[str]]:
    """Draw what `AutomationFake.script` takes: statuses on the way, then one that ends the run."""
    on_the_way = [status for status in model.enum("AutomationExecutionStatus") if status not in ENDED]
    ends = [status for status in model.enum("AutomationExecutionStatus") if status in ENDED]
    way = st.lists(st.sampled_from(on_the_way), max_size=5)
    return st.tuples(way, st.sampled_from(ends)).map(_history)


def _history(drawn: tuple[list[str], str]) -> list[str]:
    return [*drawn[0], drawn[1]]


def parameters_for(runbook: Runbook) -> st.SearchStrategy[dict[str, list[str]]]:
    """Draw the `Parameters` of a request that starts this runbook: all it requires, and any of the others."""
    declared = runbook.parameters
    given = {name: _values(runbook, parameter) for name, parameter in declared.items()}
    return st.fixed_dictionaries(
        {name: values for name, values in given.items() if declared[name].required},
        optional={name: values for name, values in given.items() if not declared[name].required},
    )


def _values(runbook: Runbook, parameter: Parameter) -> st.SearchStrategy[list[str]]:
    """Draw what one parameter takes: made to fit, and checked, as pattern and length know nothing of each other."""
    kind = parameter.type.removeprefix("List<").removesuffix(">")
    if parameter.allowed_values:
        item = st.sampled_from([_text(value) for value in parameter.allowed_values])
    elif parameter.allowed_pattern is not None:
        item = st.from_regex(re.compile(parameter.allowed_pattern), fullmatch=True)
    else:
        text = st.text(
            _ALPHABET, min_size=max(parameter.min_chars or 0, 1), max_size=min(parameter.max_chars or 40, 512)
        )
        item = _VALUES["StringMap"] if kind == "MapList" else _VALUES.get(kind, text)
    least, most = (parameter.min_items, parameter.max_items) if parameter.is_list else (1, 1)
    values = st.lists(item, min_size=least or 0, max_size=min(most if most is not None else 5, 50))
    others = {name: other for name, other in runbook.parameters.items() if name != parameter.name}
    return values.filter(lambda drawn: not check_parameters(runbook, {parameter.name: drawn}, supplied=others))


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def runbooks() -> st.SearchStrategy[Runbook]:
    """Draw runbooks with any parameters and steps."""
    steps = st.lists(
        st.fixed_dictionaries({"name": _NAMES, "action": st.sampled_from(_ACTIONS)}),
        min_size=1,
        max_size=4,
        unique_by=lambda step: step["name"],
    )
    content = st.builds(_content, st.dictionaries(_NAMES, _declarations(), max_size=4), steps)
    return st.builds(_runbook, content, _NAMES)


def _runbook(content: dict[str, Any], name: str) -> Runbook:
    return load_runbook(content, name=name)


def _content(parameters: dict[str, Any], steps: list[dict[str, Any]]) -> dict[str, Any]:
    return {"schemaVersion": "0.3", "parameters": parameters, "mainSteps": steps}


def _declarations() -> st.SearchStrategy[dict[str, Any]]:
    """Draw declarations of parameters whose limits can be kept."""
    plain = st.sampled_from(["String", "StringList", "Integer", "Boolean", "StringMap", "MapList", *sorted(_AWS_TYPES)])
    chars = st.fixed_dictionaries(
        {"type": st.just("String")}, optional={"minChars": st.integers(0, 5), "maxChars": st.integers(5, 50)}
    )
    items = st.fixed_dictionaries(
        {"type": st.just("StringList")}, optional={"minItems": st.integers(0, 2), "maxItems": st.integers(2, 5)}
    )
    chosen = st.lists(st.sampled_from(["a", "b", "Install", "Uninstall"]), min_size=1, unique=True)
    return st.one_of(
        st.fixed_dictionaries({"type": plain}, optional={"description": st.text("abc ", max_size=10)}),
        chars,
        items,
        st.fixed_dictionaries({"type": st.sampled_from(["String", "StringList"]), "allowedValues": chosen}),
        chosen.map(_optional),
        st.just({"type": "String", "allowedPattern": "^[a-z]{2,10}$"}),
    )


def _optional(values: list[str]) -> dict[str, Any]:
    return {"type": "String", "allowedValues": values, "default": values[0]}
