"""The syntax tree of a regular expression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from .characters import Characters


@dataclass(frozen=True, slots=True)
class One:
    """One character from a set."""

    of: Characters


@dataclass(frozen=True, slots=True)
class Sequence:
    """Parts, one after the other."""

    parts: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Alternation:
    """One of several alternatives."""

    alternatives: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A repeated part; `high` is `None` if there is no limit."""

    part: Node
    low: int
    high: int | None
    mode: Literal["", "?", "+"] = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A capturing group."""

    part: Node
    number: int


@dataclass(frozen=True, slots=True)
class Atomic:
    """A part without backtracking into it."""

    part: Node


@dataclass(frozen=True, slots=True)
class Lookaround:
    """A lookahead (`ahead`) or a lookbehind."""

    part: Node
    ahead: bool
    negated: bool


@dataclass(frozen=True, slots=True)
class Anchor:
    """An assertion about the position, such as `^`.

    Attributes:
        text: Its translation for `regex`.
        of: The pattern in Java.
        re_text: Its translation for `re` if that differs; beyond ASCII it is only approximate.
    """

    text: str
    of: str
    re_text: str = ""


@dataclass(frozen=True, slots=True)
class Backreference:
    """A reference to the text that a group matched."""

    number: int


Node: TypeAlias = One | Sequence | Alternation | Repeat | Group | Atomic | Lookaround | Anchor | Backreference


class JavaSyntaxError(ValueError):
    """Java rejects the pattern."""


class UntranslatableError(ValueError):
    """Java accepts the pattern, but it cannot be translated."""
