"""Strategies for the failures and outputs of a runbook's steps."""

from __future__ import annotations

import itertools
import math
from datetime import UTC, datetime
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from .._errors import hide_usage_errors
from .._service.runbooks.actions import LOOP, UPDATE_VARIABLE
from .._service.runbooks.conditions import OPERATORS
from .._service.runbooks.kinds import as_list
from .._service.runbooks.library import flow_of
from .._service.runbooks.parameters import typed_parameters
from .._service.runbooks.references import names_in
from .._service.runs.results import StepResult
from .._service.runs.walks.walk import Walk
from .parameters import check_runbook

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .._service.runbooks.declarations import Runbook
    from .._service.runbooks.flow import Flow, Step

__tracebackhide__ = hide_usage_errors

Override = dict[str, Any]
# A walk with more moves is considered endless.
_MOST_MOVES: Final = 1000
_MOST_FAILURES: Final = 2
_PLAIN: Final[Mapping[str, st.SearchStrategy[Any]]] = {
    "Boolean": st.booleans(),
    "Integer": st.integers(0, 3),
    "StringList": st.lists(st.sampled_from(["a", "b"]), max_size=2),
    "StringMap": st.sampled_from([{}, {"key": "value"}]),
    "MapList": st.lists(st.just({"key": "value"}), max_size=2),
}


def walks(runbook: Runbook) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Draw lists of overrides for `AutomationFake(steps=walk)`: outputs of the declared types, and steps that fail.

    If conditions compare an output, its values are chosen so that they decide the conditions. Endless walks are not
    drawn. A walk shrinks to steps that succeed with the first values, and can be pasted into a test.

    Args:
        runbook: The runbook, as `add_runbook` returns it.

    Raises:
        FakeUsageError: It is not a `Runbook`.
    """
    check_runbook(runbook)
    flow = flow_of(runbook)
    values = typed_parameters(runbook, {})
    hints = _hints(flow, values)
    outputs = [_outputs(step, hints) for step in flow.steps]
    said = st.tuples(*(each for each in outputs if each is not None))
    failure = st.fixed_dictionaries(
        {
            "name": st.sampled_from([step.name for step in flow.steps]),
            "fails": st.just("drawn by walks()"),
            "status": st.sampled_from(["Failed", "TimedOut"]),
        },
        optional={"times": st.just(1)},
    )
    failing = st.lists(failure, max_size=_MOST_FAILURES, unique_by=itemgetter("name"))
    drawn = st.tuples(said, failing).map(lambda parts: [*parts[1], *parts[0]])
    return drawn.filter(lambda walk: _ends(flow, values, walk))


def _outputs(step: Step, hints: Mapping[str, list[Any]]) -> st.SearchStrategy[Override] | None:
    """Draw the declared and the referenced outputs of a step."""
    read = {name.partition(".")[2] for name in hints if name.partition(".")[0] == step.name}
    types = step.output_types
    known = {**(types or {}), **step.outputs}
    names = sorted({*step.outputs, *(name for name in read if types is None or name in types)})
    if not names or step.action == LOOP or step.choices:
        return None
    values = {name: _values(known.get(name, ""), hints.get(f"{step.name}.{name}", [])) for name in names}
    return st.fixed_dictionaries(values).map(lambda outputs: {"name": step.name, "outputs": outputs})


def _values(kind: str, hinted: Sequence[Any]) -> st.SearchStrategy[Any]:
    """Draw values of a type, preferably those that decide a condition."""
    if kind == "Integer":
        numbers = sorted({int(float(each)) for each in hinted if _is_number(each)})
        return st.sampled_from(numbers) if numbers else _PLAIN[kind]
    if kind in _PLAIN:
        return _PLAIN[kind]
    texts = list(dict.fromkeys(each if isinstance(each, str) else _text(each) for each in hinted))
    return st.sampled_from([*texts, "", "text"]) if texts else st.sampled_from(["text", ""])


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_number(value: object) -> bool:
    try:
        return math.isfinite(float(str(value)))
    except ValueError:
        return False


def _hints(flow: Flow, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return the values that decide conditions, by the name that they are compared with."""
    read = itertools.chain(flow.outputs, *(names_in(step.inputs) for step in flow.steps))
    found: dict[str, list[Any]] = {name: [] for name in read}
    for condition in itertools.chain(*map(_conditions, flow.steps)):
        for name, deciding in _deciding(condition, values):
            found.setdefault(name, []).extend(deciding)
    # Values that decide a condition on a variable also matter for the outputs that it is set to.
    for _ in flow.variables:
        for step in flow.steps:
            if step.action == UPDATE_VARIABLE:
                variable = f"variable:{str(step.inputs.get('Name', '')).removeprefix('variable:')}"
                for name in names_in(step.inputs.get("Value")):
                    found[name] = [*dict.fromkeys([*found[name], *found.get(variable, [])])]
    return found


def _conditions(step: Step) -> Iterator[Mapping[str, Any]]:
    yield from (condition for condition, _ in step.choices)
    if step.action == LOOP and (condition := step.inputs.get("LoopCondition")):
        yield condition


def _deciding(condition: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    for key, value in condition.items():
        if key in OPERATORS:
            compared = [values[name] for name in names_in(value) if name in values] or [value]
            deciding = [each for one in compared for each in _around(key, one)]
            yield from ((name, deciding) for name in names_in(condition.get("Variable")))
        elif key in {"And", "Or", "Not"}:
            for inner in as_list(value):
                yield from _deciding(inner, values)


def _around(operator: str, value: Any) -> list[Any]:
    """Return values on both sides of a comparison."""
    if operator.startswith("Numeric"):
        return [float(value) - 1, value, float(value) + 1] if _is_number(value) else [value]
    return [value, f"{_text(value)}-other"] if operator != "BooleanEquals" else [True, False]


def _ends(flow: Flow, values: Mapping[str, Any], overrides: Sequence[Override]) -> bool:
    """Return whether a run with these overrides ends."""
    fails: list[list[Any]] = [
        [each["name"], each["status"], each.get("times")] for each in overrides if "fails" in each
    ]
    outputs = {each["name"]: each["outputs"] for each in overrides if "outputs" in each}
    moment = datetime(2030, 1, 1, tzinfo=UTC)
    walk = Walk(flow, values, lambda: moment, lambda _: None)
    walk.begin()
    for _ in range(_MOST_MOVES):
        visit = walk.due
        if visit is None:
            break
        name = visit.step.name
        fault = next((each for each in fails if each[0] == name and each[2] != 0), None)
        if fault is None:
            walk.settle(visit, StepResult(outputs=outputs.get(name, {})))
        else:
            fault[2] = None if fault[2] is None else fault[2] - 1
            walk.settle(visit, StepResult(fault[1]))
    return walk.ended and walk.cut is None
