"""Tests of the patterns that runbooks declare."""

from __future__ import annotations

import time
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
import regex
from caller import load, runbook, start

from pytest_ssm_automation import AutomationFake, FakeUsageError

if TYPE_CHECKING:
    from pytest_ssm_automation import Runbook

LARGEST = 60_000


def declaring(pattern: str) -> Runbook:
    """Load a runbook with a parameter that has this pattern."""
    declared = {"X": {"type": "String", "allowedPattern": pattern}}
    return load(runbook({"name": "wait"}, parameters=declared), name="Doc")


def matches(pattern: str, text: str) -> bool:
    """Return whether a start with this value is accepted."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        book = declaring(pattern)
    with AutomationFake(runbooks=[book]) as fake:
        client = fake.client()
        with suppress(client.exceptions.InvalidAutomationExecutionParametersException):
            start(client, Parameters={"X": [text]})
        return not fake.calls[0].violations


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"^i-[0-9a-f]{17}$", "i-0123456789abcdef0"),
        (r"^$|^arn:aws[\w-]*:iam::\d{12}:role/.+$", "arn:aws:iam::123456789012:role/x"),
        (r"(?!.*--)[a-z-]+", "a-b"),
        (r"\p{Alpha}+", "abc"),
        (r"^[a-z]{1,63}(\.[a-z]{1,63}){0,10}$", "www.example.com"),
        (r"^i-[0-9a-f]{8}(?:[0-9a-f]{9})?$", "i-01234567"),
        (r"^[\w+=,.@-]{1,64}$", "a@b"),
        (r"^arn:aws:iam::\d{12}:role/.{1,512}$", "arn:aws:iam::123456789012:role/x"),
        ("-".join(["[a-z]{1,256}"] * 5), "a-b-c-d-e"),
        ("[0-9A-Za-z]{4096}", "a" * 4096),
        (r"[^\\/:*?<>|]+[a-zA-Z0-9!@#$%^&*()_+=-]*", "a(b"),
        (r"[\u0009\u000A\u000D\u0020-\uD7FF\uE000-\uFFFD\r\n\t]*", "a b"),
        (r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*", "a\r\n\U0001f600"),
        (r"[]\](*)(?R\[-]+", "](?R)[-"),
        (r"\(?R\){2}|\[{3}", "R))"),
        (r"(\{\d\}|[{9999}]{2}){30}", "{1}" * 30),
        ("(a+)+$", "aaa"),
        ("^([a-z]+-)*[a-z]+$", "a-b"),
        (r"^(?i)a(?-i)b(?s:.)(?<n>d)(?<m>e)\k<n>(?>f)(?<=f)(?<!g)$", "Ab\ndedf"),
    ],
)
def test_patterns_of_live_runbooks_match(pattern: str, text: str) -> None:
    """Anchors, groups, flags, counts and classes mean what they mean in Java."""
    declaring(pattern)  # without a warning
    assert matches(pattern, text)


def test_the_whole_text_has_to_match() -> None:
    """A pattern without anchors does not match a part of the text."""
    assert not matches("[0-9]+", "12 of 30")


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("(", "unclosed group at position 1"),
        ("[a", "unclosed character class at position 2"),
        ("a{2,1}", "illegal repetition range at position 5"),
        ("(?R)", "unknown inline modifier at position 2"),
        ("(?P<name>a)", "unknown inline modifier at position 2"),
        ("(?:abc){e<=5}", "illegal repetition at position 7"),
        ("(?#a)", "unknown inline modifier at position 2"),
        ("(*FAIL)", "dangling meta character '*' at position 1"),
        (r"\p{1e999}", "unknown property '1e999' at position 9"),
        ("a{" + "9" * 1000 + "}", "illegal repetition range at position 1002"),
    ],
)
def test_wrong_pattern_is_refused(pattern: str, problem: str) -> None:
    """What Java would not compile is refused before anything is matched, with the place."""
    with pytest.raises(FakeUsageError) as caught:
        declaring(pattern)
    assert str(caught.value).endswith(f" cannot be used: {problem}")


@pytest.fixture(autouse=True)
def _less_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Match patterns with less time than a user has, since what matters is how far beyond it goes."""
    monkeypatch.setattr("pytest_ssm_automation._service.runbooks.expressions.MOST_SECONDS", 0.1)


def bounded(pattern: str) -> None:
    """Check that it is soon known whether a long value matches, or that this takes too long."""
    # what counts is the work: the machine may be busy with other tests
    started = time.process_time()
    with suppress(FakeUsageError):
        matches(pattern, "b" + "a" * 100_000 + "c")
    assert time.process_time() - started < 2


def unchecked(pattern: str, message: str) -> None:
    """Check that a pattern is at once taken to match anything, with the reason."""
    started = time.process_time()
    with pytest.warns(UserWarning, match=f" is not checked, and any value matches: {message}"):
        declaring(pattern)
    assert matches(pattern, "anything\nat all")
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    "part",
    ["[", "[ ", "[^", "[[:", "[a-", "(", "(?", "()", "{", "{1,", "a{1", "{e", "\\", r"\R", "a", "a|", "(?i)", "(?#"],
)
def test_long_patterns_are_not_checked(part: str) -> None:
    """Whatever it is made of, a pattern beyond what Parameter Store takes costs no time; the most it takes, little."""
    unchecked(part * (LARGEST // len(part)), "it is longer than 1024 characters$")
    bounded(part * (1024 // len(part)))


@pytest.mark.parametrize(
    "pattern",
    [
        "a{1000000000}",
        "a{1000}" * 140,
        "(((a{1000}){1000}){1000})",
        "(?:(?:(?:a{1000,}){1000,2000}?){1000}+)",
        "(?:(?:a{1000})(?i:){1000}){1000}",
        r"(?:[)\]]{9999}(?:\)){999}){999,}",
        "(?:" * 60 + "a" + ")+" * 60,
        "(" * 30 + "a" + ")+?" * 30,
        "(?>" * 30 + "a" + ")++" * 30,
        "(?:" * 40 + "a" + "){1,2}" * 40,
    ],
)
def test_patterns_that_blow_up_when_compiled_are_not_checked(pattern: str) -> None:
    """Compiling expands repeats, and the size of the result is limited, however they are nested."""
    unchecked(pattern, "with expanded repeats it is longer than 100000 characters$")


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        (r"\X", r"\\X at position 2 cannot be translated$"),
        ("(?iu)é", "the flags i and u together"),
        ("(?i)(a)\\1", "a reference with the flag i"),
        ("(" * 500 + ")" * 500, "its groups are nested too deeply"),
        ("(?=" * 250 + ")" * 250, "."),
    ],
)
def test_what_has_no_translation_is_not_checked(pattern: str, message: str) -> None:
    """What Java compiles, and so AWS takes, is taken to match anything where it can't be matched as Java does."""
    unchecked(pattern, message)


@pytest.mark.parametrize("error", [MemoryError, RecursionError])
def test_a_lack_of_memory_is_told(monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    """A lack of memory, when a pattern is compiled or matched, is reported."""

    class Failing:
        def fullmatch(self, *_: Any, **__: Any) -> None:
            raise error

    def fail(*_: Any, **__: Any) -> None:
        raise error

    # patterns that no other test has, since what is compiled is kept
    monkeypatch.setattr(regex, "compile", fail)
    unchecked(f"compiled{error.__name__}", f"it cannot be compiled: {error.__name__}$")
    monkeypatch.setattr(regex, "compile", lambda *_: Failing())
    with pytest.raises(FakeUsageError, match=f"cannot be used: {error.__name__}$"):
        matches(f"matched{error.__name__}", "a")


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
        "b(?:(?=[^" + "".join(map(chr, range(0x4E00, 0x4E00 + 240, 2))) + "]*c)a)*c",
        "b(?:(?=[^" + r"\p{Lu}\p{Nd}\p{Zs}\p{IsGreek}\p{IsHan}" * 5 + "]*c)a)*c",
        r"(?:\R|a|b)*[^c]",
        "(?:" + "(a?)" * 250 + "|b)*c",
        "(?:()" + "()" * 480 + "|a|b|c)*[^c]",
        ".*b" + "a" * 1000 + ".*",
        "(?i).*" + "aab" * 330 + ".*",
    ],
)
def test_long_values_are_matched_in_bounded_time(pattern: str) -> None:
    """Backtracking, lookbehinds, large classes and long literals take a short time, even without the timeout."""
    bounded(pattern)


def test_the_default_of_the_module_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """A project that makes another version its default for the module `regex` gets the same answers."""
    for version, kept in ((regex.VERSION0, "b"), (regex.VERSION1, "c")):
        monkeypatch.setattr(regex, "DEFAULT_VERSION", version)
        assert matches(f"[[a]{kept}&&[^{kept}]]+", "aa")
        assert not matches(f"[[a]{kept}&&[^{kept}]]+", f"a{kept}")
