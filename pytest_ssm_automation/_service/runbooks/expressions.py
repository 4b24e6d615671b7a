"""`allowedPattern`: regular expressions of runbooks, matched in bounded time, whatever pattern and value are.

A runbook's pattern runs inside the test, and one like `(a+)+$` must not hang it; `re` cannot be stopped.
"""

from __future__ import annotations

import re
from typing import Final

MOST_SECONDS: Final = 1.0
# As the service takes in Parameter Store. No timeout stops the preparation of a search for a literal, which takes time
# cubic in the literal's length.
MOST_CHARACTERS: Final = 1024
# A class is compared with a whole run of characters before the time is looked at again.
MOST_OF_A_CLASS: Final = 128
MOST_PROPERTIES: Final = 16
MOST_WRITTEN_OUT: Final = 100_000
_PROPERTY: Final = re.compile(r"\\[dDhHpPsSvVwW]|\[:")
_TOKEN: Final = re.compile(
    r"""
    (?P<nothing> \(\?\# (?: \\. | [^)\\] )* \) | \(\? [imsu]* (?:-[ims]+)? \) )  # comments, flags from here on
    | (?P<open> \( (?: \? (?: [:=!>] | P?< | P= | [imsu]* (?:-[ims]+)? : ) )? (?![?*]) )
    | (?P<class> \[\^?\]? (?: \\. | \[:\^?[A-Za-z]+:\] | (?!\[:) [^\]\\] )* \] )
    | (?P<wrong> [(\[] | \{ [0-9]* [<deis] )  # recursion, conditions, verbs, other flags; fuzzy matching
    | \{ (?P<least> [0-9]+ ) (?: , [0-9]* )? \} | (?P<plus> \+ )
    | \\. | .
    """,
    re.DOTALL | re.VERBOSE,
)


class ExpressionError(ValueError):
    """The pattern is wrong, or takes too long."""


def check_expression(pattern: str) -> None:
    """Refuse a pattern that is none.

    Raises:
        ExpressionError: It cannot be compiled, or not in bounded time and memory.
    """
    import regex

    if len(pattern) > MOST_CHARACTERS:
        raise ExpressionError(f"it is longer than {MOST_CHARACTERS} characters")
    if _written_out(pattern) > MOST_WRITTEN_OUT:
        raise ExpressionError(f"with its repeats written out it is longer than {MOST_WRITTEN_OUT} characters")
    try:
        regex.compile(pattern, regex.VERSION0)
    # Mistakes in a pattern come out of the module as errors of many types.
    except Exception as error:
        raise ExpressionError(str(error) or type(error).__name__) from error


def matches(pattern: str, text: str) -> bool:
    """Tell whether the whole of `text` matches.

    That it has to be the whole is assumed: the documentation says no more than that the input matches the pattern.

    Raises:
        ExpressionError: It takes more than a second to find out, or more memory than there is.
    """
    import regex

    try:
        return regex.fullmatch(pattern, text, regex.VERSION0, timeout=MOST_SECONDS) is not None
    except TimeoutError:
        raise ExpressionError(f"it takes more than {MOST_SECONDS:g} s") from None
    except (MemoryError, RecursionError) as error:
        raise ExpressionError(str(error) or type(error).__name__) from None


def _written_out(pattern: str) -> int:
    """Estimate the length of a pattern with its repeats written out, as compiling it does.

    What may be repeated n times or more is written n + 1 times.

    Raises:
        ExpressionError: It has a class that is too large, or something that this does not understand.
    """
    sizes, last = [0], 0
    for token in _TOKEN.finditer(pattern):
        if token["wrong"]:
            start = token.start()
            raise ExpressionError(f"{pattern[start : start + 3]!r} at position {start} is unfinished or unsupported")
        if token["class"] and (len(token[0]) > MOST_OF_A_CLASS or len(_PROPERTY.findall(token[0])) > MOST_PROPERTIES):
            raise ExpressionError(f"the class at position {token.start()} is too large")
        if token["least"] or token["plus"]:
            more = last * int(token["least"] or 1)
            last += more
            sizes[-1] += more
        elif token["open"]:
            sizes.append(0)
        elif not token["nothing"]:
            last = sizes.pop() + 1 if token[0] == ")" and len(sizes) > 1 else len(token[0])
            sizes[-1] += last
    return sum(sizes)
