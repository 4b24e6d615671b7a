"""Runs of characters of one class, and how they are drawn."""

from __future__ import annotations

import string
import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Final, Literal

from hypothesis import strategies as st

from .._service.java.characters import Characters, Ranges, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

UNBOUNDED: Final = 2**32 - 1
# A set of so many characters is drawn from as it is written, and one that lacks so few by what it lacks.
_FEW: Final = 512
_FEW_RANGES: Final = 16
_PREFERRED: Final = string.ascii_lowercase + string.digits + string.ascii_uppercase + "-_./: "
_MANY: Final = len(_PREFERRED)
_ASCII: Final = "".join(map(chr, range(128)))
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


ANYTHING: Final = Piece(st.characters(exclude_categories=_UNUSABLE), _PREFERRED, 0, UNBOUNDED)


@cache
def piece_of(of: Characters) -> Piece:
    """Make a piece of a class; where nothing can be sent of it, without letters."""
    if of.explicit:
        letters = "".join(islice(_usable(of.ranges), _MANY))
        return Piece(_alphabet(of.ranges), letters)
    # To list what has a property takes a while: only what is drawn from needs it.
    letters = "".join(each for each in _PREFERRED if _has(of, each))[:_MANY]
    if letters:
        return Piece(st.deferred(lambda: _as_strategy(_alphabet(listed(of)))), letters)
    return Piece(_alphabet(listed(of)), "".join(islice(_usable(listed(of)), _MANY)))


def _has(of: Characters, character: str) -> bool:
    import regex

    return regex.match(of.text, character, regex.VERSION1) is not None


def _usable(ranges: Ranges) -> Iterator[str]:
    """List the characters of ranges that can be sent, most ordinary first."""
    first = dict.fromkeys(_PREFERRED + _ASCII)
    yield from (each for each in first if any(low <= ord(each) <= high for low, high in ranges))
    for low, high in ranges:
        later = map(chr, range(max(low, len(_ASCII)), high + 1))
        yield from (each for each in later if unicodedata.category(each) not in _UNUSABLE)


def _alphabet(ranges: Ranges) -> str | st.SearchStrategy[str]:
    if sum(high - low + 1 for low, high in ranges) <= _FEW:
        return "".join(_usable(ranges))
    lacking = list(islice(_usable((~Characters(ranges)).ranges), _FEW + 1))
    if len(lacking) <= _FEW:
        return st.characters(exclude_categories=_UNUSABLE, exclude_characters="".join(lacking))
    if len(ranges) <= _FEW_RANGES:
        within = (
            st.characters(min_codepoint=low, max_codepoint=high, exclude_categories=_UNUSABLE) for low, high in ranges
        )
        return st.one_of(*within)
    return st.sampled_from("".join(_usable(ranges)))


def _as_strategy(alphabet: str | st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.sampled_from(alphabet) if isinstance(alphabet, str) else alphabet
