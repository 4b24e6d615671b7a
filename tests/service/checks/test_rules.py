from __future__ import annotations

from typing import Any

import pytest

from pytest_ssm_automation import FakeUsageError
from pytest_ssm_automation._service.checks import model, rules
from pytest_ssm_automation._service.checks.model import START
from pytest_ssm_automation._service.checks.rules import (
    all_constraints,
    check_rules,
    check_targets,
    constraints,
    target_keys,
)

TARGETS = [{"Key": "tag:Env", "Values": ["prod"]}]
MAPS = [{"InstanceId": ["i-1"]}]
LOCATIONS = [{"Accounts": ["1"], "Regions": ["us-east-1"]}]
TARGETED_LOCATIONS = [*LOCATIONS, {**LOCATIONS[0], "Targets": TARGETS}]
TAG = {"Key": "a", "Value": "b"}


def broken(**params: Any) -> list[str]:
    """List the rules that a request breaks."""
    return [violation.rule for violation in check_rules(START, params)]


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"Targets": TARGETS, "TargetParameterName": "InstanceId"},
        {"Targets": []},
        {"TargetMaps": MAPS},
        {"TargetMaps": MAPS, "TargetParameterName": "InstanceId"},
        {"TargetMaps": MAPS, "Targets": []},
        {"TargetLocations": LOCATIONS},
        {"TargetLocations": TARGETED_LOCATIONS, "TargetParameterName": "InstanceId"},
        {"TargetLocations": TARGETED_LOCATIONS, "Targets": TARGETS, "TargetParameterName": "InstanceId"},
        {"TargetLocations": LOCATIONS, "TargetLocationsURL": "https://bucket.s3.amazonaws.com/key"},
        {"TargetLocationsURL": "https://bucket.s3.amazonaws.com/key", "TargetParameterName": "InstanceId"},
        {"Tags": [TAG] * 5},
    ],
)
def test_what_the_documentation_allows_breaks_no_rule(params: dict[str, Any]) -> None:
    """Members that may stand together, or are documented to, break nothing."""
    assert broken(**params) == []


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"Targets": TARGETS}, ["targets_need_target_parameter_name"]),
        ({"TargetParameterName": "InstanceId"}, ["target_parameter_name_needs_targets"]),
        ({"TargetParameterName": "InstanceId", "Targets": []}, ["target_parameter_name_needs_targets"]),
        ({"TargetParameterName": "InstanceId", "TargetLocations": LOCATIONS}, ["target_parameter_name_needs_targets"]),
        ({"Targets": TARGETS, "TargetMaps": MAPS, "TargetParameterName": "X"}, ["targets_exclude_target_maps"]),
        ({"Targets": TARGETS, "TargetMaps": MAPS},
         ["targets_need_target_parameter_name", "targets_exclude_target_maps"]),
        ({"TargetLocations": TARGETED_LOCATIONS}, ["location_targets_need_target_parameter_name"]),
        ({"Tags": [TAG] * 6}, ["at_most_five_tags"]),
    ],
)  # fmt: skip
def test_what_the_documentation_forbids_is_found(params: dict[str, Any], expected: list[str]) -> None:
    """Each rule is broken by what it speaks of."""
    assert broken(**params) == expected


def test_a_broken_rule_says_where_and_what() -> None:
    """A violation of a rule has all that one of the model has."""
    (violation,) = check_rules(START, {"Tags": [TAG] * 6})
    assert (violation.constraint, violation.path, violation.limit) == ("request:at_most_five_tags", "Tags", 5)
    assert (violation.value, violation.caught_by) == ([TAG] * 6, "service")
    assert str(violation) == "You can specify a maximum of 5 tags for an automation."


def test_a_single_target_is_a_rule_where_the_model_allows_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Older models allow five Targets, though the service takes one: then it is a documented rule."""
    known = {"request:at_most_one_target"} & {item.id for item in constraints()}
    most = model.input_shape(START).members["Targets"].metadata["max"]
    assert bool(known) is (most != 1)

    monkeypatch.setitem(model.input_shape(START).members["Targets"].metadata, "max", 5)
    rules._rules.cache_clear()
    try:
        assert broken(Targets=TARGETS * 2, TargetParameterName="X") == ["at_most_one_target"]
        assert "request:at_most_one_target" in {item.id for item in constraints()}
    finally:
        monkeypatch.undo()
        rules._rules.cache_clear()


def test_every_constraint_has_evidence() -> None:
    """Whether a constraint is enforced by default rests on the model, the documentation, a record or an assumption."""
    bases = {each.id: each.evidence.partition(": ")[0] for each in all_constraints().values()}
    others = {name: basis for name, basis in bases.items() if basis != "documented"}
    # newer models limit the targets themselves
    assert others.pop("request:at_most_one_target", "observed") == "observed"
    assert others == {
        "Parameters{value}[]:max": "observed", "Parameters:min": "assumed", "request:target_key": "assumed"
    }  # fmt: skip
    assert all_constraints()["request:at_most_five_tags"].evidence == (
        "documented: You can specify a maximum of 5 tags for an automation."
    )


@pytest.mark.parametrize(
    ("targets", "odd"),
    [
        ([], []),
        ([{}], []),
        ([{"Key": "tag:Env", "Values": ["prod"]}], []),
        ([{"Key": "ParameterValues", "Values": ["i-1"]}, {"Key": "ResourceGroup"}, {"Key": "tag-key"}], []),
        ([{"Key": "AWS::EC2::Instance", "Values": ["*"]}], []),
        ([{"Key": "resource-groups:Name", "Values": ["Team"]}], []),
        ([{"Key": "InstanceIds", "Values": ["*"]}], []),
        ([{"Key": "InstanceIds", "Values": ["i-1"]}, {"Key": "InstanceIds"}], [(0, "InstanceIds"), (1, "InstanceIds")]),
        ([{"Key": "tag:Env"}, {"Key": "Tag:Env"}], [(1, "Tag:Env")]),
        ([{"Key": "tags:Env"}], [(0, "tags:Env")]),
    ],
)
def test_keys_of_targets(targets: list[dict[str, Any]], odd: list[tuple[int, str]]) -> None:
    """Those that AWS documents for Automation are no violation, in requests and in their locations."""
    found = check_targets(START, {"Targets": targets, "TargetLocations": [{}, {"Targets": targets}]})
    places = ("Targets", "TargetLocations[1].Targets")
    assert [(each.path, each.value) for each in found] == [
        (f"{place}[{number}].Key", key) for place in places for number, key in odd
    ]
    for each in found:
        assert str(each).startswith("Target key can have only following values : tag:NAME, ParameterValues, Resource")
        assert (each.constraint, each.rule, each.limit) == ("request:target_key", "target_key", target_keys())


def test_other_operations_have_no_rules() -> None:
    """Only StartAutomationExecution has rules."""
    assert check_rules("GetAutomationExecution", {"Targets": TARGETS}) == []
    assert check_targets("GetAutomationExecution", {"Targets": [{"Key": "odd"}]}) == []


def test_an_operation_that_there_is_not_has_none() -> None:
    """A misspelt operation is refused, with the one that was meant."""
    with pytest.raises(
        FakeUsageError, match=r"^Unknown operation 'StopAutomation'\. Did you mean 'StopAutomationExecut"
    ):
        constraints("StopAutomation")
