"""Strategies for runbooks, and for the parameters that they take."""

from __future__ import annotations

import json
import re
import string
import warnings
from dataclasses import replace
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from hypothesis import strategies as st

from .._errors import FakeUsageError, hide_usage_errors
from .._service.checks import model
from .._service.checks.patterns import compile_pattern
from .._service.runbooks.library import Runbook, load_runbook
from .._service.runbooks.parameters import check_parameters
from .recipes import named
from .shapes import bounds
from .templates import ANYTHING, Template, parsed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .._service.runbooks.library import Parameter
    from .templates import Piece

__tracebackhide__ = hide_usage_errors

# One way to write a value: the simplest that fits, and what draws others.
_Way: TypeAlias = "tuple[str, st.SearchStrategy[str]]"
_NAMES: Final = st.text(string.ascii_letters, min_size=3, max_size=16)
_ALPHABET: Final = st.characters(codec="utf-8", exclude_categories=("Cc", "Cn", "Cs"))
_ACTIONS: Final = st.sampled_from(
    ["aws:executeAwsApi", "aws:sleep", "aws:runCommand", "aws:approve", "aws:executeScript"]
)
_FORMS: Final = {
    "Integer": "0|-?[1-9][0-9]{0,8}",
    "Boolean": "true|false|True|False",
    "AWS::EC2::Instance::Id": "i-([0-9a-f]{17}|[0-9a-f]{8})",
    "AWS::IAM::Role::Arn": "arn:aws:iam::[0-9]{12}:role/[A-Za-z]{1,64}",
    "AWS::S3::Bucket::Name": "[a-z0-9][a-z0-9-]{1,61}[a-z0-9]",
}
_AWS_TYPES: Final = {kind for kind in _FORMS if kind.startswith("AWS::")} | {"List<AWS::EC2::Instance::Id>"}
# How many items, pairs and characters there are at most where the runbook sets no end.
_ITEMS: Final = 5
_PAIRS: Final = 3
_CHARS: Final = 40
# Sizes tried until a pattern's simplest string fits.
_TRIED: Final = 64


def parameters_for(runbook: Runbook) -> st.SearchStrategy[dict[str, list[str]]]:
    """Draw the `Parameters` of a request that starts this runbook: all it requires, and any of the others.

    An optional parameter whose limits leave no value is left out.

    Raises:
        FakeUsageError: No value is known for a required parameter, or for an `allowedPattern`.
    """
    given = {name: _values(runbook, parameter) for name, parameter in runbook.parameters.items()}
    optional = {name for name, parameter in runbook.parameters.items() if not parameter.required}
    for name, values in given.items():
        if values is None and name not in optional:
            raise _unknown(runbook.parameters[name], "its limits, and those of the service, leave none")
    return st.fixed_dictionaries(
        {name: values for name, values in given.items() if values is not None and name not in optional},
        optional={name: values for name, values in given.items() if values is not None and name in optional},
    )


def _unknown(parameter: Parameter, reason: str) -> FakeUsageError:
    return FakeUsageError(
        f"No value can be drawn for the parameter {parameter.name!r}: {reason}. "
        "Give a value instead: valid_requests(runbook=..., Parameters=...)"
    )


def _values(runbook: Runbook, parameter: Parameter) -> st.SearchStrategy[list[str]] | None:
    """Draw what one parameter takes; `None` if there is nothing."""
    item = _Items(runbook, parameter).strategy()
    least, most = 1, 1
    if parameter.is_list:
        low, high = bounds(model.service_model().shape_for("AutomationParameterValueList"))
        least = max(low, parameter.min_items or 0)
        most = min(high, max(least, _ITEMS) if parameter.max_items is None else parameter.max_items)
    if item is None:
        return None if least else st.builds(list[str])
    return st.lists(item, min_size=least, max_size=most) if least <= most else None


class _Items:
    """The single values that a parameter takes, within both its own limits and the service model's."""

    def __init__(self, runbook: Runbook, parameter: Parameter) -> None:
        self._parameter = parameter
        # One value is no list of enough items, but it is a whole map.
        alone = replace(parameter, min_items=None, max_items=None) if parameter.is_list else parameter
        self._runbook = replace(runbook, _parameters={parameter.name: alone})
        low, high = bounds(model.service_model().shape_for("AutomationParameterValue"))
        self._low = max(low, parameter.min_chars or 0)
        self._high = high if parameter.max_chars is None else min(high, parameter.max_chars)

    def strategy(self) -> st.SearchStrategy[str] | None:
        """Draw values; `None` if there is none."""
        parameter, pattern = self._parameter, self._parameter.allowed_pattern
        if self._low > self._high:
            return None
        if parameter.allowed_values:
            choices = [text for text in map(_text, parameter.allowed_values) if self._fits(text)]
            return st.sampled_from(choices) if choices else None
        rows = [] if pattern is None else _rows(parameter, pattern)
        ways = [*self._typed(), *self._templates(rows)]
        if ways:
            # Type, pattern and sizes know nothing of each other: what keeps to one of them alone is replaced.
            spare = ways[0][0]
            return st.one_of([way for _, way in ways]).map(lambda text: text if self._fits(text) else spare)
        if pattern is None:
            return None
        if rows:
            raise _unknown(parameter, f"no string is known that allowedPattern {pattern!r} and all limits allow")
        return st.from_regex(compile_pattern(pattern), fullmatch=True, alphabet=ANYTHING.alphabet).filter(self._fits)

    def _fits(self, text: str) -> bool:
        given = {self._parameter.name: [text]}
        return self._low <= len(text) <= self._high and not check_parameters(self._runbook, given)

    def _typed(self) -> Iterator[_Way]:
        """List what the type says, each way with the simplest value of it, as far as the pattern allows that."""
        kind, low, high = self._parameter.type.removeprefix("List<").removesuffix(">"), self._low, self._high
        if kind in {"StringMap", "MapList"}:
            yield from self._maps()
        elif kind in _FORMS:
            yield from self._templates(parsed(_FORMS[kind]))
        elif self._parameter.allowed_pattern is None:
            most = max(low, min(high, _CHARS)) if self._parameter.max_chars is None else high
            yield "a" * low, st.text(_ALPHABET, min_size=low, max_size=most)

    def _maps(self) -> Iterator[_Way]:
        least, most = 0, _PAIRS
        if not self._parameter.is_list:
            least = self._parameter.min_items or 0
            most = max(least, _PAIRS) if self._parameter.max_items is None else self._parameter.max_items
        # A pair has more than one character: of more there is no map.
        sizes = range(least, min(least + 1, most, self._high) + 1)
        drawn = st.dictionaries(_NAMES, st.text("abc -é", max_size=8), min_size=least, max_size=most)
        simplest = [self._map({str(key): "" for key in range(size)}) for size in sizes]
        yield from [(text, drawn.map(self._map)) for text in simplest if self._fits(text)][:1]

    def _map(self, pairs: dict[str, str]) -> str:
        """Write a map, its last value long enough for the whole."""
        missing = self._low - len(json.dumps(pairs))
        longer = {key: value + "a" * missing for key, value in list(pairs.items())[-1:]}
        return json.dumps(pairs | longer)

    def _templates(self, rows: Iterable[tuple[Piece, ...]]) -> Iterator[_Way]:
        """Make a way of each row of pieces, of at least the size from which on its simplest string fits."""
        for row in rows:
            least = max(self._low, sum(piece.low for piece in row))
            most = min(self._high, sum(piece.high for piece in row))
            made = (Template(row, size, most) for size in range(least, min(least + _TRIED, most) + 1))
            fitting = ((template.written(template.low), template) for template in made)
            yield from [(text, template.strings()) for text, template in fitting if self._fits(text)][:1]


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _rows(parameter: Parameter, pattern: str) -> list[tuple[Piece, ...]]:
    """Take an `allowedPattern` apart; empty where it is too much for that."""
    try:
        with warnings.catch_warnings():
            # Python warns of `[[`, which it may read otherwise than the service: values are checked anyway.
            warnings.simplefilter("ignore", FutureWarning)
            compile_pattern(pattern)
            return parsed(pattern)
    except (re.error, ValueError, RecursionError, OverflowError) as error:
        raise _unknown(parameter, f"allowedPattern {pattern!r} cannot be drawn from, {error}") from None


def runbooks() -> st.SearchStrategy[Runbook]:
    """Draw runbooks with any parameters and steps."""
    return named("runbooks", _runbook)


# Drawn by functions: hypothesis explains each part of a failing tuple or dictionary, which took most of a minute.
def _runbook(draw: st.DrawFn) -> Runbook:
    content = {
        "schemaVersion": "0.3",
        "parameters": dict(draw(_named_parts(_declarations(), 0))),
        "mainSteps": [{"name": name, "action": action} for name, action in draw(_named_parts(_ACTIONS, 1))],
    }
    return load_runbook(content, name=draw(_NAMES))


def _named_parts(part: st.SearchStrategy[Any], least: int) -> st.SearchStrategy[list[tuple[str, Any]]]:
    drawn = named("part", lambda draw: (draw(_NAMES), draw(part)))
    return st.lists(drawn, min_size=least, max_size=4, unique_by=itemgetter(0))


def _declarations() -> st.SearchStrategy[dict[str, Any]]:
    """Draw declarations of parameters whose limits can be kept."""
    plain = st.sampled_from(["String", "StringList", "Integer", "Boolean", "StringMap", "MapList", *sorted(_AWS_TYPES)])
    chars = st.fixed_dictionaries(
        {"type": st.just("String")}, optional={"minChars": st.integers(0, 5), "maxChars": st.integers(5, 50)}
    )
    items = st.fixed_dictionaries(
        {"type": st.just("StringList")}, optional={"minItems": st.integers(0, 2), "maxItems": st.integers(2, 5)}
    )
    chosen = st.lists(st.sampled_from(["a", "b", "Install", "Uninstall"]), min_size=1, unique=True)
    return st.one_of(
        st.fixed_dictionaries({"type": plain}, optional={"description": st.text("abc ", max_size=10)}),
        chars,
        items,
        st.fixed_dictionaries({"type": st.sampled_from(["String", "StringList"]), "allowedValues": chosen}),
        chosen.map(_optional),
        st.just({"type": "String", "allowedPattern": "^[a-z]{2,10}$"}),
    )


def _optional(values: list[str]) -> dict[str, Any]:
    return {"type": "String", "allowedValues": values, "default": values[0]}
