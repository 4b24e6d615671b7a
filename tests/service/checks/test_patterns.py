from __future__ import annotations

import itertools
import re
import sys
import unicodedata
from typing import Any

import botocore.session
import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st
from model import OPERATIONS

from pytest_ssm_automation._service.checks.patterns import compile_pattern
from pytest_ssm_automation._service.java.writer import for_re

EVERYTHING = "".join(
    chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) not in {"Cn", "Cs"}
)
DOCUMENT_NAME = r"^[a-zA-Z0-9_\-.]{3,128}$"
TAG = r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$"


def matches(pattern: str, text: str) -> bool:
    """Tell whether the whole text matches."""
    return compile_pattern(pattern).fullmatch(text) is not None


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        (DOCUMENT_NAME, "Doc", True),
        (DOCUMENT_NAME, "Doc\n", False),
        (r"\d{12}", "123456789012", True),
        (r"\d{3}", "\u0661\u0662\u0663", False),
        (r"\w+", "a_1", True),
        (r"\w+", "\u00e9", False),
        (r"\s+", "\u2003", False),
        (r"[\w-\/]+", "a-/", True),
        (r"[\d-x]+", "1-x", True),
        (r"a|ab", "ab", True),
        (r"x.z", "xyz", True),
        (r"x\.z", "xyz", False),
        (r"[.]", "x", False),
    ],
)
def test_java_patterns_match_as_in_java(pattern: str, text: str, *, expected: bool) -> None:
    """The whole string must match, classes are ASCII, and a hyphen at the end of a class is literal."""
    assert matches(pattern, text) is expected


@pytest.mark.parametrize("terminator", ["\n", "\r", "\x85", "\u2028", "\u2029"])
def test_a_dot_is_no_line_terminator(terminator: str) -> None:
    """Java's dot leaves out five characters, Python's only one."""
    assert not matches("a.", "a" + terminator)


@pytest.mark.parametrize("text", ["tag:Env", "Env", "", "\u00e9\u4e2d\u0663", "a\u2003b", "x=y+z@w"])
def test_letters_of_any_script_are_letters(text: str) -> None:
    r"""`\p{L}\p{Z}\p{N}` means letters, separators and numbers of Unicode."""
    assert matches(TAG, text)


@pytest.mark.parametrize("text", ["a\n", "\u0301", "a*b", "\t"])
def test_marks_and_controls_are_no_letters(text: str) -> None:
    """What is neither a letter, nor a separator, nor a number, nor named in the class doesn't match."""
    assert not matches(TAG, text)


@pytest.mark.slow
@pytest.mark.parametrize(
    "inside",
    [
        *(r"\p{L}\p{Z}\p{N}_", r"\p{L}\p{N}\p{P}", r"\p{L}\p{N}_\p{Sc}", r"\p{L}\p{Z}\p{N}_.:/=+\-@"),
        *(r"\p{L}", r"\p{Sc}", r"\p{L}\p{N}", r"^\p{L}\p{N}_", r"\P{L}\p{N}_", r"\P{L}", r"\p{IsGreek}a"),
    ],
)
def test_classes_with_properties_are_exact(inside: str) -> None:
    """For every character of this Python's Unicode the translation agrees with the package `regex`."""
    ours = set(compile_pattern(f"[{inside}]").findall(EVERYTHING))
    theirs = set(regex.findall(f"[{inside}]", EVERYTHING, flags=regex.V1))
    # Older tables than `regex` has disagree about what changed its category since, which are few and no separators.
    assert len(ours ^ theirs) < 10, sorted(ours ^ theirs)


def test_a_class_of_nothing_matches_nothing() -> None:
    """An intersection may leave no character."""
    assert not matches("[a&&b]", "a")
    assert matches("[a&&b]*", "")


ITEMS = st.sampled_from(["a-z", "A-Z", "0-9", "1-9", r"\-", *"aZ9_.:/"])
CLASSES = st.lists(ITEMS, min_size=1, max_size=4).map(lambda items: f"[{''.join(items)}]")
REPEATED = st.tuples(CLASSES, st.sampled_from(["", "*", "+", "?", "{2}", "{1,}", "{0,2}"])).map("".join)
SIMPLE = st.tuples(
    st.sampled_from(["", "^"]), st.lists(REPEATED, min_size=1, max_size=3).map("".join), st.sampled_from(["", "$"])
).map("".join)


@given(SIMPLE, st.text("azAZ0189_-.:/\\n\r\u0663\u212a", max_size=6))
def test_simple_classes_need_no_translation(pattern: str, text: str) -> None:
    """What is compiled without the translator matches the same strings as its translation."""
    assert matches(pattern, text) is (re.fullmatch(for_re(pattern), text) is not None)


def test_what_re_cannot_say_is_refused() -> None:
    """A newer model's pattern is never translated to something near."""
    with pytest.raises(ValueError, match="cannot be translated"):
        compile_pattern(r"\X")


def test_every_pattern_of_the_model_compiles() -> None:
    """All requests of the installed model can be validated."""
    service = botocore.session.Session().get_service_model("ssm")
    shapes: Any = itertools.chain.from_iterable(
        _below(service.operation_model(operation).input_shape, ()) for operation in OPERATIONS
    )
    patterns = {shape.metadata["pattern"] for shape in shapes if "pattern" in shape.metadata}
    assert len(patterns) >= 9
    assert all(compile_pattern(pattern) for pattern in patterns)


def _below(shape: object, seen: tuple[str, ...]) -> list[object]:
    members = [
        *getattr(shape, "members", {}).values(),
        *(getattr(shape, kind, None) for kind in ("member", "key", "value")),
    ]
    below = [member for member in members if member is not None and member.name not in seen]
    return [shape, *itertools.chain.from_iterable(_below(member, (*seen, member.name)) for member in below)]
