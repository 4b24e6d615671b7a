from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from unittest.mock import ANY

import pytest
from botocore.exceptions import ClientError
from caller import load

from pytest_ssm_automation import AutomationFake

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_ssm_automation import Runbook, Violation


def runbook(**parameters: Any) -> Runbook:
    """Make a runbook that declares these parameters."""
    steps = [{"name": "Wait", "action": "aws:sleep"}]
    return load({"schemaVersion": "0.3", "parameters": parameters, "mainSteps": steps}, name="Test-Runbook")


def check_start(book: Runbook, **request: Any) -> Sequence[Violation]:
    """Give what is wrong with a start of a runbook, apart from the model's minimum of the length of values."""
    with AutomationFake(runbooks=[book], relax=["Parameters{value}[]:min"]) as fake:
        with suppress(ClientError):
            fake.client().start_automation_execution(DocumentName=book.name, **request)
        return fake.calls[0].violations


def check_parameters(book: Runbook, values: dict[str, list[str]]) -> Sequence[Violation]:
    """Give what is wrong with the parameters of a start."""
    return check_start(book, **({"Parameters": values} if values else {}))


def resolved_parameters(book: Runbook, values: dict[str, list[str]]) -> dict[str, list[str]]:
    """Give the parameters of an execution."""
    with AutomationFake(runbooks=[book]) as fake:
        given: Any = {"Parameters": values} if values else {}
        fake.client().start_automation_execution(DocumentName=book.name, **given)
        return fake.executions[0].parameters


def test_all_that_is_wrong_is_reported_in_a_fixed_order() -> None:
    """Missing parameters come first, then undeclared ones, then values in the order of declaration."""
    book = runbook(
        A={"type": "Integer"}, B={"type": "String"}, C={"type": "Boolean"}, D={"default": 1, "type": "String"}
    )
    found = check_parameters(book, {"C": ["maybe"], "A": ["x"], "E": ["1"], "F": []})
    assert [(each.constraint, each.path, each.value, each.limit) for each in found] == [
        ("runbook:B:required", "Parameters['B']", None, None),
        ("runbook:E:undeclared", "Parameters['E']", ["1"], ("A", "B", "C", "D")),
        ("runbook:F:undeclared", "Parameters['F']", [], ("A", "B", "C", "D")),
        ("runbook:A:type", "Parameters['A'][0]", "x", "Integer"),
        ("runbook:C:type", "Parameters['C'][0]", "maybe", "Boolean"),
    ]
    assert {str(each) for each in found[1:3]} == {"Undefined execution inputs: [E, F]"}
    assert {each.caught_by for each in found} == {"runbook"}


TYPE = "Parameter type error. The value supplied for X is not a valid "


@pytest.mark.parametrize(
    ("declaration", "values", "expected"),
    [
        ({"type": "String"}, ["a", "b"], [("", "type", f"{TYPE}String.")]),
        (
            {"type": "List<AWS::EC2::Instance::Id>"},
            ["i-01234567", "i-0"],
            [("[1]", "type", f"{TYPE}AWS::EC2::Instance::Id.")],
        ),
        ({"type": "StringMap"}, ["[" * 100_000], [("[0]", "type", f"{TYPE}StringMap.")]),
        ({"type": "StringMap"}, ['{"a": {"b": 1}}'], []),
        ({"type": "MapList"}, ["[{}]", "{}"], [("[0]", "type", f"{TYPE}MapList.")]),
        ({"type": "StringList", "minItems": 2}, ["{{ssm:list}}"], []),
        ({"type": "AWS::IAM::Role::Arn"}, ["arn:aws-us-gov:iam::123456789012:role/path/My.Role@x"], []),
        ({"type": "AWS::SSM::Parameter::Name"}, ["anything at all"], []),
        (
            {"type": "String", "allowedValues": ["Install", "Uninstall"]},
            ["install"],
            [("[0]", "allowedValues", 'Parameter "X" has value "install" not found in [Install, Uninstall].')],
        ),
        ({"type": "Boolean", "allowedValues": [True]}, ["True"], []),
        ({"type": "StringMap", "allowedValues": [{"a": 1}]}, ['{ "a": 1 }'], []),
        ({"type": "MapList", "allowedValues": [{"a": 1}]}, ['[{"a": 1}, {}]'], [("[0]", "allowedValues", ANY)]),
        (
            {"type": "StringList", "allowedPattern": "^i-.*"},
            ["i-1", "x"],
            [("[1]", "allowedPattern", 'Parameter "X" has value "x" that does not match ^i-.*.')],
        ),
        (
            {"type": "String", "minChars": 2},
            ["a"],
            [("[0]", "minChars", 'Parameter "X" has value "a" of fewer than 2 characters.')],
        ),
        (
            {"type": "StringMap", "maxChars": 2},
            ["{ }"],
            [("[0]", "maxChars", 'Parameter "X" has value "{ }" of more than 2 characters.')],
        ),
        (
            {"type": "StringList", "minItems": 1},
            [],
            [("", "minItems", 'Parameter "X" has 0 items, fewer than the minimum of 1.')],
        ),
        (
            {"type": "MapList", "maxItems": 1},
            ["[{}, {}]"],
            [("", "maxItems", 'Parameter "X" has 2 items, more than the maximum of 1.')],
        ),
        (
            {"type": "Integer", "allowedValues": [1], "allowedPattern": "[0-4]+", "maxChars": 1},
            ["55"],
            [("[0]", "allowedValues", ANY), ("[0]", "allowedPattern", ANY), ("[0]", "maxChars", ANY)],
        ),
    ],
)
def test_values(declaration: dict[str, Any], values: list[str], expected: list[tuple[str, str, str]]) -> None:
    """A violation has its path, its rule with the limit, and the service's own sentence where that is known."""
    found = check_parameters(runbook(X=declaration), {"X": values})
    assert [(each.path.removeprefix("Parameters['X']"), each.rule, str(each)) for each in found] == expected
    for each in found:
        limit = declaration[each.rule]
        assert each.constraint == f"runbook:X:{each.rule}"
        assert each.limit == (tuple(limit) if isinstance(limit, list) else limit)
        assert each.value == (
            values[int(each.path[-2])] if each.path.endswith("]") and each.path[-2] != "'" else values
        )


def test_defaults_fill_what_is_not_given() -> None:
    """An execution has the parameters of the request, and defaults for the others, as lists of strings."""
    book = runbook(
        Needed={"type": "String"},
        Text={"type": "String", "default": "x"},
        Number={"type": "Integer", "default": 3},
        Flag={"type": "Boolean", "default": False},
        Null={"type": "String", "default": None},
        Many={"type": "StringList", "default": ["a", 1]},
        Map={"type": "StringMap", "default": {"a": ["é"]}},
        Maps={"type": "MapList", "default": [{"a": 1}, {}]},
        Stored={"type": "StringList", "default": "{{ssm:name}}"},
    )
    assert resolved_parameters(book, {"Needed": ["y"], "Text": ["z"]}) == {
        "Needed": ["y"],
        "Text": ["z"],
        "Number": ["3"],
        "Flag": ["false"],
        "Null": [],
        "Many": ["a", "1"],
        "Map": ['{"a": ["é"]}'],
        "Maps": ['{"a": 1}', "{}"],
        "Stored": ["{{ssm:name}}"],
    }


NUMBER: dict[str, Any] = {"A": {"type": "Integer"}}
BOTH: dict[str, Any] = {"A": {"type": "String"}, "B": {"type": "String"}}
ONE = {"Key": "ParameterValues", "Values": ["1", "x"]}
TAG = {"Key": "tag:Env", "Values": ["x"]}


@pytest.mark.parametrize(
    ("parameters", "request_", "expected"),
    [
        (NUMBER, {"Parameters": {"A": ["x"]}}, [("runbook:A:type", "Parameters['A'][0]", "x")]),
        (
            NUMBER,
            {"TargetParameterName": "A", "Targets": [ONE]},
            [("runbook:A:type", "Targets[0].Values[1]", "x")],
        ),
        (NUMBER, {"TargetParameterName": "A", "Targets": [TAG]}, []),
        (
            NUMBER,
            {"TargetParameterName": "a", "Targets": [TAG], "Parameters": {"A": ["1"]}},
            [("runbook:a:undeclared", "TargetParameterName", "a")],
        ),
        (
            NUMBER,
            {"TargetMaps": [{"A": ["1"]}, {"A": ["x"], "Nope": ["y"]}]},
            [
                ("runbook:Nope:undeclared", "TargetMaps[1]['Nope']", ["y"]),
                ("runbook:A:type", "TargetMaps[1]['A'][0]", "x"),
            ],
        ),
        (
            BOTH,
            {"TargetMaps": [{"A": ["1"]}, {"B": ["1"]}, {"A": ["2"]}]},
            [("runbook:A:required", "Parameters['A']", None), ("runbook:B:required", "Parameters['B']", None)],
        ),
        (BOTH, {"TargetMaps": [{"A": ["1"]}], "TargetParameterName": "B", "Parameters": {"A": ["1"]}}, []),
        (
            BOTH,
            {"TargetParameterName": "B", "Targets": [TAG], "Parameters": {"A": []}},
            [("runbook:A:type", "Parameters['A']", [])],
        ),
    ],
)
def test_what_targets_add_is_judged_too(
    parameters: dict[str, Any], request_: dict[str, Any], expected: list[tuple[str, str, object]]
) -> None:
    """Every execution on one of the targets gets parameters that the runbook declares, and all that it requires."""
    found = check_start(runbook(**parameters), **request_)
    assert [(each.constraint, each.path, each.value) for each in found] == expected


ROLE = "arn:aws:iam::123456789012:role/Runner"
GIVEN: dict[str, Any] = {"Role": {"type": "String"}}
OPTIONAL: dict[str, Any] = {"Role": {"type": "String", "default": ""}}
BROKEN = ("runbook:assumeRole", "Parameters['Role'][0]", "Runner")
BY_TARGETS = {"TargetParameterName": "Role", "Targets": [TAG]}


@pytest.mark.parametrize(
    ("role", "parameters", "request_", "expected"),
    [
        ("{{ Role }}", GIVEN, {"Parameters": {"Role": ["Runner"]}}, [BROKEN]),
        ("{{Role}}", OPTIONAL, {"Parameters": {"Role": ["Runner"]}}, [BROKEN]),
        ("{{ Role }}", {"Role": {"type": "String", "default": "Runner"}}, {}, [BROKEN]),
        ("Runner", OPTIONAL, {}, [("runbook:assumeRole", "DocumentName", "Runner")]),
        ("arn:aws:iam::123456789012:user/Ana", {}, {}, [("runbook:assumeRole", "DocumentName", ANY)]),
        ("{{ Role }}", {"Role": {"type": "String", "allowedValues": ["x"]}}, {"Parameters": {"Role": ["Runner"]}},
         [("runbook:Role:allowedValues", "Parameters['Role'][0]", "Runner")]),
        (ROLE, {}, {}, []),
        ("arn:aws-cn:iam::123456789012:role/path/Runner", {}, {}, []),
        ("", {}, {}, []),
        ("arn:aws:iam::{{ global:ACCOUNT_ID }}:role/{{ Role }}", GIVEN, {"Parameters": {"Role": ["Runner"]}}, []),
        ("{{ Role }}", GIVEN, {"Parameters": {"Role": [ROLE]}}, []),
        ("{{ Role }}", GIVEN, {"Parameters": {"Role": ["{{ssm:/role}}"]}}, []),
        ("{{ Role }}", OPTIONAL, {}, []),
        ("{{ Role }}", {"Role": {"type": "String", "default": None}}, {}, []),
        ("{{ Role }}", OPTIONAL, {"Parameters": {"Role": [""]}}, []),
        ("{{ Role }}", GIVEN, BY_TARGETS, []),
        ("{{ Role }}", GIVEN, {"TargetMaps": [{"Role": ["Runner"]}]}, []),
        ("{{ Role }}", {"Role": {"type": "StringList"}}, {"Parameters": {"Role": ["a", "b"]}}, []),
    ],
)  # fmt: skip
def test_the_role_of_a_runbook(
    role: str, parameters: dict[str, Any], request_: dict[str, Any], expected: list[tuple[str, str, object]]
) -> None:
    """What is neither empty nor the ARN of a role is refused, unless more is wrong or the value is unknown."""
    book = runbook(**parameters)
    found = check_start(replace(book, assume_role=role), **request_)
    assert [(each.constraint, each.path, each.value) for each in found] == expected
    for each in (each for each in found if each.constraint == "runbook:assumeRole"):
        assert str(each) == "The format of the supplied assume role ARN is invalid."
        assert (each.rule, each.caught_by) == ("assumeRole", "runbook")


def test_a_role_can_be_relaxed(fake: AutomationFake) -> None:
    """The name of a role is an InvalidAutomationExecutionParametersException, unless the option says otherwise."""
    content = {"schemaVersion": "0.3", "assumeRole": "Runner", "mainSteps": [{"name": "a", "action": "aws:pause"}]}
    fake.add_runbook(content, name="Doc")
    with pytest.raises(
        ClientError, match=r"\(InvalidAutomationExecutionParametersException\).*assume role ARN is inval"
    ):
        fake.client().start_automation_execution(DocumentName="Doc")
    fake.assert_rejected(constraint="runbook:assumeRole")
    with AutomationFake(relax=["runbook:assumeRole"]) as lenient:
        lenient.add_runbook(content, name="Doc")
        lenient.client().start_automation_execution(DocumentName="Doc")
