"""Tests of the patterns that runbooks declare."""

from __future__ import annotations

import pytest

from pytest_ssm_automation._service.expressions import ExpressionError, check_expression, matches


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"^i-[0-9a-f]{17}$", "i-0123456789abcdef0"),
        (r"^$|^arn:aws[\w-]*:iam::\d{12}:role/.+$", "arn:aws:iam::123456789012:role/x"),
        (r"(?!.*--)[a-z-]+", "a-b"),
        (r"[[:alpha:]]+", "abc"),
        (r"\p{Alpha}+", "abc"),
    ],
)
def test_patterns_of_live_runbooks_match(pattern: str, text: str) -> None:
    """Anchors, look-ahead, classes of Java and POSIX mean what authors of runbooks mean by them."""
    check_expression(pattern)
    assert matches(pattern, text)


def test_the_whole_text_has_to_match() -> None:
    """A pattern without anchors does not match a part of the text."""
    assert not matches("[0-9]+", "12 of 30")


def test_catastrophic_pattern_is_stopped() -> None:
    """A pattern that would take years is given up after a second."""
    with pytest.raises(ExpressionError, match="it takes more than 1 s"):
        matches("(a|aa)+$", "a" * 64 + "!")


@pytest.mark.parametrize("pattern", ["(", "[a", "a{2,1}", "(" * 5000 + ")" * 5000])
def test_wrong_pattern_is_refused(pattern: str) -> None:
    """What is no pattern is refused before anything is matched."""
    with pytest.raises(ExpressionError):
        check_expression(pattern)
