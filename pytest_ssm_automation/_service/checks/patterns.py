"""Patterns of the service model, which are Java's, for Python's `re`."""

from __future__ import annotations

import re
from functools import cache

from ..java.writer import for_re


@cache
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Translate a pattern of the model and compile it, to be used with `fullmatch`: the service matches whole strings.

    Raises:
        ValueError: The pattern uses something for which no faithful translation is known.
    """
    return re.compile(for_re(pattern))
