"""Convert the outputs of steps to their declared types, wherever they come from.

Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-outputs-inputs.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from .kinds import is_list, is_mapping
from .references import as_text

if TYPE_CHECKING:
    from collections.abc import Callable


class ConversionError(ValueError):
    """The service does not convert the value to the declared type."""


def converted(value: Any, kind: str | None) -> Any:
    """Convert a JSON value to the declared type of an output.

    Documented: text becomes an Integer, a Boolean or a StringList of one; numbers and booleans become a String or a
    StringList of one; a list of one text, number or boolean becomes its item. Assumed: other lists and maps become a
    String, and maps a StringList of one, by their JSON. If the type is not one of those, the value stays as it is.

    Raises:
        ConversionError: The service does not convert it.
    """
    convert = _CONVERSIONS.get(kind or "")
    if convert is None:
        return value
    if value is None:
        raise ConversionError
    return convert(value)


def _single(value: Any) -> Any:
    """Return the item of a list of one text, number or boolean, and any other value as it is."""
    return value[0] if is_list(value) and len(value) == 1 and isinstance(value[0], str | int | float) else value


def _string(value: Any) -> str:
    return as_text(_single(value))


def _integer(value: Any) -> int:
    single = _single(value)
    if isinstance(single, int) and not isinstance(single, bool):
        return single
    if isinstance(single, str) and re.fullmatch(r"[+-]?[0-9]{1,19}", single, re.ASCII):
        return int(single)
    raise ConversionError


def _boolean(value: Any) -> bool:
    single = _single(value)
    if isinstance(single, bool):
        return single
    if isinstance(single, str) and single.lower() in {"true", "false"}:
        return single.lower() == "true"
    raise ConversionError


def _string_list(value: Any) -> list[Any]:
    return value if is_list(value) else [as_text(value)]


def _map_list(value: Any) -> list[Any]:
    if not is_list(value):
        raise ConversionError
    return value


def _string_map(value: Any) -> Any:
    if not is_mapping(value):
        raise ConversionError
    return value


_CONVERSIONS: Final[dict[str, Callable[[Any], Any]]] = {
    "String": _string,
    "Integer": _integer,
    "Boolean": _boolean,
    "StringList": _string_list,
    "MapList": _map_list,
    "StringMap": _string_map,
}
