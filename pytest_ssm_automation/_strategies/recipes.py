"""Strategies that a function draws from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable


class _Recipe:
    """How to draw something, which shows as a name rather than as all it is made of."""

    def __init__(self, name: str, follow: Callable[[st.DrawFn], Any]) -> None:
        self.name, self.follow = name, follow

    def __repr__(self) -> str:
        return self.name


@st.composite
def _drawn(draw: st.DrawFn, recipe: _Recipe) -> Any:
    """Follow a recipe; a composite strategy of its own for each would take a millisecond to define."""
    return recipe.follow(draw)


def named(name: str, function: Callable[[st.DrawFn], Any]) -> st.SearchStrategy[Any]:
    """Draw by a function, under a name."""
    return _drawn(_Recipe(name, function))
