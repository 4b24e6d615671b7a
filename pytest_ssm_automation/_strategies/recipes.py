"""Strategies that are defined by a function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable


@st.composite
def named(draw: st.DrawFn, name: str, function: Callable[[st.DrawFn], Any]) -> Any:  # noqa: ARG001 - its repr shows it
    """Draw by a function. Defining a composite strategy for each function would take a fifth of a millisecond."""
    return function(draw)
