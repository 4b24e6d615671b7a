"""Generate strings for patterns that templates do not support."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from .._service.java.nodes import Alternation, Atomic, Backreference, Group, One, Repeat, Sequence
from .pieces import piece_of

if TYPE_CHECKING:
    import random

    from .._service.java.characters import Characters
    from .._service.java.nodes import Node

# The maximum number of iterations of a repeat above its minimum.
_MORE_CHARACTERS: Final = 16
_MORE_ITERATIONS: Final = 2


def text_of(node: Node) -> st.SearchStrategy[str]:
    """Draw strings of a pattern. Anchors and lookarounds are ignored, so they may not match."""
    return st.randoms().map(lambda choices: sample_of(node, choices))


def sample_of(node: Node, choices: random.Random) -> str:
    """Generate a string of a pattern, of common characters. Anchors and lookarounds are ignored."""
    return _written(node, choices, {})


def _written(node: Node, choices: random.Random, groups: dict[int, str]) -> str:
    text = ""
    match node:
        case One(of=of):
            text = _run(of, 1, 1, choices)
        case Sequence(parts=parts):
            text = "".join(_written(part, choices, groups) for part in parts)
        case Alternation(alternatives=alternatives):
            text = _written(choices.choice(alternatives), choices, groups)
        case Repeat():
            text = _repeated(node, choices, groups)
        case Group(part=part, number=number):
            text = groups[number] = _written(part, choices, groups)
        case Atomic(part=part):
            text = _written(part, choices, groups)
        case Backreference(number=number):
            text = groups.get(number, "")
        case _:  # an anchor or a lookaround
            pass
    return text


def _run(of: Characters, low: int, high: int, choices: random.Random) -> str:
    """Generate characters of a class; none if no character of the class can be sent."""
    letters = piece_of(of).letters
    return "".join(choices.choices(letters, k=choices.randint(low, high))) if letters else ""


def _repeated(node: Repeat, choices: random.Random, groups: dict[int, str]) -> str:
    part, low = node.part, node.low
    most = low + (_MORE_CHARACTERS if isinstance(part, One) else _MORE_ITERATIONS)
    high = most if node.high is None else min(node.high, most)
    if isinstance(part, One):
        return _run(part.of, low, high, choices)
    return "".join(_written(part, choices, groups) for _ in range(choices.randint(low, high)))
