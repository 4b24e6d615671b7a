"""Conversion of outputs to their declared types."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_ssm_automation._service.runbooks.conversions import ConversionError, converted

REFUSED = object()
TYPES = ("String", "Integer", "Boolean", "StringList", "StringMap", "MapList")
# What each value becomes as each type.
TABLE: list[tuple[Any, ...]] = [
    ("text", "text", REFUSED, REFUSED, ["text"], REFUSED, REFUSED),
    ("", "", REFUSED, REFUSED, [""], REFUSED, REFUSED),
    ("-3", "-3", -3, REFUSED, ["-3"], REFUSED, REFUSED),
    ("3.0", "3.0", REFUSED, REFUSED, ["3.0"], REFUSED, REFUSED),
    ("٣", "٣", REFUSED, REFUSED, ["٣"], REFUSED, REFUSED),
    ("True", "True", REFUSED, True, ["True"], REFUSED, REFUSED),
    ("false", "false", REFUSED, False, ["false"], REFUSED, REFUSED),
    (3, "3", 3, REFUSED, ["3"], REFUSED, REFUSED),
    (3.5, "3.5", REFUSED, REFUSED, ["3.5"], REFUSED, REFUSED),
    (True, "true", REFUSED, True, ["true"], REFUSED, REFUSED),
    (["text"], "text", REFUSED, REFUSED, ["text"], REFUSED, ["text"]),
    (["3"], "3", 3, REFUSED, ["3"], REFUSED, ["3"]),
    ([3], "3", 3, REFUSED, [3], REFUSED, [3]),
    ([True], "true", REFUSED, True, [True], REFUSED, [True]),
    ([], "[]", REFUSED, REFUSED, [], REFUSED, []),
    (["a", "b"], '["a","b"]', REFUSED, REFUSED, ["a", "b"], REFUSED, ["a", "b"]),
    ([{"a": 1}], '[{"a":1}]', REFUSED, REFUSED, [{"a": 1}], REFUSED, [{"a": 1}]),
    ({"a": 1}, '{"a":1}', REFUSED, REFUSED, ['{"a":1}'], {"a": 1}, REFUSED),
    (None, *[REFUSED] * 6),
]


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [(value, kind, expected) for value, *row in TABLE for kind, expected in zip(TYPES, row, strict=True)],
)
def test_conversions(value: Any, kind: str, expected: Any) -> None:
    """Values become the declared type where AWS documents the conversion, or where only their JSON fits."""
    if expected is REFUSED:
        with pytest.raises(ConversionError):
            converted(value, kind)
    else:
        found = converted(value, kind)
        assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize("kind", [None, "", "IntegerList"])
@pytest.mark.parametrize("value", [None, 5, {"a": [1]}])
def test_other_types(value: Any, kind: str | None) -> None:
    """What has no documented type stays as it is."""
    assert converted(value, kind) is value
