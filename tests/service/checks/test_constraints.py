from __future__ import annotations

import dataclasses
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from model import OPERATIONS, START

from pytest_ssm_automation import Constraint, constraints
from pytest_ssm_automation._service.checks.constraints import check
from pytest_ssm_automation._service.checks.violations import can_be_relaxed

if TYPE_CHECKING:
    from collections.abc import Callable

SERVICE = botocore.session.Session().get_service_model("ssm")
TOKEN = "01234567-89ab-cdef-ABCD-EF0123456789"
LIMITS = [item for operation in OPERATIONS for item in constraints(operation) if item.origin == "model"]


def broken(operation: str = START, **params: Any) -> list[str]:
    """List the ids of the constraints that a request breaks."""
    if operation == START:
        params = {"DocumentName": "Doc", **params}
    return [violation.constraint for violation in check(operation, params)]


def shape_of(constraint: Constraint) -> Any:
    """Follow a constraint's id into the model."""
    operation, _, place = constraint.id.rpartition(":")[0].rpartition("/")
    shape: Any = SERVICE.operation_model(operation or START).input_shape
    for step in re.findall(r"\[\]|\{key\}|\{value\}|\w+", "" if place == "request" else place):
        kind = {"[]": "member", "{key}": "key", "{value}": "value"}.get(step)
        owner, shape = shape, getattr(shape, kind) if kind else shape.members[step]
        if kind is None and constraint.rule == "required":
            constraint = dataclasses.replace(constraint, limit=step in owner.required_members)
    return constraint.limit if constraint.rule == "required" else shape


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"DocumentName": "D" * 128},
        {"DocumentName": "arn:aws:ssm:us-east-1:123456789012:document/Doc"},
        {"DocumentVersion": "$LATEST"},
        {"Tags": [{"Key": "Env", "Value": "prod"}]},
        {"Tags": [{"Key": "\u00fcml\u00e4ut \u4e2d\u3000", "Value": ""}]},
        {"Targets": [{"Key": "tag:Env", "Values": ["x"]}]},
        {"Targets": ()},
        {"TargetMaps": [{"InstanceIds": ["i-1"]}] * 300},
        {"Parameters": {"k" * 50: ["v" * 512] * 50}},
        {"Parameters": {"Empty": []}},
        {"ClientToken": TOKEN},
        {"MaxConcurrency": "100%", "MaxErrors": "0"},
        {"Mode": "Interactive"},
        {"AlarmConfiguration": {"IgnorePollAlarmFailure": False, "Alarms": [{"Name": "CPU high"}]}},
        pytest.param(
            {"TargetLocationsURL": "https://bucket.s3.amazonaws.com/key"}, marks=pytest.mark.needs("TargetLocationsURL")
        ),
    ],
)
def test_what_the_model_allows_breaks_nothing(params: dict[str, Any]) -> None:
    """Ordinary requests, and those just inside their limits, are valid."""
    assert broken(**params) == []


@pytest.mark.parametrize(
    ("params", "ids"),
    [
        ({"DocumentName": "Doc\n"}, ["DocumentName:pattern"]),
        ({"DocumentName": "ab"}, ["DocumentName:pattern"]),
        ({"DocumentVersion": "\u0661"}, ["DocumentVersion:pattern"]),
        ({"DocumentVersion": "0"}, ["DocumentVersion:pattern"]),
        ({"Parameters": {}}, ["Parameters:min"]),
        ({"Parameters": {str(n): [] for n in range(201)}}, ["Parameters:max"]),
        ({"Parameters": {"": ["x"]}}, ["Parameters{key}:min"]),
        ({"Parameters": {"k" * 51: ["x"]}}, ["Parameters{key}:max"]),
        ({"Parameters": {"k": ["x"] * 51}}, ["Parameters{value}:max"]),
        ({"Parameters": {"k": ["x", ""]}}, ["Parameters{value}[]:min"]),
        ({"Parameters": {"k": ["x" * 513]}}, ["Parameters{value}[]:max"]),
        ({"Parameters": {"k": "x"}}, ["Parameters{value}:type"]),
        ({"Parameters": {1: ["x"]}}, ["Parameters{key}:type"]),
        ({"TargetMaps": [{}]}, ["TargetMaps[]:min"]),
        ({"TargetMaps": [{"a": ["b"]}, "x"]}, ["TargetMaps[]:type"]),
        pytest.param({"Targets": [{}, {}]}, ["Targets:max"], marks=pytest.mark.needs("Targets:max=1")),
        ({"Targets": [{"Key": "tag:Env\n"}]}, ["Targets[].Key:pattern"]),
        ({"Targets": [{"key": "x"}]}, ["Targets[]:unknown"]),
        ({"Targets": "x"}, ["Targets:type"]),
        ({"Tags": [{"Key": "a"}, {"Value": "b"}]}, ["Tags[].Value:required", "Tags[].Key:required"]),
        ({"ClientToken": TOKEN + "0"}, ["ClientToken:pattern", "ClientToken:max"]),
        ({"ClientToken": TOKEN[:-1] + "g"}, ["ClientToken:pattern"]),
        ({"MaxConcurrency": "0"}, ["MaxConcurrency:pattern"]),
        ({"MaxErrors": "12345678"}, ["MaxErrors:max"]),
        ({"Mode": "auto"}, ["Mode:enum"]),
        ({"Mode": None}, ["Mode:type"]),
        ({"AlarmConfiguration": {"Alarms": [{"Name": " \t"}]}}, ["AlarmConfiguration.Alarms[].Name:pattern"]),
        ({"AlarmConfiguration": {"Alarms": []}}, ["AlarmConfiguration.Alarms:min"]),
        ({"TargetLocations": []}, ["TargetLocations:min"]),
        pytest.param(
            {"TargetLocations": [{"ExcludeAccounts": ["\u0661" * 12]}]},
            ["TargetLocations[].ExcludeAccounts[]:pattern"],
            marks=pytest.mark.needs("TargetLocation.ExcludeAccounts"),
        ),
        pytest.param(
            {"TargetLocations": [{"IncludeChildOrganizationUnits": 1}]},
            ["TargetLocations[].IncludeChildOrganizationUnits:type"],
            marks=pytest.mark.needs("TargetLocation.IncludeChildOrganizationUnits"),
        ),
        pytest.param(
            {"TargetLocationsURL": "https://bucket.s3.cn-north-1.amazonaws.com.cn/key"},
            ["TargetLocationsURL:pattern"],
            marks=pytest.mark.needs("TargetLocationsURL"),
        ),
        ({"Bogus": 1}, ["request:unknown"]),
    ],
)  # fmt: skip
def test_what_the_model_forbids_is_found(params: dict[str, Any], ids: list[str]) -> None:
    """Each violation is reported by its constraint's id, without others."""
    assert broken(**params) == ids


def test_everything_is_reported_at_once_in_the_models_order() -> None:
    """All violations are reported, in the order of the model's members, with unknown ones last."""
    params: dict[str, Any] = {"Nope": 1, "Mode": "x", "MaxErrors": "", "Parameters": {}, "DocumentName": 1}
    assert broken(**params) == [
        "DocumentName:type",
        "Parameters:min",
        "Mode:enum",
        "MaxErrors:pattern",
        "MaxErrors:min",
        "request:unknown",
    ]


def test_a_missing_document_name_is_found() -> None:
    """A required member that isn't there is reported with `None` for its value."""
    (violation,) = check(START, {})
    assert (violation.constraint, violation.path, violation.value) == ("DocumentName:required", "DocumentName", None)


def test_a_violation_says_where_what_and_who() -> None:
    """All fields of a violation, which cannot be changed; its text is the service's sentence."""
    params = {"DocumentName": "Doc", "Parameters": {"InstanceId": ["ok", ""]}}
    (violation,) = check(START, params)
    assert dataclasses.asdict(violation) == {
        "constraint": "Parameters{value}[]:min",
        "path": "Parameters['InstanceId'][1]",
        "rule": "min",
        "limit": 1,
        "value": "",
        "caught_by": "botocore",
        "sentence": str(violation),
    }
    with pytest.raises(dataclasses.FrozenInstanceError):
        violation.rule = "max"  # type: ignore[misc]


def test_ids_of_other_operations_carry_the_operation() -> None:
    """Requests of the other operations are validated too, including numbers."""
    assert broken("GetAutomationExecution", AutomationExecutionId="x") == [
        "GetAutomationExecution/AutomationExecutionId:min"
    ]
    assert broken("DescribeAutomationExecutions", MaxResults=51) == ["DescribeAutomationExecutions/MaxResults:max"]
    assert broken("DescribeAutomationExecutions", MaxResults=0) == ["DescribeAutomationExecutions/MaxResults:min"]
    assert broken("DescribeAutomationExecutions", MaxResults=Decimal(1)) == [
        "DescribeAutomationExecutions/MaxResults:type"
    ]


def test_ids_are_unique() -> None:
    """No id stands for two constraints, in any operation."""
    ids = [item.id for operation in OPERATIONS for item in constraints(operation)]
    assert sorted(set(ids)) == sorted(ids)


def test_no_constraint_is_empty() -> None:
    """A minimum of 0 is not a constraint."""
    assert [item for item in LIMITS if item.rule == "min" and not item.limit] == []


@pytest.mark.parametrize("rule", ["min", "max", "pattern", "enum", "type", "required", "unknown"])
def test_limits_are_the_installed_models(rule: str) -> None:
    """Every limit equals that of the model at the place in its id."""
    read: Callable[[Any], Any] = {
        "type": lambda shape: shape.type_name,
        "required": lambda needed: None if needed else "is not required",
        "unknown": lambda shape: tuple(shape.members),
        "enum": lambda shape: tuple(shape.metadata["enum"]),
    }.get(rule, lambda shape: shape.metadata[rule])
    found = {item.id: item.limit for item in LIMITS if item.rule == rule}
    assert found == {item.id: read(shape_of(item)) for item in LIMITS if item.rule == rule}
    assert found


def test_rules_of_the_documentation_come_last() -> None:
    """`constraints()` lists start's by default: the model's, then the documented rules."""
    origins = [item.origin for item in constraints()]
    assert origins == sorted(origins, reverse=True)
    assert {item.id for item in constraints() if item.origin == "documentation"} >= {
        "request:targets_need_target_parameter_name",
        "request:at_most_five_tags",
    }
    assert not [item for item in constraints(OPERATIONS[1]) if item.origin == "documentation"]


@pytest.mark.parametrize(
    ("constraint", "rule"), [("Tags[].Value:pattern", "pattern"), ("request:at_most_five_tags", "at_most_five_tags")]
)
def test_the_rule_ends_the_id(constraint: str, rule: str) -> None:
    """What kind of constraint it is can be read from the id."""
    assert Constraint(constraint, None).rule == rule


@pytest.mark.parametrize(
    ("identifier", "relaxable"),
    [
        ("Mode:enum", True),
        ("request:at_most_five_tags", True),
        ("runbook:X:required", True),
        ("runbook:assumeRole", True),
        ("DocumentName:required", False),
        ("Mode:type", False),
        ("request:unknown", False),
    ],
)
def test_which_constraints_can_be_relaxed(identifier: str, relaxable: bool) -> None:  # noqa: FBT001
    """Not those that botocore checks before it sends a request, but all of a runbook."""
    assert can_be_relaxed(identifier) is relaxable
