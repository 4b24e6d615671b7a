"""Short reprs of records."""

from __future__ import annotations

from reprlib import Repr
from typing import Any, Final

_MOST_SHOWN: Final = 400
_short: Final = Repr()
_short.maxlevel, _short.maxdict, _short.maxlist, _short.maxtuple = 5, 20, 3, 3
_short.maxstring = _short.maxother = 80


def brief(value: object) -> str:
    """Return a repr of at most a few hundred characters."""
    text = _short.repr(value)
    return text if len(text) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN - 100]} ... {text[-90:]}"


class Brief:
    """A record whose short repr is also used by hypothesis and IPython, which would print all fields in full."""

    __slots__ = ()

    def _repr_pretty_(self, printer: Any, cycle: object) -> None:  # noqa: ARG002 - part of their protocol
        printer.text(repr(self))
