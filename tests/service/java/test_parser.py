"""Tests of the parser for Java's patterns that need no JDK."""

from __future__ import annotations

import pytest
import regex

from pytest_ssm_automation._service.java.characters import Characters, listed, of
from pytest_ssm_automation._service.java.nodes import JavaSyntaxError, UntranslatableError
from pytest_ssm_automation._service.java.parser import parse
from pytest_ssm_automation._service.java.writer import for_re, for_regex


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
        ("a{", "illegal repetition at position 2"),
        ("a{2", "unclosed counted closure at position 3"),
        ("a{3,2}", "illegal repetition range at position 5"),
        ("a{1,99999999999}", "illegal repetition range at position 14"),
        ("[a", "unclosed character class at position 2"),
        ("[b-a]", "illegal character range at position 4"),
        (r"[a-\d]", "illegal character range at position 5"),
        ("[&&]", "bad class syntax at position 3"),
        (r"[\b]", "illegal or unsupported escape sequence at position 2"),
        (r"\y", "illegal or unsupported escape sequence at position 1"),
        ("\\", "illegal or unsupported escape sequence at position 1"),
        (r"\0", "illegal octal escape sequence at position 2"),
        (r"\c", "illegal control escape sequence at position 2"),
        (r"\x4", "illegal hexadecimal escape sequence at position 3"),
        (r"\x{4", "unclosed hexadecimal escape sequence at position 4"),
        (r"\x{}", "illegal hexadecimal escape sequence at position 4"),
        (r"\x{110000}", "hexadecimal codepoint is too big at position 8"),
        (r"\u12", "illegal Unicode escape sequence at position 4"),
        (r"\N", "illegal character name escape sequence at position 2"),
        (r"\p{L", "unclosed character family at position 2"),
        (r"\p{Nothing}", "unknown property 'Nothing' at position 11"),
        (r"\p{sc=Nothing}", "unknown property 'sc=Nothing' at position 14"),
        (r"\p{gc=Nothing}", "unknown property 'gc=Nothing' at position 14"),
        (r"\p{x=y}", "unknown property 'x=y' at position 7"),
        (r"\p{IsGree k}", "unknown property 'IsGree k' at position 12"),
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
        r"(?U)\w",
        r"(?U)\bx",
        r"(?U)\p{L}",
        "(?iu)a",
        "(?c)a",
        r"(?i)(a)\1",
        r"(\1a)",
        r"\N{NO SUCH NAME}",
        r"\p{javaUnicodeIdentifierPart}",
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
        (r"\p{L}+", "é中", "1"),
        (r"\pL\PL", "é1", "1é"),
        (r"\Qa.b\E+\Q1", "a.bb1", "axb1"),
        (r"\\Qa", "\\Qa", "a"),
        (r"\x41\u0042\0103\cA\e", "ABC\x01\x1b", "ABC"),
        (r"\N{LATIN SMALL LETTER A}", "a", "b"),
        (r"\uD83D\uDE00[\uD83D\uDE00-\uD83D\uDE05]", "😀😁", "\ud83d"),
        (r"\uD83D\u0041", "\ud83dA", "A"),
        ("(?x) a [b c] \\# # end\n d", "ab#d", "a b#d"),
        ("(?i)a[b-c](?-i)d", "ABd", "ABD"),
        ("(?i:k)", "K", "\u212a"),
        ("a.c", "a\x00c", "a\u2028c"),
        ("(?s)a.c", "a\nc", "ac"),
        ("(?d)a.c", "a\u2028c", "a\nc"),
        ("(?m)^a$\n^b$", "a\nb", "ab"),
        ("(?md)^a$\n^b$", "a\nb", "a\rb"),
        (r"(?d)a$\n?", "a\n", "a\r"),
        (r"a$\R?", "a\r\n", "a\n\n"),
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
        ("(?<name>a)\\k<name>", "aa", "a"),
        (r"\x{1F600}\x{e9}", "😀é", "é"),
        ("(?<=(ab|c))d?|ab(?<=(b))", "ab", "b"),
        ("(?:){2}a", "a", ""),
        ("(?i){2}a", "A", "b"),
        (r"\p{InGreek}\p{IsLowercase}(?i)\p{IsLowercase}\p{Lu}", "\u03b1aAa", "aaAa"),
        ("", "", "a"),
    ],
)
def test_patterns_mean_what_they_mean_in_java(pattern: str, yes: str, no: str) -> None:
    """Translated patterns match as in Java; `test_against_java.py` compares more of them with a JDK."""
    assert matches(pattern, yes)
    assert not matches(pattern, no)


def test_a_reference_to_no_group_never_matches() -> None:
    """It is no error, as in Java."""
    assert not matches(r"\1", "")
    assert not matches(r"\103", "C")
    assert matches(r"\0103", "C")


def test_sets_of_characters() -> None:
    """Union, intersection and complement of ranges are ranges. Classes with properties are written for `re`."""
    assert (of(("a", "c")) | of("d")).ranges == ((97, 100),)
    assert (of(("a", "c")) & ~of("b")).ranges == ((97, 97), (99, 99))
    assert listed(of("a")) == ((97, 97),)
    assert Characters().text == r"[^\x00-\U0010FFFF]"
    assert for_re(r"[\p{L}\p{N}_]") == r"[\w_]"


@pytest.mark.parametrize(
    ("pattern", "text"),
    [(r"\07", "\x07"), (r"\077", "?"), (r"\0377", "\xff"), (r"\0400", " 0"), (r"\0777", "?7"), (r"\01234", "S4")],
)
def test_octal_escapes_have_up_to_three_digits(pattern: str, text: str) -> None:
    """Two digits if the first is above 3; what follows stands for itself."""
    assert matches(pattern, text)


@pytest.mark.parametrize(
    ("name", "ranges"),
    [
        (
            "IsHex_Digit",
            [("0", "9"), ("A", "F"), ("a", "f"), ("\uff10", "\uff19"), ("\uff21", "\uff26"), ("\uff41", "\uff46")],
        ),
        ("IsWhite_Space", [("\t", "\r"), (" ", " "), ("\x85", "\x85"), ("\u2028", "\u2029")]),
        (
            "javaWhitespace",
            [("\t", "\r"), ("\x1c", " "), ("\u2008", "\u200a"), ("\u2028", "\u2029"), ("\u3000", "\u3000")],
        ),
        ("IsJoin_Control", [("\u200c", "\u200d")]),
        ("IsNoncharacter_Code_Point", [("\ufdd0", "\ufdef"), ("\ufffe", "\uffff"), ("\U0010fffe", "\U0010ffff")]),
        ("javaISOControl", [("\0", "\x1f"), ("\x7f", "\x9f")]),
    ],
)
def test_ranges_of_properties_end_where_they_do_in_java(name: str, ranges: list[tuple[str, str]]) -> None:
    """The first and the last character of each range have the property, those beside it have not."""
    for first, last in ranges:
        beside = [chr(place) for place in (ord(first) - 1, ord(last) + 1) if 0 <= place < 0x110000]
        found = [matches(rf"\p{{{name}}}", character) for character in (first, last, *beside)]
        assert found == [True, True, *(False for _ in beside)], (first, last)
