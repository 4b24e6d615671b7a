"""Strategies for runs of characters from one class."""

from __future__ import annotations

import string
import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Final, Literal, cast

from hypothesis import strategies as st

from .._service.java.characters import Characters, Ranges, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

UNBOUNDED: Final = 2**32 - 1
# A class with at most this many characters is listed, and one that lacks at most as many is described by these.
_FEW: Final = 512
_PREFERRED: Final = string.ascii_lowercase + string.digits + string.ascii_uppercase + "-_./: "
_MANY: Final = len(_PREFERRED)
_ASCII: Final = "".join(map(chr, range(128)))
# Characters that are unassigned in Python's Unicode may be letters in newer versions. Surrogates cannot be sent.
_UNUSABLE: Final[tuple[Literal["Cs"], Literal["Cn"]]] = ("Cs", "Cn")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters from one class.

    Attributes:
        alphabet: Draws characters of the class.
        letters: Some characters of the class, most common first.
        low: The minimum number of characters.
        high: The maximum number of characters.
    """

    alphabet: st.SearchStrategy[str]
    letters: str
    low: int = 1
    high: int = 1


ANYTHING: Final = Piece(st.characters(exclude_categories=_UNUSABLE), _PREFERRED, 0, UNBOUNDED)


@cache
def piece_of(of: Characters) -> Piece:
    """Make a piece for a class; without letters if none of its characters can be sent."""
    letters = ""
    if not of.explicit:
        import regex

        # Listing the characters with a property is slow, so defer it until something is drawn.
        letters = "".join(regex.findall(of.text, _PREFERRED, regex.VERSION1))
    return Piece(st.deferred(lambda: _alphabet(of)), letters or "".join(islice(_usable(listed(of)), _MANY)))


def _usable(ranges: Ranges) -> Iterator[str]:
    """Yield the characters of ranges that can be sent, most common first."""
    first = dict.fromkeys(_PREFERRED + _ASCII)
    yield from (each for each in first if any(low <= ord(each) <= high for low, high in ranges))
    for low, high in ranges:
        later = map(chr, range(max(low, len(_ASCII)), high + 1))
        yield from (each for each in later if unicodedata.category(each) not in _UNUSABLE)


def _alphabet(of: Characters) -> st.SearchStrategy[str]:
    """Draw from a class.

    Hypothesis needs about a second for an alphabet as long as that of all letters, and milliseconds for categories.
    Python and `regex` may know different versions of Unicode, so a rare character may not be in the class.
    """
    few = "".join(islice(_usable(of.ranges), _FEW + 1))
    if len(few) <= _FEW and not of.others and of.categories.isdisjoint(("C", *_UNUSABLE)):
        names = cast("tuple[Literal['L'], ...]", tuple(sorted(of.categories)))
        return st.characters(categories=names, include_characters=few)
    lacking = "".join(islice(_usable((~Characters(listed(of))).ranges), _FEW + 1))
    if len(lacking) <= _FEW:
        return st.characters(exclude_categories=_UNUSABLE, exclude_characters=lacking)
    return st.sampled_from("".join(_usable(listed(of))))
