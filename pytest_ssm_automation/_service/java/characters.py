r"""Sets of characters, as in a character class of a regular expression.

A set is a union of ranges and Unicode general categories. Anything else is kept as the text of a character class of the
module `regex`, which supports nested classes, intersections and properties.
"""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

Ranges: TypeAlias = tuple[tuple[int, int], ...]
_LAST: Final = sys.maxunicode


class Characters(NamedTuple):
    r"""A set of characters.

    Attributes:
        ranges: Pairs of first and last code points, sorted, neither overlapping nor adjacent.
        categories: General categories whose characters are also in the set, such as `L` and `Nd`.
        others: A class of `regex` whose characters are also in the set, such as `\p{Script=Greek}`.
    """

    ranges: Ranges = ()
    categories: frozenset[str] = frozenset()
    others: str = ""

    @property
    def explicit(self) -> bool:
        """Whether the set consists of ranges only."""
        return not self.categories and not self.others

    @property
    def text(self) -> str:
        """The set as a class of `regex`, version 1."""
        properties = "".join(f"\\p{{{name}}}" for name in sorted(self.categories))
        inside = class_text(self.ranges) + properties + self.others
        return f"[{inside}]" if inside else r"[^\x00-\U0010FFFF]"

    def __or__(self, other: Characters) -> Characters:
        """Return the union."""
        merged = _merged([*self.ranges, *other.ranges])
        return Characters(merged, self.categories | other.categories, self.others + other.others)

    def __and__(self, other: Characters) -> Characters:
        """Return the intersection."""
        if self.explicit and other.explicit:
            return ~(~self | ~other)
        return Characters(others=f"[{self.text}&&{other.text}]")

    def __invert__(self) -> Characters:
        """Return the complement."""
        if not self.explicit:
            return Characters(others=f"[^{self.text}]")
        starts = [0, *(last + 1 for _, last in self.ranges)]
        ends = [*(first - 1 for first, _ in self.ranges), _LAST]
        return Characters(tuple((start, end) for start, end in zip(starts, ends, strict=True) if start <= end))


def of(*characters: int | str | tuple[int | str, int | str]) -> Characters:
    """Make a set from characters, code points and ranges."""
    pairs = [each if isinstance(each, tuple) else (each, each) for each in characters]
    return Characters(_merged([(_point(first), _point(last)) for first, last in pairs]))


def _point(character: int | str) -> int:
    return character if isinstance(character, int) else ord(character)


def categories(*names: str) -> Characters:
    """Make the set of all characters in the given general categories."""
    return Characters(categories=frozenset(names))


def _merged(ranges: Iterable[tuple[int, int]]) -> Ranges:
    merged: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return tuple(merged)


def escape(point: int) -> str:
    """Escape a character for `regex`, inside and outside a class."""
    character = chr(point)
    if point < 128:  # noqa: PLR2004 - ASCII
        return character if character.isalnum() or character in "_ /,@" else f"\\x{point:02x}"
    return f"\\u{point:04x}" if point <= 0xFFFF else f"\\U{point:08x}"  # noqa: PLR2004 - the last code point for \u


def class_text(ranges: Ranges) -> str:
    """Write ranges as in a character class, without the brackets."""
    return "".join(escape(first) if first == last else f"{escape(first)}-{escape(last)}" for first, last in ranges)


@cache
def listed(of: Characters) -> Ranges:
    """Convert a set to ranges; categories and properties contain what they contain for the module `regex`."""
    if of.explicit:
        return of.ranges
    import regex

    every = "".join(map(chr, range(_LAST + 1)))
    return tuple((each.start(), each.end() - 1) for each in regex.finditer(f"{of.text}+", every, regex.VERSION1))


TERMINATORS: Final = of(*"\n\r\x85\u2028\u2029")
ANYTHING: Final = ~Characters()
ESCAPES: Final = {
    "d": of(("0", "9")),
    "h": of(*"\t \xa0\u1680\u180e\u202f\u205f\u3000", ("\u2000", "\u200a")),
    "s": of(" ", ("\t", "\r")),
    "v": of(("\n", "\r"), "\x85", ("\u2028", "\u2029")),
    "w": of(("0", "9"), ("A", "Z"), "_", ("a", "z")),
}
