"""Convert patterns to templates, so that all drawn strings match, and none is discarded.

A pattern becomes one template for each path through its alternatives. A template is a sequence of pieces, each of which
is a set of characters and a number of repetitions. The length is divided between the pieces before drawing.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from .._service.checks.patterns import compile_pattern
from .._service.java.nodes import Alternation, Anchor, Atomic, Group, Lookaround, One, Repeat, Sequence
from .._service.java.parser import parse
from .pieces import ANYTHING, UNBOUNDED, Piece, piece_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .._service.java.nodes import Node

_MOST_WAYS: Final = 64


@dataclass(frozen=True, slots=True)
class Template:
    """A sequence of pieces with a total length within bounds, which the lengths of the pieces allow."""

    pieces: tuple[Piece, ...]
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

    def numbered(self) -> Iterator[str]:
        """Yield many different strings."""
        size = min(self.high, self.low + 8)
        letters = itertools.chain.from_iterable(
            itertools.repeat(piece.letters, count) for piece, count in self.sized(size)
        )
        return map("".join, itertools.product(*letters))

    def strings(self) -> st.SearchStrategy[str]:
        """Draw any string of the template."""
        return _drawn(self)


@st.composite
def _drawn(draw: st.DrawFn, template: Template) -> str:
    """Draw piece by piece, with lengths that leave enough room for the later pieces."""
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
def _texts(alphabet: str | st.SearchStrategy[str], low: int, high: int) -> st.SearchStrategy[str]:
    return st.text(alphabet, min_size=low, max_size=None if high >= UNBOUNDED else high)


class _UnsupportedError(Exception):
    """The pattern contains something that templates do not support."""


def _rows(node: Node) -> list[tuple[Piece, ...]]:
    """List all paths through a pattern; repeated groups only with the smallest numbers of repetitions."""
    match node:
        case One(of=of):
            return [(piece_of(of),)] if piece_of(of).letters else []
        case Anchor() | Lookaround():
            return [()]
        case Sequence(parts=parts):
            rows: list[tuple[Piece, ...]] = [()]
            for part in parts:
                ways = _rows(part)
                if len(rows) * len(ways) > _MOST_WAYS:
                    raise _UnsupportedError
                rows = [(*row, *way) for row in rows for way in ways]
            return rows
        case Alternation(alternatives=parts):
            rows = [row for part in parts for row in _rows(part)]
            if len(rows) > _MOST_WAYS:
                raise _UnsupportedError
            return rows
        case Group(part=part) | Atomic(part=part):
            return _rows(part)
        case Repeat():
            return _repeated(node)
        case _:
            raise _UnsupportedError


def _repeated(node: Repeat) -> list[tuple[Piece, ...]]:
    rows = _rows(node.part)
    if not rows:
        return [] if node.low else [()]
    low, high = node.low, UNBOUNDED if node.high is None else node.high
    if len(rows) == len(rows[0]) == rows[0][0].low == rows[0][0].high == 1:
        return [(replace(rows[0][0], low=low, high=high),)]
    most = min(high, low + 2)
    if most > _MOST_WAYS or len(rows) ** most > _MOST_WAYS:
        raise _UnsupportedError
    times = range(low, most + 1)
    return [tuple(itertools.chain(*combined)) for count in times for combined in itertools.product(rows, repeat=count)]


def rows_of(node: Node) -> list[tuple[Piece, ...]]:
    """List all paths through a pattern; empty if templates do not support it."""
    try:
        return _rows(node)
    except _UnsupportedError:
        return []


@cache
def parsed(pattern: str | None) -> list[tuple[Piece, ...]]:
    """List all paths through a pattern of the model; without a pattern, any string is one path."""
    return [(ANYTHING,)] if pattern is None else rows_of(parse(pattern))


def templates(pattern: str | None, low: int, high: int) -> list[Template]:
    """List the templates of a pattern with a length within bounds; without a pattern, of any string.

    Empty if there are none, or if templates do not support the pattern.
    """
    made: list[Template] = []
    for row in parsed(pattern):
        least, most = (sum(getattr(piece, end) for piece in row) for end in ("low", "high"))
        if max(low, least) <= min(high, most):
            template = Template(row, max(low, least), min(high, most))
            if fits(template.written(template.low), pattern):
                made.append(template)
    return made


def fits(text: str, pattern: str | None, low: int = 0, high: int = UNBOUNDED) -> bool:
    """Return whether a string has a pattern and a length."""
    return low <= len(text) <= high and (pattern is None or bool(compile_pattern(pattern).fullmatch(text)))
