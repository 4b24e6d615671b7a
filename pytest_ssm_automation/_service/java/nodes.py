"""The syntax tree of a regular expression."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from .characters import Characters


class Sequence(NamedTuple):
    """Parts, one after the other."""

    parts: tuple[Node, ...] = ()


class Alternation(NamedTuple):
    """One of several alternatives."""

    alternatives: tuple[Node, ...]


class Repeat(NamedTuple):
    """A repeated part; `high` is `None` if there is no limit, and `mode` is `?` or `+` as in `*?` and `*+`."""

    part: Node
    low: int
    high: int | None
    mode: str = ""


class Group(NamedTuple):
    """A capturing group."""

    part: Node
    number: int


class Atomic(NamedTuple):
    """A part without backtracking into it."""

    part: Node


class Lookaround(NamedTuple):
    """A lookahead or a lookbehind; `opening` is `(?=`, `(?!`, `(?<=` or `(?<!`."""

    part: Node
    opening: str


class Anchor(NamedTuple):
    """An assertion about the position, such as `^`; `text` is its translation for `regex`."""

    text: str


class Backreference(NamedTuple):
    """A reference to the text that a group matched."""

    number: int


# A set of characters is a part that matches one of them.
Node: TypeAlias = Characters | Sequence | Alternation | Repeat | Group | Atomic | Lookaround | Anchor | Backreference


class JavaSyntaxError(ValueError):
    """Java rejects the pattern."""


class UntranslatableError(ValueError):
    """Java accepts the pattern, but it cannot be translated."""
