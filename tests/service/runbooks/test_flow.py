"""The steps of runbooks, their conditions and their references."""

from __future__ import annotations

import json
from typing import Any

import pytest
from caller import poll, runbook, start, step

from pytest_ssm_automation import AutomationFake

YES = {"Variable": "yes", "StringEquals": "yes"}
NO = {"Variable": "no", "StringEquals": "yes"}
OPEN = {"Variable": "{{ get.Unknown }}", "StringEquals": "yes"}


def run(*steps: dict[str, Any], put_out: dict[str, Any] | None = None, **members: Any) -> dict[str, Any]:
    """Run a runbook whose first step puts out these values, and return what is shown in the end."""
    get = {"name": "get", "action": "aws:runCommand"}
    with AutomationFake() as fake:
        fake.add_runbook(runbook(get, *steps, **members), name="Doc")
        fake.step_outputs("get", put_out or {})
        execution_id = start(fake.client())
        return [poll(fake.client(), execution_id) for _ in range(3)][-1]


@pytest.mark.filterwarnings("ignore::pytest_ssm_automation.RunbookWarning")
def test_a_step_shows_what_its_runbook_declares() -> None:
    """Flags and numbers may be texts; references, null and other values are not shown."""
    shown = run(
        {
            "name": "a",
            "timeoutSeconds": "{{ T }}",
            "maxAttempts": "{{ T }}",
            "onFailure": None,
            "nextStep": None,
            "inputs": 5,
            "outputs": [5, {"Name": "x"}],
        },
        {"name": "b", "isEnd": "true", "isCritical": "false", "timeoutSeconds": "60", "maxAttempts": "2"},
        {
            "name": "c",
            "timeoutSeconds": 10**12,
            "onFailure": "Continue",
            "onCancel": "Abort",
            "isEnd": "yes",
            "nextStep": "a",
        },
        parameters={"T": {"type": "Integer", "default": 5}},
        variables={"X": 5},
        outputs="x",
    )
    names = ("OnFailure", "TimeoutSeconds", "MaxAttempts", "IsEnd", "IsCritical", "NextStep")
    assert [{name: each[name] for name in names if name in each} for each in shown["StepExecutions"][1:]] == [
        {},
        {"TimeoutSeconds": 60, "MaxAttempts": 2, "IsEnd": True, "IsCritical": False},
        {"OnFailure": "Continue", "NextStep": "a"},
    ]
    assert [each["StepStatus"] for each in shown["StepExecutions"]] == ["Success", "Success", "Success", "Pending"]
    assert shown["Outputs"] == {}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"And": [YES, YES]}, True),
        ({"And": [YES, OPEN]}, None),
        ({"And": [NO, OPEN]}, False),
        ({"Or": [NO, NO]}, False),
        ({"Or": [NO, OPEN]}, None),
        ({"Or": [YES, OPEN]}, True),
        ({"Not": YES}, False),
        ({"Not": [NO]}, True),
        ({"Not": OPEN}, None),
        ({"And": [{"Or": [NO, {"Not": NO}]}, YES]}, True),
        ({"Variable": "five", "NumericEquals": 5}, False),
        ({"Variable": "{{ get.List }}", "Contains": "abc"}, True),
        ({"Variable": "yes", "StringEquals": "{{ get.Unknown }}"}, None),
        ({"Variable": "{{ variable:Open }}!", "StringEquals": "yes"}, None),
    ],
)
def test_conditions(condition: dict[str, Any], expected: bool | None) -> None:  # noqa: FBT001 - of the table
    """They know three values: what is undetermined counts only where it decides, and is not taken."""
    choices = [{**condition, "NextStep": "yes"}, {"Not": condition, "NextStep": "no"}]
    shown = run(
        {
            "name": "set",
            "action": "aws:updateVariable",
            "inputs": {"Name": "variable:Open", "Value": "{{ get.Unknown }}"},
        },
        {"name": "is", "action": "aws:branch", "inputs": {"Choices": choices}, "isEnd": True},
        {"name": "yes", "isEnd": True},
        {"name": "no"},
        put_out={"List": ["x", "abc"]},
        variables={"Open": {"type": "String"}},
    )
    chosen = step(shown, "is")["Outputs"].get("NextStep")
    assert chosen == {True: ["yes"], False: ["no"], None: None}[expected]


REFERENCES: list[tuple[Any, Any]] = [
    ("{{ Text }}", "a"),
    ("{{Text}}", "a"),
    (" {{ List }} ", ["a", "1"]),
    ("{{ Map }}", {"k": True}),
    ("x-{{ Number }}-{{ get.Out }}", "x-5-o"),
    ("of {{ Map }} and {{ List }}", 'of {"k":true} and ["a","1"]'),
    ({"a": ["{{ Number }}", {"b": "{{ global:REGION }}"}]}, {"a": [5, {"b": "us-east-1"}]}),
    (["b", "{{ List }}", "{{ Map }}"], ["b", "a", "1", {"k": True}]),
    (["{{ Maps }}", "{{ None }}", "in {{ List }}"], [{"k": 1}, {"k": 2}, 'in ["a","1"]']),
    ([["{{ List }}"], ["c"]], [["a", "1"], ["c"]]),
    ("{{ get.Other }} and {{ Text }}", "{{ get.Other }} and a"),
    ("{{ not a name }}", "{{ not a name }}"),
    (5, 5),
]


def test_references() -> None:
    """A single reference becomes the value with its type, flat in a list; in other strings it is inserted as text."""
    declared = {
        "Text": ("String", "a"),
        "List": ("StringList", ["a", "1"]),
        "Map": ("StringMap", {"k": True}),
        "Maps": ("MapList", [{"k": 1}, {"k": 2}]),
        "None": ("StringList", []),
        "Number": ("Integer", 5),
    }
    inputs = {str(place): given for place, (given, _) in enumerate(REFERENCES)}
    shown = run(
        {"name": "use", "action": "aws:executeAwsApi", "inputs": {"Service": "ec2", "Api": "Any", **inputs}},
        put_out={"Out": "o"},
        parameters={name: {"type": kind, "default": value} for name, (kind, value) in declared.items()},
    )
    found = step(shown, "use")["Inputs"]
    assert [json.loads(found[place]) for place in inputs] == [expected for _, expected in REFERENCES]
