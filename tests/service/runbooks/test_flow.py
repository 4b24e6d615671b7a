"""Validation of the flow of runbooks when they are registered."""

from __future__ import annotations

from typing import Any

import pytest
from caller import load

from pytest_ssm_automation import FakeUsageError
from pytest_ssm_automation._service.runbooks.actions import ACTIONS, OUTPUTS
from pytest_ssm_automation._service.runbooks.conditions import OPERATORS, truth
from pytest_ssm_automation._service.runbooks.reading.flows import read_flow
from pytest_ssm_automation._service.runbooks.references import (
    NO_NAME,
    UNKNOWN,
    Unresolved,
    as_texts,
    names_in,
    resolve,
    unknown_in,
)


def problems(*steps: dict[str, Any], **members: Any) -> list[str]:
    """List what is wrong with a runbook of these steps."""
    return read_flow({"mainSteps": [*steps], **members})[1]


def sleep(name: str, **members: Any) -> dict[str, Any]:
    """Write a step."""
    return {"name": name, "action": "aws:sleep", **members}


def branch(*choices: Any, **inputs: Any) -> dict[str, Any]:
    """Write a branch."""
    return {"name": "choose", "action": "aws:branch", "inputs": {"Choices": [*choices], **inputs}}


def loop(*steps: Any, **inputs: Any) -> dict[str, Any]:
    """Write a loop."""
    return {"name": "each", "action": "aws:loop", "inputs": {"Steps": [*steps], **inputs}}


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ([sleep("first", nextStep="frist")], "mainSteps[0].nextStep: 'frist' is not a step; did you mean 'first'?"),
        ([sleep("a", nextStep=["a"])], "mainSteps[0].nextStep: \"['a']\" is not a step; expected one of a"),
        ([sleep("a", onFailure="step:b")], "mainSteps[0].onFailure: 'b' is not a step; expected one of a"),
        (
            [sleep("a", onFailure="Abbort")],
            "mainSteps[0].onFailure: 'Abbort' is not a value of onFailure; did you mean 'Abort'?",
        ),
        ([sleep("a", onCancel="step:b")], "mainSteps[0].onCancel: 'b' is not a step; expected one of a"),
        (
            [sleep("a", onCancel="Continue")],
            "mainSteps[0].onCancel: 'Continue' is not a value of onCancel; expected one of Abort, step:NAME",
        ),
        ([sleep("a", maxAttempts=0)], "mainSteps[0].maxAttempts: expected a number of at least 1, got 0"),
        ([sleep("a", maxAttempts=True)], "mainSteps[0].maxAttempts: expected a number of at least 1, got True"),
        (
            [branch({"Variable": "x", "StringEqual": "y", "NextStep": "choose"})],
            "mainSteps[0].inputs.Choices[0].StringEqual: 'StringEqual' is not an operator; did you mean 'StringEquals",
        ),
        (
            [branch({"Or": [{"Not": {"Variable": "x", "Equals": "y"}}], "NextStep": "choose"})],
            "mainSteps[0].inputs.Choices[0].Or[0].Not.Equals: 'Equals' is not an operator; did you mean",
        ),
        ([branch("x")], "mainSteps[0].inputs.Choices[0]: expected a condition, got 'x'"),
        (
            [branch({"Variable": "x", "StringEquals": "y"})],
            "mainSteps[0].inputs.Choices[0].NextStep: 'None' is not a step",
        ),
        ([branch(Default="b")], "mainSteps[0].inputs.Default: 'b' is not a step; expected one of choose"),
        (
            [loop(sleep("a", nextStep="b"))],
            "mainSteps[0].inputs.Steps[0].nextStep: 'b' is not a step; expected one of each, a",
        ),
        ([loop({"name": "a"})], "mainSteps[0].inputs.Steps[0].action: missing"),
        ([loop({"action": "aws:sleep"})], "mainSteps[0].inputs.Steps[0].name: missing"),
        (
            [sleep("a"), loop(sleep("a"))],
            "mainSteps[1].inputs.Steps[0].name: 'a' is also the name of mainSteps[0]",
        ),
        (
            [loop(sleep("a"), LoopCondition={"Variable": "x", "Is": "y"})],
            "mainSteps[0].inputs.LoopCondition.Is: 'Is' is not an operator; expected one of",
        ),
        (
            [loop(loop(sleep("a")), sleep("b", onFailure="step:c"))],
            "mainSteps[0].inputs.Steps[0].name: 'each' is also the name of mainSteps[0]",
        ),
    ],
)
def test_what_aws_refuses_is_refused(document: list[Any], problem: str) -> None:
    """Each mistake is reported with its path and a similar name."""
    assert any(found.startswith(problem) for found in problems(*document)), problems(*document)


def test_outputs_of_unknown_steps() -> None:
    """An output of the runbook names a step, and may be written as a reference."""
    assert problems(sleep("a"), outputs=["a.x", "{{ a.y }}", "b.x"]) == [
        "outputs[2]: 'b' is not a step; expected one of a"
    ]


def test_every_place_is_told_at_once() -> None:
    """Registering a runbook tells all that is wrong with it."""
    with pytest.raises(FakeUsageError) as caught:
        load({"mainSteps": [sleep("a", nextStep="b"), {"name": "c", "action": "aws:x"}]}, name="Doc")
    text = str(caught.value)
    for place in ("schemaVersion: missing", "mainSteps[0].nextStep: 'b'", "mainSteps[1].action: 'aws:x'"):
        assert place in text


@pytest.mark.parametrize("steps", [None, "x", [], ["x"], [5, None]])
def test_what_is_no_list_of_steps(steps: Any) -> None:
    """The check of the document's parts reports it, and this one gets by."""
    assert read_flow({"mainSteps": steps}) == (read_flow({})[0], [])


def test_a_flow_knows_what_steps_declare() -> None:
    """Flags and numbers may be texts; references stand where no value is known yet."""
    flow, wrong = read_flow(
        {
            "variables": {"V": {"type": "String", "default": "x"}, "W": {"type": "String"}, "X": 5},
            "outputs": "x",
            "mainSteps": [
                sleep("a", isEnd="true", isCritical="false", timeoutSeconds="60", maxAttempts="2", onFailure="Abort"),
                sleep("b", timeoutSeconds="{{ T }}", maxAttempts="{{ M }}", inputs=5, outputs=[5, {"Name": "x"}]),
                sleep("c", onFailure="Continue", onCancel="Abort", isEnd="yes"),
            ],
        }
    )
    first, second, third = flow.steps
    assert wrong == []
    assert (first.is_end, first.is_critical, first.attempts, first.following) == (True, False, 2, 1)
    assert first.declared == {
        "OnFailure": "Abort", "TimeoutSeconds": 60, "MaxAttempts": 2, "IsEnd": True, "IsCritical": False
    }  # fmt: skip
    assert (second.attempts, second.inputs, second.outputs) == (1, {}, {"x": "String"})
    assert second.declared == {"TimeoutSeconds": None, "MaxAttempts": None}
    assert (third.is_critical, third.is_end, third.on_cancel, third.following) == (False, False, None, None)
    assert flow.variables == {"V": "x", "W": None}
    assert flow.outputs == ()
    assert flow.step("d") is None


def test_outputs_of_actions_are_about_actions() -> None:
    """No action is misspelt in the table of outputs."""
    assert set(OUTPUTS) <= set(ACTIONS)
    assert len(ACTIONS) == len(set(ACTIONS))


COMPARISONS: list[tuple[str, Any, Any, bool]] = [
    ("StringEquals", "a", "a", True),
    ("StringEquals", "a", "A", False),
    ("StringEquals", 5, "5", True),
    ("EqualsIgnoreCase", "aB", "Ab", True),
    ("EqualsIgnoreCase", "a", "b", False),
    ("StartsWith", "abc", "ab", True),
    ("StartsWith", "abc", "bc", False),
    ("EndsWith", "abc", "bc", True),
    ("EndsWith", "abc", "ab", False),
    ("Contains", "abc", "b", True),
    ("Contains", ["x", "abc"], "abc", True),
    ("Contains", "abc", "d", False),
    ("NumericEquals", "5", 5, True),
    ("NumericEquals", 5, 6, False),
    ("NumericEquals", "five", 5, False),
    ("NumericGreater", 6, 5, True),
    ("NumericGreater", 5, 5, False),
    ("NumericLesser", 4, "5", True),
    ("NumericLesser", 5, 5, False),
    ("NumericGreaterOrEquals", 5, 5, True),
    ("NumericGreaterOrEquals", 4, 5, False),
    ("NumericLesserOrEquals", 5, 5, True),
    ("NumericLesserOrEquals", 6, 5, False),
    ("BooleanEquals", True, True, True),
    ("BooleanEquals", "True", True, True),
    ("BooleanEquals", False, "true", False),
]


@pytest.mark.parametrize(("operator", "value", "expected", "holds"), COMPARISONS)
def test_each_operator(operator: str, value: Any, expected: Any, holds: bool) -> None:  # noqa: FBT001 - of the table
    """Each operator compares as AWS documents, and is undetermined for unknown values."""
    condition = {"Variable": "{{ x }}", operator: expected}
    assert truth(condition, lambda given: value if given == "{{ x }}" else given) is holds
    assert truth(condition, lambda given: Unresolved(given) if given == "{{ x }}" else given) is None


def test_every_operator_is_in_the_table() -> None:
    """Each has a case in which it holds, and one in which it doesn't."""
    assert {(operator, holds) for operator, _, _, holds in COMPARISONS} == {
        (operator, holds) for operator in OPERATORS for holds in (True, False)
    }


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"And": [True, True]}, True),
        ({"And": [True, None]}, None),
        ({"And": [False, None]}, False),
        ({"Or": [False, False]}, False),
        ({"Or": [False, None]}, None),
        ({"Or": [True, None]}, True),
        ({"Not": True}, False),
        ({"Not": [False]}, True),
        ({"Not": None}, None),
        ({"And": [{"Or": [False, {"Not": False}]}, True]}, True),
    ],
)
def test_joined_conditions(condition: Any, expected: bool | None) -> None:  # noqa: FBT001 - of the table
    """And, Or and Not know three values: what is undetermined counts only where it decides."""

    def written(part: Any) -> Any:
        if isinstance(part, dict):
            return {key: written(value) for key, value in part.items()}
        if isinstance(part, list):
            return [written(value) for value in part]
        return {"Variable": {True: "yes", False: "no", None: "{{ a.b }}"}[part], "StringEquals": "yes"}

    assert truth(written(condition), lambda value: resolve(value, lambda _: UNKNOWN)) is expected


VALUES: dict[str, Any] = {
    "text": "a",
    "list": ["a", 1],
    "map": {"k": True},
    "maps": [{"k": 1}, {"k": 2}],
    "none": [],
    "number": 5,
    "step.out": "o",
    "global:REGION": "eu-west-1",
}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("{{ text }}", "a"),
        ("{{text}}", "a"),
        (" {{ list }} ", ["a", 1]),
        ("{{ map }}", {"k": True}),
        ("x-{{ number }}-{{ step.out }}", "x-5-o"),
        ("of {{ map }} and {{ list }}", 'of {"k":true} and ["a",1]'),
        ({"a": ["{{ number }}", {"b": "{{ global:REGION }}"}]}, {"a": [5, {"b": "eu-west-1"}]}),
        (["b", "{{ list }}", "{{ map }}"], ["b", "a", 1, {"k": True}]),
        (["{{ maps }}", "{{ none }}", "in {{ list }}"], [{"k": 1}, {"k": 2}, 'in ["a",1]']),
        ([["{{ list }}"], ["c"]], [["a", 1], ["c"]]),
        ("{{ other }} and {{ text }}", "{{ other }} and a"),
        ("{{ other }}", "{{ other }}"),
        ("{{ not a name }}", "{{ not a name }}"),
        (5, 5),
    ],
)
def test_references(given: Any, expected: Any) -> None:
    """A single reference becomes the value with its type, flat in a list; in other strings it is inserted as text."""
    found = resolve(given, lambda name: VALUES.get(name, NO_NAME))
    assert found == expected
    assert not unknown_in(found)


def test_references_that_nobody_has_given() -> None:
    """They stay as they are, and are known to be open, at any depth."""
    lookup = {"a": Unresolved("{{ b.c }}")}.get
    found = resolve({"x": ["{{ b.c }}", "{{ a }}!"]}, lambda name: lookup(name) or UNKNOWN)
    assert found == {"x": ["{{ b.c }}", "{{ b.c }}!"]}
    assert [unknown_in(each) for each in (found, found["x"], found["x"][1], ["a", {"b": 1}])] == [
        True,
        True,
        True,
        False,
    ]
    assert names_in({"x": ["{{ b.c }}-{{ d }}", 5, "e"]}) == ["b.c", "d"]
    assert repr(UNKNOWN) == "UNKNOWN"


def test_values_as_texts() -> None:
    """A list becomes its items, and other values than strings become JSON."""
    assert as_texts(["a", 1, {"b": None}]) == ["a", "1", '{"b":null}']
    assert as_texts({"é": True}) == ['{"é":true}']
