"""Strategies for requests that violate one constraint, and no others except those that it implies."""

from __future__ import annotations

import copy
import re
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cache, partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from .._service.brief import Brief, brief
from .._service.checks import model, rules
from .._service.checks.constraints import PYTHON_TYPES, check
from . import shapes
from .pieces import UNBOUNDED
from .requests import SIZE_RULES, broken_by, combinations, completed, limits, lists, ordered
from .strings import LONG, WRITTEN, strings
from .templates import fits, parsed, templates

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from botocore.model import Shape

    from .._service.checks.violations import Violation
    from .requests import Combination, Strategy

# Values of wrong types, most common mistakes first.
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
_TEXTS: Final = ("None", "", " ", "null", "0", "a b", "ab", "tag:Env\n", "été", "{{ InstanceId }}", "x" * LONG)
# Values beside the invalid one are as small as values at this depth.
_SMALL: Final = 3
# The number of combinations of other members to choose from, smallest first.
_FEW: Final = 16
_ODD_KEYS: Final = ("tags:Env", "Tag:Env", "InstanceId", "ParameterValue", "resource-group", "x")
_STRAYS: Final = (" ", "!", "\n", "\x00", "é", "<", "日", "\U0001f600")


@dataclass(frozen=True, slots=True, repr=False)
class InvalidRequest(Brief):
    """An invalid request with one mistake.

    Attributes:
        params: Keyword arguments for `start_automation_execution`.
        violation: The constraint that they violate, and the path.
    """

    params: dict[str, Any]
    violation: Violation

    def __repr__(self) -> str:
        return f"InvalidRequest(params={brief(self.params)}, violation={self.violation!r})"


@cache
def _rules() -> frozenset[str]:
    """Return the ids of the rules about several members."""
    return frozenset(each.id for each in rules.constraints() if each.origin == "documentation") - {rules.TARGET_KEY}


@cache
def flaws(identifier: str) -> Strategy:
    """Draw the members that violate a constraint, without one whose absence violates it; empty if none are known."""
    path, _, rule = identifier.rpartition(":")
    shape = model.input_shape(model.START)
    if identifier == rules.TARGET_KEY:
        target: Any = shape.members["Targets"]
        odd = shapes.structures_with(target.member, {"Key": st.sampled_from(_ODD_KEYS)}, _SMALL)
        return st.fixed_dictionaries({"Targets": st.tuples(odd).map(list)})
    if identifier in _rules():
        limit: Any = next(each.limit for each in rules.constraints() if each.id == identifier)
        sized = {name: lists(name, limit + 1) for name, sizing in SIZE_RULES.items() if sizing == identifier}
        # Older models may lack the members that are needed to violate it.
        known = bool(sized) or any(_fits_beside({}, each, identifier) for each in combinations())
        return st.fixed_dictionaries(sized) if known else st.nothing()
    if rule == "required" and path in shape.members:
        return st.builds(dict[str, Any])
    if path == "request":
        return _misspelt(shape)
    name, *tokens = re.findall(r"\w+|\[\]|\{\w+\}", path)
    return st.fixed_dictionaries({name: _around(shape.members[name], tokens, rule)})


def _around(shape: Any, tokens: Sequence[str], rule: str) -> Strategy:
    """Draw values of a shape that violate only one rule, where `tokens` lead inside it."""
    if not tokens:
        return _BREAKING[rule](shape)
    token, *rest = tokens
    if rule == "required" and not rest:
        return shapes.structures_with(shape, {token: None}, _SMALL)
    inner = {"[]": "member", "{key}": "key", "{value}": "value"}.get(token)
    flawed = _around(getattr(shape, inner) if inner else shape.members[token], rest, rule)
    return flawed if flawed.is_empty else _holding(shape, token, flawed)


def _holding(shape: Any, token: str, flawed: Strategy) -> Strategy:
    """Draw values of a shape that contain an invalid value."""
    match token:
        case "[]":
            low, high = shapes.bounds(shape)
            members = model.input_shape(model.START).members
            high = min([high, *(limit for name, limit in limits().items() if members[name].name == shape.name)])
            least, most = max(0, low - 1), min(max(1, low), high - 1)
            fine = st.lists(shapes.any_of(shape.member), min_size=least, max_size=most)
            return st.tuples(fine, flawed).map(lambda drawn: [*drawn[0], drawn[1]])
        case "{key}":
            keys = flawed.filter(lambda key: isinstance(key, Hashable))
            return st.dictionaries(keys, shapes.any_of(shape.value), min_size=1, max_size=1)
        case "{value}":
            return st.dictionaries(shapes.any_of(shape.key), flawed, min_size=1, max_size=1)
        case _:
            return shapes.structures_with(shape, {token: flawed}, _SMALL)


def _of_wrong_type(shape: Shape) -> Strategy:
    wrong = [value for value in _JUNK if not isinstance(value, PYTHON_TYPES[shape.type_name])]
    return st.sampled_from(wrong).map(copy.deepcopy)


def _misspelt(shape: Any) -> Strategy:
    """Draw an unknown member whose name resembles one of the shape's members."""
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
    return st.tuples(shapes.structures_with(shape, {}, _SMALL), _misspelt(shape)).map(
        lambda drawn: {**drawn[0], **drawn[1]}
    )


def _sized(shape: Any, low: int, high: int) -> Strategy:
    """Draw values of a wrong size that match the shape's other constraints, if possible."""
    if shape.type_name == "string":
        pattern = shape.metadata.get("pattern")
        made = strings(shape.name, pattern, low, high)
        return strings(shape.name, None, low, high) if made.is_empty else made
    if shape.type_name == "list":
        member = shapes.any_of(shape.member, small=True)
        return shapes.full_lists(member, low) if low else st.lists(member, max_size=high)
    key, value = shape.key, shapes.any_of(shape.value, small=True)
    return shapes.full_maps(key, value, low) if low else st.dictionaries(shapes.any_of(key), value, max_size=high)


def _unmatched(shape: Shape) -> Strategy:
    """Draw strings of a valid length that do not match the pattern, some because of a single character."""
    pattern, (low, high) = shape.metadata.get("pattern"), shapes.bounds(shape)

    def wrong(text: str) -> bool:
        return low <= len(text) <= high and not fits(text, pattern)

    texts = [text for text in dict.fromkeys([*WRITTEN.get(shape.name, ()), *_TEXTS]) if wrong(text)]
    samples = [each.written(each.low) for each in templates(parsed(pattern), max(1, low), high)]
    spots = [(text, at) for text in samples for at in range(len(text))]
    strays = [stray for stray in _STRAYS if all(wrong(_spoilt(*spot, stray)) for spot in spots)]
    made = [st.sampled_from(range(len(texts))).map(lambda position: texts[position])] if texts else []
    if strays and spots:
        spoilt = st.builds(_spoilt, shapes.any_of(shape), st.integers(0, 255), st.sampled_from(strays))
        made.append(spoilt.filter(wrong))
    return st.one_of(made)


def _spoilt(text: str, at: int, stray: str) -> str:
    """Replace a character."""
    at %= max(1, len(text))
    return text[:at] + stray + text[at + 1 :]


def _unlisted(shape: Shape) -> Strategy:
    names: Sequence[str] = shape.metadata["enum"]
    near = [text for name in names for text in (name.lower(), name.upper(), name[:-1], name + " ")]
    return st.sampled_from([text for text in dict.fromkeys([*near, *_TEXTS]) if text not in names])


_BREAKING: Final[Mapping[str, Callable[[Any], Strategy]]] = {
    "type": _of_wrong_type,
    "unknown": _with_misspelt,
    "min": lambda shape: _sized(shape, 0, shapes.bounds(shape)[0] - 1),
    "max": lambda shape: _sized(shape, shapes.bounds(shape)[1] + 1, UNBOUNDED),
    "pattern": _unmatched,
    "enum": _unlisted,
}


@cache
def requests_breaking(names: tuple[str, ...]) -> st.SearchStrategy[InvalidRequest]:
    """Draw requests that violate one of these constraints."""
    breakable = st.sampled_from(names).filter(lambda name: not flaws(name).is_empty)

    def invalid_requests(draw: st.DrawFn) -> InvalidRequest:
        identifier = draw(breakable)
        given = draw(flaws(identifier))
        request = completed(draw, given, frozenset({identifier.removesuffix(":required")}), 1)
        few = _beside(given, identifier)
        beside = few[draw(st.integers(0, len(few) - 1))]
        params = ordered({**request, **{name: draw(way.strategy) for name, way in beside.items()}})
        judges = (partial(check, model.START), partial(rules.check_rules, keys=True))
        found = (each for judge in judges for each in judge(params))
        return InvalidRequest(params, next(each for each in found if each.constraint == identifier))

    return st.composite(invalid_requests)()


def _beside(given: Mapping[str, Any], identifier: str) -> list[Combination]:
    """List a few combinations of other members that violate nothing, or only the given rule.

    Rules are not checked if a type is wrong.
    """
    judged = not identifier.endswith(":type")
    free = (each for each in combinations() if not given.keys() & each.keys())
    return list(islice((each for each in free if not judged or _fits_beside(given, each, identifier)), _FEW))


def _fits_beside(given: Mapping[str, Any], combination: Combination, identifier: str) -> bool:
    # Rules about sizes do not depend on other members.
    broken = {violation.constraint for violation in broken_by(given, combination)}
    return (broken ^ {identifier} & _rules()).issubset(SIZE_RULES.values())
