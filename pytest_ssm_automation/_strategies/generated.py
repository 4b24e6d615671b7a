"""Strings of patterns that are too much for templates, written part by part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from hypothesis import strategies as st

from .._service.java.nodes import Alternation, Atomic, Backreference, Group, One, Repeat, Sequence
from .pieces import piece_of
from .recipes import named

if TYPE_CHECKING:
    import random

    from .._service.java.characters import Characters
    from .._service.java.nodes import Node
    from .pieces import Piece

# How many more rounds of a repeat there are at most than there have to be.
_MORE_CHARACTERS: Final = 16
_MORE_ROUNDS: Final = 2


class _Chooser(Protocol):
    def number(self, low: int, high: int) -> int: ...
    def text(self, of: Piece, low: int, high: int) -> str: ...


class _Drawn:
    """Chooses by hypothesis, so that failing examples shrink."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def number(self, low: int, high: int) -> int:
        return self._draw(st.integers(low, high))

    def text(self, of: Piece, low: int, high: int) -> str:
        return self._draw(st.text(of.alphabet, min_size=low, max_size=high))


class _AtRandom:
    """Chooses by a random generator, and ordinary characters only."""

    def __init__(self, generator: random.Random) -> None:
        self._random = generator

    def number(self, low: int, high: int) -> int:
        return self._random.randint(low, high)

    def text(self, of: Piece, low: int, high: int) -> str:
        return "".join(self._random.choices(of.letters, k=self._random.randint(low, high)))


def text_of(node: Node) -> st.SearchStrategy[str]:
    """Draw strings of a pattern; what has to stand around a place is not looked at, and they may not match."""
    return named("text", lambda draw: _written(node, _Drawn(draw), {}))


def sample_of(node: Node, generator: random.Random) -> str:
    """Write a string of a pattern as `text_of` draws it."""
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
        case _:  # a place
            pass
    return text


def _run(of: Characters, low: int, high: int, chooser: _Chooser) -> str:
    """Write a run of characters, of which there may be none that can be sent."""
    return chooser.text(piece_of(of), low, high) if piece_of(of).letters else ""


def _repeated(node: Repeat, chooser: _Chooser, groups: dict[int, str]) -> str:
    part, low = node.part, node.low
    most = low + (_MORE_CHARACTERS if isinstance(part, One) else _MORE_ROUNDS)
    high = most if node.high is None else min(node.high, most)
    if isinstance(part, One):
        return _run(part.of, low, high, chooser)
    return "".join(_written(part, chooser, groups) for _ in range(chooser.number(low, high)))
