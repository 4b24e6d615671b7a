"""Convert the inputs of a step to the types of an operation's request.

Parameters and outputs are often text, where an operation takes a number, a flag or a structure.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from .._service.runbooks.conversions import converted
from .._service.runbooks.kinds import as_list, is_list, is_mapping

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

# botocore takes this name for a member of EC2's requests that the model calls otherwise.
_ALIASES: Final = {"Filters": "Filter"}
# The types of outputs that are converted like scalars of these types.
_KINDS: Final = {"string": "String", "integer": "Integer", "long": "Integer", "boolean": "Boolean"}


def typed(params: Mapping[str, Any], operation: Any) -> dict[str, Any]:
    """Convert inputs to the types of an operation's request, as far as possible.

    Documented for no action, and known from AWS's own runbooks: text becomes a number, a flag or a structure; a list of
    one becomes a text; lists in lists become one list; nulls are left out. What can't be converted stays as it is, so
    that botocore refuses it.

    Args:
        params: The inputs, as JSON values.
        operation: botocore's model of the operation.
    """
    shape = operation.input_shape
    converted: dict[str, Any] = dict(params) if shape is None else _shaped(params, shape)
    return converted


def _shaped(value: Any, shape: Any) -> Any:
    if shape.type_name in {"structure", "map"}:
        value = _parsed(_single(value), "{")
        return _members(value, shape) if is_mapping(value) else value
    if shape.type_name == "list":
        items = as_list(_parsed(value, "["))
        flat = items if shape.member.type_name == "list" else _flat(items)
        return [_shaped(item, shape.member) for item in flat if item is not None]
    value = _single(value)
    try:
        if shape.type_name in {"float", "double"} and isinstance(value, str):
            return float(value)
        return converted(value, _KINDS.get(shape.type_name))
    except ValueError:
        return value


def _members(value: Mapping[str, Any], shape: Any) -> dict[str, Any]:
    shapes = dict.fromkeys(value, shape.value) if shape.type_name == "map" else shape.members
    names = {name: name if name in shapes else _ALIASES.get(name, name) for name in value}
    return {
        name: _shaped(item, shapes[names[name]]) if names[name] in shapes else item
        for name, item in value.items()
        if item is not None
    }


def _flat(items: Iterable[Any]) -> Iterator[Any]:
    for item in items:
        if is_list(item):
            yield from _flat(item)
        else:
            yield item


def _single(value: Any) -> Any:
    return value[0] if is_list(value) and len(value) == 1 else value


def _parsed(value: Any, start: str) -> Any:
    """Parse a text that begins as JSON does; return other values as they are."""
    if not isinstance(value, str) or not value.lstrip().startswith(start):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
