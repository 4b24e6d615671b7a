from __future__ import annotations

from typing import Any

import pytest
from caller import has
from model import START, service_model

from pytest_ssm_automation._service.brief import java
from pytest_ssm_automation._service.checks.constraints import check
from pytest_ssm_automation._service.checks.violations import python_path

RATE = "^([1-9][0-9]*|[0]|[1-9][0-9]%|[0-9]%|100%)$"
# Releases of botocore differ in its brackets.
ACCOUNT = service_model().shape_for("ExcludeAccount").metadata["pattern"] if has("ExcludeAccount") else ""
FAILED = "failed to satisfy constraint: "
PATTERN = f"{FAILED}Member must satisfy regular expression pattern: "
LENGTH = f"{FAILED}Member must have length "
OF_ACCOUNTS = (
    "Member must satisfy constraint: [Member must have length less than or equal to 68, "
    f"Member must have length greater than or equal to 6, Member must satisfy regular expression pattern: {ACCOUNT}]"
)
OF_KEYS = (
    "Map keys must satisfy constraint: [Member must have length less than or equal to 50, "
    "Member must have length greater than or equal to 1]"
)
OF_VALUES = (
    "Map value must satisfy constraint: [Member must have length less than or equal to 50, "
    "Member must have length greater than or equal to 0, Member must satisfy constraint: "
    "[Member must have length less than or equal to 512, Member must have length greater than or equal to 1]]"
)


def said(operation: str = START, **params: Any) -> list[str]:
    """List the service's messages about a request."""
    if operation == START:
        params = {"DocumentName": "Doc", **params}
    return [str(violation) for violation in check(operation, params)]


@pytest.mark.parametrize(
    ("params", "sentences"),
    [
        ({"MaxErrors": "x"}, [f"Value 'x' at 'maxErrors' {PATTERN}{RATE}"]),
        ({"MaxErrors": "x" * 8},
         [f"Value 'xxxxxxxx' at 'maxErrors' {PATTERN}{RATE}",
          f"Value 'xxxxxxxx' at 'maxErrors' {LENGTH}less than or equal to 7"]),
        ({"TargetParameterName": ""}, [f"Value '' at 'targetParameterName' {LENGTH}greater than or equal to 1"]),
        ({"Mode": "auto"}, [f"Value 'auto' at 'mode' {FAILED}Member must satisfy enum value set: [Auto, Interactive]"]),
        ({"Tags": [{"Key": "a", "Value": "b"}, {"Key": "*", "Value": "b"}]},
         [rf"Value '*' at 'tags.2.member.key' {PATTERN}^([\p{{L}}\p{{Z}}\p{{N}}_.:/=+\-@]*)$"]),
        ({"Tags": [{"Key": "a"}]}, [f"Value null at 'tags.1.member.value' {FAILED}Member must not be null"]),
        pytest.param(
            {"Targets": [{}, {"Key": "k"}]},
            [f"Value '[{{}}, {{Key=k}}]' at 'targets' {LENGTH}less than or equal to 1"],
            marks=pytest.mark.needs("Targets:max=1"),
        ),
        ({"Parameters": {}}, [f"Value '{{}}' at 'parameters' {LENGTH}greater than or equal to 1"]),
        ({"TargetMaps": [{"a": ["b"]}, {}]},
         [f"Value '{{}}' at 'targetMaps.2.member' {LENGTH}greater than or equal to 1"]),
        pytest.param(
            {"TargetLocations": [{"ExcludeAccounts": ["ou-1", "123456789012"]}]},
            [f"Value '[ou-1, 123456789012]' at 'targetLocations.1.member.excludeAccounts' {FAILED}{OF_ACCOUNTS}"] * 2,
            marks=pytest.mark.needs("TargetLocation.ExcludeAccounts"),
        ),
        ({"Parameters": {"": ["a", "b"]}}, [f"Value '{{=[a, b]}}' at 'parameters' {FAILED}{OF_KEYS}"]),
        ({"Parameters": {"a": ["b"], "c": [""]}}, [f"Value '{{a=[b], c=[]}}' at 'parameters' {FAILED}{OF_VALUES}"]),
        ({"MaxErrors": 1},
         ["Invalid type for parameter MaxErrors, value: 1, type: <class 'int'>, valid type: string"]),
        ({"Targets": [{"Kye": "x"}]},
         ['Unknown parameter in input: "Targets[0].Kye", must be one of: Key, Values']),
    ],
)  # fmt: skip
def test_sentences_are_the_services_word_for_word(params: dict[str, Any], sentences: list[str]) -> None:
    """Paths are in lower camel case and count from 1, values are written as Java does, and limits are the model's."""
    assert said(**params) == sentences


def test_numbers_have_a_value_not_a_length() -> None:
    """The message for a number is about its value."""
    assert said("DescribeAutomationExecutions", MaxResults=51) == [
        "Value '51' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 50"
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": ["b", {"c": None}], "d": ()}, "{a=[b, {c=null}], d=[]}"),
        (True, "true"),
        (1.5, "1.5"),
        ("it's", "it's"),
    ],
)
def test_values_are_written_as_java_does(value: object, text: str) -> None:
    """Maps, lists, booleans and nulls look as in Java's `toString`."""
    assert java(value) == text


def test_long_values_are_not_shortened() -> None:
    """The text that the service sends has the whole value, however long it is."""
    assert "v" * 5000 in said(Parameters={"k": ["v" * 5000]})[0]


@pytest.mark.parametrize(
    ("steps", "path"),
    [
        ((("member", "Tags"), ("item", 0), ("member", "Key")), "Tags[0].Key"),
        ((("member", "Parameters"), ("value", "a'b"), ("item", 3)), "Parameters[\"a'b\"][3]"),
        ((("member", "Parameters"), ("key", "")), "Parameters['']"),
        ((), ""),
    ],
)  # fmt: skip
def test_paths_for_people_are_pythons(steps: tuple[tuple[str, Any], ...], path: str) -> None:
    """A violation's path can be typed after the request's name."""
    assert python_path(steps) == path
