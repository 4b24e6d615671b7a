"""Patterns of the service model, translated from Java to Python's `re`."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

# A sequence of simple classes between anchors, which both languages read in the same way. The commonest pattern of a
# request is one, and the translator takes longer to import than a start takes.
_SAME: Final = re.compile(r"\^?(?:\[(?:a-z|A-Z|[01]-9|\\-|[A-Za-z0-9_.:/])+\](?:\{\d+\}|\{\d+,\d*\}|[*+?])?)+\$?")


@cache
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Translate and compile a pattern of the model. Use `fullmatch`, because the service matches whole strings.

    Raises:
        ValueError: The pattern cannot be translated.
    """
    if _SAME.fullmatch(pattern):
        return re.compile(pattern)
    from ..java.writer import for_re

    return re.compile(for_re(pattern))
