"""Patterns of the service model, translated from Java to Python's `re`."""

from __future__ import annotations

import re
from functools import cache

from ..java.writer import for_re


@cache
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Translate and compile a pattern of the model. Use `fullmatch`, because the service matches whole strings.

    Raises:
        ValueError: The pattern cannot be translated.
    """
    return re.compile(for_re(pattern))
