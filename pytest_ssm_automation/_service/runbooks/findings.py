"""What is wrong with a document, collected while its parts are read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from ..._errors import suggestion
from ..brief import cut

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

_MOST_SHOWN: Final = 200


def shown(value: object) -> str:
    """Write a value of a document for a message."""
    return cut(repr(value), _MOST_SHOWN)


class Findings:
    """What is wrong with a document, each with its path.

    Attributes:
        problems: What is no runbook, or what the service refuses.
        doubts: What the service is likely to refuse.
        unchecked: Declarations that the fake cannot check.
        relaxable: The ids of the checks that found problems and can be turned off.
    """

    def __init__(self, relaxed: Collection[str] = ()) -> None:
        """Start without findings; checks with the ids in `relaxed` are turned off."""
        self.problems: list[str] = []
        self.doubts: list[str] = []
        self.unchecked: list[str] = []
        self.relaxable: dict[str, None] = {}
        self._relaxed = relaxed

    def refuse(self, path: str, text: str, check: str | None = None) -> None:
        """Add a problem, unless its check is turned off."""
        if check in self._relaxed:
            return
        self.problems.append(f"{path}: {text}")
        if check:
            self.relaxable[check] = None

    def doubt(self, path: str, text: str) -> None:
        """Add what the service is likely to refuse."""
        self.doubts.append(f"{path}: {text}")

    def mismatch(self, path: str, expected: str, given: object) -> None:
        """Add a value that is not what is expected."""
        self.refuse(path, f"expected {expected}, got {shown(given)} (type={type(given).__name__})")

    def unknown(self, path: str, given: object, kind: str, allowed: Iterable[str], check: str | None = None) -> None:
        """Add a name that is none of those allowed, with a similar one."""
        self.refuse(path, f"{shown(given)} is not {kind}; {suggestion(given, allowed)}", check)

    def text(self, owner: Mapping[str, Any], key: str, path: str = "") -> str | None:
        """Read a text that may be missing; anything else is a problem."""
        value = owner.get(key)
        if value is None or isinstance(value, str):
            return value
        self.mismatch(path + key, "a string", value)
        return None

    def number(self, owner: Mapping[str, Any], key: str, path: str, *, least: int) -> int | None:
        """Read a number that may be missing or a text; anything else, and a smaller one, is a problem."""
        value = owner.get(key)
        if value is None:
            return None
        if not re.fullmatch("[0-9]{1,9}", str(value), re.ASCII) or int(value) < least:
            self.mismatch(path + key, f"a number of at least {least}", value)
            return None
        return int(value)
