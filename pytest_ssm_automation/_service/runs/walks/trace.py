"""Walks that go in a circle."""

from __future__ import annotations

from collections import deque
from typing import Final

MOST_STEPS: Final = 10_000
_KEPT: Final = 200


class Trace:
    """The latest steps of a walk."""

    def __init__(self) -> None:
        """Start before the first step."""
        self._count = 0
        self._names: deque[str] = deque(maxlen=_KEPT)

    def add(self, name: str) -> str | None:
        """Add a step; return why the run is aborted, with the steps that it repeats, if it has taken too many."""
        self._count += 1
        self._names.append(name)
        if self._count <= MOST_STEPS:
            return None
        before = [*self._names][:-1]
        length = next((n for n, each in enumerate(reversed(before), 1) if each == name), len(before))
        circle = " -> ".join([*before[-length:], name])
        return f"The run was aborted after {MOST_STEPS} steps. It repeats {circle}"
