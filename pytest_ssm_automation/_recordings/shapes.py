"""The shape of the file of a recording, and JSON values that are checked against it.

It is an object with `AutomationExecution`, as GetAutomationExecution returns it; `StepExecutions`, all steps;
`Document`, the runbook as GetDocument returns it; `Children`, the same of executions that it started; `Region`; and
`Redacted`, the names of parameters and outputs that were emptied. All but the first may be missing, so the output of
`aws ssm get-automation-execution` is such a file too.
"""

from __future__ import annotations

from difflib import get_close_matches
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from .._errors import suggestion
from .._service.brief import cut
from .._service.checks import model
from .._service.runs.scripts import ENDED
from .values import time_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
_FILE: Final = "Recording"
# The members without which a recording is of no use; AWS always sends them.
_REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    _FILE: ("AutomationExecution",),
    "AutomationExecution": ("AutomationExecutionId", "DocumentName", "AutomationExecutionStatus"),
    "StepExecution": ("StepName", "Action", "StepStatus"),
    "GetDocumentResult": ("Name", "Content"),
}
_KINDS: Final[Mapping[str, tuple[str, type[Any]]]] = {
    "structure": ("an object", dict),
    "map": ("an object", dict),
    "list": ("a list", list),
    "string": ("a string", str),
    "integer": ("a whole number", int),
    "boolean": ("true or false", bool),
}
# A misspelt name is about as long as the right one.
_CLOSE: Final = 0.8
_MOST_MORE: Final = 2
_MOST_SHOWN: Final = 100


def file_shape() -> Any:
    """Return the shape of a file, like one of botocore's."""
    shape: Any = SimpleNamespace(type_name="structure", name=_FILE, metadata={})
    children = SimpleNamespace(type_name="list", member=shape, metadata={})
    shape_for = model.service_model().shape_for
    shape.members = {
        "AutomationExecution": shape_for("AutomationExecution"),
        "StepExecutions": shape_for("StepExecutionList"),
        "Document": shape_for("GetDocumentResult"),
        "Children": children,
        "Redacted": shape_for("StringList"),
        "Region": shape_for("String"),
    }
    return shape


def known_values(shape: Any, value: Any, problems: list[str], path: str = "") -> Any:
    """Copy a JSON value without members that are null or that the installed model lacks; times become datetimes.

    A line for each member that is missing or wrong is added to `problems`. Members that the installed model lacks are
    allowed, because AWS adds members, unless their name looks misspelt.
    """
    if wrong := _wrong(shape, value):
        problems.append(f"{path or 'the file'}: {wrong}")
        return None
    if shape.type_name == "structure":
        problems += _misnamed(shape, value, path)
        members = {name: item for name, item in value.items() if name in shape.members and item is not None}
        return {
            name: known_values(shape.members[name], item, problems, f"{path}.{name}".lstrip("."))
            for name, item in members.items()
        }
    if shape.type_name == "map":
        return {key: known_values(shape.value, item, problems, f"{path}.{key}") for key, item in value.items()}
    if shape.type_name == "list":
        return [known_values(shape.member, item, problems, f"{path}[{number}]") for number, item in enumerate(value)]
    return time_of(value) if shape.type_name == "timestamp" else value


def _misnamed(shape: Any, members: Mapping[str, Any], path: str) -> Iterator[str]:
    """Yield a line for each required member that is missing, and for each that almost has the name of a known one."""
    prefix = f"{path}." if path else ""
    known: Mapping[str, Any] = shape.members
    yield from (f"{prefix}{name}: missing" for name in _REQUIRED.get(shape.name, ()) if members.get(name) is None)
    for name in members:
        near = [] if name in known else get_close_matches(name, known, n=1, cutoff=_CLOSE)
        if near and abs(len(near[0]) - len(name)) <= _MOST_MORE:
            yield f"{prefix}{name}: unknown; did you mean {near[0]!r}?"


def _wrong(shape: Any, value: object) -> str | None:
    """Say what is wrong with a value itself; `None` if nothing is."""
    shown = cut(repr(value), _MOST_SHOWN)
    if shape.type_name == "timestamp":
        return None if _is_time(value) else f"expected a time, got {shown}"
    name, kind = _KINDS[shape.type_name]
    if not isinstance(value, kind) or isinstance(value, bool) is not (kind is bool):
        return f"expected {name}, got {shown}"
    allowed = shape.metadata.get("enum", ())
    if isinstance(value, str) and allowed and value not in {*allowed, *ENDED}:
        return f"{shown} is not a {shape.name}; {suggestion(value, allowed)}"
    return None


def _is_time(value: object) -> bool:
    try:
        return isinstance(value, str | int | float) and not isinstance(value, bool) and bool(time_of(value))
    except ValueError:
        return False
