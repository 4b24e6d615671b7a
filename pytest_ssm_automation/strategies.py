"""Hypothesis strategies for Systems Manager Automation, made from the installed botocore model.

Example:
    >>> from hypothesis import given
    >>> from pytest_ssm_automation import AutomationFake, strategies
    >>> @given(strategies.valid_requests(DocumentName="AWS-RestartEC2Instance"))
    ... def test_every_valid_request_is_started(request):
    ...     with AutomationFake() as fake:
    ...         fake.client().start_automation_execution(**request)
"""

from __future__ import annotations

import copy
import itertools
import re
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from hypothesis import strategies as st

from . import _shapes
from ._scenarios import fault_plans, parameters_for, runbooks, status_histories
from ._service import model, rules
from ._service.constraints import PYTHON_TYPES, Violation, check
from ._service.errors import FakeUsageError, unknown_name

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from botocore.model import Shape

    from ._service.runbooks import Runbook

__all__ = [
    "InvalidRequest",
    "alarm_configurations",
    "client_tokens",
    "document_names",
    "execution_ids",
    "fault_plans",
    "from_shape",
    "invalid_requests",
    "max_concurrencies",
    "max_errors",
    "parameters_for",
    "responses",
    "runbooks",
    "status_histories",
    "tags",
    "target_locations",
    "target_maps",
    "targets",
    "valid_requests",
]

Strategy: TypeAlias = st.SearchStrategy[Any]
_SIZE_RULES: Final = {"Tags": "request:at_most_five_tags", "Targets": "request:at_most_one_target"}


def from_shape(shape: Shape, **overrides: Any) -> Strategy:
    """Draw values of any shape of botocore's model: aware datetimes for timestamps, bytes for blobs.

    Args:
        shape: The shape, such as `client.meta.service_model.operation_model(name).output_shape`.
        **overrides: For members of a structure: a value fixes one, a strategy is drawn from, `None` leaves it out.

    Raises:
        FakeUsageError: The shape has no member of that name.
    """
    _require_known("member", overrides, getattr(shape, "members", ()))
    return _structures(shape, overrides) if overrides else _shapes.any_of(shape)


def document_names() -> st.SearchStrategy[str]:
    """Draw names and ARNs of runbooks."""
    return _member("DocumentName")


def client_tokens() -> st.SearchStrategy[str]:
    """Draw idempotency tokens: UUIDs in either case."""
    return _member("ClientToken")


def targets() -> st.SearchStrategy[list[dict[str, Any]]]:
    """Draw what `Targets` takes: no target, or as many as the service accepts."""
    return _member("Targets")


def target_maps() -> st.SearchStrategy[list[dict[str, list[str]]]]:
    """Draw what `TargetMaps` takes."""
    return _member("TargetMaps")


def target_locations() -> st.SearchStrategy[list[dict[str, Any]]]:
    """Draw what `TargetLocations` takes; a location with targets needs a TargetParameterName."""
    return _member("TargetLocations")


def tags() -> st.SearchStrategy[list[dict[str, str]]]:
    """Draw what `Tags` takes at start, which is fewer than its model says."""
    return _member("Tags")


def alarm_configurations() -> st.SearchStrategy[dict[str, Any]]:
    """Draw what `AlarmConfiguration` takes."""
    return _member("AlarmConfiguration")


def max_concurrencies() -> st.SearchStrategy[str]:
    """Draw numbers and percentages of targets to run on at once."""
    return _member("MaxConcurrency")


def max_errors() -> st.SearchStrategy[str]:
    """Draw numbers and percentages of errors to stop at."""
    return _member("MaxErrors")


def execution_ids() -> st.SearchStrategy[str]:
    """Draw ids of executions: lower-case UUIDs, and whatever else has their length."""
    shape = model.output_shape(model.START).members["AutomationExecutionId"]
    return st.one_of(_shapes.any_of(shape), st.uuids(version=4).map(str))


def responses() -> st.SearchStrategy[dict[str, Any]]:
    """Draw answers of StartAutomationExecution, as `start_automation_execution` returns them but for their metadata."""
    return from_shape(model.output_shape(model.START), AutomationExecutionId=execution_ids())


def valid_requests(*, runbook: Runbook | None = None, **members: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Draw keyword arguments for `start_automation_execution` that break nothing.

    Args:
        runbook: The runbook to start, with parameters as it declares them, and on no targets unless they are given.
        **members: A value fixes a member, a strategy is drawn from, `None` leaves it out.

    Raises:
        FakeUsageError: There is no such member, or no valid request has such members. What is drawn from a strategy is
            judged when it is drawn.
    """
    _require_known("member", members, model.input_shape(model.START).members)
    if runbook is not None:
        return _requests_for(runbook, members)
    if not members:
        return _valid_requests()
    absent = frozenset(name for name, value in members.items() if value is None)
    values = {name: value for name, value in members.items() if value is not None}
    judged = not any(isinstance(value, st.SearchStrategy) for value in values.values())
    return _requests(_given(values), absent, _companions(values, absent) if judged else None)


def _requests_for(runbook: Runbook, members: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw requests that start a runbook; a request without any parameter has no `Parameters` at all."""
    fixed: dict[str, Any] = {"DocumentName": runbook.name, "DocumentVersion": runbook.version}
    fixed |= dict.fromkeys(("Targets", "TargetMaps", "TargetParameterName", "TargetLocationsURL"))
    ways: list[Any] = []
    if not any(parameter.required for parameter in runbook.parameters.values()):
        ways.append({"Parameters": None})
    if runbook.parameters:
        ways.append({"Parameters": parameters_for(runbook).filter(bool)})
    return st.one_of([valid_requests(**{**fixed, **way, **members}) for way in ways])


@dataclass(frozen=True, slots=True)
class InvalidRequest:
    """A request with one mistake.

    Attributes:
        params: Keyword arguments for `start_automation_execution`.
        violation: The constraint that they break, and where.
    """

    params: dict[str, Any]
    violation: Violation


def invalid_requests(*, constraints: Iterable[str] | None = None) -> st.SearchStrategy[InvalidRequest]:
    """Draw requests that break one constraint, and no other but those that cannot but break with it.

    Args:
        constraints: Ids of the constraints to choose from; all that can be broken, if left out.

    Raises:
        FakeUsageError: There is no such constraint, or it cannot be broken.
    """
    known = [constraint.id for constraint in rules.constraints()]
    wanted = known if constraints is None else list(constraints)
    _require_known("constraint", wanted, known)
    if not wanted:
        raise FakeUsageError("invalid_requests needs a constraint to break.")
    hopeless = [] if constraints is None else [name for name in wanted if not _flaws(name)]
    if hopeless:
        raise FakeUsageError(f"No request is known that breaks {', '.join(hopeless)} alone.")
    return _invalid_requests(tuple(wanted))


def _require_known(kind: str, names: Iterable[str], allowed: Collection[str]) -> None:
    for name in names:
        if name not in allowed:
            raise unknown_name(kind, name, allowed)


def _structures(structure: Any, overrides: Mapping[str, Any], *, depth: int = 0) -> Strategy:
    made: dict[str, Strategy] = {**_shapes.members_of(structure), **_given(overrides)}
    members = {name: made[name] for name in structure.members if name in made and overrides.get(name, made) is not None}
    return _shapes.structures(structure, members, members.keys() & {*structure.required_members, *overrides}, depth)


def _given(members: Mapping[str, Any]) -> dict[str, Strategy]:
    """Make a strategy of each member that is given as a value, so that no two examples share it."""
    return {
        name: value if isinstance(value, st.SearchStrategy) else st.just(value).map(copy.deepcopy)
        for name, value in members.items()
        if value is not None
    }


# Valid requests


@cache
def _members() -> Mapping[str, Strategy]:
    """Give a strategy for each member of the request that keeps to the documented limits too."""
    made = _shapes.members_of(model.input_shape(model.START))
    return {**made, **{name: _lists(name, 0, limit) for name, limit in _limits().items()}}


@cache
def _limits() -> Mapping[str, int]:
    """Give the documented limits that are narrower than the installed model's."""
    limits: dict[str, Any] = {constraint.id: constraint.limit for constraint in rules.constraints()}
    return {name: limits[rule] for name, rule in _SIZE_RULES.items() if rule in limits}


def _member(name: str) -> Strategy:
    return _members()[name]


def _lists(name: str, low: int, most: int = _shapes.UNBOUNDED) -> Strategy:
    """Draw what a member of the request that is a list takes, in a number that may be narrower than the model's."""
    shape: Any = model.input_shape(model.START).members[name]
    least, high = _shapes.bounds(shape)
    full = _shapes.any_of(shape.member, small=True)
    return _shapes.some(_shapes.any_of(shape.member), max(least, low), min(high, most), full)


@dataclass(frozen=True, slots=True, eq=False)
class _Presence:
    """One way for a member to be there, as far as the rules across members can tell.

    Attributes:
        sample: A value that stands for all of this kind.
        strategy: Draws values of this kind.
    """

    sample: Any
    strategy: Strategy


@cache
def _presences() -> Mapping[str, Sequence[_Presence]]:
    """List the ways for each of the members that the rules tie together to be there."""
    empty: Strategy = st.builds(list[Any])
    locations: Any = model.input_shape(model.START).members["TargetLocations"]
    plain = from_shape(locations.member, Targets=None)
    located = from_shape(locations.member, Targets=_lists("Targets", 1, 1))
    plain_only = _shapes.some(plain, *_shapes.bounds(locations), plain)
    some_located = st.tuples(located, st.lists(plain | located, max_size=2)).map(lambda drawn: [drawn[0], *drawn[1]])
    return {
        "Targets": (_Presence([], empty), _Presence([{}], _lists("Targets", 1, 1))),
        "TargetMaps": (_Presence([], empty), _Presence([{}], _lists("TargetMaps", 1))),
        "TargetLocations": (_Presence([{}], plain_only), _Presence([{"Targets": [{}]}], some_located)),
        "TargetLocationsURL": (_Presence("https://", _member("TargetLocationsURL")),),
        # Last, as the others can do with or without it, and a failing example should shrink to the latter.
        "TargetParameterName": (_Presence("InstanceId", _member("TargetParameterName")),),
    }


_Combination: TypeAlias = "Mapping[str, _Presence]"


@cache
def _combinations() -> Sequence[_Combination]:
    """List all combinations of those members, allowed or not, the fewest members first."""
    nowhere: dict[str, _Presence] = {}
    ways = [(nowhere, *({name: way} for way in presences)) for name, presences in _presences().items()]
    combined = ({name: way for part in parts for name, way in part.items()} for parts in itertools.product(*ways))
    return sorted(combined, key=len)


def _broken(given: Mapping[str, Any], combination: _Combination) -> list[Violation]:
    return rules.check_rules(model.START, {**given, **{name: way.sample for name, way in combination.items()}})


@dataclass(frozen=True, slots=True, eq=False)
class _Choice:
    """Whether a member is there, and how.

    Attributes:
        name: The member.
        ways: Its ways to be there, and `None` first if it can be absent.
        after: What to choose next, after each of the ways.
    """

    name: str
    ways: Sequence[_Presence | None]
    after: Sequence[_Choice | None]


def _tree(allowed: Sequence[_Combination], names: Sequence[str]) -> _Choice | None:
    """Arrange combinations so that they can be drawn member by member, and shrink to having few of them."""
    if not names:
        return None
    name, *later = names
    ways = [way for way in (None, *_presences()[name]) if any(each.get(name) is way for each in allowed)]
    return _Choice(name, ways, [_tree([each for each in allowed if each.get(name) is way], later) for way in ways])


@cache
def _usual(absent: frozenset[str]) -> _Choice | None:
    """Arrange the combinations without some members that break nothing by themselves."""
    found = [each for each in _combinations() if not absent & each.keys() and not _broken({}, each)]
    return _tree(found, tuple(_presences()))


def _companions(given: Mapping[str, Any], absent: frozenset[str]) -> _Choice | None:
    """Arrange the combinations that make a valid request of the members given."""
    drawn = {*model.input_shape(model.START).required_members} - absent
    wrong = [each for each in check(model.START, given) if each.rule != "required" or each.path not in drawn]
    if not wrong and not given.keys() & {*_presences(), *_SIZE_RULES}:
        return _usual(absent)
    taken = absent | given.keys()
    judged = [] if wrong else [(each, _broken(given, each)) for each in _combinations() if not taken & each.keys()]
    found = [each for each, broken in judged if not broken]
    if found:
        return _tree(found, tuple(_presences()))
    reasons = wrong or min((broken for _, broken in judged), key=len)
    told = "; ".join(f"{reason} ({reason.constraint})" for reason in reasons)
    raise FakeUsageError(f"No valid request has these members: {told}")


@cache
def _others(taken: frozenset[str], most: int) -> st.SearchStrategy[dict[str, Any]]:
    """Draw a few optional members that no rule ties to others."""
    left_out = {*taken, *_presences(), *model.input_shape(model.START).required_members}
    return _shapes.few_of({name: strategy for name, strategy in _members().items() if name not in left_out}, most)


@cache
def _valid_requests() -> Strategy:
    nothing: frozenset[str] = frozenset()
    return _requests({}, nothing, _usual(nothing))


def _requests(given: Mapping[str, Strategy], absent: frozenset[str], known: _Choice | None) -> Strategy:
    def valid_requests(draw: st.DrawFn) -> dict[str, Any]:
        fixed = {name: draw(strategy) for name, strategy in given.items()}
        request = _completed(draw, fixed, absent, 3)
        choice = known or _companions(fixed, absent)
        while choice:
            turn = draw(st.integers(0, len(choice.ways) - 1)) if len(choice.ways) > 1 else 0
            way = choice.ways[turn]
            if way:
                request[choice.name] = draw(way.strategy)
            choice = choice.after[turn]
        return _ordered(request)

    return st.composite(valid_requests)()


def _completed(draw: st.DrawFn, given: Mapping[str, Any], absent: frozenset[str], most: int) -> dict[str, Any]:
    """Draw the required members that a request lacks, and some others."""
    required = [name for name in model.input_shape(model.START).required_members if name not in {*absent, *given}]
    return {**given, **{name: draw(_member(name)) for name in required}, **draw(_others(absent.union(given), most))}


def _ordered(request: Mapping[str, Any]) -> dict[str, Any]:
    """Put members in the model's order, and those it does not know last."""
    return {**{name: request[name] for name in model.input_shape(model.START).members if name in request}, **request}


# Invalid requests

# What callers send where something else belongs; most ordinary mistakes first.
_JUNK: Final[tuple[Any, ...]] = (
    "i-0123456789abcdef0",
    None,
    42,
    "true",
    [],
    ["Auto"],
    {},
    {"Name": "Doc"},
    "",
    True,
    0.5,
    b"Auto",
)
_TEXTS: Final = ("None", "", " ", "null", "0", "a b", "ab", "tag:Env\n", "été", "{{ InstanceId }}", "x" * _shapes.LONG)
# What stands beside a flaw is as small as what is this deep inside a shape.
_SMALL: Final = 3
# So many combinations of members that rules tie together are small enough to stand beside a flaw.
_FEW: Final = 16
_STRAYS: Final = (" ", "!", "\n", "\x00", "é", "<", "日", "\U0001f600")


@dataclass(frozen=True, slots=True)
class _Flaws:
    """The part of a request that breaks a constraint.

    Attributes:
        members: Draws the members that break it.
        absent: The member whose absence breaks it.
        rule: The constraint, if it ties members together.
    """

    members: Strategy
    absent: frozenset[str] = frozenset()
    rule: str | None = None


@cache
def _flaws(identifier: str) -> _Flaws | None:
    """Make what breaks a constraint; `None` if nothing is known to."""
    place, _, rule = identifier.rpartition(":")
    shape = model.input_shape(model.START)
    constraint = next(each for each in rules.constraints() if each.id == identifier)
    if constraint.origin == "documentation":
        limit: Any = constraint.limit
        sized = {name: _lists(name, limit + 1) for name, sizing in _SIZE_RULES.items() if sizing == identifier}
        return _Flaws(st.fixed_dictionaries(sized), rule=identifier)
    if rule == "required" and place in shape.members:
        return _Flaws(st.builds(dict[str, Any]), frozenset({place}))
    if place == "request":
        return _Flaws(_misspelt(shape))
    name, *tokens = re.findall(r"\w+|\[\]|\{\w+\}", place)
    flawed = _around(shape.members[name], tokens, rule)
    return None if flawed is None else _Flaws(st.fixed_dictionaries({name: flawed}))


def _around(shape: Any, tokens: Sequence[str], rule: str) -> Strategy | None:
    """Draw values of a shape that break a rule, and nothing else, at a place inside."""
    if not tokens:
        return _BREAKING[rule](shape)
    token, *rest = tokens
    if rule == "required" and not rest:
        return _structures(shape, {token: None}, depth=_SMALL)
    inner = {"[]": "member", "{key}": "key", "{value}": "value"}.get(token)
    flawed = _around(getattr(shape, inner) if inner else shape.members[token], rest, rule)
    return None if flawed is None else _holding(shape, token, flawed)


def _holding(shape: Any, token: str, flawed: Strategy) -> Strategy:
    """Draw values of a shape that hold a flawed one."""
    match token:
        case "[]":
            low, high = _shapes.bounds(shape)
            members = model.input_shape(model.START).members
            high = min([high, *(limit for name, limit in _limits().items() if members[name].name == shape.name)])
            least, most = max(0, low - 1), min(max(1, low), high - 1)
            fine = st.lists(_shapes.any_of(shape.member), min_size=least, max_size=most)
            return st.tuples(fine, flawed).map(lambda drawn: [*drawn[0], drawn[1]])
        case "{key}":
            keys = flawed.filter(lambda key: isinstance(key, Hashable))
            return st.dictionaries(keys, _shapes.any_of(shape.value), min_size=1, max_size=1)
        case "{value}":
            return st.dictionaries(_shapes.any_of(shape.key), flawed, min_size=1, max_size=1)
        case _:
            return _structures(shape, {token: flawed}, depth=_SMALL)


def _of_wrong_type(shape: Shape) -> Strategy:
    wrong = [value for value in _JUNK if not isinstance(value, PYTHON_TYPES[shape.type_name])]
    return st.sampled_from(wrong).map(copy.deepcopy)


def _misspelt(shape: Any) -> Strategy:
    """Draw a member that the shape does not have, under a name that is nearly one of its own."""
    ways: tuple[Callable[[str], str], ...] = (
        lambda name: name[:1].lower() + name[1:],
        lambda name: re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower(),
        lambda name: name + "s",
        lambda name: name[:-1],
        str.upper,
    )
    names = dict.fromkeys(way(name) for way in ways for name in shape.members)
    strange = st.sampled_from([name for name in names if name not in shape.members])
    return st.dictionaries(strange, st.sampled_from(_JUNK).map(copy.deepcopy), min_size=1, max_size=1)


def _with_misspelt(shape: Any) -> Strategy:
    return st.tuples(_structures(shape, {}, depth=_SMALL), _misspelt(shape)).map(lambda drawn: {**drawn[0], **drawn[1]})


def _too_small(shape: Any) -> Strategy | None:
    return _sized(shape, 0, _shapes.bounds(shape)[0] - 1)


def _too_big(shape: Any) -> Strategy | None:
    return _sized(shape, _shapes.bounds(shape)[1] + 1, _shapes.UNBOUNDED)


def _sized(shape: Any, low: int, high: int) -> Strategy | None:
    """Draw values that keep to all that is said of a shape but its size, or to nothing if they cannot."""
    if shape.type_name == "string":
        pattern = shape.metadata.get("pattern")
        made = _shapes.strings(shape.name, pattern, low, high)
        return _shapes.strings(shape.name, None, low, high) if made is None else made
    if shape.type_name == "list":
        member = _shapes.any_of(shape.member, small=True)
        return _shapes.full_lists(member, low) if low else st.lists(member, max_size=high)
    key, value = shape.key, _shapes.any_of(shape.value, small=True)
    return _shapes.full_maps(key, value, low) if low else st.dictionaries(_shapes.any_of(key), value, max_size=high)


def _unmatched(shape: Shape) -> Strategy | None:
    """Draw strings of the right length that are not of the pattern, some of them valid but for a character."""
    pattern, (low, high) = shape.metadata.get("pattern"), _shapes.bounds(shape)

    def wrong(text: str) -> bool:
        return low <= len(text) <= high and not _shapes.fits(text, pattern)

    texts = [text for text in dict.fromkeys([*_shapes.WRITTEN.get(shape.name, ()), *_TEXTS]) if wrong(text)]
    samples = [each.written(each.low) for each in _shapes.templates(pattern, max(1, low), high)]
    places = [(text, at) for text in samples for at in range(len(text))]
    strays = [stray for stray in _STRAYS if all(wrong(_spoilt(*place, stray)) for place in places)]
    made = [st.sampled_from(range(len(texts))).map(lambda position: texts[position])] if texts else []
    if strays and places:
        spoilt = st.builds(_spoilt, _shapes.any_of(shape), st.integers(0, 255), st.sampled_from(strays))
        made.append(spoilt.filter(wrong))
    return st.one_of(made) if made else None


def _spoilt(text: str, at: int, stray: str) -> str:
    """Put a character where another is."""
    at %= max(1, len(text))
    return text[:at] + stray + text[at + 1 :]


def _unlisted(shape: Shape) -> Strategy:
    names: Sequence[str] = shape.metadata["enum"]
    near = [text for name in names for text in (name.lower(), name.upper(), name[:-1], name + " ")]
    return st.sampled_from([text for text in dict.fromkeys([*near, *_TEXTS]) if text not in names])


_BREAKING: Final[Mapping[str, Callable[[Any], Strategy | None]]] = {
    "type": _of_wrong_type,
    "unknown": _with_misspelt,
    "min": _too_small,
    "max": _too_big,
    "pattern": _unmatched,
    "enum": _unlisted,
}


@cache
def _invalid_requests(names: tuple[str, ...]) -> st.SearchStrategy[InvalidRequest]:
    breakable, turns = st.sampled_from(names).filter(_flaws), st.integers(0, _FEW)

    def invalid_requests(draw: st.DrawFn) -> InvalidRequest:
        identifier = draw(breakable)
        flaws: Any = _flaws(identifier)
        given = draw(flaws.members)
        request = _completed(draw, given, flaws.absent, 1)
        beside = _beside(given, flaws.rule, draw(turns))
        params = _ordered({**request, **{name: draw(way.strategy) for name, way in beside.items()}})
        found = (rules.check_rules if flaws.rule else check)(model.START, params)
        return InvalidRequest(params, next(each for each in found if each.constraint == identifier))

    return st.composite(invalid_requests)()


def _beside(given: Mapping[str, Any], rule: str | None, turn: int) -> _Combination:
    """Choose a combination that breaks nothing beside the members given, or that one rule alone."""
    combinations = _combinations()
    turned = itertools.chain(combinations[turn:], combinations[:turn])
    fitting = (each for each in turned if not given.keys() & each.keys() and _fits_beside(given, each, rule))
    nothing: _Combination = {}
    return next(fitting, nothing)


def _fits_beside(given: Mapping[str, Any], combination: _Combination, rule: str | None) -> bool:
    try:
        broken = {violation.constraint for violation in _broken(given, combination)}
    except (AttributeError, TypeError):
        # The rules only judge values of the right types.
        return True
    # Rules of size are broken, or not, whatever stands beside.
    return broken - {*_SIZE_RULES.values()} == {rule} - {*_SIZE_RULES.values(), None}
