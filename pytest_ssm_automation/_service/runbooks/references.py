"""References: `{{ name }}` in the values of a runbook, and the values that take their place.

Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-variables.html
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from .documents import is_list, is_mapping

if TYPE_CHECKING:
    from collections.abc import Callable

    # Gives the value of a name; `UNKNOWN` where nobody has given it, `NO_NAME` where nothing has that name.
    Lookup = Callable[[str], Any]


class _Missing:
    """The absence of a value."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name


UNKNOWN: Final = _Missing("UNKNOWN")
NO_NAME: Final = _Missing("NO_NAME")
_REFERENCE: Final = re.compile(r"\{\{\s*([A-Za-z0-9_][\w:./-]*)\s*\}\}", re.ASCII)


class Unresolved(str):
    """A text that has references in it to which nobody has given a value."""

    __slots__ = ()


def names_in(value: object) -> list[str]:
    """List the names that a value refers to, at any depth."""
    if isinstance(value, str):
        return _REFERENCE.findall(value) if "{{" in value else []
    if is_mapping(value):
        return [name for item in value.values() for name in names_in(item)]
    if is_list(value):
        return [name for item in value for name in names_in(item)]
    return []


def resolve(value: Any, lookup: Lookup) -> Any:
    """Put values in place of the references in a value, at any depth.

    A text that is one reference alone takes the value with its type; any other gets it put in as text. A reference
    without a value stays as it is, in an `Unresolved` text where somebody should have given it.
    """
    if isinstance(value, str):
        return _resolve_text(value, lookup) if "{{" in value else value
    if is_mapping(value):
        return {key: resolve(item, lookup) for key, item in value.items()}
    if is_list(value):
        return [resolve(item, lookup) for item in value]
    return value


def _resolve_text(text: str, lookup: Lookup) -> Any:
    if alone := _REFERENCE.fullmatch(text.strip()):
        found = lookup(alone[1])
        if found is UNKNOWN:
            return Unresolved(text)
        return text if found is NO_NAME else found
    left = False

    def put_in(match: re.Match[str]) -> str:
        nonlocal left
        found = lookup(match[1])
        if found is UNKNOWN or isinstance(found, Unresolved):
            left = True
        return match[0] if found is UNKNOWN or found is NO_NAME else as_text(found)

    resolved = _REFERENCE.sub(put_in, text)
    return Unresolved(resolved) if left else resolved


def unknown_in(value: object) -> bool:
    """Tell whether a resolved value still has references to which nobody has given a value."""
    if isinstance(value, str):
        return isinstance(value, Unresolved)
    if is_mapping(value):
        return any(map(unknown_in, value.values()))
    return is_list(value) and any(map(unknown_in, value))


def as_text(value: object) -> str:
    """Write a value as text: a text as it is, and JSON for all else."""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def as_texts(value: object) -> list[str]:
    """Write a value as the service shows outputs: a list's items, else one text."""
    return [as_text(item) for item in value] if is_list(value) else [as_text(value)]
