"""Short reprs of records, and values as the service writes them."""

from __future__ import annotations

from collections.abc import Mapping
from reprlib import Repr
from typing import Any, Final, cast

_MOST_SHOWN: Final = 400
_short: Final = Repr()
_short.maxlevel, _short.maxdict, _short.maxlist, _short.maxtuple = 5, 20, 3, 3
_short.maxstring = _short.maxother = 80


def cut(text: str, most: int) -> str:
    """Cut off the end of a long text."""
    return text if len(text) <= most else f"{text[:most]}..."


def brief(value: object) -> str:
    """Return a repr of at most a few hundred characters."""
    text = _short.repr(value)
    return text if len(text) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN - 100]} ... {text[-90:]}"


def java(value: object) -> str:
    """Write a value like Java's `toString`, as the service does."""
    if isinstance(value, Mapping):
        members = cast("Mapping[str, Any]", value)
        return "{" + ", ".join(f"{java(key)}={java(item)}" for key, item in members.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(java, cast("list[Any]", value))) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return "null" if value is None else str(value)


class Brief:
    """A record whose short repr is also used by hypothesis and IPython, which would print all fields in full."""

    __slots__ = ()

    def _repr_pretty_(self, printer: Any, cycle: object) -> None:  # noqa: ARG002 - part of their protocol
        printer.text(repr(self))
