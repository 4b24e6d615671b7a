"""Generate strings for patterns that templates do not support."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from hypothesis import strategies as st

from .._service.java.nodes import Alternation, Atomic, Backreference, Group, One, Repeat, Sequence
from .pieces import piece_of
from .recipes import named

if TYPE_CHECKING:
    import random

    from .._service.java.characters import Characters
    from .._service.java.nodes import Node
    from .pieces import Piece

# The maximum number of iterations of a repeat above its minimum.
_MORE_CHARACTERS: Final = 16
_MORE_ITERATIONS: Final = 2


class _Drawn:
    """Make choices with hypothesis, so that failing examples shrink."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def number(self, low: int, high: int) -> int:
        return self._draw(st.integers(low, high))

    def text(self, of: Piece, low: int, high: int) -> str:
        return self._draw(st.text(of.alphabet, min_size=low, max_size=high))


class _AtRandom:
    """Make choices with a random generator, and only from common characters."""

    def __init__(self, generator: random.Random) -> None:
        self._random = generator

    def number(self, low: int, high: int) -> int:
        return self._random.randint(low, high)

    def text(self, of: Piece, low: int, high: int) -> str:
        return "".join(self._random.choices(of.letters, k=self._random.randint(low, high)))


_Chooser: TypeAlias = _Drawn | _AtRandom


def text_of(node: Node) -> st.SearchStrategy[str]:
    """Draw strings of a pattern. Anchors and lookarounds are ignored, so they may not match."""
    return named("text", lambda draw: _written(node, _Drawn(draw), {}))


def sample_of(node: Node, generator: random.Random) -> str:
    """Generate a string of a pattern like those of `text_of`."""
    return _written(node, _AtRandom(generator), {})


def _written(node: Node, chooser: _Chooser, groups: dict[int, str]) -> str:
    text = ""
    match node:
        case One(of=of):
            text = _run(of, 1, 1, chooser)
        case Sequence(parts=parts):
            text = "".join(_written(part, chooser, groups) for part in parts)
        case Alternation(alternatives=alternatives):
            text = _written(alternatives[chooser.number(0, len(alternatives) - 1)], chooser, groups)
        case Repeat():
            text = _repeated(node, chooser, groups)
        case Group(part=part, number=number):
            text = groups[number] = _written(part, chooser, groups)
        case Atomic(part=part):
            text = _written(part, chooser, groups)
        case Backreference(number=number):
            text = groups.get(number, "")
        case _:  # an anchor or a lookaround
            pass
    return text


def _run(of: Characters, low: int, high: int, chooser: _Chooser) -> str:
    """Generate characters of a class; none if no character of the class can be sent."""
    return chooser.text(piece_of(of), low, high) if piece_of(of).letters else ""


def _repeated(node: Repeat, chooser: _Chooser, groups: dict[int, str]) -> str:
    part, low = node.part, node.low
    most = low + (_MORE_CHARACTERS if isinstance(part, One) else _MORE_ITERATIONS)
    high = most if node.high is None else min(node.high, most)
    if isinstance(part, One):
        return _run(part.of, low, high, chooser)
    return "".join(_written(part, chooser, groups) for _ in range(chooser.number(low, high)))
