"""Tests of the patterns that runbooks declare."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any
from unittest.mock import patch

import pytest
import regex

from pytest_ssm_automation._service.runbooks import expressions
from pytest_ssm_automation._service.runbooks.expressions import ExpressionError, check_expression, matches

LARGEST = 65_536


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"^i-[0-9a-f]{17}$", "i-0123456789abcdef0"),
        (r"^$|^arn:aws[\w-]*:iam::\d{12}:role/.+$", "arn:aws:iam::123456789012:role/x"),
        (r"(?!.*--)[a-z-]+", "a-b"),
        (r"[[:alpha:]]+", "abc"),
        (r"\p{Alpha}+", "abc"),
        (r"^[a-z]{1,63}(\.[a-z]{1,63}){0,10}$", "www.example.com"),
        (r"^i-[0-9a-f]{8}(?:[0-9a-f]{9})?$", "i-01234567"),
        (r"^[\w+=,.@-]{1,64}$", "a@b"),
        (r"^arn:aws:iam::\d{12}:role/.{1,512}$", "arn:aws:iam::123456789012:role/x"),
        ("-".join(["[a-z]{1,256}"] * 5), "a-b-c-d-e"),
        ("[0-9A-Za-z]{4096}", "a" * 4096),
        (r"[^\\/:*?<>|]+[a-zA-Z0-9!@#$%^&*()_+=-]*", "a(b"),
        (r"[\u0009\u000A\u000D\u0020-\uD7FF\uE000-\uFFFD\r\n\t]*", "a b"),
        (r"[]\](*)(?R[-]+", "](?R)["),
        (r"\(?R\){2}|\[{3}", "(R))"),
        (r"^(?i)a(?-i)b(?#any: (\))c(?s:.)(?P<n>d)(?<m>e)(?P=n)(?>f)(?<=f)(?<!g)$", "Abc\ndedf"),
    ],
)
def test_patterns_of_live_runbooks_match(pattern: str, text: str) -> None:
    """Anchors, groups, flags, counts, classes of Java and POSIX mean what authors of runbooks mean by them."""
    check_expression(pattern)
    assert matches(pattern, text)


def test_the_whole_text_has_to_match() -> None:
    """A pattern without anchors does not match a part of the text."""
    assert not matches("[0-9]+", "12 of 30")


def test_catastrophic_pattern_is_stopped() -> None:
    """A pattern that would take years is given up after a second."""
    with pytest.raises(ExpressionError, match="it takes more than 1 s"):
        matches("(a|aa)+$", "a" * 64 + "!")


@pytest.mark.parametrize("pattern", ["(", "[a", "a{2,1}", "(" * 500 + ")" * 500])
def test_wrong_pattern_is_refused(pattern: str) -> None:
    """What is no pattern is refused before anything is matched."""
    with pytest.raises(ExpressionError):
        check_expression(pattern)


def bounded(pattern: str) -> None:
    """Check that it is soon known whether a long value matches, or that this takes too long."""
    # what counts is the work: the machine may be busy with other tests
    started = time.process_time()
    # with less time than a user's patterns have, since what matters is how far beyond it goes
    with patch.object(expressions, "MOST_SECONDS", 0.1), suppress(ExpressionError):
        check_expression(pattern)
        matches(pattern, "b" + "a" * 100_000 + "c")
    assert time.process_time() - started < 2


def refused(pattern: str, message: str) -> None:
    """Check that a pattern is refused at once."""
    started = time.process_time()
    with pytest.raises(ExpressionError, match=message):
        check_expression(pattern)
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    "part",
    ["[", "[ ", "[^", "[[:", "[a-", "(", "(?", "()", "{", "{1,", "a{1", "{e", "\\", r"\R", "a", "a|", "(?i)", "(?#"],
)
def test_long_patterns_are_refused(part: str) -> None:
    """Whatever it is made of, a pattern beyond what Parameter Store takes costs no time; the most it takes, little."""
    refused(part * (LARGEST // len(part)), "^it is longer than 1024 characters$")
    bounded(part * (1024 // len(part)))


@pytest.mark.parametrize(
    "pattern",
    [
        "a{1000000000}",
        "a{" + "9" * 1000 + "}",
        "a{1000}" * 140,
        "[" + "ab" * 60 + "]{1000}",
        "(((a{1000}){1000}){1000})",
        "(?:(?:(?:a{1000,}){1000,2000}?){1000}+)",
        "(?:(?:a{1000})(?#c){1000})(?#c){1000}",
        r"(?:(?:a{1000})(?#\)(){1000})(?#c){1000}",
        "(?:(?:a{1000})(?i){1000})(?i){1000}",
        "(?:(?:a{1000})(?i-s){1000})(?-m){1000}",
        r"(?:[)\]]{9999}(?:\)){999}){999,}",
        "(?:[[:alpha:])]{9999}){999}",
        "(?:" * 60 + "a" + ")+" * 60,
        "(" * 30 + "a" + ")+?" * 30,
        "(?>" * 30 + "a" + ")++" * 30,
        "(?:" * 40 + "a" + "){1,2}" * 40,
    ],
)
def test_patterns_that_blow_up_when_compiled_are_refused(pattern: str) -> None:
    """Repeats are written out when they are compiled: what they come to is bounded, however they are nested."""
    refused(pattern, "^with its repeats written out it is longer than 100000 characters$")


@pytest.mark.parametrize(
    "pattern",
    [
        "(?R)",
        "(?R)?a",
        "(a|(?R))*",
        "(?0)",
        "(a)(?1)",
        "(a)(?+1)",
        "(a)(?-1)",
        "(?<name>a)(?&name)",
        "(?P<name>a)(?P>name)",
        "(?P<name>a)(?P&name)",
        "[[:x=y:][](?R)]",
        "[[:~:](?R)]",
        "[[:alpha:]](?R)]",
        "[](]](?R)",
        "(?x)(?:(?:a{1000 }){1000 }){1000 }",
        "(?x)a{ 1000000000 }",
        "(?x)(?:(?:a{1000}) {1000}) {1000}",
        "(?x)(?:(?:a{1000})#\n{1000})#\n{1000}",
        "a(?-x)",
        "(?ix:a)",
        "(?e)(?:abc){e<=5}",
        "(?:abc){e<=5}",
        "(?:abc){2<=e<=5}",
        "(?:abc){2i+1d<5}",
        "(?:a*){e}",
        "(?:a*){s,i:[a-z]}",
        "(?V1)[[a-z]--[aeiou]]",
        "(?b)a",
        "(?L)a",
        "(?r)a",
        "(?p)a",
        "(a)(?(1)b|c)",
        "(?(?=a)b|c)",
        "(?|(a)|(b))",
        "(*SKIP)a",
        "(*FAIL)",
        "(?#a",
    ],
)
def test_what_is_not_supported_is_refused(pattern: str) -> None:
    """Java has none of it but verbose mode, which hides repeats; recursion would exhaust memory."""
    refused(pattern, "^'.{1,9}' at position [0-9]+ is unfinished or unsupported$")


@pytest.mark.parametrize(
    "pattern",
    [
        r"\L<x>",
        r"\p{1e999}",
        r"\p{" + "A" * 1000 + "}",
        r"\N{KEYCAP DIGIT ONE}",
        r"\N{" + "A" * 1000 + "}",
        r"\Qa\E",
        r"\x{41}",
        r"(?<a\>b)",
        "(?i-)a",
        "a{1000}(?i){1000}",
        "(?:a|b)*{1000}",
        "(?=" * 250 + ")" * 250,
    ],
)
def test_whatever_the_module_trips_over_is_an_error(pattern: str) -> None:
    """Undefined names, numbers that are none, characters that are several and deep groups are told in the same way."""
    refused(pattern, ".")


@pytest.mark.parametrize("error", [MemoryError, RecursionError])
def test_a_lack_of_memory_is_told(monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    """What the machine cannot hold is no crash, at load or at match."""

    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(regex, "compile", fail)
    monkeypatch.setattr(regex, "fullmatch", fail)
    with pytest.raises(ExpressionError, match=f"^{error.__name__}$"):
        check_expression("a")
    with pytest.raises(ExpressionError, match=f"^{error.__name__}$"):
        matches("a", "a")


@pytest.mark.parametrize(
    "pattern",
    [
        "b(a*)*[^c]",
        "b(a|a)*[^c]",
        "b(?:a+?)+?[^c]",
        "b(?:a{0,30000}){0,30000}[^c]",
        "b(?:a?){9999}a{9999}[^c]",
        r"b(a*)\1*[^c]",
        r"b((a*)*)*\2[^c]",
        "b(?:(?<=b.*)a)*c",
        "b(?:(?=.*c)a)*c",
        "b(?:(?=[^" + r"\pN" * 16 + "]*c)a)*c",
        r"b(?:(?=[^\pN]*c)" + r"(?=[^\pN]*c)?" * 70 + "a)*c",
        "b(?:(?=[^" + "d-f" * 41 + "]*c)a)*c",
        r"(?:\X|a|b)*[^c]",
        "(?:" + "(a?)" * 250 + "|b)*c",
        "(?:()" + "()" * 480 + "|a|b|c)*[^c]",
        ".*b" + "a" * 1000 + ".*",
        "(?i).*" + "aab" * 330 + ".*",
    ],
)
def test_long_values_are_matched_in_bounded_time(pattern: str) -> None:
    """Backtracking, look-behind, large classes and long literals end soon, whether or not the timeout reaches them."""
    bounded(pattern)


@pytest.mark.parametrize("part", ["a", r"\x20", r"\d", r"\pN", "[:digit:]", "\u4e00"])
def test_large_classes_are_refused(part: str) -> None:
    """The timeout would not reach a class that is compared with a long value again and again."""
    refused("b(?:(?=[^" + part * (400 // len(part)) + "]*c)a)*c", "^the class at position 7 is too large$")


def test_the_default_of_the_module_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """A project that makes nested classes its default for the module `regex` gets the same answers."""
    monkeypatch.setattr(regex, "DEFAULT_VERSION", regex.VERSION1)
    check_expression("[[a]+")
    assert matches("[[a]+", "[a")
