"""The kinds of the parts of a document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard


def is_mapping(value: object) -> TypeGuard[Mapping[Any, Any]]:
    """Return whether a part of a document is a mapping."""
    return isinstance(value, Mapping)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Return whether a part of a document is a list."""
    return isinstance(value, list)


def as_list(value: Any) -> list[Any]:
    """Return a list as it is, and any other value as the only item of one."""
    return value if is_list(value) else [value]


def strings_in(value: object) -> Iterator[str]:
    """Yield all strings of a value at any depth, without keys."""
    if isinstance(value, str):
        yield value
    elif is_mapping(value) or is_list(value):
        for item in value.values() if is_mapping(value) else value:
            yield from strings_in(item)


def is_text(content: str) -> bool:
    """Return whether a string is the text of a document, not a path."""
    return "\n" in content or content.lstrip().startswith("{")
