"""Compare the translated patterns with `java.util.regex.Pattern` of a JDK 17."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import regex

from pytest_ssm_automation._service.java import properties
from pytest_ssm_automation._service.java.nodes import JavaSyntaxError, UntranslatableError
from pytest_ssm_automation._service.java.parser import parse
from pytest_ssm_automation._service.java.writer import for_regex

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

pytestmark = pytest.mark.slow

Row = tuple[str, list[str]]
UNKNOWN = "no translation"
# Characters that Unicode has not changed since the version in Java 17.
ASCII = [*"aAbBzZkKsSiI019_-. :/\\{}[]()$^*+?|&@=,#\"'<>!~", *"\t\n\r\x0b\x0c\x00\x1c\x7f"]
BEYOND = list(
    "é\xdf\xff\xb5\xa0\x85\u2028\u2029\u2003\u180e\u200d\u0661\u4e2d\u03b1\u0391\u0301\u01c5\u2160\u212a\u017f"
)
CHARACTERS = [*ASCII, *BEYOND, "\U0001f600", "\U00010400", "\ud800"]
# Patterns such as runbooks declare, and unusual ones.
DECLARED = Path(__file__).with_name("declared.txt").read_text(encoding="utf-8").splitlines()
VALUES = [
    "", "a", "b", "foo", "bar", "foo bar", "abcde", "aa", "abab", "0", "7", "100", "0012", "123456789012",
    "-a-b", "a--b", "a-b", "a.b(c)", "true", "YES", "i-01234567", "i-0123456789abcdef0",
    "vpc-0123456789abcdef0", "eu-west-1", "arn:aws:iam::123456789012:role/a/B", "10.0.255.1", "my-bucket",
    "s3://b/k", "{}", "[]", '{"a": [1]}', '"a\\"b"', "{{ssm:/a/b}}", "https://a.b/c?d", "me@example.com",
    "PT5M", "2024-02-30T10:00:00Z", "rate(1 day)", "QUJD==", "a\n", "a\r\n", "a\nb", "a\r\nb", "a\x85b",
    "a\u2028", "\xe9", "\xe91", "\u65e5\u672c 1", "\U0001f600", "\U00010400a", "a\u0301", "K\u212a", "a{2}",
    "a bc#",
]  # fmt: skip
_ATOMS = r"""
    a b A z 0 _ - . \. \d \D \w \W \s \S \h \H \v \V \p{L} \P{L} \pN \p{Lu} \p{Alpha} \p{IsAlphabetic} \p{Punct}
    \p{IsGreek} \p{InGreek} \p{sc=Latin} \x41 \x{1F600} \u0041 \uD83D\uDE00 \Qa.b\E \Q1\E \t \n
    \r \e \a \f é [abc] [^abc] [a-z] [a-z&&[^b]] [\w-] [\w.-] [-a] [a-] [^-a] []a] [^]a] [a[bc]]
    [a-c[x-z]&&[b-y]] [^a-c&&[b-d]] [\p{L}&&[^a]] [&] [a&b] [&&a] [a&&b] [^\d] [\d\s] [\x41-\x43]
    [\uD83D\uDE00-\uD83D\uDE05] [\Qa-b\E] [.] [$^] [(|)] [\v-z] [\]\[] [\d-a] [+--] [{}] [#] [\p{Lu}\P{L}]
    [^\p{IsAlphabetic}a] [\x00-\xff&&[^\w]] ] }
"""
_QUANTIFIERS = "* + ? *? +? ?? *+ ++ ?+ {2} {1,2} {0,} {1,3}? {2}+ {0}"
ATOMS = _ATOMS.split()
QUANTIFIERS = [*[""] * 8, *_QUANTIFIERS.split()]


def value(rng: random.Random) -> str:
    """Generate a short text without surrogate pairs."""
    return "".join(rng.choices(CHARACTERS, k=rng.choice((0, 1, 1, 1, 1, 2, 2, 3, 4))))


def part(rng: random.Random, depth: int) -> str:
    """Generate a part of a pattern.

    Anchors are not repeated, because Java ends a counted repeat at the first iteration that matches nothing. There are
    no backreferences, because Java keeps what a group matched before it backtracked.
    """
    kind = rng.random()
    if kind < 0.08:
        return rng.choice(["^", "$", r"\b", r"\B", r"\A", r"\z", r"\Z", r"\G"])
    if kind < 0.16:
        return rng.choice(["(?i)", "(?s)", "(?m)", "(?-i)", "(?im)", "(?i-s)"])
    if kind < 0.24:
        return f"{rng.choice(['(?=', '(?!', '(?<=', '(?<!'])}{alternatives(rng, depth + 1)})"
    if kind < 0.55 and depth < 3:
        opened = rng.choice(["(", "(", "(?:", "(?:", "(?>", "(?i:", "(?s:", "(?-i:", "(?<n>"])
        inside = alternatives(rng, depth + 1)
        places = regex.search(r"[$^]|\\[bBAzZG]|\(\?<?[=!]", inside)
        return f"{opened}{inside}){'' if places else rng.choice(QUANTIFIERS)}"
    return rng.choice(ATOMS) + rng.choice(QUANTIFIERS)


def alternatives(rng: random.Random, depth: int = 0) -> str:
    """Generate a pattern, or the contents of a group."""
    ways = rng.choice((1, 1, 1, 2, 3))
    return "|".join("".join(part(rng, depth) for _ in range(rng.choice((0, 1, 1, 2, 2, 3)))) for _ in range(ways))


def mangled(rng: random.Random, pattern: str) -> str:
    """Remove or insert a character, which usually makes a pattern invalid."""
    place = rng.randrange(len(pattern) + 1)
    if rng.random() < 0.5:
        return pattern[:place] + pattern[place + 1 :]
    return pattern[:place] + rng.choice(r"\[](){}?*+|&^$-,:<>=!iQEuxN0 #a") + pattern[place:]


def answers(rows: Sequence[Row]) -> list[str]:
    """Match every value with the translated patterns; the format is that of the Java program."""
    found: list[str] = []
    for pattern, values in rows:
        try:
            compiled: Any = regex.compile(for_regex(parse(pattern)), regex.VERSION1)
        except JavaSyntaxError:
            found.append("refused")
        except UntranslatableError:
            found.append(UNKNOWN)
        else:
            found.append("".join("1" if compiled.fullmatch(each) else "0" for each in values))
    return found


def differences(ours: Sequence[str], theirs: Sequence[str], rows: Sequence[Row]) -> list[tuple[str, str, str]]:
    """List the patterns with different results."""
    compared = zip(rows, ours, theirs, strict=True)
    return [(row[0], our, their) for row, our, their in compared if our not in {their, UNKNOWN}]


def output(*command: str, given: str = "") -> str:
    """Run a command, and return its output."""
    return subprocess.run(command, input=given, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def java(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Sequence[Row]], list[str]]:
    """Return a function that matches values in Java."""
    javac, program = shutil.which("javac"), shutil.which("java")
    if not javac or not program or "javac 17." not in output(javac, "-version"):
        pytest.skip("there is no JDK 17")
    classes = str(tmp_path_factory.mktemp("java"))
    output(javac, "-d", classes, str(Path(__file__).with_name("JavaPatterns.java")))

    def ask(rows: Sequence[Row]) -> list[str]:
        texts = "".join(",".join(map(_hexadecimal, (pattern, *values))) + "\n" for pattern, values in rows)
        return output(program, "-cp", classes, "JavaPatterns", given=texts).splitlines()

    return ask


def _hexadecimal(text: str) -> str:
    return text.encode("utf-16-be", "surrogatepass").hex()


def test_declared_patterns_match_as_in_java(java: Callable[[Sequence[Row]], list[str]]) -> None:
    """Patterns such as runbooks declare match the same values as in Java, or are rejected as in Java."""
    rng = random.Random(0)
    spoilt = [mangled(rng, each) for each in VALUES for _ in range(5)]
    rows = [(pattern, [*VALUES, *spoilt]) for pattern in DECLARED]
    ours = answers(rows)
    assert UNKNOWN not in ours
    assert differences(ours, java(rows), rows) == []


@pytest.mark.parametrize("spoil", [False, True], ids=["sound", "mangled"])
def test_random_patterns_match_as_in_java(java: Callable[[Sequence[Row]], list[str]], *, spoil: bool) -> None:
    """Random patterns match the same values as in Java, or are rejected as in Java."""
    rng = random.Random(1)
    patterns = [alternatives(rng) for _ in range(1500)]
    rows = [(mangled(rng, each) if spoil else each, [value(rng) for _ in range(20)]) for each in patterns]
    ours = answers(rows)
    assert differences(ours, java(rows), rows) == []
    assert ours.count(UNKNOWN) < len(ours) / 5
    assert ("refused" in ours) is spoil or not spoil


def test_classes_match_as_in_java(java: Callable[[Sequence[Row]], list[str]]) -> None:
    """Each kind of class matches the same single characters as in Java."""
    rows = [(atom, CHARACTERS) for atom in ATOMS]
    assert differences(answers(rows), java(rows), rows) == []


def test_properties_have_the_characters_they_have_in_java(java: Callable[[Sequence[Row]], list[str]]) -> None:
    """Properties of Java have the same characters, with and without `(?i)`."""
    names = [*properties._NAMED, *(f"Is{each}" for each in (*properties._NAMED, *properties._BINARY))]
    names += ["IsLatin", "IsGREEK", "IsHan", "IsCyrl", "InGreek", "InBasic Latin", "InLATIN_1_SUPPLEMENT"]
    names += ["gc=Lu", "general_category=Nd", "sc=Grek", "script=Latin", "blk=Cyrillic", "block=Greek"]
    names += ["InNowhere", "gc=Nowhere", "sc=", "x=y", "Letter"]
    rows = [(rf"{flag}\p{{{name}}}", CHARACTERS) for name in names for flag in ("", "(?i)")]
    assert differences(answers(rows), java(rows), rows) == []
