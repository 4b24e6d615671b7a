from __future__ import annotations

import re
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ssm_automation._service.automata import Automaton, ExpressionError
from pytest_ssm_automation._service.expressions import compile_expression

ATOMS = st.sampled_from(
    ["a", "b", "A", ".", "[ab]", "[^a]", r"\w", r"\W", r"\b", r"\B", "^", r"\Z", r"\n", "(?!b)", "(?<=a)"]
)
PATTERNS = st.recursive(
    ATOMS,
    lambda parts: st.one_of(
        st.builds("{}{}".format, parts, parts),
        st.builds("(?:{}|{})".format, parts, parts),
        st.builds("({}){}".format, parts, st.sampled_from(["*", "+", "?", "*?", "{2}", "{1,3}", "{0}"])),
        st.builds("(?={}){}".format, parts, parts),
        st.builds("(?i:{})".format, parts),
        st.builds("(?s:{})".format, parts),
        st.builds("(?m:{})".format, parts),
    ),
    max_leaves=5,
)


@settings(deadline=None, max_examples=500)
@given(PATTERNS, st.text("abAB\n ", min_size=1, max_size=6))
def test_what_python_matches_is_matched(pattern: str, text: str) -> None:
    """Automata and Python's own machine agree on what matches as a whole."""
    assert compile_expression(pattern).fullmatch(text) == bool(re.fullmatch(pattern, text, re.ASCII))


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        # Patterns of live runbooks and of the documentation.
        ("^i-[a-z0-9]{8,17}$", "i-0123456789abcdef0", "i-0123"),
        (
            r"^$|^arn:(aws|aws-cn):iam::\d{12}:role/[\w+=,.@-]+$",
            "arn:aws:iam::123456789012:role/a",
            "arn:aws:iam::1:role/a",
        ),
        (r"^(?!\s).*", "text", " text"),
        ("^(?!xn--|.+-s3alias$)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", "my-bucket", "my-s3alias"),
        (r"^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$", "é 1_@", "é\n"),
        # What Java and RE2 write otherwise than Python.
        (r"[\w-.]+", "a-.", "a/"),
        (r"\p{Lu}\P{L}\pL\PL\p{^L}[^\p{Digit}]", "É1b2.x", "E1b2.3"),
        ("[[:alpha:]-]+[[:^digit:]]", "a-b", "a-1"),
        (r"(?<year>\d{4})\z", "2024", "24"),
        (r"[]a\]]+", "]a", "b"),
        (r"[^]a]", "b", "]"),
        ("[a[&~|]+", "[&~|a", "b"),
        (r"[+--]\.", "-.", "x."),
        (r"[-\w][--/]", "a.", "a0"),
        # The rest of the syntax.
        ("[^a-cx]", "d", "b"),
        (r"[^\D]\s\S", "1 x", "x x"),
        ("(?i)straße[^x]", "STRAßEy", "strasseX"),
        ("(?i)[^a]", "İ", "A"),
        ("(?<!a)b|ab?(?!.)", "b", "c"),
        ("(?s).(?-s:.)", "\na", "\n\n"),
        (r"(?m)a$\n^b", "a\nb", "a\n b"),
        ("a|(?!)b", "a", "b"),
        (r"\Aa\Z", "a", "a\n"),
        (r"a\b \Bb?", "a ", "a b"),
        (r"(?<=ab)c?|abc?(?<=ab)", "ab", "abc"),
        ("a$", "a", "a\n"),
        (r"a^b", "never", "ab"),
    ],
)
def test_dialect(pattern: str, yes: str, no: str) -> None:
    """Patterns of runbooks mean what they mean to the service, without a warning from Python's parser."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        expression = compile_expression(pattern)
    assert expression.fullmatch(yes) is (yes != "never")
    assert not expression.fullmatch(no)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("(a+)+$", "a" * 5000 + "b"),
        ("(a|a)*c", "a" * 5000),
        (".*.*.*.*.*.*=", "a" * 512),
        ("(.*)*(.*)*x", "a" * 512),
        ("(?=(?=.*x)*.*y)*b", "a" * 512),
        ("(?:(?=.*(?!x)b).)*", "a" * 200),
        ("(?:){1000000000}b", "a"),
        ("(?:(?:){1000000000}){1000000000}b", "a"),
    ],
)
def test_catastrophic_patterns_do_not_hang(pattern: str, text: str) -> None:
    """Patterns on which Python's own machine would run for ever are decided at once."""
    assert not compile_expression(pattern).fullmatch(text)


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(", "unterminated subpattern"),
        (r"(a)\1", "a back-reference cannot be matched in bounded time"),
        ("(a)?(?(1)b|c)", "a back-reference exists cannot"),
        ("a++", "a possessive repeat cannot"),
        ("(?>a)", "an? atomic group cannot"),
        ("(" * 20_000, "nested too deeply"),
        ("(a{1000}){1000}", "too large"),
        ("a{99999999999999999999}", "repetition number is too large"),
        ("[a-z&&[^b]]", "intersection"),
        (r"\p{Latin}", r"\\p\{Latin\} is not known here"),
        ("(?<=a+)b", "fixed-width"),
        ("(?u)a", "incompatible"),
    ],
)
def test_what_cannot_be_bounded_is_refused(pattern: str, why: str) -> None:
    """A pattern that is wrong, or whose matching would have no bound, is refused with the reason."""
    with pytest.raises(ExpressionError, match=why):
        compile_expression(pattern)


def test_what_newer_pythons_make_of_an_empty_look_ahead_never_matches() -> None:
    """From 3.12 on `(?!)` is parsed to an operation of its own, and still fails everywhere."""
    automaton = Automaton("a", {})
    automaton._start = automaton._sequence([("FAILURE", ()), ("LITERAL", ord("a"))], 0, 0)
    assert not automaton.fullmatch("a")
    assert not automaton.fullmatch("aa")


def test_too_many_steps_are_refused() -> None:
    """A large pattern on a long value ends with an error, not with minutes of work."""
    with pytest.raises(ExpressionError, match="more than 1000000 steps on a value of 5000 characters"):
        compile_expression("((a{1,20}){1,20}){1,10}b").fullmatch("a" * 5000)


def test_deep_look_around_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look-around nested beyond what the stack takes ends with an error of the same kind."""
    depth = 60
    expression = compile_expression("(?=" * depth + "a" + ")" * depth + "a")
    assert expression.fullmatch("a")

    def exhausted(_: str) -> bool:
        raise RecursionError

    monkeypatch.setattr(expression._automaton, "fullmatch", exhausted)
    with pytest.raises(ExpressionError, match="nested too deeply"):
        expression.fullmatch("a")
