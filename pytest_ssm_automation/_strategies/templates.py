"""Patterns as templates, so that what is drawn keeps to them and need not be thrown away.

A pattern becomes templates, one for each way through its alternatives; a template is a row of pieces, each of them a
set of characters and how many of it there are. Lengths are shared out between the pieces before anything is drawn.
"""

from __future__ import annotations

import importlib
import itertools
import re
import string
import unicodedata
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal

from hypothesis import strategies as st

from .._service.checks.patterns import compile_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# The parser of `re` itself, which is what hypothesis's `from_regex` builds on, too.
_parser: Any = importlib.import_module("re._parser")
UNBOUNDED: Final = int(_parser.MAXREPEAT)
_SOME: Final = 16
_MOST_WAYS: Final = 64
_PREFERRED = string.ascii_lowercase + string.digits + string.ascii_uppercase + "-_./: "
_ASCII = tuple(map(chr, range(128)))
_ESCAPES = {"DIGIT": r"\d", "NOT_DIGIT": r"\D", "WORD": r"\w", "NOT_WORD": r"\W", "SPACE": r"\s", "NOT_SPACE": r"\S"}
# Characters that this Python's Unicode does not know may be letters to others, and surrogates cannot be sent.
_UNUSABLE: Final[tuple[Literal["Cs"], Literal["Cn"]]] = ("Cs", "Cn")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters of one class.

    Attributes:
        alphabet: The class, as `st.text` takes it.
        letters: Some characters of it, most ordinary first.
        low: How many there are at least.
        high: How many there are at most.
    """

    alphabet: str | st.SearchStrategy[str]
    letters: str
    low: int = 1
    high: int = 1


@dataclass(frozen=True, slots=True)
class Template:
    """One way to write a string: pieces in a row, of a length within bounds that some division of it reaches."""

    pieces: tuple[Piece, ...]
    low: int
    high: int

    @property
    def varies(self) -> bool:
        """Whether there is more than one string of it."""
        return self.low < self.high or any(len(piece.letters) > 1 for piece in self.pieces)

    def sized(self, size: int) -> Iterator[tuple[Piece, int]]:
        """Share out a length, the later pieces taking what the earlier leave."""
        spare = size - sum(piece.low for piece in self.pieces)
        for position, piece in enumerate(self.pieces):
            room = sum(later.high - later.low for later in self.pieces[position + 1 :])
            extra = max(0, min(piece.high - piece.low, spare - room))
            spare -= extra
            yield piece, piece.low + extra

    def written(self, size: int) -> str:
        """Write the most ordinary string of a length."""
        return "".join(piece.letters[0] * count for piece, count in self.sized(size))

    def numbered(self) -> Iterator[str]:
        """Write many strings, all different."""
        size = min(self.high, self.low + 8)
        letters = itertools.chain.from_iterable(
            itertools.repeat(piece.letters, count) for piece, count in self.sized(size)
        )
        return map("".join, itertools.product(*letters))

    def strings(self) -> st.SearchStrategy[str]:
        """Draw any string."""
        least, most = (sum(getattr(piece, end) for piece in self.pieces) for end in ("low", "high"))
        if self.low == least and (most <= self.high or self.high >= UNBOUNDED):
            parts = list(_parts(self.pieces))
            return parts[0] if len(parts) == 1 else st.tuples(*parts).map("".join)
        if len(self.pieces) == 1:
            return _text(self.pieces[0], self.low, self.high)
        return _divided(self)


def _fixed(piece: Piece) -> bool:
    return piece.low == piece.high and len(piece.letters) == 1


def _parts(pieces: Iterable[Piece]) -> Iterator[st.SearchStrategy[str]]:
    """Make a strategy of each piece, but one of those in a row that never vary."""
    for fixed, group in itertools.groupby(pieces, _fixed):
        if fixed:
            yield st.just("".join(piece.letters * piece.low for piece in group))
        else:
            yield from (_text(piece, piece.low, piece.high) for piece in group)


def _text(piece: Piece, low: int, high: int) -> st.SearchStrategy[str]:
    return _texts(piece.alphabet, low, None if high >= UNBOUNDED else high)


@cache
def _texts(alphabet: str | st.SearchStrategy[str], low: int, high: int | None) -> st.SearchStrategy[str]:
    return st.text(alphabet, min_size=low, max_size=high)


@st.composite
def _divided(draw: st.DrawFn, template: Template) -> str:
    """Draw piece by piece, each of a length that leaves the later ones a way to keep to the bounds."""
    text = ""
    least, most = (sum(getattr(piece, end) for piece in template.pieces) for end in ("low", "high"))
    for piece in template.pieces:
        least, most = least - piece.low, most - piece.high
        low = max(piece.low, template.low - len(text) - most)
        text += draw(_text(piece, low, min(piece.high, template.high - len(text) - least)))
    return text


class _UnsupportedError(Exception):
    """A pattern uses something that templates cannot express."""


def _class(items: Sequence[tuple[Any, Any]], flags: int) -> Piece:
    """Make a piece of a character class, as the parser spells it out.

    Beyond ASCII and what the class names itself, it holds everything if it says what it leaves out, and all letters and
    numbers if it is one of those that `compile_pattern` writes for Unicode.
    """
    named = {chr(argument) for operation, argument in items if str(operation) == "LITERAL"}
    named.update(
        chr(code) for operation, ends in items if str(operation) == "RANGE" for code in range(ends[0], ends[1] + 1)
    )
    categories = {str(name).removeprefix("CATEGORY_") for operation, name in items if str(operation) == "CATEGORY"}
    escapes = re.compile("|".join(_ESCAPES[name] for name in categories) or r"(?!)", flags)
    negated = str(items[0][0]) == "NEGATE"
    candidates = dict.fromkeys([*_PREFERRED, *_ASCII, *sorted(named)])
    usable = [character for character in candidates if unicodedata.category(character) not in _UNUSABLE]
    text = "".join(each for each in usable if (each in named or bool(escapes.match(each))) != negated)
    if negated or any(name.startswith("NOT_") for name in categories):
        others = "".join(candidates.keys() - set(text))
        return Piece(st.characters(exclude_categories=_UNUSABLE, exclude_characters=others), text[:_SOME])
    if "WORD" in categories and not flags & re.ASCII:
        return Piece(st.characters(categories=("L", "N"), include_characters=text), text[:_SOME])
    return Piece(text, text[:_SOME])


def _rows(nodes: Iterable[tuple[Any, Any]], flags: int) -> list[tuple[Piece, ...]]:
    """Spell out every way through a parsed pattern; of a repeated group, the least numbers of times."""
    rows: list[tuple[Piece, ...]] = [()]
    for operation, argument in nodes:
        ways = _ways(str(operation), argument, flags)
        if len(rows) * len(ways) > _MOST_WAYS:
            raise _UnsupportedError
        rows = [(*row, *way) for row in rows for way in ways]
    return rows


def _ways(operation: str, argument: Any, flags: int) -> list[tuple[Piece, ...]]:
    match operation:
        case "LITERAL" | "IN":
            items = argument if operation == "IN" else [(operation, argument)]
            return [(_class(items, flags),)]
        case "NOT_LITERAL":
            return [(_class([("NEGATE", None), ("LITERAL", argument)], flags),)]
        case "AT" | "ASSERT" | "ASSERT_NOT":
            return [()]
        case "SUBPATTERN":
            return _rows(argument[3], flags)
        case "BRANCH":
            return [row for branch in argument[1] for row in _rows(branch, flags)]
        case "MAX_REPEAT" | "MIN_REPEAT":
            return _repeated(argument, flags)
        case _:
            raise _UnsupportedError


def _repeated(argument: Any, flags: int) -> list[tuple[Piece, ...]]:
    low, high, nodes = argument
    rows = _rows(nodes, flags)
    if len(rows) == len(rows[0]) == rows[0][0].low == rows[0][0].high == 1:
        return [(replace(rows[0][0], low=int(low), high=int(high)),)]
    most = min(high, low + 2)
    if most > _MOST_WAYS or len(rows) ** most > _MOST_WAYS:
        raise _UnsupportedError
    times = range(low, most + 1)
    return [tuple(itertools.chain(*combined)) for count in times for combined in itertools.product(rows, repeat=count)]


ANYTHING = Piece(st.characters(exclude_categories=_UNUSABLE), _PREFERRED[:_SOME], 0, UNBOUNDED)


@cache
def parsed(pattern: str | None) -> list[tuple[Piece, ...]]:
    if pattern is None:
        return [(ANYTHING,)]
    regex = compile_pattern(pattern)
    try:
        parsed = _parser.parse(regex.pattern, regex.flags)
        if parsed.state.flags & re.IGNORECASE:
            return []
        return _rows(parsed, regex.flags)
    except _UnsupportedError:
        return []


def templates(pattern: str | None, low: int, high: int) -> list[Template]:
    """List the ways to write a string of a pattern, or of any, whose length is within bounds.

    Empty if there is none, or if the pattern is beyond templates.
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
    """Tell whether a string is of a pattern and a length."""
    return low <= len(text) <= high and (pattern is None or bool(compile_pattern(pattern).fullmatch(text)))
