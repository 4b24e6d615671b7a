"""Values that an input of an action can't have, in a document or once it is resolved.

Source: the page of each action, from https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-actions.html
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from ...brief import java
from ..actions import CHANGE_STATE, LOOP, SLEEP
from ..kinds import is_list, is_mapping
from ..references import as_text, names_in
from .inputs import KNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

VALUES: Final = {
    (CHANGE_STATE, "DesiredState"): ("running", "stopped", "terminated"),
    ("aws:createStack", "OnFailure"): ("DO_NOTHING", "ROLLBACK", "DELETE"),
    ("aws:createTags", "ResourceType"): ("EC2", "ManagedInstance", "MaintenanceWindow", "Parameter"),
    ("aws:invokeLambdaFunction", "InvocationType"): ("Event", "RequestResponse", "DryRun"),
    ("aws:invokeLambdaFunction", "LogType"): ("None", "Tail"),
    (LOOP, "IteratorDataType"): ("String", "Boolean", "Integer", "StringMap"),
    ("aws:runCommand", "DocumentHashType"): ("Sha256", "Sha1"),
}
# The page of the action says 604799 seconds, and 7 days.
_LONGEST_SLEEP: Final = timedelta(days=7)
_DURATION: Final = re.compile(
    r"P(?:([0-9]{1,4})W)?(?:([0-9]{1,5})D)?(?:T(?:([0-9]{1,6})H)?(?:([0-9]{1,8})M)?(?:([0-9]{1,9}(?:\.[0-9]+)?)S)?)?",
    re.ASCII | re.IGNORECASE,
)
_UNITS: Final = ("weeks", "days", "hours", "minutes", "seconds")
# The kinds of values, in the service's words, that an input of each type never takes. Whether it converts numbers and
# booleans is unknown, and text may be a reference.
_UNFIT: Final = {
    **dict.fromkeys(("String", "Integer", "Boolean"), ("LinkedHashMap", "ArrayList")),
    **dict.fromkeys(("StringList", "MapList"), ("LinkedHashMap",)),
    **dict.fromkeys(("Map", "StringMap"), ("ArrayList",)),
}
_ONE_VALUE: Final = frozenset(("String", "Integer", "Boolean"))


def length_of(duration: str) -> timedelta | None:
    """Read a duration in ISO 8601; `None` if it is none."""
    found = _DURATION.fullmatch(duration.strip())
    if found is None:
        return None
    parts = {unit: float(number) for unit, number in zip(_UNITS, found.groups(), strict=True) if number}
    return timedelta(**parts)


def type_problem(action: str, name: str, value: Any, *, resolved: bool = False) -> str | None:
    """Return the service's text for a value of another type than the input has; `None` if it may fit.

    Args:
        action: The action.
        name: The name of the input.
        value: The value.
        resolved: Whether its references are resolved. Then a list of one is as good as its item, as in AWS's own
            runbooks, but the items of a loop have to be a list.
    """
    kind = KNOWN.get(action, {}).get(name, "")
    given = "LinkedHashMap" if is_mapping(value) else "ArrayList" if is_list(value) else ""
    unfit = given in _UNFIT.get(kind, ())
    if resolved and kind in _ONE_VALUE and is_list(value) and len(value) == 1:
        unfit = is_list(value[0]) or is_mapping(value[0])
    if resolved and name == "Iterators" and isinstance(value, str) and not names_in(value):
        given, unfit = "String", True
    # a public runbook of AWS has an empty map for a text
    return f"Input {java(value)[:200]} is of type {given}, but expected type is {kind}." if value and unfit else None


def beyond_limits(action: str, inputs: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the inputs whose values the page of the action excludes, and why. References are left alone.

    Args:
        action: The action.
        inputs: Its inputs.
    """
    for name, value in inputs.items():
        allowed = VALUES.get((action, name))
        if allowed and value not in (*allowed, None, "") and not names_in(value):
            yield name, f"{java(value)[:200]} is not one of {', '.join(allowed)}"
    if action == SLEEP and "Timestamp" not in inputs:
        given = as_text(inputs.get("Duration", ""))
        if (length := length_of(given)) and length > _LONGEST_SLEEP:
            yield "Duration", f"{given} is longer than {_LONGEST_SLEEP.days} days"
