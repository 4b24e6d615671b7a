"""Conversion of outputs to their declared types."""

from __future__ import annotations

import json
from typing import Any

import pytest
from caller import poll, runbook, start, step

from pytest_ssm_automation import AutomationFake, FakeUsageError

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


def converted(value: Any, kind: str) -> Any:
    """Return what a step reads of an output of a type that the test sets to a value."""
    get = {"name": "get", "action": "aws:executeAwsApi", "outputs": [{"Name": "X", "Selector": "$.x", "Type": kind}]}
    use = {"name": "use", "action": "aws:executeAwsApi", "inputs": {"Service": "ec2", "Api": "Any", "X": "{{ get.X }}"}}
    with AutomationFake() as fake:
        fake.add_runbook(runbook(get, use), name="Doc")
        fake.step_outputs("get", {"X": value})
        execution_id = start(fake.client())
        shown = [poll(fake.client(), execution_id) for _ in range(3)][-1]
    return json.loads(step(shown, "use")["Inputs"]["X"])


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [(value, kind, expected) for value, *row in TABLE for kind, expected in zip(TYPES, row, strict=True)],
)
def test_conversions(value: Any, kind: str, expected: Any) -> None:
    """Values become the declared type where AWS documents the conversion, or where only their JSON fits."""
    if expected is REFUSED:
        with pytest.raises(FakeUsageError, match=f"AWS converts to its type, {kind}, but got"):
            converted(value, kind)
    else:
        found = converted(value, kind)
        assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize("value", [5, {"a": [1]}, None])
def test_other_types(value: Any) -> None:
    """What has no documented type stays as it is."""
    assert converted(value, "IntegerList") == value
