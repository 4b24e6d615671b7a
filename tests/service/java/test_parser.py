"""Tests of the parser for Java's patterns that need no JDK."""

from __future__ import annotations

import re
import sys
import unicodedata

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from pytest_ssm_automation._service.checks.patterns import compile_pattern
from pytest_ssm_automation._service.java.characters import Characters, listed, of
from pytest_ssm_automation._service.java.nodes import JavaSyntaxError, UntranslatableError
from pytest_ssm_automation._service.java.parser import parse
from pytest_ssm_automation._service.java.writer import for_regex

EVERYTHING = "".join(
    chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) not in {"Cn", "Cs"}
)


def matches(pattern: str, text: str) -> bool:
    """Tell whether the whole text matches."""
    return regex.fullmatch(for_regex(parse(pattern)), text, regex.VERSION1) is not None


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        (")", "unmatched closing ')' at position 0"),
        ("(?", "unknown inline modifier at position 2"),
        ("(?<", "capturing group name does not start with a Latin letter at position 3"),
        ("(?<a-b>x)", "named capturing group is missing trailing '>' at position 4"),
        ("(?<a>x)(?<a>y)", "named capturing group 'a' is already defined at position 12"),
        (r"\k<a>", "named capturing group 'a' does not exist at position 5"),
        (r"\ka", "\\k is not followed by '<' for a named capturing group at position 2"),
        ("a**", "dangling meta character '*' at position 2"),
        ("a{", "illegal repetition at position 1"),
        ("a{2", "illegal repetition at position 1"),
        ("a{3,2}", "illegal repetition range at position 5"),
        ("a{1,2147483648}", "illegal repetition range at position 14"),
        ("[a", "unclosed character class at position 2"),
        ("[b-a]", "illegal character range at position 4"),
        (r"[a-\d]", "illegal character range at position 5"),
        ("[&&]", "bad class syntax at position 3"),
        (r"[\b]", "illegal or unsupported escape sequence at position 2"),
        (r"\y", "illegal or unsupported escape sequence at position 1"),
        ("\\", "illegal or unsupported escape sequence at position 1"),
        (r"\x4", "illegal hexadecimal escape sequence at position 2"),
        (r"\x{4", "illegal hexadecimal escape sequence at position 2"),
        (r"\x{}", "illegal hexadecimal escape sequence at position 2"),
        (r"\x{110000}", "hexadecimal codepoint is too big at position 10"),
        (r"\u12", "illegal Unicode escape sequence at position 2"),
        (r"\p{L", "unclosed character family at position 2"),
        (r"\p{Nothing}", "unknown property 'Nothing' at position 11"),
        (r"\p{sc=Nothing}", "unknown property 'sc=Nothing' at position 14"),
        (r"\p{gc=Nothing}", "unknown property 'gc=Nothing' at position 14"),
        (r"\p{x=y}", "unknown property 'x=y' at position 7"),
        (r"\p{InGree k}", "unknown property 'InGree k' at position 12"),
    ],
)
def test_what_java_rejects_is_rejected_with_its_position(pattern: str, problem: str) -> None:
    """The message says what is wrong, and where."""
    with pytest.raises(JavaSyntaxError) as caught:
        parse(pattern)
    assert str(caught.value) == problem


@pytest.mark.parametrize(
    "pattern",
    [
        r"\X",
        r"\b{g}",
        "(?iu)a",
        *(f"(?{flag})a" for flag in "cdxU"),
        *(r"\0101", r"\cA", r"\N{DIGIT ONE}", r"\R"),
        r"(?i)(a)\1",
        *(r"\1", r"(\1a)"),
        *(r"\p{javaLowerCase}", r"\p{IsLowercase}"),
        "[a&&]",
        "[a&&[b]&c]",
        "(?<=a*)b",
        "(?<=(?:ab){2})c",
        "(?<=(?>a))b",
    ],
)
def test_what_cannot_be_translated_is_reported(pattern: str) -> None:
    """A pattern that Java accepts and that cannot be translated is not approximated; the error says what it is."""
    with pytest.raises(UntranslatableError, match=r" cannot be translated$"):
        for_regex(parse(pattern))


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        (r"\w\d\s", "a1 ", "é1 "),
        (r"\d\s", "1 ", "\u0661\u2003"),
        (r"[\w-\/]+[\d-x]+[.]", "a-/1-x.", "a-/1-xx"),
        ("a|ab", "ab", "abab"),
        *(("a.", "a ", f"a{terminator}") for terminator in "\n\r\x85\u2028\u2029"),
        (r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$", "tag:x=y+z@w é中\u0663\u2003", "a\n"),
        *((r"[\p{L}\p{Z}\p{N}]", "a", no) for no in "\u0301*\t"),
        ("[a&&b]*", "", "a"),
        (r"\p{L}+", "é中", "1"),
        (r"\pL\PL", "é1", "1é"),
        (r"\Qa.b\E+\Q1", "a.bb1", "axb1"),
        (r"\\Qa", "\\Qa", "a"),
        (r"\x41\u0042\e", "AB\x1b", "AB"),
        (r"\uD83D\uDE00[\uD83D\uDE00-\uD83D\uDE05]", "😀😁", "\ud83d"),
        (r"\uD83D\u0041", "\ud83dA", "A"),
        (r"\uD83D\uDC00\uD83D\uDFFF", "\U0001f400\U0001f7ff", "\ud83d"),
        ("(?i)a[b-c](?-i)d", "ABd", "ABD"),
        ("(?i:k)", "K", "\u212a"),
        ("a.c", "a\x00c", "a\u2028c"),
        ("(?s)a.c", "a\nc", "ac"),
        ("(?m)^a$\n^b$", "a\nb", "ab"),
        (r"a$\s*", "a\r\n", "a\n\n"),
        (r"a\Z\n?\z", "a\n", "a\n\n"),
        (r"\Ga\b.\Bb*", "a-", "aab"),
        ("(a|b)\\1", "aa", "ab"),
        ("(?<x>a|b)\\k<x>", "bb", "ab"),
        ("(a)\\11", "aa1", "aa"),
        ("a++b", "aab", "aa"),
        ("([ab]+){2}+|x", "x", "ab"),
        ("(?>a|ab)c|(?:d)?+", "ac", "abc"),
        ("a{2}?b{1,}c{0,2}d*?", "aabb", "ab"),
        ("(?<!b)a(?=c)c(?!d)(?<=c)", "ac", "ad"),
        ("[^a-c&&[b-d]]", "d", "b"),
        ("[^]a-]", "b", "-"),
        ("[&a[^b]]", "&", "b"),
        (r"[\v-z]", "\x0b", "{"),
        (r"[\p{L}&&[^a]]", "é", "a"),
        (r"[\w&&[^\d]]", "a", "1"),
        ("(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)\\10", "abcdefghijj", "abcdefghija0"),
        (r"(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)\1\Q0\E", "abcdefghija0", "abcdefghijj"),
        ("(?<name>a)\\k<name>", "aa", "a"),
        (r"\x{1F600}\x{e9}", "😀é", "é"),
        ("(?<=(ab|c))d?|ab(?<=(b))", "ab", "b"),
        ("(?:){2}a", "a", ""),
        ("(?i){2}a", "A", "b"),
        (r"\p{InGreek}\p{Lower}(?i)\p{Lower}\p{Lu}", "\u03b1aAa", "aaAa"),
        ("", "", "a"),
    ],
)
def test_patterns_mean_what_they_mean_in_java(pattern: str, yes: str, no: str) -> None:
    """Translated patterns match as in Java; `test_against_java.py` compares more of them with a JDK."""
    assert matches(pattern, yes)
    assert not matches(pattern, no)


def test_sets_of_characters() -> None:
    """Union, intersection and complement of ranges are ranges."""
    assert (of(("a", "c")) | of("d")).ranges == ((97, 100),)
    assert (of(("a", "c")) & ~of("b")).ranges == ((97, 97), (99, 99))
    assert listed(of("a")) == ((97, 97),)
    assert Characters().text == r"[^\x00-\U0010FFFF]"


@pytest.mark.slow
def test_the_words_of_tags_are_exact_in_re() -> None:
    """For every character of this Python's Unicode, `re` agrees with the package `regex` on the class of tags."""
    pattern = r"[\p{L}\p{Z}\p{N}_.:/=+\-@]"
    ours = set(compile_pattern(pattern).findall(EVERYTHING))
    theirs = set(regex.findall(pattern, EVERYTHING, flags=regex.V1))
    assert isinstance(compile_pattern(pattern), re.Pattern)
    # Older tables than `regex` has disagree about what changed its category since, which are few and no separators.
    assert len(ours ^ theirs) < 10, sorted(ours ^ theirs)
    assert not [each for each in ours ^ theirs if unicodedata.category(each).startswith("Z")]


ITEMS = st.sampled_from(["a-z", "A-F", "0-9", "1-9", r"\-", r"\p{L}\p{Z}\p{N}_", *"aZ9$_.:/+"])
CLASSES = st.lists(ITEMS, min_size=1, max_size=4).map(lambda items: f"[{''.join(items)}]")
REPEATED = st.tuples(CLASSES, st.sampled_from(["", "*", "+", "?", "{2}", "{1,}", "{0,2}"])).map("".join)
PARTS = st.lists(REPEATED | st.sampled_from(["a", "0%", "-"]), max_size=3).map("".join)
START, END = st.sampled_from(["^", ""]), st.sampled_from(["$", ""])
WAYS = st.lists(st.tuples(START, PARTS, END).map("".join), min_size=1, max_size=3).map("|".join)
SIMPLE = WAYS | st.tuples(START, st.just("("), WAYS, st.just(")"), END).map("".join)


@given(SIMPLE, st.text("azAZ0189$%_-.:/\\\n\r\u0663\u212a\u2028", max_size=6))
def test_simple_patterns_need_no_translation(pattern: str, text: str) -> None:
    """What is compiled without the translator matches the same strings as its translation."""
    compiled = compile_pattern(pattern)
    assert isinstance(compiled, re.Pattern)
    assert bool(compiled.fullmatch(text)) is matches(pattern, text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [("a.b", "a\rb"), ("[^a].", "b\x85"), (r"\d", "\u0663"), (r"[\w-]", "\xe9"), ("(?i)k", "\u212a")],
)
def test_other_patterns_are_translated(pattern: str, text: str) -> None:
    """What `re` reads in another way than Java goes through the translator."""
    assert re.fullmatch(pattern, text)
    assert not compile_pattern(pattern).fullmatch(text)
