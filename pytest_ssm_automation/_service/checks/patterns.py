"""Patterns of the service model, which are Java's."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

# Letters, separators, digits and the underscore, which are all in the classes of tags and targets; and a class of `re`
# with the same characters.
_WORDS: Final = r"\p{L}\p{Z}\p{N}_"
_WORDS_OF_RE: Final = r"\w \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
# Patterns of simple classes and characters, which both languages read in the same way, apart from these words. Most of
# the model's patterns are such, and the translator takes longer to import than a start takes.
_CLASS: Final = rf"\[(?:{re.escape(_WORDS)}|a-z|A-Z|a-f|A-F|[01]-9|\\-|[A-Za-z0-9$_.:/=+@])+\]"
_WAY: Final = rf"\^?(?:{_CLASS}(?:\{{\d+\}}|\{{\d+,\d*\}}|[*+?])?|[A-Za-z0-9%:-])*\$?"
_WAYS: Final = rf"{_WAY}(?:\|{_WAY})*"
_SIMPLE: Final = re.compile(rf"{_WAYS}|\^?\({_WAYS}\)\$?")


@cache
def compile_pattern(pattern: str) -> Any:
    """Compile a pattern of the model for `re` or `regex`. Use `fullmatch`, because the service matches whole strings.

    Raises:
        ValueError: The pattern cannot be translated.
    """
    if _SIMPLE.fullmatch(pattern):
        return re.compile(pattern.replace(_WORDS, _WORDS_OF_RE))
    import regex

    from ..java.parser import parse
    from ..java.writer import for_regex

    return regex.compile(for_regex(parse(pattern)), regex.VERSION1)
