"""What requests violate, as it is recorded, and the constraints that there are.

`test_oracle_agreement.py` compares the same for many requests with independent judges.
"""

from __future__ import annotations

import dataclasses
from contextlib import suppress
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError, ParamValidationError
from caller import has
from model import OPERATIONS, START, input_shape, service_model

from pytest_ssm_automation import AutomationFake, FakeUsageError, Violation, constraints
from pytest_ssm_automation._service.checks import model, rules

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
TARGETS = [{"Key": "tag:Env", "Values": ["prod"]}]
MAPS = [{"InstanceId": ["i-1"]}]
LOCATIONS = [{"Accounts": ["1"], "Regions": ["us-east-1"], "Targets": TARGETS}]
NEEDS_NAME = ("request:targets_need_target_parameter_name", "TargetParameterName is required if you specify Targets.")


def violations(fake: AutomationFake, operation: str = START, **params: Any) -> tuple[Violation, ...]:
    """Make a request, and return what it violates."""
    given = {"DocumentName": "Doc", **params} if operation == START else params
    with suppress(ClientError, ParamValidationError):
        getattr(fake.client(), xform_name(operation))(**given)
    return fake.calls[-1].violations


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"MaxErrors": "x"}, [("MaxErrors:pattern", f"Value 'x' at 'maxErrors' {PATTERN}{RATE}")]),
        ({"MaxErrors": "x" * 8},
         [("MaxErrors:pattern", f"Value 'xxxxxxxx' at 'maxErrors' {PATTERN}{RATE}"),
          ("MaxErrors:max", f"Value 'xxxxxxxx' at 'maxErrors' {LENGTH}less than or equal to 7")]),
        ({"TargetParameterName": "", "Targets": TARGETS},
         [("TargetParameterName:min", f"Value '' at 'targetParameterName' {LENGTH}greater than or equal to 1")]),
        ({"Mode": "auto"},
         [("Mode:enum", f"Value 'auto' at 'mode' {FAILED}Member must satisfy enum value set: [Auto, Interactive]")]),
        ({"Tags": [{"Key": "a", "Value": "b"}, {"Key": "*", "Value": "b"}]},
         [("Tags[].Key:pattern",
           rf"Value '*' at 'tags.2.member.key' {PATTERN}^([\p{{L}}\p{{Z}}\p{{N}}_.:/=+\-@]*)$")]),
        ({"Tags": [{"Key": "a"}]},
         [("Tags[].Value:required", f"Value null at 'tags.1.member.value' {FAILED}Member must not be null")]),
        pytest.param(
            {"Targets": [{}, {"Key": "k"}], "TargetParameterName": "X"},
            [("Targets:max", f"Value '[{{}}, {{Key=k}}]' at 'targets' {LENGTH}less than or equal to 1")],
            marks=pytest.mark.needs("Targets:max=1"),
        ),
        ({"Parameters": {}}, [("Parameters:min", f"Value '{{}}' at 'parameters' {LENGTH}greater than or equal to 1")]),
        ({"TargetMaps": [{"a": ["b"]}, {}]},
         [("TargetMaps[]:min", f"Value '{{}}' at 'targetMaps.2.member' {LENGTH}greater than or equal to 1")]),
        pytest.param(
            {"TargetLocations": [{"ExcludeAccounts": ["ou-1", "123456789012"]}]},
            [(f"TargetLocations[].ExcludeAccounts[]:{rule}",
              f"Value '[ou-1, 123456789012]' at 'targetLocations.1.member.excludeAccounts' {FAILED}{OF_ACCOUNTS}")
             for rule in ("pattern", "min")],
            marks=pytest.mark.needs("TargetLocation.ExcludeAccounts"),
        ),
        ({"Parameters": {"": ["a", "b"]}},
         [("Parameters{key}:min", f"Value '{{=[a, b]}}' at 'parameters' {FAILED}{OF_KEYS}")]),
        ({"Parameters": {"a": ["b"], "c": [""]}},
         [("Parameters{value}[]:min", f"Value '{{a=[b], c=[]}}' at 'parameters' {FAILED}{OF_VALUES}")]),
        ({"MaxErrors": 1},
         [("MaxErrors:type",
           "Invalid type for parameter MaxErrors, value: 1, type: <class 'int'>, valid type: string")]),
        ({"Targets": [{"Kye": "x"}], "TargetParameterName": "X"},
         [("Targets[]:unknown", 'Unknown parameter in input: "Targets[0].Kye", must be one of: Key, Values')]),
        ({"Targets": TARGETS}, [NEEDS_NAME]),
        ({"TargetParameterName": "X", "Targets": []},
         [("request:target_parameter_name_needs_targets", "Targets are required if you specify TargetParameterName.")]),
        ({"Targets": TARGETS, "TargetMaps": MAPS},
         [NEEDS_NAME,
          ("request:targets_exclude_target_maps", "Both Targets and TargetMaps can't be specified together.")]),
        pytest.param(
            {"TargetLocations": LOCATIONS},
            [("request:location_targets_need_target_parameter_name",
              "TargetParameterName is required if you specify Targets in TargetLocations.")],
            marks=pytest.mark.needs("TargetLocation.Targets"),
        ),
        ({"Tags": [{"Key": "a", "Value": "b"}] * 6},
         [("request:at_most_five_tags", "You can specify a maximum of 5 tags for an automation.")]),
    ],
)  # fmt: skip
def test_sentences_are_the_services_word_for_word(
    fake: AutomationFake, params: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    """Paths are in lower camel case and count from 1, values are written as Java does, and limits are the model's."""
    assert [(each.constraint, str(each)) for each in violations(fake, **params)] == expected


@pytest.mark.parametrize(
    ("params", "ids"),
    [
        ({"DocumentName": "Doc\n"}, ["DocumentName:pattern"]),
        ({"DocumentVersion": "\u0661"}, ["DocumentVersion:pattern"]),
        ({"Parameters": {1: ["x"]}}, ["Parameters{key}:type"]),
        ({"Parameters": {"k" * 50: ["v" * 512] * 50}}, []),
        ({"Tags": [{"Key": "\u00fcml\u00e4ut \u4e2d\u3000", "Value": ""}]}, []),
        ({"TargetMaps": MAPS * 300, "Targets": ()}, []),
        pytest.param(
            {"TargetLocationsURL": "https://bucket.s3.amazonaws.com/key", "TargetParameterName": "X"},
            [],
            marks=pytest.mark.needs("TargetLocationsURL"),
        ),
        (
            {"Nope": 1, "Mode": "x", "MaxErrors": "", "Parameters": {}, "DocumentName": 1},
            [
                "DocumentName:type",
                "Parameters:min",
                "Mode:enum",
                "MaxErrors:pattern",
                "MaxErrors:min",
                "request:unknown",
            ],
        ),
    ],
)
def test_everything_is_reported_at_once_in_the_models_order(
    fake: AutomationFake, params: dict[str, Any], ids: list[str]
) -> None:
    """Each violation has the id of its constraint, in the order of the model's members, with unknown ones last."""
    assert [each.constraint for each in violations(fake, **params)] == ids


def test_a_violation_says_where_what_and_who(fake: AutomationFake) -> None:
    """A violation has a path in Python's notation, its limit and its value, and cannot be changed."""
    (violation,) = violations(fake, Parameters={"a'b": ["ok", ""]})
    assert dataclasses.asdict(violation) == {
        "constraint": "Parameters{value}[]:min",
        "path": 'Parameters["a\'b"][1]',
        "rule": "min",
        "limit": 1,
        "value": "",
        "caught_by": "botocore",
        "sentence": str(violation),
    }
    with pytest.raises(dataclasses.FrozenInstanceError):
        violation.rule = "max"  # type: ignore[misc]
    tags = [{"Key": "a", "Value": "b"}] * 6
    (violation,) = violations(fake, Tags=tags)
    assert (violation.path, violation.limit, violation.value, violation.caught_by) == ("Tags", 5, tags, "service")


def test_numbers_have_a_value_not_a_length(fake: AutomationFake) -> None:
    """The message for a number is about its value. Booleans, which botocore sends, are no numbers."""
    (violation,) = violations(fake, "DescribeAutomationExecutions", MaxResults=51)
    assert str(violation) == (
        "Value '51' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 50"
    )
    (violation,) = violations(fake, "DescribeAutomationExecutions", MaxResults=True)
    assert (violation.constraint, violation.caught_by) == ("DescribeAutomationExecutions/MaxResults:type", "service")


def test_long_values_are_not_shortened() -> None:
    """The text that the service sends has the whole value, however long it is."""
    with AutomationFake(enforce=["Parameters{value}[]:max"]) as fake:
        (violation,) = violations(fake, Parameters={"k": ["v" * 5000]})
        assert f"'{{k=[{'v' * 5000}]}}'" in str(violation)


def test_ids_are_unique() -> None:
    """No id stands for two constraints, in any operation, and a minimum of 0 is not a constraint."""
    found = [each for operation in OPERATIONS for each in constraints(operation)]
    assert len({each.id for each in found}) == len(found)
    assert not [each for each in found if each.rule == "min" and not each.limit]


def test_limits_are_the_installed_models() -> None:
    """Limits of all kinds are those of the installed model."""
    limits = {each.id: each.limit for each in constraints()}
    shape = input_shape(START)
    assert limits["request:unknown"] == (*shape.members,)
    assert limits["Mode:enum"] == (*shape.members["Mode"].metadata["enum"],)
    assert limits["Tags:max"] == shape.members["Tags"].metadata["max"]
    key = "Tags[].Key"
    metadata = shape.members["Tags"].member.members["Key"].metadata
    assert {name: limit for name, limit in limits.items() if name.startswith(key)} == {
        f"{key}:type": "string", f"{key}:required": None, **{f"{key}:{rule}": limit for rule, limit in metadata.items()}
    }  # fmt: skip


def test_every_constraint_has_evidence() -> None:
    """Rules of the documentation come last. Each constraint rests on a document, a record or an assumption."""
    found = constraints()
    origins = [each.origin for each in found]
    assert origins == sorted(origins, reverse=True)
    others = {each.id: each.evidence.partition(": ")[0] for each in found}
    others = {name: basis for name, basis in others.items() if basis != "documented"}
    # newer models limit the targets themselves
    assert others.pop("request:at_most_one_target", "observed") == "observed"
    assert others == {
        "Parameters{value}[]:max": "observed", "Parameters:min": "assumed", "request:target_key": "assumed"
    }  # fmt: skip
    (five,) = (each for each in found if each.id == "request:at_most_five_tags")
    assert five.evidence == "documented: You can specify a maximum of 5 tags for an automation."
    assert all(each.origin == "model" for each in constraints(OPERATIONS[1]))


def test_an_operation_that_there_is_not_has_none() -> None:
    """A misspelt operation is refused, with the one that was meant."""
    with pytest.raises(
        FakeUsageError, match=r"^Unknown operation 'StopAutomation'\. Did you mean 'StopAutomationExecut"
    ):
        constraints("StopAutomation")


def test_a_single_target_is_a_rule_where_the_model_allows_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Older models allow five Targets, though the service takes one: then it is a documented rule."""
    most = model.input_shape(START).members["Targets"].metadata
    known = {"request:at_most_one_target"} & {each.id for each in constraints()}
    assert bool(known) is (most["max"] != 1)
    monkeypatch.setitem(most, "max", 5)
    rules._rules.cache_clear()
    try:
        broken = rules.check_rules({"Targets": TARGETS * 2, "TargetParameterName": "X"})
        assert [each.rule for each in broken] == ["at_most_one_target"]
        assert "request:at_most_one_target" in {each.id for each in constraints()}
    finally:
        monkeypatch.undo()
        rules._rules.cache_clear()


@pytest.mark.needs("TargetLocation.Targets")
def test_keys_of_targets() -> None:
    """With `enforce`, targets must have keys that AWS documents for Automation, in locations too."""
    documented: list[dict[str, Any]] = [
        {},
        *({"Key": key} for key in ("tag:Env", "ParameterValues", "ResourceGroup", "tag-key", "resource-groups:Name")),
        {"Key": "AWS::EC2::Instance", "Values": ["*"]},
        {"Key": "InstanceIds", "Values": ["*"]},
    ]
    odd: list[dict[str, Any]] = [
        {"Key": "InstanceIds", "Values": ["i-1"]},
        *({"Key": key} for key in ("InstanceIds", "Tag:Env", "tags:Env")),
    ]
    with AutomationFake(enforce=["request:target_key"]) as fake:
        for target in (*documented, *odd):
            located = [{"Regions": ["us-east-1"]}, {"Targets": [target]}]
            found = violations(fake, TargetParameterName="X", Targets=[target], TargetLocations=located)
            paths = ["Targets[0].Key", "TargetLocations[1].Targets[0].Key"] if target in odd else []
            assert [each.path for each in found] == paths
            for each in found:
                assert str(each).startswith(
                    "Target key can have only following values : tag:NAME, ParameterValues, Res"
                )
                assert (each.constraint, each.value) == ("request:target_key", target["Key"])
