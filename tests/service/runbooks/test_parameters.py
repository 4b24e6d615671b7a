from __future__ import annotations

import json
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


def broken(declaration: dict[str, Any], values: list[str]) -> list[tuple[str, str]]:
    """Give rule and path of each violation of the values of parameter X."""
    found = check_parameters(runbook(X=declaration), {"X": values})
    for violation in found:
        assert violation.constraint == f"runbook:X:{violation.rule}"
        assert violation.caught_by == "runbook"
    return [(violation.rule, violation.path.removeprefix("Parameters['X']")) for violation in found]


def test_what_is_missing_is_told_in_the_services_words() -> None:
    """The request or its targets must supply parameters without a default."""
    book = runbook(InstanceIds={"type": "StringList"}, Role={"type": "String", "default": None})
    (violation,) = check_parameters(book, {})
    assert str(violation) == "Missing required parameter: InstanceIds in user inputs."
    assert (violation.constraint, violation.path, violation.value, violation.limit) == (
        "runbook:InstanceIds:required",
        "Parameters['InstanceIds']",
        None,
        None,
    )
    targets = {"TargetParameterName": "InstanceIds", "Targets": [{"Key": "tag:Env", "Values": ["x"]}]}
    assert check_start(book, **targets) == ()
    assert check_parameters(book, {"InstanceIds": []}) == ()


def test_what_is_undeclared_is_told_all_at_once() -> None:
    """Parameters that the runbook does not declare share one sentence, and have a violation each."""
    found = check_parameters(runbook(X={"type": "String"}), {"B": ["1"], "A": [], "X": ["x"]})
    assert [(violation.constraint, violation.value, violation.limit) for violation in found] == [
        ("runbook:B:undeclared", ["1"], ("X",)),
        ("runbook:A:undeclared", [], ("X",)),
    ]
    assert {str(violation) for violation in found} == {"Undefined execution inputs: [B, A]"}


def test_all_that_is_wrong_is_reported_in_a_fixed_order() -> None:
    """Missing parameters come first, then undeclared ones, then values in the order of declaration."""
    book = runbook(A={"type": "Integer"}, B={"type": "String"}, C={"type": "Boolean"})
    found = check_parameters(book, {"C": ["maybe"], "A": ["x"], "D": ["1"]})
    assert [violation.constraint for violation in found] == [
        "runbook:B:required",
        "runbook:D:undeclared",
        "runbook:A:type",
        "runbook:C:type",
    ]


@pytest.mark.parametrize(
    ("kind", "values", "noun"),
    [
        ("String", ["a", "b"], "String"),
        ("String", [], "String"),
        ("Integer", ["1.5"], "Integer"),
        ("Boolean", ["yes"], "Boolean"),
        ("StringMap", ["[]"], "StringMap"),
        ("StringMap", ["{"], "StringMap"),
        ("StringMap", ["[" * 100_000], "StringMap"),
        ("MapList", ["1"], "MapList"),
        ("MapList", ["[1]"], "MapList"),
        ("MapList", ["{}", "[{}]"], "MapList"),
        ("AWS::EC2::Instance::Id", ["i-xyz"], "AWS::EC2::Instance::Id"),
        ("AWS::EC2::Instance::Id", [""], "AWS::EC2::Instance::Id"),
        ("List<AWS::EC2::Instance::Id>", ["i-01234567", "i-0"], "AWS::EC2::Instance::Id"),
        ("AWS::IAM::Role::Arn", ["arn:aws:iam::1:role/a"], "AWS::IAM::Role::Arn"),
        ("AWS::S3::Bucket::Name", ["My_Bucket"], "AWS::S3::Bucket::Name"),
    ],
)
def test_wrong_types(kind: str, values: list[str], noun: str) -> None:
    """A value that is not of the declared type is refused in the service's words."""
    (violation,) = check_parameters(runbook(X={"type": kind}), {"X": values})
    assert str(violation) == f"Parameter type error. The value supplied for X is not a valid {noun}."
    assert (violation.rule, violation.limit) == ("type", kind)
    whole = kind == "String"
    assert violation.path == ("Parameters['X']" if whole else f"Parameters['X'][{len(values) - 1}]")
    assert violation.value == (values if whole else values[-1])


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("String", [""]),
        ("String", ["{{ global:DATE }}"]),
        ("StringList", []),
        ("StringList", ["a", ""]),
        ("Integer", ["-012"]),
        ("Boolean", ["TRUE"]),
        ("StringMap", ['{"a": {"b": 1}}']),
        ("MapList", []),
        ("MapList", ["{}", '{"a": 1}']),
        ("MapList", ['[{}, {"a": 1}]']),
        ("AWS::EC2::Instance::Id", ["i-0123456789abcdef0"]),
        ("List<AWS::EC2::Instance::Id>", ["i-01234567", "i-0123456789abcdef0"]),
        ("AWS::IAM::Role::Arn", ["arn:aws-us-gov:iam::123456789012:role/path/My.Role@x"]),
        ("AWS::S3::Bucket::Name", ["my.bucket-1"]),
        ("AWS::SSM::Parameter::Name", ["anything at all"]),
    ],
)
def test_right_types(kind: str, values: list[str]) -> None:
    """A value of the declared type is accepted; of AWS types only those of well-known form are looked into."""
    assert check_parameters(runbook(X={"type": kind}), {"X": values}) == ()


def test_an_empty_value_of_an_optional_aws_type_is_accepted() -> None:
    """Callers that pass on an empty role are not refused where the runbook does without one."""
    assert broken({"type": "AWS::IAM::Role::Arn", "default": ""}, [""]) == []


def test_allowed_values() -> None:
    """A value that is not among those allowed is refused in the service's words, each item of a list for itself."""
    book = runbook(Action={"type": "String", "allowedValues": ["Install", "Uninstall"]})
    (violation,) = check_parameters(book, {"Action": ["install"]})
    assert str(violation) == 'Parameter "Action" has value "install" not found in [Install, Uninstall].'
    assert (violation.path, violation.value, violation.limit) == (
        "Parameters['Action'][0]",
        "install",
        ("Install", "Uninstall"),
    )
    assert broken({"type": "StringList", "allowedValues": ["a", "b"]}, ["a", "c", "b", "d"]) == [
        ("allowedValues", "[1]"),
        ("allowedValues", "[3]"),
    ]


@pytest.mark.parametrize(
    ("kind", "allowed", "yes", "no"),
    [
        ("Integer", [1, 2], "1", "3"),
        ("Boolean", [True], "True", "false"),
        ("StringMap", [{"a": 1}], '{ "a" : 1 }', "{}"),
        ("MapList", [{"a": 1}, {}], '[{"a":1}, {}]', '[{"b":1}]'),
    ],
)
def test_allowed_values_of_other_kinds(kind: str, allowed: list[Any], yes: str, no: str) -> None:
    """Allowed values that are not strings are compared by their meaning."""
    declaration = {"type": kind, "allowedValues": allowed}
    assert broken(declaration, [yes]) == []
    assert broken(declaration, [no]) == [("allowedValues", "[0]")]


def test_allowed_pattern() -> None:
    """The whole of each value has to match the pattern."""
    declaration = {"type": "StringList", "allowedPattern": "[a-z]+"}
    assert broken(declaration, ["abc", "ab1", ""]) == [("allowedPattern", "[1]"), ("allowedPattern", "[2]")]
    (violation,) = check_parameters(runbook(X={"type": "String", "allowedPattern": "^i-.*"}), {"X": ["x"]})
    assert str(violation) == 'Parameter "X" has value "x" that does not match ^i-.*.'


@pytest.mark.parametrize(
    "declaration",
    [
        {"type": "String", "allowedPattern": "[a-z]+", "minChars": 30},
        {"type": "String", "allowedValues": ["a", "b"], "maxChars": 1},
        {"type": "Integer"},
        {"type": "Boolean"},
        {"type": "StringMap", "minItems": 2},
        {"type": "MapList", "minItems": 2},
        {"type": "StringList", "minItems": 2, "allowedPattern": "[a-z]+"},
        {"type": "AWS::EC2::Instance::Id"},
        {"type": "List<AWS::EC2::Instance::Id>", "minItems": 3},
    ],
    ids=str,
)
def test_what_stands_in_parameter_store_is_not_judged(declaration: dict[str, Any]) -> None:
    """References to Parameter Store are not validated, neither as values nor as defaults."""
    for text in ("{{ssm:/path/to.it}}", "{{ ssm:name:3 }}", "{{ssm-secure:name}}", "x-{{ssm:/path}}"):
        assert broken(declaration, [text]) == []
        assert resolved_parameters(runbook(X={**declaration, "default": text}), {}) == {"X": [text]}


def test_what_is_no_reference_is_judged() -> None:
    """Other items of the same list are validated, and so is text that only resembles a reference."""
    declaration = {"type": "StringList", "allowedPattern": "[a-z]+", "maxItems": 1}
    assert broken(declaration, ["{{ssm:/a}}", "1", "b"]) == [("allowedPattern", "[1]")]
    assert broken({"type": "Integer"}, ["{{ssm:}}"]) == [("type", "[0]")]
    assert broken({"type": "Integer"}, ["{{ global:DATE }}"]) == [("type", "[0]")]
    assert broken({"type": "String"}, ["{{ssm:/a}}", "{{ssm:/b}}"]) == [("type", "")]


@pytest.mark.parametrize(
    ("declaration", "good", "bad", "text"),
    [
        ({"type": "String", "minChars": 2}, ["ab"], ["a"], 'value "a" of fewer than 2 characters'),
        ({"type": "String", "maxChars": 2}, ["ab"], ["abc"], 'value "abc" of more than 2 characters'),
        ({"type": "StringMap", "maxChars": 2}, ["{}"], ["{ }"], 'value "{ }" of more than 2 characters'),
        ({"type": "StringList", "minItems": 1}, ["a"], [], "0 items, fewer than the minimum of 1"),
        ({"type": "StringList", "maxItems": 1}, ["a"], ["a", "b"], "2 items, more than the maximum of 1"),
        ({"type": "MapList", "maxItems": 1}, ["[{}]"], ["[{}, {}]"], "2 items, more than the maximum of 1"),
        ({"type": "StringMap", "minItems": 1}, ['{"a": 1}'], ["{}"], "0 items, fewer than the minimum of 1"),
        ({"type": "List<AWS::X::Y::Z>", "maxItems": 1}, ["a"], ["a", "b"], "2 items, more than the maximum of 1"),
    ],
)
def test_sizes(declaration: dict[str, Any], good: list[str], bad: list[str], text: str) -> None:
    """Limits on the numbers of characters and items are enforced."""
    book = runbook(X=declaration)
    assert check_parameters(book, {"X": good}) == ()
    (violation,) = check_parameters(book, {"X": bad})
    _, (rule, limit) = declaration.items()
    assert (violation.rule, violation.limit) == (rule, limit)
    assert (violation.path, violation.value) == (
        ("Parameters['X'][0]", bad[0]) if "Chars" in rule else ("Parameters['X']", bad)
    )
    assert str(violation) == f'Parameter "X" has {text}.'


def test_items_of_a_scalar_are_not_counted() -> None:
    """Limits on items do not apply to parameters with a single value."""
    assert broken({"type": "String", "minItems": 2}, ["a"]) == []


def test_a_value_may_break_several_rules() -> None:
    """All violations of a value are reported, but only the type if it is wrong."""
    declaration = {"type": "Integer", "allowedValues": [1], "allowedPattern": "[0-4]+", "maxChars": 1}
    assert broken(declaration, ["55"]) == [("allowedValues", "[0]"), ("allowedPattern", "[0]"), ("maxChars", "[0]")]
    assert broken(declaration, ["five"]) == [("type", "[0]")]
    ids = {"type": "List<AWS::EC2::Instance::Id>", "maxItems": 1, "maxChars": 10}
    assert broken(ids, ["i-0123456789abcdef0", "x"]) == [("type", "[1]"), ("maxChars", "[0]")]


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
    given = {"Needed": ["y"], "Text": ["z"]}
    resolved = resolved_parameters(book, given)
    assert resolved == {
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
    resolved["Needed"].append("changed")
    assert given["Needed"] == ["y"]
    assert json.loads(resolved["Map"][0]) == {"a": ["é"]}


def started(parameters: dict[str, Any], **request: Any) -> list[tuple[str, str, object]]:
    """Give constraint, path and value of what is wrong with a start of a runbook that declares these parameters."""
    found = check_start(runbook(**parameters), **request)
    return [(violation.constraint, violation.path, violation.value) for violation in found]


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
            [("runbook:B:required", "Parameters['B']", None), ("runbook:A:required", "Parameters['A']", None)],
        ),
        (BOTH, {"TargetMaps": [{"A": ["1"]}], "TargetParameterName": "B", "Parameters": {"A": ["1"]}}, []),
    ],
)
def test_what_targets_add_is_judged_too(
    parameters: dict[str, Any], request_: dict[str, Any], expected: list[tuple[str, str, object]]
) -> None:
    """Every execution on one of the targets gets parameters that the runbook declares, and all that it requires."""
    assert started(parameters, **request_) == expected


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
