"""`allowedPattern`: regular expressions of runbooks, matched in bounded time, whatever pattern and value are.

A runbook's pattern runs inside the test, and one like `(a+)+$` must not hang it; `re` cannot be stopped.
"""

from __future__ import annotations

import re
from typing import Final

MOST_SECONDS: Final = 1.0
MOST_ITEMS: Final = 1_000_000
# An escape, a class, the least count of a repeat, or any other character.
_TOKEN: Final = re.compile(r"\\.|\[\^?\]?(?:[^\]\\]|\\.)*\]|\{(?P<least>[0-9]+)(?:,[0-9]*)?\}|.", re.DOTALL)


class ExpressionError(ValueError):
    """The pattern is wrong, or takes too long."""


def check_expression(pattern: str) -> None:
    """Refuse a pattern that is none.

    Raises:
        ExpressionError: It cannot be compiled, or not in bounded time and memory.
    """
    import regex

    if _items(pattern) > MOST_ITEMS:
        raise ExpressionError(f"its repeats stand for more than {MOST_ITEMS} items")
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


def _items(pattern: str) -> int:
    """Estimate the length of a pattern with its repeats written out, as compiling it does with nested ones."""
    sizes, last = [0], 0
    for token in _TOKEN.finditer(pattern):
        if token["least"]:
            more = last * max(int(token["least"][:10]) - 1, 0)
            last += more
            sizes[-1] += more
        elif token[0] == "(":
            sizes.append(0)
        else:
            last = sizes.pop() + 1 if token[0] == ")" and len(sizes) > 1 else 1
            sizes[-1] += last
    return sum(sizes)
