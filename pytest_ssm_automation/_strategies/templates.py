"""Convert patterns to templates, so that all drawn strings match, and none is discarded.

A pattern becomes one template for each path through its alternatives. A template is a sequence of pieces, each of which
is a set of characters and a number of repetitions. The length is divided between the pieces before drawing.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Final, TypeAlias

from hypothesis import strategies as st

from .._service.checks.patterns import compile_pattern
from .._service.java.characters import Characters
from .._service.java.nodes import Alternation, Atomic, Backreference, Group, Repeat, Sequence
from .._service.java.parser import parse
from .pieces import ANYTHING, UNBOUNDED, Piece, piece_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .._service.java.nodes import Node

Row: TypeAlias = tuple[Piece, ...]
# The maximum number of paths through a part of a pattern, and of repetitions of a part of several characters.
_MOST_ROWS: Final = 64
_MOST_TIMES: Final = 512
# The maximum numbers of such repetitions, and of characters of a sample, above the minimum.
_MORE_TIMES: Final = 2
_MORE_CHARACTERS: Final = 16


@dataclass(frozen=True, slots=True)
class Template:
    """A sequence of pieces with a total length within bounds, which the lengths of the pieces allow."""

    pieces: Row
    low: int
    high: int

    def sized(self, size: int) -> Iterator[tuple[Piece, int]]:
        """Divide a length between the pieces; later pieces take what earlier ones leave."""
        spare = size - sum(piece.low for piece in self.pieces)
        for position, piece in enumerate(self.pieces):
            room = sum(later.high - later.low for later in self.pieces[position + 1 :])
            extra = max(0, min(piece.high - piece.low, spare - room))
            spare -= extra
            yield piece, piece.low + extra

    def written(self, size: int) -> str:
        """Return the most common string of a length."""
        return "".join(piece.letters[0] * count for piece, count in self.sized(size))

    def sampled(self, choices: Random) -> str:
        """Return a string of common characters."""
        size = choices.randint(self.low, min(self.high, self.low + _MORE_CHARACTERS))
        return "".join(
            choice for piece, count in self.sized(size) for choice in choices.choices(piece.letters, k=count)
        )

    def numbered(self) -> Iterator[str]:
        """Yield many different strings."""
        size = min(self.high, self.low + 8)
        letters = itertools.chain.from_iterable(
            itertools.repeat(piece.letters, count) for piece, count in self.sized(size)
        )
        return map("".join, itertools.product(*letters))


@st.composite
def strings_of(draw: st.DrawFn, template: Template) -> str:
    """Draw any string of a template, piece by piece, with lengths that leave enough room for the later pieces."""
    text = ""
    least, most = (sum(getattr(piece, end) for piece in template.pieces) for end in ("low", "high"))
    for piece in template.pieces:
        least, most = least - piece.low, most - piece.high
        low = max(piece.low, template.low - len(text) - most)
        high = piece.high if template.high >= UNBOUNDED else min(piece.high, template.high - len(text) - least)
        fixed = low == high and len(piece.letters) == 1
        text += piece.letters * low if fixed else draw(_texts(piece.alphabet, low, high))
    return text


@cache
def _texts(alphabet: st.SearchStrategy[str], low: int, high: int) -> st.SearchStrategy[str]:
    return st.text(alphabet, min_size=low, max_size=None if high >= UNBOUNDED else high)


def rows_of(node: Node) -> list[Row]:
    """List the paths through a pattern; of many, some. Strings of a path with a reference to a group may not match."""
    return _rows(node, {})


def _rows(node: Node, groups: dict[int, list[Row]]) -> list[Row]:
    rows: list[Row] = [()]  # of an anchor or a lookaround
    match node:
        case Characters():
            rows = [(piece_of(node),)] if piece_of(node).letters else []
        case Sequence(parts=parts):
            rows = _joined([_rows(part, groups) for part in parts])
        case Alternation(alternatives=parts):
            rows = [row for part in parts for row in _rows(part, groups)]
            rows = rows if len(rows) <= _MOST_ROWS else [rows[0], *Random(0).sample(rows, _MOST_ROWS)]
        case Group(part=part, number=number):
            rows = groups[number] = _rows(part, groups)
        case Backreference(number=number):
            rows = groups.get(number, [])
        case Atomic(part=part):
            rows = _rows(part, groups)
        case Repeat(part=part, low=low, high=high):
            rows = _repeated(_rows(part, groups), low, UNBOUNDED if high is None else high)
        case _:
            pass
    return rows


def _joined(parts: list[list[Row]]) -> list[Row]:
    """Join a row of each part, in all ways or in some of many."""
    ways: Iterable[Iterable[Row]] = itertools.product(*parts)
    if math.prod(map(len, parts)) > _MOST_ROWS:
        choices = Random(0)
        ways = [[choices.choice(part) for part in parts] for _ in range(_MOST_ROWS)]
        ways = [[part[0] for part in parts], *ways]
    return [tuple(itertools.chain(*way)) for way in ways]


def _repeated(rows: list[Row], low: int, high: int) -> list[Row]:
    """Repeat a character as often as allowed, and anything else as seldom as allowed."""
    match rows:
        case [[Piece(high=1) as piece]]:
            return [(replace(piece, low=low, high=high),)]
        case _:
            pass
    times = range(low, min(high, low + _MORE_TIMES, _MOST_TIMES) + 1)
    return [row for count in times for row in _joined([rows] * count)]


@cache
def parsed(pattern: str | None) -> list[Row]:
    """List the paths through a pattern of the model; without a pattern, any string is one path."""
    return [(ANYTHING,)] if pattern is None else rows_of(parse(pattern))


def templates(rows: Iterable[Row], low: int, high: int) -> list[Template]:
    """List the templates of paths that have a length within bounds."""
    made: list[Template] = []
    for row in rows:
        least, most = (sum(getattr(piece, end) for piece in row) for end in ("low", "high"))
        if max(low, least) <= min(high, most):
            made.append(Template(row, max(low, least), min(high, most)))
    return made


def fits(text: str, pattern: str | None, low: int = 0, high: int = UNBOUNDED) -> bool:
    """Return whether a string has a pattern and a length."""
    return low <= len(text) <= high and (pattern is None or bool(compile_pattern(pattern).fullmatch(text)))
