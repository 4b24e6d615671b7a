from __future__ import annotations

from typing import TYPE_CHECKING, Any

import model
import pytest
from botocore.model import ShapeResolver
from caller import violations
from hypothesis import find, given, settings
from hypothesis import strategies as st

from pytest_ssm_automation import FakeUsageError, constraints, strategies
from pytest_ssm_automation._strategies import flaws
from pytest_ssm_automation.strategies import InvalidRequest, invalid_requests

if TYPE_CHECKING:
    from collections.abc import Callable

SHAPE = model.input_shape(model.START)
IDS = [constraint.id for constraint in constraints()]
# What cannot break alone: a pattern that says the length as well, or that an empty string is not of; and more tags than
# the model allows are more than the documentation allows.
INSEPARABLE = {
    identifier: {identifier.rpartition(":")[0] + ":pattern"}
    for identifier in IDS
    if identifier.endswith(
        (
            "Alarms[].Name:min",
            "ClientToken:max",
            "ClientToken:min",
            "Concurrency:min",
            "Errors:min",
            "ExcludeAccounts[]:max",
            "ExcludeAccounts[]:min",
            "RoleName:min",
        )
    )
} | {"Tags:max": {"request:at_most_five_tags"}, "Targets:max": {"request:at_most_one_target"} & {*IDS}}


def assert_breaks_one(invalid: InvalidRequest) -> None:
    """Start with a request, and look at what it violates. Keys of targets are judged only where they are meant."""
    broken = invalid.violation.constraint
    found = violations(invalid.params, enforce=[broken, "Parameters{value}[]:max"])
    assert invalid.violation in found
    assert {each.constraint for each in found} == {broken} | INSEPARABLE.get(broken, set())


@pytest.mark.slow
@pytest.mark.parametrize(
    "identifier",
    [
        pytest.param(each, marks=pytest.mark.needs("TargetLocation.Targets"))
        if each == "request:location_targets_need_target_parameter_name"
        else each
        for each in IDS
    ],
)
def test_every_constraint(identifier: str) -> None:
    """Every constraint on the request, at any depth, can be broken."""

    @settings(max_examples=8)
    @given(invalid_requests(constraints=[identifier]))
    def breaks(invalid: InvalidRequest) -> None:
        assert invalid.violation.constraint == identifier
        assert_breaks_one(invalid)

    breaks()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("identifier", "sent"),
    [
        ("Parameters{value}:type", lambda value: isinstance(value, str)),
        ("Parameters:type", lambda value: value == []),
        ("Parameters:min", lambda value: value == {}),
        ("Parameters{value}[]:type", lambda value: value == 42),
        ("Parameters{value}[]:min", lambda value: value == ""),
        ("Parameters{value}[]:max", lambda value: len(value) == 4096),
        ("DocumentName:type", lambda value: value is None),
        ("DocumentVersion:pattern", lambda value: value == "latest"),
        ("ClientToken:max", lambda value: len(value) == 64),
        ("ClientToken:pattern", lambda value: len(value) == 36),
        ("Mode:enum", lambda value: value == "auto"),
        ("MaxErrors:pattern", lambda value: value == "None"),
        ("TargetMaps[]:min", lambda value: value == {}),
        ("Tags[].Key:pattern", lambda value: "\n" in value),
    ],
)
def test_what_callers_send(identifier: str, sent: Callable[[Any], bool]) -> None:
    """The mistakes that callers really make are among those drawn."""
    everything = settings(max_examples=5000, database=None)
    find(invalid_requests(constraints=[identifier]), lambda invalid: sent(invalid.violation.value), settings=everything)


@pytest.mark.slow
def test_what_is_not_enforced_is_broken_on_request_only() -> None:
    """A constraint that the fake does not enforce by default is broken only where it is named."""
    relaxed = [each.id for each in constraints() if not each.enforced]
    assert relaxed == ["Parameters{value}[]:max", "request:target_key"]

    @settings(max_examples=300, database=None, derandomize=True)
    @given(invalid_requests())
    def is_refused(invalid: InvalidRequest) -> None:
        assert invalid.violation.constraint not in relaxed
        assert_breaks_one(invalid)

    is_refused()


@given(invalid_requests(constraints=["request:unknown", "Tags[]:unknown"]))
def test_misspelt_members(invalid: InvalidRequest) -> None:
    """An unknown member has a name that is nearly one of those known."""
    name = invalid.violation.path.rpartition(".")[2]
    known = {*SHAPE.members, "Key", "Value"}
    folded = {one.casefold() for one in known}
    assert name not in known
    assert {name.casefold().replace("_", "")[: len(one)] for one in folded} & {one[:-1] for one in folded} | folded


@pytest.mark.slow
@pytest.mark.parametrize(
    ("identifier", "least"),
    [
        ("DocumentName:required", {}),
        ("Mode:enum", {"DocumentName": "Doc", "Mode": "auto"}),
        ("Parameters:min", {"DocumentName": "Doc", "Parameters": {}}),
        ("Parameters{value}:type", {"DocumentName": "Doc", "Parameters": {"InstanceId": "i-0123456789abcdef0"}}),
        ("Targets:type", {"DocumentName": "Doc", "Targets": "i-0123456789abcdef0"}),
        ("TargetMaps[]:min", {"DocumentName": "Doc", "TargetMaps": [{}]}),
        ("Tags[].Value:required", {"DocumentName": "Doc", "Tags": [{"Key": "Env"}]}),
        ("request:targets_need_target_parameter_name", {"DocumentName": "Doc", "Targets": [{}]}),
        (
            "request:at_most_five_tags",
            {
                "DocumentName": "Doc",
                "Tags": [{"Key": f"Env{number}", "Value": "prod"} for number in range(6)],
            },
        ),
    ],
)
def test_shrinks_to_what_a_person_would_write(identifier: str, least: dict[str, Any]) -> None:
    """The least request is the document's name and the one member, with the explain phase of hypothesis too."""
    found = find(
        invalid_requests(constraints=[identifier]), lambda _: True, settings=settings(max_examples=2000, database=None)
    )
    assert found.params == least


@pytest.mark.slow
@pytest.mark.parametrize("identifier", ["Tags:max", "Parameters:max", "Parameters{value}[]:max", "MaxErrors:max"])
def test_shows_in_a_few_lines(identifier: str) -> None:
    """However large the value, hypothesis prints a few lines, and warns of nothing."""

    @settings(max_examples=20, database=None, derandomize=True)
    @given(invalid_requests(constraints=[identifier]))
    def fails(invalid: InvalidRequest) -> None:
        assert len(repr(invalid)) < 1000
        assert len(repr(invalid.violation)) < 600
        assert invalid.violation.constraint in repr(invalid)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as caught:
        fails()
    assert len("".join(caught.value.__notes__)) < 2000


@pytest.mark.parametrize(
    ("constraints", "message"),
    [
        (["Mode:enums"], r"^Unknown constraint 'Mode:enums'\. Did you mean 'Mode:enum'\?"),
        ([], r"^Expected at least one constraint, but got constraints=\[\]"),
        ("Mode:enum", r"^Expected a list of constraints, but got constraints='Mode:enum' \(type=str\)"),
        (1, r"^Expected a list of constraints, but got constraints=1 \(type=int\)"),
    ],
)
def test_misused(constraints: Any, message: str) -> None:
    """An unknown constraint raises at once, with a similar name, and so does an empty list."""
    with pytest.raises(FakeUsageError, match=message):
        invalid_requests(constraints=constraints)


def test_nothing_known_to_break_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A constraint that can't be violated is refused if it is named, and otherwise omitted."""
    monkeypatch.setattr(flaws, "_BREAKING", {**flaws._BREAKING, "enum": lambda _: st.nothing()})
    monkeypatch.setattr(strategies, "flaws", flaws.flaws.__wrapped__)
    with pytest.raises(FakeUsageError, match=r"^No request is known that violates only Mode:enum$"):
        invalid_requests(constraints=["Mode:enum"])


def test_pattern_of_anything() -> None:
    """A pattern that every string is of cannot be broken, at any depth."""
    shapes: dict[str, Any] = {
        "Text": {"type": "string", "pattern": r"[\s\S]*"},
        "List": {"type": "list", "member": {"shape": "Structure"}},
        "Structure": {"type": "structure", "members": {"Text": {"shape": "Text"}}},
    }
    assert flaws._around(ShapeResolver(shapes).get_shape_by_name("List"), ["[]", "Text"], "pattern").is_empty
