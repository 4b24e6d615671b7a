"""`allowedPattern`: Java's regular expressions of runbooks, matched in bounded time, whatever pattern and value are.

A runbook's pattern runs inside the test, and one like `(a+)+$` must not hang it; `re` cannot be stopped.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from ..java.nodes import (
    Alternation,
    Atomic,
    Group,
    JavaSyntaxError,
    Lookaround,
    One,
    Repeat,
    Sequence,
    UntranslatableError,
)
from ..java.parser import parse
from ..java.writer import for_regex

if TYPE_CHECKING:
    from ..java.nodes import Node

MOST_SECONDS: Final = 1.0
# As the service takes in Parameter Store. No timeout stops the preparation of a search for a literal, which takes time
# cubic in the literal's length.
MOST_CHARACTERS: Final = 1024
# A class is compared with a whole run of characters before the time is looked at again.
MOST_RANGES: Final = 64
MOST_PROPERTIES: Final = 16
MOST_WRITTEN_OUT: Final = 100_000


class ExpressionError(ValueError):
    """The pattern is wrong, or takes too long."""


def check_expression(pattern: str) -> str | None:
    """Refuse a pattern that Java would not compile.

    Returns:
        Why the pattern is taken to match anything, if it is: nothing else is known to mean the same, or nothing that
        takes bounded time and memory.

    Raises:
        ExpressionError: Java would not compile it; the message has the position.
    """
    compiled = _compiled(pattern)
    return compiled if isinstance(compiled, str) else None


def matches(pattern: str, text: str) -> bool:
    """Tell whether the whole of `text` matches.

    That it has to be the whole is assumed: the documentation says no more than that the input matches the pattern.

    Raises:
        ExpressionError: Java would not compile it. Or it takes more than a second to find out, or more memory than
            there is.
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
    """Read a pattern.

    Raises:
        UntranslatableError: It is too much for bounded time and memory, or no translation is known.
        JavaSyntaxError: Java would not compile it.
    """
    if len(pattern) > MOST_CHARACTERS:
        raise UntranslatableError(f"it is longer than {MOST_CHARACTERS} characters")
    try:
        node = parse(pattern)
        size = _written_out(node)
    except RecursionError:
        raise UntranslatableError("its groups are nested too deeply") from None
    if size > MOST_WRITTEN_OUT:
        raise UntranslatableError(f"with its repeats written out it is longer than {MOST_WRITTEN_OUT} characters")
    return node


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> Any:
    """Compile a pattern; give the reason if it is taken to match anything."""
    import regex

    try:
        return regex.compile(for_regex(parsed(pattern)), regex.VERSION1)
    except UntranslatableError as error:
        return str(error)
    except JavaSyntaxError as error:
        raise ExpressionError(str(error)) from None
    # What the module cannot compile after all comes out of it as errors of many types.
    except Exception as error:  # noqa: BLE001 - see above
        return f"it cannot be compiled: {str(error) or type(error).__name__}"


def _written_out(node: Node) -> int:
    """Estimate the length of a pattern with its repeats written out, as compiling it does.

    What may be repeated n times or more is written n + 1 times.

    Raises:
        UntranslatableError: It has a class that is too large.
    """
    match node:
        case One(of=of):
            if len(of.ranges) > MOST_RANGES or len(of.categories) + of.others.count("\\") > MOST_PROPERTIES:
                raise UntranslatableError(
                    f"it has a class of more than {MOST_RANGES} ranges or {MOST_PROPERTIES} properties"
                )
            return 1 + len(of.ranges)
        case Repeat(part=part, low=low, high=high):
            return _written_out(part) * (1 if (low, high) == (0, 1) else 1 + max(low, 1))
        case Group(part=part) | Atomic(part=part) | Lookaround(part=part):
            return 2 + _written_out(part)
        case Sequence(parts=parts) | Alternation(alternatives=parts):
            return sum(map(_written_out, parts)) + len(parts)
        case _:
            return 2
