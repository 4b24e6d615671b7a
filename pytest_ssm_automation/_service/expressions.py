r"""`allowedPattern`: regular expressions whose matching takes bounded time, whatever pattern and value are.

A runbook's pattern runs inside the test, so one like `(a+)+$` must not hang it. `re` goes back and tries again, and
cannot be stopped; a child process with a time limit breaks in tests that patch `subprocess` or the clock. SSM documents
that it takes the syntax of RE2, which never goes back, and so it is here. Look-around, which live runbooks use although
RE2 lacks it, works; back-references cannot.

Source: https://github.com/awsdocs/aws-systems-manager-user-guide, doc_source/sysman-doc-syntax.md
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from .automata import Automaton, ExpressionError, category, characters

if TYPE_CHECKING:
    from .automata import Test

# What Python lacks: `[:alpha:]` and `\p{Alpha}` mean the same in RE2 and in Java.
_POSIX: Final = {
    "alpha": "A-Za-z",
    "digit": "0-9",
    "alnum": "A-Za-z0-9",
    "upper": "A-Z",
    "lower": "a-z",
    "word": "A-Za-z0-9_",
    "xdigit": "0-9A-Fa-f",
    "space": r" \t\n\r\f\v",
    "blank": r" \t",
    "punct": r"!-/:-@\[-`{-~",
    "print": " -~",
    "graph": "!-~",
    "cntrl": r"\x00-\x1f\x7f",
    "ascii": r"\x00-\x7f",
}
_CATEGORY: Final = re.compile("L[ulmto]?|M[nce]?|N[dlo]?|P[cdseifo]?|S[mcko]?|Z[slp]?|C[cfson]?")
_PROPERTY: Final = r"\\[pP](?:\{\^?\w+\}|[A-Z])"
_CLASS: Final = re.compile(rf"\[\^?\]?(?:\[:\^?\w+:\]|{_PROPERTY}|\\.|[^\]\\])*\]", re.DOTALL)
_TOKEN: Final = re.compile(rf"{_CLASS.pattern}|{_PROPERTY}|\(\?<(?![=!])|\\.", re.DOTALL)
_IN_CLASS: Final = re.compile(rf"(\[:\^?\w+:\]|{_PROPERTY}|\\[wdsWDS])(-?)|\\.|--|[\[&~|]", re.DOTALL)
# Python's parser never sees a property, but a character of a private plane that stands for it.
_PLACEHOLDERS: Final = 0xF0000


@lru_cache(maxsize=256)
def compile_expression(pattern: str) -> Expression:
    """Compile an `allowedPattern`.

    Raises:
        ExpressionError: The pattern is wrong, has something that cannot be matched in bounded time, or is too large.
    """
    try:
        return Expression(pattern)
    except RecursionError:
        raise ExpressionError("it is nested too deeply") from None
    except (re.error, OverflowError, ValueError) as error:
        raise ExpressionError(str(error)) from None


class Expression:
    """A compiled `allowedPattern`."""

    def __init__(self, pattern: str) -> None:
        """Compile `pattern`; `compile_expression` does it with errors of one kind."""
        self._placeholders: dict[str, Test] = {}
        self._automaton = Automaton(_TOKEN.sub(self._translate, pattern), self._placeholders)

    def fullmatch(self, text: str) -> bool:
        """Tell whether the whole of `text` matches.

        That it has to be the whole is assumed: the documentation says no more than that the input matches the pattern.

        Raises:
            ExpressionError: It takes too much to find out.
        """
        try:
            return self._automaton.fullmatch(text)
        except RecursionError:
            raise ExpressionError("it is nested too deeply") from None

    def _translate(self, match: re.Match[str]) -> str:
        token = match[0]
        if token.startswith("(?<"):
            return "(?P<"
        if re.match(r"\\[pP].", token):
            return self._placeholder(token)
        if not token.startswith("["):
            return r"\Z" if token == r"\z" else token
        if "&&" in token:
            raise ExpressionError(f"{token} has an intersection, which RE2 does not know")
        opening = len(token) - len(token[1:].removeprefix("^").removeprefix("]"))
        return token[:opening] + _IN_CLASS.sub(self._in_class, token[opening:-1]) + "]"

    def _in_class(self, match: re.Match[str]) -> str:
        token, member, after = match[0], match[1], match[2]
        if member:
            # Java and RE2 take the `-` of `[\w-.]` as itself.
            return (member if re.match(r"\\[wdsWDS]", member) else self._placeholder(member)) + (r"\-" if after else "")
        if token == "--":
            return r"-\-" if match.start() else r"\--"
        # Python warns that these might mean a set operation one day.
        return "\\" + token if token in {"[", "&", "~", "|"} else token

    def _placeholder(self, token: str) -> str:
        name = re.sub(r"^\\[pP]|\W", "", token)
        negated = ("^" in token) != token.startswith(r"\P")
        if name.lower() in _POSIX:
            test = characters(_POSIX[name.lower()], negated=negated)
        elif _CATEGORY.fullmatch(name):
            test = category(name, negated=negated)
        else:
            raise ExpressionError(f"{token} is not known here")
        placeholder = chr(_PLACEHOLDERS + len(self._placeholders))
        self._placeholders[placeholder] = test
        return placeholder
