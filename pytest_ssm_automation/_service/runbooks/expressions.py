"""Match `allowedPattern`, a Java regular expression, with limits on time and memory.

A runbook's pattern runs inside the test. A pattern such as `(a+)+$` must not hang it, and `re` has no timeout.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from ..java.characters import Characters
from ..java.nodes import (
    Alternation,
    Atomic,
    Group,
    JavaSyntaxError,
    Lookaround,
    Repeat,
    Sequence,
    UntranslatableError,
)
from ..java.parser import parse
from ..java.writer import for_regex

if TYPE_CHECKING:
    from ..java.nodes import Node

MOST_SECONDS: Final = 1.0
# The limit for patterns in Parameter Store. The timeout does not cover preparing the search for a literal, which takes
# time cubic in its length.
MOST_CHARACTERS: Final = 1024
MOST_EXPANDED: Final = 100_000


class ExpressionError(ValueError):
    """The pattern is invalid, or takes too long."""


def check_expression(pattern: str) -> str | None:
    """Check that Java accepts a pattern.

    Returns:
        `None`, or why the pattern is not checked and matches anything: it cannot be translated, or not with bounded
        time and memory.

    Raises:
        ExpressionError: Java rejects it; the message contains the position.
    """
    compiled = _compiled(pattern)
    return compiled if isinstance(compiled, str) else None


def matches(pattern: str, text: str) -> bool:
    """Return whether the whole of `text` matches.

    Assumed: the whole value must match. The documentation only says that the input must match the pattern.

    Raises:
        ExpressionError: Java rejects the pattern, or matching takes more than a second or too much memory.
    """
    compiled = _compiled(pattern)
    if isinstance(compiled, str):
        return True
    try:
        return compiled.fullmatch(text, timeout=MOST_SECONDS) is not None
    except TimeoutError:
        raise ExpressionError(f"it takes more than {MOST_SECONDS:g} s") from None
    except (MemoryError, RecursionError) as error:
        raise ExpressionError(str(error) or type(error).__name__) from None


@lru_cache(maxsize=1024)
def parsed(pattern: str) -> Node:
    """Parse a pattern.

    Raises:
        UntranslatableError: It cannot be translated, or needs too much time or memory.
        JavaSyntaxError: Java rejects it.
    """
    if len(pattern) > MOST_CHARACTERS:
        raise UntranslatableError(f"it is longer than {MOST_CHARACTERS} characters")
    try:
        node = parse(pattern)
        size = _expanded(node)
    except RecursionError:
        raise UntranslatableError("its groups are nested too deeply") from None
    if size > MOST_EXPANDED:
        raise UntranslatableError(f"with expanded repeats it is longer than {MOST_EXPANDED} characters")
    return node


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> Any:
    """Compile a pattern; return a reason if it is not checked."""
    import regex

    try:
        return regex.compile(for_regex(parsed(pattern)), regex.VERSION1)
    except UntranslatableError as error:
        return str(error)
    except JavaSyntaxError as error:
        raise ExpressionError(str(error)) from None
    # If `regex` cannot compile a pattern, it raises exceptions of many types.
    except Exception as error:  # noqa: BLE001 - see above
        return f"it cannot be compiled: {str(error) or type(error).__name__}"


def _expanded(node: Node) -> int:
    """Estimate the length of a pattern after compiling, which expands repeats: n or more times become n + 1 copies."""
    match node:
        case Characters(ranges=ranges):
            return 1 + len(ranges)
        case Repeat(part=part, low=low, high=high):
            return _expanded(part) * (1 if (low, high) == (0, 1) else 1 + max(low, 1))
        case Group(part=part) | Atomic(part=part) | Lookaround(part=part):
            return 2 + _expanded(part)
        case Sequence(parts=parts) | Alternation(alternatives=parts):
            return sum(map(_expanded, parts)) + len(parts)
        case _:
            return 2
