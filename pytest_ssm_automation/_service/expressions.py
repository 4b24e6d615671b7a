"""`allowedPattern`: regular expressions of runbooks, matched in bounded time, whatever pattern and value are.

A runbook's pattern runs inside the test, and one like `(a+)+$` must not hang it; `re` cannot be stopped.
"""

from __future__ import annotations

from typing import Final

MOST_SECONDS: Final = 1.0


class ExpressionError(ValueError):
    """The pattern is wrong, or takes too long."""


def check_expression(pattern: str) -> None:
    """Refuse a pattern that is none.

    Raises:
        ExpressionError: It cannot be compiled.
    """
    import regex

    try:
        regex.compile(pattern)
    except (regex.error, RecursionError, OverflowError) as error:
        raise ExpressionError(str(error)) from None


def matches(pattern: str, text: str) -> bool:
    """Tell whether the whole of `text` matches.

    That it has to be the whole is assumed: the documentation says no more than that the input matches the pattern.

    Raises:
        ExpressionError: It takes more than a second to find out.
    """
    import regex

    try:
        return regex.fullmatch(pattern, text, timeout=MOST_SECONDS) is not None
    except TimeoutError:
        raise ExpressionError(f"it takes more than {MOST_SECONDS:g} s") from None
