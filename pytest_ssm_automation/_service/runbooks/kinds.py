"""The kinds of the parts of a document."""

from __future__ import annotations

from collections.abc import Mapping
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


def inputs_of(step: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the inputs of a step in a document; empty if they are missing or no mapping."""
    inputs = step.get("inputs")
    return inputs if is_mapping(inputs) else {}


def is_text(content: str) -> bool:
    """Return whether a string is the text of a document, not a path."""
    return "\n" in content or content.lstrip().startswith("{")
