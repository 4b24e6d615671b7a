"""Strategies for botocore shapes, within their limits."""

from __future__ import annotations

import copy
import itertools
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from .._service.calls import copy_containers
from .._service.checks.rules import target_keys
from .pieces import UNBOUNDED
from .recipes import named
from .strings import LONG, strings
from .templates import fits, parsed, templates

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from botocore.model import Shape

# The weights of lists with 0, 1 and 2 items more than the minimum; a list of the maximum length has weight 1.
_TIMES: Final = (5, 8, 2)
_MORE: Final = 2
_DEEPEST: Final = 2
_BEYOND: Final = {"integer": 2**31, "long": 2**63}
# The range of times that are valid epoch seconds in any time zone, and that all parsers accept.
_EARLIEST: Final = datetime.fromisoformat("1970-01-02")
_LATEST: Final = datetime.fromisoformat("2999-12-31")


@cache
def any_of(shape: Any, above: tuple[str, ...] = (), *, small: bool = False) -> st.SearchStrategy[Any]:
    """Draw values of a shape; small ones contain no list or map of the maximum size.

    The strategy is empty if no value is known, or if a recursive shape is nested deeply enough in the ones `above`.
    """
    match shape.type_name:
        case "structure":
            return _structure(shape, above, small=small)
        case "list":
            return _list(shape, above, small=small)
        case "map":
            return _map(shape, above, small=small)
        case "string":
            return _string(shape)
        case kind:
            return _scalar(kind, shape)


@cache
def members_of(shape: Any, above: tuple[str, ...] = (), *, small: bool = False) -> Mapping[str, st.SearchStrategy[Any]]:
    """Return a strategy for each member of a structure, except for those without values."""
    made = {name: any_of(member, (*above, shape.name), small=small) for name, member in shape.members.items()}
    return {name: strategy for name, strategy in made.items() if not strategy.is_empty}


def _string(shape: Shape) -> st.SearchStrategy[str]:
    names = shape.metadata.get("enum")
    if names:
        return st.sampled_from(names)
    low, high = bounds(shape)
    made = strings(shape.name, shape.metadata.get("pattern"), low, high)
    if shape.name != "TargetKey":
        return made
    return made.map(lambda key: key if key in target_keys() else f"tag:{key.removeprefix('tag:')}"[:high])


def _structure(shape: Any, above: tuple[str, ...], *, small: bool) -> st.SearchStrategy[Any]:
    if above.count(shape.name) >= _DEEPEST:
        return st.nothing()
    members = members_of(shape, above, small=small)
    if not members.keys() >= set(shape.required_members):
        return st.nothing()
    return structures(shape, members, shape.required_members, len(above))


def _list(shape: Any, above: tuple[str, ...], *, small: bool) -> st.SearchStrategy[Any]:
    member = any_of(shape.member, above, small=small)
    if member.is_empty:
        return member
    return some(member, *bounds(shape), None if small else any_of(shape.member, above, small=True))


def _map(shape: Any, above: tuple[str, ...], *, small: bool) -> st.SearchStrategy[Any]:
    low, high = bounds(shape)
    key, value = any_of(shape.key, above, small=small), any_of(shape.value, above, small=small)
    if key.is_empty or value.is_empty:
        return st.nothing()
    few = st.dictionaries(key, value, min_size=low, max_size=min(high, low + _MORE))
    if small or high >= UNBOUNDED:
        return few
    full, turns = full_maps(shape.key, any_of(shape.value, small=True), high), st.integers(0, sum(_TIMES))
    return named("members", lambda draw: draw(full if draw(turns) == sum(_TIMES) else few))


def _scalar(kind: str, shape: Shape) -> st.SearchStrategy[Any]:
    low: Any = shape.metadata.get("min")
    high: Any = shape.metadata.get("max")
    match kind:
        case "boolean":
            return st.booleans()
        case "integer" | "long":
            low = -_BEYOND[kind] if low is None else low
            high = _BEYOND[kind] - 1 if high is None else high
            return st.integers(low, high) | st.sampled_from((low, high))
        case "timestamp":
            return st.datetimes(_EARLIEST, _LATEST, timezones=st.just(UTC))
        case "blob":
            return st.binary(min_size=low or 0, max_size=high) | st.sampled_from([bytes(low or 0), bytes(high or LONG)])
        case _:
            return st.floats(low, high, allow_nan=False, allow_infinity=False)


def structures(
    shape: Any, members: Mapping[str, st.SearchStrategy[Any]], required: Iterable[str], depth: int = 0
) -> st.SearchStrategy[dict[str, Any]]:
    """Draw structures with the required members and some others, in this order. The deeper, the fewer members."""
    needed = frozenset(required)
    if shape.is_tagged_union and not needed:
        return st.one_of([st.fixed_dictionaries({name: strategy}) for name, strategy in members.items()])
    first = tuple(member for member in members if member in needed)
    others = () if shape.is_tagged_union else tuple(member for member in members if member not in needed)
    some_others = few_of({member: members[member] for member in others}, max(1, 3 - depth))

    def structure(draw: st.DrawFn) -> dict[str, Any]:
        found = {member: draw(members[member]) for member in first} | draw(some_others)
        return {member: found[member] for member in members if member in found}

    return named(shape.name, structure)


def structures_with(shape: Any, overrides: Mapping[str, Any], depth: int = 0) -> st.SearchStrategy[dict[str, Any]]:
    """Draw structures with some members set to a value or a strategy, or omitted with `None`."""
    made = {**members_of(shape), **as_strategies(overrides)}
    members = {name: made[name] for name in shape.members if name in made and overrides.get(name, made) is not None}
    return structures(shape, members, members.keys() & {*shape.required_members, *overrides}, depth)


def as_strategies(members: Mapping[str, Any]) -> dict[str, st.SearchStrategy[Any]]:
    """Make a strategy of each value, which draws copies, so that examples do not share it."""
    return {
        name: value if isinstance(value, st.SearchStrategy) else st.just(value).map(copy.deepcopy)
        for name, value in members.items()
        if value is not None
    }


def few_of(members: Mapping[str, st.SearchStrategy[Any]], most: int) -> st.SearchStrategy[dict[str, Any]]:
    """Draw at most this number of members as a list of pairs, so that failing examples shrink to fewer members."""
    if not members:
        return st.builds(dict[str, Any])
    names, turns = tuple(members), st.integers(0, len(members) - 1)

    def member(draw: st.DrawFn) -> tuple[str, Any]:
        name = names[draw(turns)]
        return name, draw(members[name])

    return st.lists(named("member", member), max_size=most).map(dict)


def some(
    member: st.SearchStrategy[Any], low: int, high: int, full: st.SearchStrategy[Any] | None
) -> st.SearchStrategy[list[Any]]:
    """Draw lists, most of them short.

    `full` draws items that are repeated in lists of the maximum length; without it, there are no such lists.
    """
    sizes = [min(low + more, high) for more, times in enumerate(_TIMES) for _ in range(times)]
    turns = st.integers(0, len(sizes) if full is not None and high < UNBOUNDED else len(sizes) - 1)

    def values(draw: st.DrawFn) -> list[Any]:
        turn = draw(turns)
        if full is None or turn < len(sizes):
            return [draw(member) for _ in range(sizes[turn])]
        # Draw as often as for other long lists. Otherwise failing examples would shrink to the longest list.
        return _cycled([draw(full) for _ in range(max(1, sizes[-1]))], high)

    return named("values", values)


def full_lists(member: st.SearchStrategy[Any], size: int) -> st.SearchStrategy[list[Any]]:
    """Draw lists of one size with few different items, which are repeated as copies."""
    return st.lists(member, min_size=1, max_size=2).map(lambda drawn: _cycled(drawn, size))


def full_maps(key: Shape, value: st.SearchStrategy[Any], size: int) -> st.SearchStrategy[dict[str, Any]]:
    """Draw maps of one size, or as large as the number of possible keys allows, with few different values."""
    names = _keys(key, size)
    return full_lists(value, len(names)).map(lambda values: dict(zip(names, values, strict=True)))


def _keys(shape: Shape, size: int) -> list[str]:
    """Generate different keys of a map, as many as wanted or possible."""
    low, high = bounds(shape)
    names, pattern = shape.metadata.get("enum"), shape.metadata.get("pattern")
    made = names or itertools.chain.from_iterable(each.numbered() for each in templates(parsed(pattern), low, high))
    return list(itertools.islice((text for text in made if fits(text, pattern, low, high)), size))


def bounds(shape: Shape) -> tuple[int, int]:
    """Return the minimum and the maximum length, or number of items, of a shape."""
    return shape.metadata.get("min", 0), shape.metadata.get("max", UNBOUNDED)


def _cycled(values: Sequence[Any], size: int) -> list[Any]:
    return [copy_containers(value) for value in itertools.islice(itertools.cycle(values), size)]
