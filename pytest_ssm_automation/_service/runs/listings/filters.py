"""Filters and pagination tokens of listings."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from operator import ge, le
from typing import TYPE_CHECKING, Any, Final

from ...checks import model
from ...errors import ServiceError
from .. import times

if TYPE_CHECKING:
    from datetime import datetime

_Filter = Callable[[Mapping[str, Any], str], bool]


def _equal(name: str) -> _Filter:
    return lambda shown, value: shown.get(name) == value


def is_group(target: Mapping[str, Any]) -> bool:
    """Return whether a target is a resource group."""
    return target.get("Key") in {"ResourceGroup", "resource-groups:Name"}


def read_time(value: str) -> datetime:
    """Parse a time in ISO 8601, in UTC if it has no time zone."""
    time = times.read(value)
    if time is None:
        raise ServiceError("InvalidFilterValue")
    return time


def _started(compare: Callable[[Any, Any], bool]) -> _Filter:
    name = "ExecutionStartTime"
    return lambda shown, value: name in shown and compare(shown[name], read_time(value))


_TIMES: Final[Mapping[str, _Filter]] = {"StartTimeBefore": _started(le), "StartTimeAfter": _started(ge)}
EXECUTION_FILTERS: Final[Mapping[str, _Filter]] = {
    **_TIMES,
    "DocumentNamePrefix": lambda shown, value: shown["DocumentName"].startswith(value),
    "ExecutionStatus": _equal("AutomationExecutionStatus"),
    "ExecutionId": _equal("AutomationExecutionId"),
    "ParentExecutionId": _equal("ParentAutomationExecutionId"),
    "CurrentAction": _equal("CurrentAction"),
    "AutomationType": _equal("AutomationType"),
    "AutomationSubtype": _equal("AutomationSubtype"),
    "OpsItemId": _equal("OpsItemId"),
    "TagKey": lambda shown, value: value in shown["TagKeys"],
    "TargetResourceGroup": lambda shown, value: any(
        is_group(target) and value in target.get("Values", ()) for target in shown["Targets"]
    ),
}
# What an advance of an execution may change; the last two are set by scripts.
CHANGING_FILTERS: Final = frozenset({"ExecutionStatus", "CurrentAction", "AutomationSubtype", "OpsItemId"})
STEP_FILTERS: Final[Mapping[str, _Filter]] = {
    **_TIMES,
    "StepExecutionStatus": _equal("StepStatus"),
    "StepExecutionId": _equal("StepExecutionId"),
    "StepName": _equal("StepName"),
    "Action": _equal("Action"),
    "ParentStepExecutionId": lambda shown, value: shown.get("ParentStepDetails", {}).get("StepExecutionId") == value,
    "ParentStepIteration": lambda shown, value: str(shown.get("ParentStepDetails", {}).get("Iteration")) == value,
    "ParentStepIteratorValue": lambda shown, value: shown.get("ParentStepDetails", {}).get("IteratorValue") == value,
}
_ENUMS: Final = {
    "ExecutionStatus": "AutomationExecutionStatus",
    "StepExecutionStatus": "AutomationExecutionStatus",
    "AutomationType": "AutomationType",
    "AutomationSubtype": "AutomationSubtype",
}


def check_filters(filters: Iterable[Mapping[str, Any]], kinds: Mapping[str, _Filter]) -> None:
    """Reject filters with unknown or repeated keys, or invalid values."""
    seen: set[str] = set()
    for each in filters:
        key = each["Key"]
        if key in seen or key not in kinds:
            raise ServiceError("InvalidFilterKey")
        seen.add(key)
        for value in each["Values"]:
            if key in _ENUMS and value not in model.enum(_ENUMS[key]):
                raise ServiceError("InvalidFilterValue")
            if key in _TIMES:
                read_time(value)


def passes(shown: Mapping[str, Any], filters: Iterable[Mapping[str, Any]], kinds: Mapping[str, _Filter]) -> bool:
    """Return whether an item matches all filters; for each filter, one of its values must match."""
    return all(any(kinds[each["Key"]](shown, value) for value in each["Values"]) for each in filters)


def token_of(listing: str, position: int) -> str:
    """Make the token to continue a listing at a position."""
    return base64.b64encode(f"{listing} {position}".encode()).decode()


def position_of(listing: str, token: str) -> int:
    """Read a token of `token_of`.

    Raises:
        ServiceError: `InvalidNextToken`, for a token of another listing, or an invalid one.
    """
    try:
        name, _, position = base64.b64decode(token, validate=True).decode().rpartition(" ")
        number = int(position)
    except ValueError:
        name, number = "", 0
    if name != listing or number < 0:
        raise ServiceError("InvalidNextToken")
    return number
