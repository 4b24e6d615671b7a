"""Writes what was read of a pattern for Python's `re` and for the module `regex`, to be used with `fullmatch`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .characters import SEPARATORS, Characters, escaped, listed, written
from .nodes import Anchor, Atomic, Choice, Group, Look, One, Reference, Repeat, Row, UntranslatableError
from .parser import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from .nodes import Node


def for_regex(node: Node) -> str:
    """Write a pattern for `regex`, version 1, without flags."""
    return _Writer(lambda of: of.text, lambda anchor: anchor.text).top(node)


def for_re(pattern: str) -> str:
    """Translate a pattern for `re`, without flags.

    Raises:
        ValueError: Java would not compile it, or it has something that `re` has not.
    """
    return _Writer(_class_of_re, lambda anchor: anchor.near or anchor.text).top(parse(pattern))


def _class_of_re(of: Characters) -> str:
    # To list the characters of a category takes 200 ms, and these are in each pattern of tags.
    if "Z" in of.categories:
        of = Characters(of.ranges, of.categories - {"Z"}, of.others) | SEPARATORS
    # Python's Unicode \w is exactly \p{L}, \p{N} and the underscore.
    word = {"L", "N"} <= of.categories and any(first <= ord("_") <= last for first, last in of.ranges)
    if word:
        of = Characters(of.ranges, of.categories - {"L", "N"}, of.others)
    inside = ("\\w" if word else "") + written(listed(of))
    return f"[{inside}]" if inside else r"[^\x00-\U0010FFFF]"


class _Writer:
    def __init__(self, write_class: Callable[[Characters], str], write_anchor: Callable[[Anchor], str]) -> None:
        self._write_class, self._write_anchor = write_class, write_anchor
        self._seen: set[int] = set()
        self._groups: set[int] = set()
        self._named: set[int] = set()

    def top(self, node: Node) -> str:
        """Write a whole pattern; where it begins and ends needs no anchor, since the whole text has to match."""
        self._groups, self._named = _numbers(node, Group), _numbers(node, Reference)
        ways = node.ways if isinstance(node, Choice) else (node,)
        return "|".join(self.write(_bare(way)) for way in ways)

    def write(self, node: Node) -> str:
        """Write a part that stands in a row."""
        text = ""
        match node:
            case One(of=of):
                single = of.explicit and len(of.ranges) == 1 and of.ranges[0][0] == of.ranges[0][1]
                text = escaped(of.ranges[0][0]) if single else self._write_class(of)
            case Row(parts=parts):
                text = "".join(self.write(part) for part in parts)
            case Choice(ways=ways):
                text = f"(?:{'|'.join(self.write(way) for way in ways)})"
            case Repeat():
                text = self._repeat(node)
            case Group(part=part, number=number):
                text = self._group(part, number)
            case Atomic(part=part):
                text = f"(?>{self.write(part)})"
            case Look(part=part, ahead=ahead, negated=negated):
                text = f"(?{'' if ahead else '<'}{'!' if negated else '='}{self.write(part)})"
            case Anchor():
                text = self._write_anchor(node)
            case _:
                text = self._reference(node.number)
        return text

    def _repeat(self, node: Repeat) -> str:
        text = self.write(node.part)
        if node.mode == "+" and not isinstance(node.part, One):
            # Java never goes back into a round of a possessive repeat, not even for the sake of the next round.
            text = f"(?>{text})"
        elif not isinstance(node.part, One | Choice):
            text = f"(?:{text})"
        return f"{text}{_times(node.low, node.high)}{node.mode}"

    def _group(self, part: Node, number: int) -> str:
        """Write a group, with a number only if a reference names it."""
        text = self.write(part)
        if number in self._named:
            self._seen.add(number)
            return f"(?P<g{number}>{text})"
        return text if isinstance(part, Choice) else f"(?:{text})"

    def _reference(self, number: int) -> str:
        if number not in self._groups:
            # In Java it never matches.
            return "(?!)"
        if number not in self._seen:
            raise UntranslatableError(f"no translation of a reference to the group {number} before its end is known")
        return f"(?P=g{number})"


def _times(low: int, high: int | None) -> str:
    known: dict[tuple[int, int | None], str] = {(0, 1): "?", (0, None): "*", (1, None): "+"}
    if (low, high) in known:
        return known[low, high]
    return f"{{{low}}}" if low == high else f"{{{low},{'' if high is None else high}}}"


def _bare(node: Node) -> Node:
    """Leave out anchors at the very beginning and end."""
    parts = node.parts if isinstance(node, Row) else (node,)
    if parts and isinstance(parts[0], Anchor) and parts[0].of == "^":
        parts = parts[1:]
    if parts and isinstance(parts[-1], Anchor) and parts[-1].of == "$":
        parts = parts[:-1]
    return Row(parts)


def _numbers(node: Node, kind: type[Group | Reference]) -> set[int]:
    """Collect the numbers of all groups, or of all references, in a part."""
    numbers: set[int] = {node.number} if isinstance(node, kind) else set()
    match node:
        case Row(parts=parts) | Choice(ways=parts):
            return numbers.union(*(_numbers(part, kind) for part in parts))
        case Repeat(part=part) | Group(part=part) | Atomic(part=part) | Look(part=part):
            return numbers | _numbers(part, kind)
        case _:
            return numbers
