"""Inputs that are wrong once they are resolved.

Sources:
    https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-sleep.html
    https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-update-variable.html
    https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-variables.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from ...runbooks.actions import SLEEP, UPDATE_VARIABLE
from ...runbooks.creating.inputs import beyond_limits, type_problem
from ...runbooks.kinds import is_list, is_mapping
from ...runbooks.references import as_text, unknown_in
from .durations import end_of_sleep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from .visits import Visit

_IS_OF: Final[Mapping[str, Callable[[object], bool]]] = {
    "Boolean": lambda value: isinstance(value, bool),
    "Integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "MapList": lambda value: is_list(value) and all(map(is_mapping, value)),
    "String": lambda value: isinstance(value, str),
    "StringList": lambda value: is_list(value) and all(isinstance(item, str) for item in value),
    "StringMap": is_mapping,
}


def wrong_input(visit: Visit, variables: Mapping[str, Mapping[str, Any]]) -> str | None:
    """Return what is wrong with a resolved input of a step; `None` if nothing is."""
    if unknown_in(visit.inputs):
        return None
    if visit.step.action == SLEEP and end_of_sleep(visit) is None:
        name = next((name for name in ("Duration", "Timestamp") if visit.inputs.get(name) not in (None, "")), None)
        return name and f"{name} is not in ISO 8601: {as_text(visit.inputs[name])}"
    if visit.step.action == UPDATE_VARIABLE and "Value" in visit.inputs:
        name, value = as_text(visit.inputs.get("Name", "")).removeprefix("variable:"), visit.inputs["Value"]
        kind = str(variables.get(name, {}).get("type"))
        if kind in _IS_OF and not _IS_OF[kind](value):
            # Assumed: the text. AWS only documents that types are not converted.
            return (
                f"variable:{name} is of type {kind}, but its new value is not: {json.dumps(value, ensure_ascii=False)}"
            )
    return next(_unfit(visit), None)


def _unfit(visit: Visit) -> Iterator[str]:
    """Yield what the page of the action excludes. Assumed: the texts."""
    action, inputs = visit.step.action, visit.inputs
    for name, value in inputs.items():
        # What the runbook itself has was judged when it was created, and may be relaxed.
        if not type_problem(action, name, visit.step.inputs.get(name)) and (
            text := type_problem(action, name, value, resolved=True)
        ):
            yield text
    yield from (f"{name}: {text}" for name, text in beyond_limits(action, inputs))
