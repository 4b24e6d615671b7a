"""Resolve references, `{{ name }}`, in the values of a runbook.

Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-variables.html
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from .kinds import as_list, is_list, is_mapping, strings_in

if TYPE_CHECKING:
    from collections.abc import Callable

    # Returns the value of a name; `UNKNOWN` if the test has not set it, `NO_NAME` if the name does not exist.
    Lookup = Callable[[str], Any]


UNKNOWN: Final = object()
NO_NAME: Final = object()
# Writes a value as JSON. `json.dumps` with options would make an encoder for each call.
as_json: Final = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
_REFERENCE: Final = re.compile(r"\{\{\s*([A-Za-z0-9_][\w:./-]*)\s*\}\}", re.ASCII)


class Unresolved(str):
    """A string that contains references without a known value."""

    __slots__ = ()


class Template(str):
    """A string whose references are resolved when it is read."""

    __slots__ = ()


def names_in(value: object) -> list[str]:
    """List the names that a value references, at any depth."""
    return [name for text in strings_in(value) if "{{" in text for name in _REFERENCE.findall(text)]


def sole_name(text: str) -> str | None:
    """Return the name that a string references if it consists of one reference; `None` otherwise."""
    alone = _REFERENCE.fullmatch(text.strip())
    return alone[1] if alone else None


def names_value(name: str) -> bool:
    """Return whether a name is that of an output, a variable or a system variable, whether it exists or not."""
    return ("." in name and ":" not in name) or name.startswith(("variable:", "global:", "automation:"))


def resolve(value: Any, lookup: Lookup) -> Any:
    """Replace the references in a value, at any depth.

    A string that consists of one reference becomes its value, of any type. In other strings, the value is inserted as
    text. An item of a list that becomes a list is replaced by its items, so that a list in a list becomes one flat
    list. References without a value stay as they are; if the value is `UNKNOWN`, the string becomes `Unresolved`.
    """
    if isinstance(value, str):
        return _resolve_text(value, lookup) if "{{" in value else value
    if is_mapping(value):
        return {key: resolve(item, lookup) for key, item in value.items()}
    if is_list(value):
        return [each for item in value for each in _resolve_item(item, lookup)]
    return value


def _resolve_item(item: Any, lookup: Lookup) -> list[Any]:
    found = resolve(item, lookup)
    return found if isinstance(item, str) and is_list(found) else [found]


def _resolve_text(text: str, lookup: Lookup) -> Any:
    if name := sole_name(text):
        found = lookup(name)
        if found is UNKNOWN:
            return Unresolved(text)
        return text if found is NO_NAME else found
    left = False

    def replace(match: re.Match[str]) -> str:
        nonlocal left
        found = lookup(match[1])
        if found is UNKNOWN or isinstance(found, Unresolved):
            left = True
        return match[0] if found is UNKNOWN or found is NO_NAME else as_text(found)

    resolved = _REFERENCE.sub(replace, text)
    return Unresolved(resolved) if left else resolved


def unknown_in(value: object) -> bool:
    """Return whether a resolved value still contains references without a known value."""
    return any(isinstance(text, Unresolved) for text in strings_in(value))


def as_text(value: object) -> str:
    """Write a value as text: strings unchanged, everything else as JSON."""
    return value if isinstance(value, str) else as_json(value)


def as_texts(value: object) -> list[str]:
    """Write a value as the service shows outputs: a list of strings, one for each item of a list."""
    return [as_text(item) for item in as_list(value)]
