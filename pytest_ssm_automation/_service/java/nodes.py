"""What a regular expression consists of, once it is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from .characters import Characters


@dataclass(frozen=True, slots=True)
class One:
    """One character of a set."""

    of: Characters


@dataclass(frozen=True, slots=True)
class Row:
    """Parts in a row."""

    parts: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several ways."""

    ways: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A part so many times; `high` is `None` where there is no limit."""

    part: Node
    low: int
    high: int | None
    mode: Literal["", "?", "+"] = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A part that a reference may name by its number."""

    part: Node
    number: int


@dataclass(frozen=True, slots=True)
class Atomic:
    """A part that is matched once, and never in another way."""

    part: Node


@dataclass(frozen=True, slots=True)
class Look:
    """What has to follow, or to stand before, or must not."""

    part: Node
    ahead: bool
    negated: bool


@dataclass(frozen=True, slots=True)
class Anchor:
    """A place.

    Attributes:
        text: How `regex` writes it.
        of: How Java writes it.
        near: How `re` writes it, if other than `regex`; it is not quite the same for characters beyond ASCII.
    """

    text: str
    of: str
    near: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """What a group has matched."""

    number: int


Node: TypeAlias = One | Row | Choice | Repeat | Group | Atomic | Look | Anchor | Reference


class JavaSyntaxError(ValueError):
    """Java would not compile the pattern."""


class UntranslatableError(ValueError):
    """Java compiles the pattern, but it has something for which no translation is known."""
