"""Write a parsed pattern for the module `regex`, to be used with `fullmatch`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .characters import Characters
from .nodes import Alternation, Anchor, Atomic, Group, Lookaround, Repeat, Sequence

if TYPE_CHECKING:
    from .nodes import Node


def for_regex(node: Node) -> str:
    """Write a parsed pattern for `regex`, version 1, without flags."""
    match node:
        case Characters(text=text) | Anchor(text=text):
            written = text
        case Sequence(parts=parts):
            written = "".join(map(for_regex, parts))
        case Alternation(alternatives=alternatives):
            written = f"(?:{'|'.join(map(for_regex, alternatives))})"
        case Repeat(part=part, low=low, high=high, mode=mode):
            # Java never backtracks into an iteration of a possessive repeat, not even for the next iteration.
            opening = "(?>" if mode == "+" else "(?:"
            written = f"{opening}{for_regex(part)}){{{low},{'' if high is None else high}}}{mode}"
        case Group(part=part, number=number):
            written = f"(?P<g{number}>{for_regex(part)})"
        case Atomic(part=part):
            written = f"(?>{for_regex(part)})"
        case Lookaround(part=part, opening=opening):
            written = f"{opening}{for_regex(part)})"
        case _:
            written = f"(?P=g{node.number})"
    return written
