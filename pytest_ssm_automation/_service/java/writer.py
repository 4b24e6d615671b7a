"""Write a parsed pattern for `re` or the module `regex`, to be used with `fullmatch`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .characters import SEPARATORS, Characters, class_text, escape, listed
from .nodes import (
    Alternation,
    Anchor,
    Atomic,
    Group,
    Lookaround,
    One,
    Repeat,
    Sequence,
    UntranslatableError,
)
from .parser import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from .nodes import Node


def for_regex(node: Node) -> str:
    """Write a parsed pattern for `regex`, version 1, without flags."""
    return _Writer(lambda of: of.text, lambda anchor: anchor.text).top(node)


def for_re(pattern: str) -> str:
    """Translate a pattern for `re`, without flags.

    Raises:
        ValueError: Java rejects it, or it cannot be translated.
    """
    return _Writer(_class_of_re, lambda anchor: anchor.re_text or anchor.text).top(parse(pattern))


def _class_of_re(of: Characters) -> str:
    # Listing the characters of a category takes 200 ms, and every pattern of tags has Z.
    if "Z" in of.categories:
        of = Characters(of.ranges, of.categories - {"Z"}, of.others) | SEPARATORS
    # Python's Unicode \w is exactly \p{L}, \p{N} and the underscore.
    word = {"L", "N"} <= of.categories and any(first <= ord("_") <= last for first, last in of.ranges)
    if word:
        of = Characters(of.ranges, of.categories - {"L", "N"}, of.others)
    inside = ("\\w" if word else "") + class_text(listed(of))
    return f"[{inside}]" if inside else r"[^\x00-\U0010FFFF]"


class _Writer:
    def __init__(self, write_class: Callable[[Characters], str], write_anchor: Callable[[Anchor], str]) -> None:
        self._write_class, self._write_anchor = write_class, write_anchor
        self._groups: list[int] = []

    def top(self, node: Node) -> str:
        """Write a whole pattern, without anchors at its start and end, which `fullmatch` implies."""
        alternatives = node.alternatives if isinstance(node, Alternation) else (node,)
        text = "|".join(self.write(_bare(way)) for way in alternatives)
        for number in self._groups:  # only groups with a backreference are capturing
            if f"(?P=g{number})" not in text:
                text = text.replace(f"(?P<g{number}>", "(?:")
        return text

    def write(self, node: Node) -> str:
        """Write a part of a sequence."""
        text = ""
        match node:
            case One(of=of):
                single = of.explicit and len(of.ranges) == 1 and of.ranges[0][0] == of.ranges[0][1]
                text = escape(of.ranges[0][0]) if single else self._write_class(of)
            case Sequence(parts=parts):
                text = "".join(self.write(part) for part in parts)
            case Alternation(alternatives=alternatives):
                text = f"(?:{'|'.join(self.write(way) for way in alternatives)})"
            case Repeat():
                text = self._repeat(node)
            case Group(part=part, number=number):
                text = f"(?P<g{number}>{self.write(part)})"
                self._groups.append(number)
            case Atomic(part=part):
                text = f"(?>{self.write(part)})"
            case Lookaround(part=part, ahead=ahead, negated=negated):
                text = f"(?{'' if ahead else '<'}{'!' if negated else '='}{self.write(part)})"
            case Anchor():
                text = self._write_anchor(node)
            case _:
                text = self._reference(node.number)
        return text

    def _repeat(self, node: Repeat) -> str:
        text = self.write(node.part)
        if node.mode == "+" and not isinstance(node.part, One):
            # Java never backtracks into an iteration of a possessive repeat, not even for the next iteration.
            text = f"(?>{text})"
        elif not isinstance(node.part, One | Alternation):
            text = f"(?:{text})"
        return f"{text}{_times(node.low, node.high)}{node.mode}"

    def _reference(self, number: int) -> str:
        if number not in self._groups:
            raise UntranslatableError(f"a reference to the group {number} before its end cannot be translated")
        return f"(?P=g{number})"


def _times(low: int, high: int | None) -> str:
    known: dict[tuple[int, int | None], str] = {(0, 1): "?", (0, None): "*", (1, None): "+"}
    if (low, high) in known:
        return known[low, high]
    return f"{{{low}}}" if low == high else f"{{{low},{'' if high is None else high}}}"


def _bare(node: Node) -> Node:
    """Remove anchors at the start and end."""
    parts = node.parts if isinstance(node, Sequence) else (node,)
    if parts and isinstance(parts[0], Anchor) and parts[0].of == "^":
        parts = parts[1:]
    if parts and isinstance(parts[-1], Anchor) and parts[-1].of == "$":
        parts = parts[:-1]
    return Sequence(parts)
