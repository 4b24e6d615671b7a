r"""Patterns of the service model, which are Java's, as patterns of Python's `re`.

The service matches the whole string, and `\d` and `\w` mean ASCII. Python differs in what `.` leaves out, in `\p{..}`,
which it lacks, and in refusing a range that starts at a class (`[\w-\/]`). One translation serves `re` and hypothesis.
"""

from __future__ import annotations

import re
from functools import cache

# `\p{Z}`: all 19 characters of Unicode's separator categories.
SEPARATORS = (
    " \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
_CLASS = re.compile(r"\[(?:[^\]\\]|\\.)*\]")
_CATEGORY = re.compile(r"\\[pP]\{(\w+)\}")
_TOKEN = re.compile(rf"{_CLASS.pattern}|\\.|\.")


@cache
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Translate a pattern of the model and compile it, to be used with `fullmatch`.

    Raises:
        ValueError: The pattern uses something for which no faithful translation is known.
    """
    flags = re.UNICODE if _CATEGORY.search(pattern) else re.ASCII
    return re.compile(_TOKEN.sub(lambda match: _token(match[0]), pattern), flags)


def _token(token: str) -> str:
    if token == ".":
        return r"[^\n\r\x85\u2028\u2029]"
    if not token.startswith("["):
        if token in {r"\p", r"\P"}:
            raise _untranslatable(token)
        return token
    return _unicode_class(token) if _CATEGORY.search(token) else re.sub(r"(\\[wds])-", r"\1\\-", token)


def _unicode_class(token: str) -> str:
    categories = set(_CATEGORY.findall(token))
    negated = token.startswith("[^") or r"\P" in token
    if negated or not ({"L", "N"} <= categories and ("_" in token or "P" in categories)):
        raise _untranslatable(token)
    # Python's Unicode \w is exactly \p{L}, \p{N} and the underscore; spelling out its ranges would cost 600 ms.
    others = "".join(SEPARATORS if name == "Z" else _characters(name) for name in sorted(categories - {"L", "N"}))
    return "[" + r"\w" + others + _CATEGORY.sub("", token[1:-1]) + "]"


def _untranslatable(token: str) -> ValueError:
    return ValueError(f"no translation of {token} is known")


@cache
def _characters(category: str) -> str:
    import sys
    import unicodedata

    members = (chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)).startswith(category))
    return "".join(map(re.escape, members))
