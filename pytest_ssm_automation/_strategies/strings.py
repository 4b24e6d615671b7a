"""Strategies for strings of the service model: typical values, the shortest and longest ones, and any others."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from .._service.java.nodes import Alternation, Atomic, Backreference, Group, One, Repeat, Sequence
from .._service.java.parser import parse
from .pieces import UNBOUNDED, piece_of
from .recipes import named
from .templates import fits, parsed, templates

if TYPE_CHECKING:
    import random
    from collections import abc
    from collections.abc import Mapping

    from .._service.java.characters import Characters
    from .._service.java.nodes import Node
    from .templates import Template

# The maximum number of iterations of a repeat above its minimum.
_MORE_CHARACTERS: Final = 16
_MORE_ITERATIONS: Final = 2
# A "very long" length, if the model sets no maximum.
LONG: Final = 4096
# Typical values of each shape, including invalid ones. Failing examples shrink to the first valid one.
WRITTEN: Final[Mapping[str, tuple[str, ...]]] = {
    "Account": ("123456789012", "ou-ab12-cdefgh34", "r-ab12"),
    "AlarmName": ("HighCPU", "5xx errors (prod)"),
    "AutomationExecutionId": ("01234567-89ab-cdef-0123-456789abcdef",),
    "AutomationParameterKey": ("InstanceId", "AutomationAssumeRole"),
    "AutomationParameterValue": (
        "i-0123456789abcdef0",
        "arn:aws:iam::123456789012:role/Automation",
        '{"a": ["b"]}',
        "true",
    ),
    "DocumentARN": ("Doc", "AWS-RestartEC2Instance", "arn:aws:ssm:eu-west-1:123456789012:document/Team-Runbook_1.0"),
    "DocumentVersion": ("1", "$LATEST", "$DEFAULT", "12", "latest", "v1", "0"),
    "ExcludeAccount": ("123456789012", "ou-ab12-cdefgh34"),
    "ExecutionRoleName": ("AWS-SystemsManager-AutomationExecutionRole", "ops/Runner"),
    "IdempotencyToken": (
        "01234567-89ab-cdef-0123-456789abcdef",
        "01234567-89AB-CDEF-0123-456789ABCDEF",
        "0123456789abcdef" * 4,
        "my-token",
    ),
    "MaxConcurrency": ("1", "10", "50%", "100%", "0", "50 %", "1.5"),
    "MaxErrors": ("0", "1", "0%", "100%", "None", "-1", "101%"),
    "Region": ("us-east-1", "eu-central-1", "us-gov-west-1"),
    "TagKey": ("Env", "aws:cloudformation:stack-name", "Größe"),
    "TagValue": ("prod", "", "a b@c", "東京"),
    "TargetKey": (
        "tag:Env",
        "ParameterValues",
        "ResourceGroup",
        "resource-groups:Name",
        "resource-groups:ResourceTypeFilters",
    ),
    "TargetLocationsURL": (
        "https://bucket.s3.amazonaws.com/targets.json",
        "https://bucket.s3.eu-central-1.amazonaws.com/targets.json?X-Amz-Signature=0123456789abcdef&X-Amz-Expires=60",
    ),
    "TargetMapKey": ("InstanceId",),
    "TargetMapValue": ("i-0123456789abcdef0",),
    "TargetValue": ("i-0123456789abcdef0", "prod", ""),
}


@cache
def strings(name: str, pattern: str | None, low: int, high: int) -> st.SearchStrategy[str] | None:
    """Draw strings of a pattern and a length: typical ones of the shape, the shortest and longest ones, and any others.

    `None` if no string has this pattern and length.
    """
    made = templates(pattern, low, high)
    ends = [template.written(size) for template in made for size in (template.low, _end(template))]
    chosen = [text for text in dict.fromkeys([*WRITTEN.get(name, ()), *ends]) if fits(text, pattern, low, high)]
    if not made and parsed(pattern):
        return None
    anything = [template.strings() for template in made]
    if pattern is not None and not made:
        anything = [text_of(parse(pattern))]
    mixed = _mostly(name, chosen, anything)
    if pattern is not None and ("(?" in pattern or "\\p" in pattern or not made):
        return mixed.filter(lambda text: fits(text, pattern, low, high))
    return mixed


def _end(template: Template) -> int:
    return template.high if template.high < UNBOUNDED else max(template.low, LONG)


def _mostly(
    name: str, values: abc.Sequence[str], others: abc.Sequence[st.SearchStrategy[str]]
) -> st.SearchStrategy[str]:
    """Draw one of the values in two thirds of the cases, with a single draw, because strings are drawn most often."""
    share = max(len(values) // 2, len(others)) if others else 0
    turns = st.integers(0, len(values) + share - 1)

    def text(draw: st.DrawFn) -> str:
        turn = draw(turns)
        return values[turn] if turn < len(values) else draw(others[turn % len(others)])

    return named(name, text)


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
