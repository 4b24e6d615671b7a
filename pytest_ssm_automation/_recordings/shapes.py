"""Check the JSON values of a recording against the shapes of botocore's service model."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final, cast

from .._errors import suggestion
from .._service.brief import cut
from .._service.runs.scripts import ENDED
from .values import time_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
# The members without which a recording is of no use; AWS always sends them.
_REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    "AutomationExecution": ("AutomationExecutionId", "DocumentName", "AutomationExecutionStatus"),
    "StepExecution": ("StepName", "Action", "StepStatus"),
    "GetDocumentResult": ("Name", "Content"),
}
_KINDS: Final[Mapping[str, tuple[str, type]]] = {
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


def problems(shape: Any, value: object, path: str) -> Iterator[str]:
    """Yield a line for each member that is missing or wrong.

    Members that the installed model lacks are allowed, because AWS adds members, unless their name looks misspelt.
    """
    wrong = _wrong(shape, value)
    if wrong:
        yield f"{path}: {wrong}"
        return
    members = cast("Mapping[str, Any]", value)
    items = cast("list[object]", value)
    if shape.type_name == "structure":
        yield from missing(_REQUIRED.get(shape.name, ()), members, f"{path}.")
        yield from misspelt(shape.members, members, f"{path}.")
        for name in members:
            if name in shape.members and members[name] is not None:
                yield from problems(shape.members[name], members[name], f"{path}.{name}")
    elif shape.type_name == "map":
        for key, item in members.items():
            yield from problems(shape.value, item, f"{path}.{key}")
    elif shape.type_name == "list":
        for number, item in enumerate(items):
            yield from problems(shape.member, item, f"{path}[{number}]")


def missing(required: Collection[str], members: Mapping[str, Any], path: str) -> Iterator[str]:
    """Yield a line for each required member that is missing; `path` is empty, or ends in a full stop."""
    yield from (f"{path}{name}: missing" for name in required if members.get(name) is None)


def misspelt(known: Collection[str], members: Mapping[str, Any], path: str) -> Iterator[str]:
    """Yield a line for each member that is unknown, but has almost the name of a known one; `path` as in `missing`."""
    for name in members:
        if name in known:
            continue
        near = get_close_matches(name, known, n=1, cutoff=_CLOSE)
        if near and abs(len(near[0]) - len(name)) <= _MOST_MORE:
            yield f"{path}{name}: unknown; did you mean {near[0]!r}?"


def known_values(shape: Any, value: Any) -> Any:
    """Copy a valid JSON value without members that are null or that the installed model lacks."""
    copies: Mapping[str, Callable[[], Any]] = {
        "structure": lambda: {
            name: known_values(shape.members[name], item)
            for name, item in value.items()
            if item is not None and name in shape.members
        },
        "map": lambda: {key: known_values(shape.value, item) for key, item in value.items()},
        "list": lambda: [known_values(shape.member, item) for item in value],
    }
    return copies.get(shape.type_name, lambda: value)()


def _wrong(shape: Any, value: Any) -> str | None:
    """Say what is wrong with a value itself; `None` if nothing is."""
    if shape.type_name == "timestamp":
        return None if _is_time(value) else f"expected a time, got {shown(value)}"
    name, kind = _KINDS[shape.type_name]
    if not _is_a(value, kind):
        return f"expected {name}, got {shown(value)}"
    allowed: Collection[Any] = shape.metadata.get("enum", ())
    if allowed and value not in allowed and value not in ENDED:
        return f"{shown(value)} is not a {shape.name}; {suggestion(value, allowed)}"
    return None


def _is_a(value: object, kind: type) -> bool:
    return isinstance(value, kind) and isinstance(value, bool) is (kind is bool)


def _is_time(value: object) -> bool:
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return False
    try:
        time_of(value)
    except ValueError:
        return False
    return True


def shown(value: object) -> str:
    """Write a value in at most about a hundred characters."""
    return cut(repr(value), _MOST_SHOWN)
