"""Convert the outputs of steps to their declared types, wherever they come from.

Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-outputs-inputs.html
"""

from __future__ import annotations

import re
from typing import Any, Final

from .kinds import is_list, is_mapping
from .references import as_text

TYPES: Final = ("String", "StringList", "Integer", "Boolean", "MapList", "StringMap")
_FLAGS: Final = {"true": True, "false": False}


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
    right = (kind == "MapList" and is_list(value)) or (kind == "StringMap" and is_mapping(value))
    if right or kind not in TYPES:
        return value
    single = value[0] if is_list(value) and len(value) == 1 and isinstance(value[0], str | int | float) else value
    text = as_text(single)
    if kind == "Integer" and re.fullmatch(r"[+-]?[0-9]{1,19}", text, re.ASCII):
        return int(text)
    if kind == "Boolean" and text.lower() in _FLAGS:
        return _FLAGS[text.lower()]
    if kind == "StringList" and value is not None:
        return value if is_list(value) else [text]
    if kind == "String" and value is not None:
        return text
    raise ConversionError
