from __future__ import annotations

import itertools
from typing import Any

import oracle
import pytest
from caller import has, violations
from hypothesis import given, seed, settings
from hypothesis import strategies as st
from shapes import simplest

from pytest_ssm_automation import FakeUsageError, constraints
from pytest_ssm_automation._service.checks import model, rules
from pytest_ssm_automation._service.checks.violations import Constraint
from pytest_ssm_automation._strategies import flaws, requests, shapes
from pytest_ssm_automation._strategies.requests import limits
from pytest_ssm_automation.strategies import (
    client_tokens,
    document_names,
    from_shape,
    tags,
    target_locations,
    target_maps,
    targets,
    valid_requests,
)

START = model.START
SHAPE = model.input_shape(START)
# Of each member that rules tie to others, values that stand for all the ways to be there.
WAYS: dict[str, tuple[Any, ...]] = {
    "TargetParameterName": ("InstanceId",),
    "Targets": ([], [{}]),
    "TargetMaps": ([], [{}]),
    "TargetLocations": ([{}], [{"Targets": [{}]}]),
    "TargetLocationsURL": ("https://",),
}
Combination = tuple[tuple[str, bool], ...]


def assert_breaks_nothing(request: dict[str, Any]) -> None:
    """Start with a request, where everything is enforced, and ask the oracle."""
    assert violations(request, enforce=[each.id for each in constraints() if not each.enforced]) == []
    assert oracle.violations(START, request) == set()
    assert oracle.rule_violations(request) == set()


def combination(request: dict[str, Any]) -> Combination:
    """Name the tied members of a request, and whether there is something in them that the rules look at."""
    located = any(location.get("Targets") for location in request.get("TargetLocations", ()))
    return tuple(
        (name, located if name == "TargetLocations" else bool(request[name])) for name in WAYS if name in request
    )


def legal_combinations() -> set[Combination]:
    """Return the combinations of the restricted members that the oracle allows, of those in the model."""
    known = {name: values for name, values in WAYS.items() if name in SHAPE.members}
    if not has("TargetLocation.Targets"):
        known["TargetLocations"] = known["TargetLocations"][:1]
    chosen = itertools.product(*([None, *((name, value) for value in values)] for name, values in known.items()))
    requests = [dict(filter(None, pairs)) for pairs in chosen]
    return {combination(request) for request in requests if not oracle.rule_violations(request)}


@pytest.mark.slow
@given(valid_requests())
def test_breaks_nothing(request: dict[str, Any]) -> None:
    """All validations accept a valid request."""
    assert_breaks_nothing(request)


@given(valid_requests(Tags=tags()))
def test_no_tag_key_twice(request: dict[str, Any]) -> None:
    """What the service makes of two tags with the same key is not known, so no valid request has them."""
    keys = [tag["Key"] for tag in request["Tags"]]
    assert len(set(keys)) == len(keys)


@pytest.mark.slow
def test_smallest() -> None:
    """The simplest valid request is a document's name, of as few characters as the model allows."""
    assert simplest(valid_requests(), lambda _: True) == {"DocumentName": "Doc"}


@pytest.mark.slow
@pytest.mark.parametrize("name", SHAPE.members)
def test_shrinks_to_few_members(name: str) -> None:
    """A failing example has the member it fails for, those without which it would be invalid, and no other."""
    request = simplest(valid_requests(), lambda request: bool(request.get(name)))
    needed = {"Targets": {"TargetParameterName"}}.get(name, set())
    if name == "TargetParameterName":
        assert len(request) == 3
    else:
        assert request.keys() == {"DocumentName", name} | needed
    assert request["DocumentName"] == "Doc"


@pytest.mark.slow
def test_every_legal_combination() -> None:
    """Every legal combination of the members that rules tie together is reached, and no other."""
    seen: set[Combination] = set()

    @settings(max_examples=1000, database=None)
    @given(valid_requests(DocumentName="Doc", **dict.fromkeys(SHAPE.members.keys() - WAYS.keys() - {"DocumentName"})))
    def collect(request: dict[str, Any]) -> None:
        seen.add(combination(request))

    for number in range(10):
        seed(number)(collect)()
        if seen >= legal_combinations():
            break
    assert seen == legal_combinations()


@given(
    valid_requests(
        DocumentName="AWS-StopEC2Instance",
        Parameters=st.just({"InstanceId": ["i-1"]}),
        Tags=None,
        ClientToken=None,
    )
)
def test_members_given(request: dict[str, Any]) -> None:
    """A value fixes a member, a strategy is drawn from, and None leaves one out."""
    assert request["DocumentName"] == "AWS-StopEC2Instance"
    assert request["Parameters"] == {"InstanceId": ["i-1"]}
    assert request.keys().isdisjoint({"Tags", "ClientToken"})
    assert_breaks_nothing(request)


@given(st.data())
def test_any_member_given_as_strategy(data: st.DataObject) -> None:
    """Around any valid value of any one member, the rest of the request makes it valid."""
    name = data.draw(st.sampled_from(sorted(SHAPE.members)))
    narrowed = {"Tags": tags, "Targets": targets}
    strategy = narrowed[name]() if name in narrowed else from_shape(SHAPE.members[name])
    members: dict[str, Any] = {name: strategy}
    request = data.draw(valid_requests(**members))
    assert name in request
    assert_breaks_nothing(request)


@pytest.mark.slow
@given(st.data())
def test_any_member_left_out(data: st.DataObject) -> None:
    """Any member but the required one can be left out."""
    name = data.draw(st.sampled_from(sorted(SHAPE.members.keys() - {"DocumentName"})))
    request = data.draw(valid_requests(**{name: None}))
    assert name not in request
    assert_breaks_nothing(request)


@given(valid_requests(Targets=[{"Key": "tag:Env", "Values": ["prod"]}]))
def test_companions_of_a_fixed_member(request: dict[str, Any]) -> None:
    """A fixed member is drawn together with the members that the rules require."""
    assert "TargetParameterName" in request
    assert not request.get("TargetMaps")
    assert_breaks_nothing(request)


def test_fixed_values_are_copied() -> None:
    """What a test does to a fixed value of one example is not seen by the next."""
    parameters = {"InstanceId": ["i-1"]}

    @given(valid_requests(Parameters=parameters))
    def spoil(request: dict[str, Any]) -> None:
        assert request["Parameters"] == {"InstanceId": ["i-1"]}
        request["Parameters"]["InstanceId"].append("i-2")

    spoil()
    assert parameters == {"InstanceId": ["i-1"]}


def test_unknown_member() -> None:
    """A misspelt member is refused at once, with the name that was meant."""
    with pytest.raises(FakeUsageError, match=r"Unknown member 'Paramters'\. Did you mean 'Parameters'\?"):
        valid_requests(Paramters={})


@pytest.mark.parametrize(
    ("members", "constraint"),
    [
        ({"DocumentName": None}, "DocumentName:required"),
        ({"DocumentName": "no"}, "DocumentName:pattern"),
        ({"Parameters": {"InstanceId": "i-1"}}, "Parameters{value}:type"),
        ({"Tags": [{"Key": "a", "Value": "b"}] * 6}, "request:at_most_five_tags"),
        ({"Targets": [{}], "TargetParameterName": None}, "request:targets_need_target_parameter_name"),
        ({"Targets": [{}], "TargetMaps": [{"a": []}]}, "request:targets_exclude_target_maps"),
    ],
)
def test_impossible_members(members: dict[str, Any], constraint: str) -> None:
    """Values that no valid request has are refused at once, and what they break is named."""
    with pytest.raises(FakeUsageError, match=rf"^No valid request has these members: .*\({constraint}\)$"):
        valid_requests(**members)


def test_impossible_drawn_member() -> None:
    """Values from strategies are validated when they are drawn."""

    @given(valid_requests(MaxErrors=st.just("None")))
    def never_runs(request: dict[str, Any]) -> None:
        raise AssertionError(request)

    with pytest.raises(FakeUsageError, match=r"Value 'None' at 'maxErrors' .*\(MaxErrors:pattern\)"):
        never_runs()


def test_older_model_with_more_targets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the model allows more targets than the service does, the service's limit holds."""
    known = (*rules.constraints(), Constraint("request:at_most_one_target", 1, "documentation"))
    monkeypatch.setattr(rules, "constraints", lambda: known)
    assert limits.__wrapped__() == {"Tags": 5, "Targets": 1}


@pytest.mark.parametrize("strategy", [document_names(), client_tokens(), targets(), target_maps(), target_locations()])
def test_shows_as_a_name(strategy: st.SearchStrategy[Any]) -> None:
    """A strategy is shown in a line, not as the whole tree of those it is made of."""
    assert len(repr(strategy)) < 60
    assert repr(valid_requests()) == "valid_requests()"


def test_a_model_without_newer_members(monkeypatch: pytest.MonkeyPatch) -> None:
    """Members that an older model lacks are omitted, and their strategies raise."""
    caches = (
        requests.all_members,
        requests._presences,
        requests.combinations,
        requests._usual,
        requests._any_request,
        shapes.members_of,
    )
    location: Any = SHAPE.members["TargetLocations"]
    try:
        monkeypatch.delitem(SHAPE.members, "TargetLocationsURL", raising=False)
        monkeypatch.delitem(location.member.members, "Targets", raising=False)
        for cached in (*caches, flaws.flaws):
            cached.cache_clear()
        ways = {name for combination in requests.combinations() for name in combination}
        assert ways == {"Targets", "TargetMaps", "TargetLocations", "TargetParameterName"}
        assert flaws.flaws("request:location_targets_need_target_parameter_name").is_empty
        with pytest.raises(FakeUsageError, match=r"^The installed botocore has no member TargetLocationsURL of Start"):
            requests.member("TargetLocationsURL")
    finally:
        monkeypatch.undo()
        for cached in (*caches, flaws.flaws):
            cached.cache_clear()
