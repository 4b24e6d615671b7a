"""Strategies for valid requests: members, and the combinations of them that the rules allow."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from hypothesis import strategies as st

from .._errors import FakeUsageError, hide_usage_errors
from .._service.checks import model, rules
from .._service.checks.constraints import check
from . import shapes
from .pieces import UNBOUNDED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .._service.checks.violations import Violation

__tracebackhide__ = hide_usage_errors

Strategy: TypeAlias = st.SearchStrategy[Any]
# The number of characters of a tag's key to keep before a number.
_KEPT: Final = 100
SIZE_RULES: Final = {"Tags": "request:at_most_five_tags", "Targets": "request:at_most_one_target"}


@cache
def all_members() -> Mapping[str, Strategy]:
    """Return a strategy for each member of the request, within the model's and the documented limits."""
    made = shapes.members_of(model.input_shape(model.START))
    return {**made, **{name: lists(name, 0, limit) for name, limit in limits().items()}}


@cache
def limits() -> Mapping[str, int]:
    """Return the documented limits that are stricter than the installed model's."""
    known: dict[str, Any] = {constraint.id: constraint.limit for constraint in rules.constraints()}
    return {name: known[rule] for name, rule in SIZE_RULES.items() if rule in known}


def member(name: str) -> Strategy:
    """Draw values of one member of the request."""
    if name not in all_members():
        raise FakeUsageError(f"The installed botocore has no member {name} of {model.START}; newer releases have it")
    return all_members()[name]


def lists(name: str, low: int, most: int = UNBOUNDED) -> Strategy:
    """Draw values of a list member of the request, with limits that may be stricter than the model's."""
    shape: Any = model.input_shape(model.START).members[name]
    least, high = shapes.bounds(shape)
    full = shapes.any_of(shape.member, small=True)
    drawn = shapes.some(shapes.any_of(shape.member), max(least, low), min(high, most), full)
    return drawn.map(_with_distinct_keys) if name == "Tags" else drawn


def _with_distinct_keys(tags: list[dict[str, str]]) -> list[dict[str, str]]:
    """Number the keys of tags if they are not distinct, because it is unknown how the service treats duplicates."""
    if len({tag["Key"] for tag in tags}) == len(tags):
        return tags
    return [{**tag, "Key": f"{tag['Key'][:_KEPT]}{number}"} for number, tag in enumerate(tags)]


@dataclass(frozen=True, slots=True, eq=False)
class _Presence:
    """A kind of values of a member that the rules about several members distinguish.

    Attributes:
        sample: A representative value of this kind.
        strategy: Draws values of this kind.
    """

    sample: Any
    strategy: Strategy


@cache
def _presences() -> Mapping[str, Sequence[_Presence]]:
    """Return the kinds of values of each member that has rules about several members."""
    empty: Strategy = st.builds(list[Any])
    known = model.input_shape(model.START).members
    made: dict[str, Sequence[_Presence]] = {
        "Targets": (_Presence([], empty), _Presence([{}], lists("Targets", 1, 1))),
        "TargetMaps": (_Presence([], empty), _Presence([{}], lists("TargetMaps", 1))),
        "TargetLocations": _located(),
    }
    if "TargetLocationsURL" in known:
        made["TargetLocationsURL"] = (_Presence("https://", member("TargetLocationsURL")),)
    # Last, so that failing examples shrink to requests without it if the others allow that.
    return {**made, "TargetParameterName": (_Presence("InstanceId", member("TargetParameterName")),)}


def _located() -> Sequence[_Presence]:
    """Return the kinds of values of TargetLocations; in older models, locations have no targets."""
    locations: Any = model.input_shape(model.START).members["TargetLocations"]
    plain = shapes.structures_with(locations.member, {"Targets": None})
    without = _Presence([{}], shapes.some(plain, *shapes.bounds(locations), plain))
    if "Targets" not in locations.member.members:
        return (without,)
    located = shapes.structures_with(locations.member, {"Targets": lists("Targets", 1, 1)})
    some_located = st.tuples(located, st.lists(plain | located, max_size=2)).map(lambda drawn: [drawn[0], *drawn[1]])
    return without, _Presence([{"Targets": [{}]}], some_located)


Combination: TypeAlias = "Mapping[str, _Presence]"


@cache
def combinations() -> Sequence[Combination]:
    """List all combinations of those members, allowed or not, smallest first, and with Targets before others."""
    nowhere: dict[str, _Presence] = {}
    ways = [(nowhere, *({name: way} for way in presences)) for name, presences in _presences().items()]
    combined = ({name: way for part in parts for name, way in part.items()} for parts in itertools.product(*ways))
    places = list(_presences())
    return sorted(combined, key=lambda each: (len(each), [places.index(name) for name in each]))


def broken_by(given: Mapping[str, Any], combination: Combination) -> list[Violation]:
    """List violations of rules by the given members together with a combination of others."""
    return rules.check_rules({**given, **{name: way.sample for name, way in combination.items()}})


@cache
def _usual(absent: frozenset[str]) -> Sequence[Combination]:
    """List the valid combinations without some members."""
    return [each for each in combinations() if not absent & each.keys() and not broken_by({}, each)]


def _companions(given: Mapping[str, Any], absent: frozenset[str]) -> Sequence[Combination]:
    """List the combinations that are valid together with the given members."""
    drawn = {*model.input_shape(model.START).required_members} - absent
    wrong = [each for each in check(model.START, given) if each.rule != "required" or each.path not in drawn]
    if not wrong and not given.keys() & {*_presences(), *SIZE_RULES}:
        return _usual(absent)
    taken = absent | given.keys()
    judged = [] if wrong else [(each, broken_by(given, each)) for each in combinations() if not taken & each.keys()]
    found = [each for each, broken in judged if not broken]
    if found:
        return found
    reasons = wrong or min((broken for _, broken in judged), key=len)
    text = "; ".join(f"{reason} ({reason.constraint})" for reason in reasons)
    raise FakeUsageError(f"No valid request has these members: {text}")


@cache
def _others(taken: frozenset[str], most: int) -> st.SearchStrategy[dict[str, Any]]:
    """Draw a few optional members without rules about several members."""
    left_out = {*taken, *_presences(), *model.input_shape(model.START).required_members}
    return shapes.few_of({name: strategy for name, strategy in all_members().items() if name not in left_out}, most)


@cache
def _any_request() -> Strategy:
    nothing: frozenset[str] = frozenset()
    return _requests({}, nothing, _usual(nothing))


def requests_with(members: Mapping[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw requests with these members, each of them a value, a strategy, or `None` to omit it."""
    if not members:
        return _any_request()
    absent = frozenset(name for name, value in members.items() if value is None)
    values = {name: value for name, value in members.items() if value is not None}
    judged = not any(isinstance(value, st.SearchStrategy) for value in values.values())
    return _requests(shapes.as_strategies(values), absent, _companions(values, absent) if judged else None)


def _requests(given: Mapping[str, Strategy], absent: frozenset[str], known: Sequence[Combination] | None) -> Strategy:
    def valid_requests(draw: st.DrawFn) -> dict[str, Any]:
        fixed = {name: draw(strategy) for name, strategy in given.items()}
        request = completed(draw, fixed, absent, 3)
        companions = known or _companions(fixed, absent)
        # Choose member by member, so that failing examples shrink to few members.
        for name, presences in _presences().items():
            ways = [way for way in (None, *presences) if any(each.get(name) is way for each in companions)]
            way = ways[draw(st.integers(0, len(ways) - 1))] if len(ways) > 1 else ways[0]
            companions = [each for each in companions if each.get(name) is way]
            if way:
                request[name] = draw(way.strategy)
        return ordered(request)

    return st.composite(valid_requests)()


def completed(draw: st.DrawFn, given: Mapping[str, Any], absent: frozenset[str], most: int) -> dict[str, Any]:
    """Draw the missing required members of a request, and some others."""
    required = [name for name in model.input_shape(model.START).required_members if name not in {*absent, *given}]
    return {**given, **{name: draw(member(name)) for name in required}, **draw(_others(absent.union(given), most))}


def ordered(request: Mapping[str, Any]) -> dict[str, Any]:
    """Sort members in the model's order, with unknown ones last."""
    return {**{name: request[name] for name in model.input_shape(model.START).members if name in request}, **request}
