"""Convert the inputs of a step to the types of an operation's request.

Parameters and outputs are often text, where an operation takes a number, a flag or a structure.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from .._service.runbooks.kinds import is_list, is_mapping
from .._service.runbooks.references import as_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from botocore.model import Shape

# botocore takes this name for a member of EC2's requests that the model calls otherwise.
_ALIASES: Final = {"Filters": "Filter"}


def shaped(value: Any, shape: Shape) -> Any:
    """Convert a value to a shape of botocore's model, as far as possible.

    Documented for no action, and known from AWS's own runbooks: text becomes a number, a flag or a structure; a list of
    one becomes a text; lists in lists become one list; nulls are left out. What can't be converted stays as it is, so
    that botocore refuses it.

    Args:
        value: A JSON value.
        shape: The shape.
    """
    convert = _CONVERSIONS.get(shape.type_name)
    return value if convert is None else convert(value, shape)


def _structure(value: Any, shape: Any) -> Any:
    value = _parsed(value, "{")
    if not is_mapping(value):
        return value
    members = shape.members
    return {
        name: shaped(item, members[known]) if (known := _member(name, members)) else item
        for name, item in value.items()
        if item is not None
    }


def _member(name: str, members: Any) -> str | None:
    return next((each for each in (name, _ALIASES.get(name)) if each in members), None)


def _map(value: Any, shape: Any) -> Any:
    value = _parsed(value, "{")
    if not is_mapping(value):
        return value
    return {name: shaped(item, shape.value) for name, item in value.items() if item is not None}


def _list(value: Any, shape: Any) -> Any:
    value = _parsed(value, "[")
    items = value if is_list(value) else [value]
    flat = items if shape.member.type_name == "list" else _flat(items)
    return [shaped(item, shape.member) for item in flat if item is not None]


def _flat(items: Iterable[Any]) -> Iterator[Any]:
    for item in items:
        if is_list(item):
            yield from _flat(item)
        else:
            yield item


def _text(value: Any, _: Shape) -> Any:
    single = _single(value)
    return single if isinstance(single, str) else as_text(single)


def _number(value: Any, _: Shape) -> Any:
    single = _single(value)
    return int(single) if isinstance(single, str) and re.fullmatch(r"[+-]?[0-9]+", single, re.ASCII) else single


def _fraction(value: Any, _: Shape) -> Any:
    single = _single(value)
    try:
        return float(single) if isinstance(single, str) else single
    except ValueError:
        return single


def _flag(value: Any, _: Shape) -> Any:
    single = _single(value)
    return {"true": True, "false": False}.get(single.lower(), single) if isinstance(single, str) else single


def _single(value: Any) -> Any:
    return value[0] if is_list(value) and len(value) == 1 else value


def _parsed(value: Any, start: str) -> Any:
    """Parse the JSON of a structure or of a list; return other values as they are."""
    single = _single(value) if start == "{" else value
    if not isinstance(single, str) or not single.lstrip().startswith(start):
        return single
    try:
        return json.loads(single)
    except ValueError:
        return single


_CONVERSIONS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "structure": _structure,
    "map": _map,
    "list": _list,
    "string": _text,
    "integer": _number,
    "long": _number,
    "float": _fraction,
    "double": _fraction,
    "boolean": _flag,
}
