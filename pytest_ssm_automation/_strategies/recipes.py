"""Strategies that are defined by a function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable


class _Recipe:
    """A function that draws something, with a short repr."""

    def __init__(self, name: str, follow: Callable[[st.DrawFn], Any]) -> None:
        self.name, self.follow = name, follow

    def __repr__(self) -> str:
        return self.name


@st.composite
def _drawn(draw: st.DrawFn, recipe: _Recipe) -> Any:
    """Draw by a recipe. Defining a composite strategy for each recipe would take a millisecond."""
    return recipe.follow(draw)


def named(name: str, function: Callable[[st.DrawFn], Any]) -> st.SearchStrategy[Any]:
    """Make a strategy from a function, with a name as its repr."""
    return _drawn(_Recipe(name, function))
