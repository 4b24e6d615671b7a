"""Strategies for the parameters of a runbook.

The type, pattern, allowed values and sizes of a declaration are independent of each other. So each of them yields
values, and values that the whole declaration rejects are replaced by one that it accepts.
"""

from __future__ import annotations

import json
import string
from dataclasses import replace
from itertools import chain, cycle, islice
from random import Random
from time import thread_time
from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from .._errors import FakeUsageError, hide_usage_errors
from .._service.checks import model
from .._service.java.nodes import UntranslatableError
from .._service.runbooks.declarations import Runbook
from .._service.runbooks.expressions import ExpressionError, parsed
from .._service.runbooks.parameters import ROLE_ARN, check_parameters, default_of, written
from .._service.runbooks.references import sole_name
from .shapes import bounds
from .templates import parsed as rows_of_form
from .templates import rows_of, strings_of, templates

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .templates import Row

__tracebackhide__ = hide_usage_errors

_KEYS: Final = st.text(string.ascii_letters, min_size=3, max_size=16)
_ALPHABET: Final = st.characters(codec="utf-8", exclude_categories=("Cc", "Cn", "Cs"))
_FORMS: Final = {
    "Integer": "0|-?[1-9][0-9]{0,8}",
    "Boolean": "true|false|True|False",
    "AWS::EC2::Instance::Id": "i-([0-9a-f]{17}|[0-9a-f]{8})",
    ROLE_ARN: "arn:aws:iam::[0-9]{12}:role/[A-Za-z]{1,64}",
    "AWS::S3::Bucket::Name": "[a-z0-9][a-z0-9-]{1,61}[a-z0-9]",
}
AWS_TYPES: Final = {kind for kind in _FORMS if kind.startswith("AWS::")} | {"List<AWS::EC2::Instance::Id>"}
# The maximum numbers of items, pairs and characters if the runbook declares none.
_ITEMS: Final = 5
_PAIRS: Final = 3
_CHARS: Final = 40
# The maximum numbers of sizes and samples to try.
_SIZES: Final = 8
_SAMPLES: Final = 64
# The maximum processor time of the search for a value of one parameter, whose pattern may take long to match.
_MOST_SECONDS: Final = 2.0


def check_runbook(runbook: object) -> None:
    """Check that an argument is a runbook."""
    if not isinstance(runbook, Runbook):
        raise FakeUsageError(
            f"Expected runbook to be a Runbook, as add_runbook returns it, but got runbook={runbook!r} "
            f"(type={type(runbook).__name__})"
        )


def parameters_for(runbook: Runbook) -> st.SearchStrategy[dict[str, list[str]]]:
    """Draw `Parameters` to start this runbook: all required parameters, and some of the others.

    The fake accepts everything that is drawn. If no parameter is required, at least one is drawn, because AWS does not
    accept empty `Parameters`. Optional parameters without a known value are omitted. `{}` is drawn only if the runbook
    has no parameters with known values.

    Raises:
        FakeUsageError: No value is known for a required parameter, or `runbook` is not a `Runbook`.
    """
    check_runbook(runbook)
    given = {name: values for name in runbook.parameters if (values := _Values(runbook, name).strategy()) is not None}
    required = [name for name, parameter in runbook.parameters.items() if parameter.required]
    for name in required:
        if name not in given:
            raise _unknown(runbook, name)
    if not given:
        return st.builds(dict[str, list[str]])
    if required:
        return _with(given, required)
    return st.sampled_from(list(given)).flatmap(lambda name: _with(given, [name]))


def _with(given: dict[str, st.SearchStrategy[list[str]]], always: list[str]) -> st.SearchStrategy[dict[str, list[str]]]:
    optional = {name: values for name, values in given.items() if name not in always}
    return st.fixed_dictionaries({name: given[name] for name in always}, optional=optional)


def _unknown(runbook: Runbook, name: str) -> FakeUsageError:
    declared = runbook.document["parameters"][name]
    limits = ", ".join(f"{key} {value!r}" for key, value in declared.items() if key != "description")
    return FakeUsageError(
        f"No value is known for the required parameter {name!r} ({limits}). Pass a value or a strategy: "
        f"valid_requests(runbook=..., Parameters=st.fixed_dictionaries({{{name!r}: ...}}))"
    )


class _Values:
    """The valid lists of values of a parameter, within its own limits and the service model's."""

    def __init__(self, runbook: Runbook, name: str) -> None:
        parameter = runbook.parameters[name]
        if parameter.type == "String" and sole_name(runbook.assume_role or "") == name:
            parameter = replace(parameter, type=ROLE_ARN)
        self._parameter = parameter
        self._runbook = replace(runbook, _parameters={name: parameter})
        low, high = bounds(model.service_model().shape_for("AutomationParameterValue"))
        self._low = max(low, parameter.min_chars or 0)
        self._high = high if parameter.max_chars is None else min(high, parameter.max_chars)
        self._fewest, self._most = bounds(model.service_model().shape_for("AutomationParameterValueList"))
        self._until = thread_time() + _MOST_SECONDS

    def strategy(self) -> st.SearchStrategy[list[str]] | None:
        """Draw lists of values; `None` if no valid list is known."""
        ways = list(self._ways())
        items = [text for text, _ in ways]
        item = self._first(chain(items, self._others()))
        least, most = self._counts()
        spare = self._spare(item, least)
        if spare is None:
            return None
        if item is None:
            return st.builds(spare.copy)
        drawn = st.one_of([way for _, way in ways] or [st.just(item)]).map(
            lambda text: text if self._fits(text) else item
        )
        lists = st.lists(drawn, min_size=min(least, most), max_size=most)
        return lists.map(lambda values: values if self._accepts(values) else [*spare])

    def _counts(self) -> tuple[int, int]:
        parameter = self._parameter
        if not parameter.is_list:
            return 1, 1
        least = max(self._fewest, parameter.min_items or 0)
        most = min(self._most, max(least, _ITEMS) if parameter.max_items is None else parameter.max_items)
        return least, most

    def _spare(self, item: str | None, least: int) -> list[str] | None:
        """Return a valid list of values: the simplest item as often as needed, or the default."""
        declared = default_of(self._parameter)
        tried = [] if item is None else [[item] * count for count in (least, least + 1) if count <= self._most]
        if self._parameter.type == "MapList":
            tried.append([json.dumps([{"a": "b"}] * least)])
        return next((values for values in (*tried, [], declared) if self._accepts(values)), None)

    def _accepts(self, values: list[str]) -> bool:
        sized = all(self._low <= len(text) <= self._high for text in values)
        fits = sized and self._fewest <= len(values) <= self._most
        return fits and not check_parameters(self._runbook, {self._parameter.name: values})

    def _fits(self, text: str) -> bool:
        """Return whether a single value is accepted; if matching takes too long, it is not."""
        try:
            broken = check_parameters(self._runbook, {self._parameter.name: [text]})
        except FakeUsageError:
            return False
        # The number of items in a list does not matter for one item. A map is always one value.
        ignored = {"minItems", "maxItems"} if self._parameter.is_list else set[str]()
        return self._low <= len(text) <= self._high and ignored.issuperset(each.rule for each in broken)

    def _first(self, texts: Iterable[str]) -> str | None:
        """Return the first value that is accepted; `None` if there is none, or if the search takes too long."""
        for text in texts:
            if self._fits(text):
                return text
            if thread_time() > self._until:
                break
        return None

    def _others(self) -> Iterator[str]:
        """Yield other values that may fit, most common first."""
        yield from default_of(self._parameter)
        choices = Random(0)
        made = templates(self._rows(), self._low, self._high)
        yield from (template.sampled(choices) for template in islice(cycle(made), _SAMPLES))

    def _rows(self) -> list[Row]:
        """List the paths through the pattern; none without a pattern, or if the pattern is not checked."""
        if self._parameter.allowed_pattern is None:
            return []
        try:
            return rows_of(parsed(self._parameter.allowed_pattern))
        except (UntranslatableError, ExpressionError):
            return []

    def _ways(self) -> Iterator[tuple[str, st.SearchStrategy[str]]]:
        """Yield strategies for a value, each with its simplest value, of which at least one may be accepted."""
        parameter, rows = self._parameter, self._rows()
        if self._low > self._high:
            return
        if parameter.allowed_values:
            choices = [text for text in map(written, parameter.allowed_values) if self._fits(text)]
            yield from [(choices[0], st.sampled_from(choices))] if choices else []
            return
        kind = parameter.type.removeprefix("List<").removesuffix(">")
        if kind in {"StringMap", "MapList"}:
            yield from self._maps()
        elif kind in _FORMS:
            yield from self._templates(rows_of_form(_FORMS[kind]))
        elif not rows:
            most = max(self._low, min(self._high, _CHARS)) if parameter.max_chars is None else self._high
            yield "a" * self._low, st.text(_ALPHABET, min_size=self._low, max_size=most)
        yield from self._templates(rows)

    def _maps(self) -> Iterator[tuple[str, st.SearchStrategy[str]]]:
        least, most = 0, _PAIRS
        if not self._parameter.is_list:
            least = self._parameter.min_items or 0
            most = max(least, _PAIRS) if self._parameter.max_items is None else self._parameter.max_items
        # Each pair has more than one character, so larger maps are too long.
        sizes = range(least, min(least + 1, most, self._high) + 1)
        simplest = (self._map({str(key): "" for key in range(size)}) for size in sizes)
        drawn = st.dictionaries(_KEYS, st.text("abc -é", max_size=8), min_size=least, max_size=most)
        yield from [(text, drawn.map(self._map)) for text in simplest if self._fits(text)][:1]

    def _map(self, pairs: dict[str, str]) -> str:
        """Write a map, and extend its last value to the minimum length."""
        missing = self._low - len(json.dumps(pairs))
        longer = {key: value + "a" * missing for key, value in list(pairs.items())[-1:]}
        return json.dumps(pairs | longer)

    def _templates(self, rows: Iterable[Row]) -> Iterator[tuple[str, st.SearchStrategy[str]]]:
        """Yield a strategy for each template within the limits, with the smallest size whose simplest string fits."""
        for template in templates(rows, self._low, self._high):
            sizes = range(template.low, min(template.low + _SIZES, template.high) + 1)
            text = self._first(map(template.written, sizes))
            if text is not None:
                yield text, strings_of(replace(template, low=len(text)))
            elif self._parameter.allowed_pattern and "(?" in self._parameter.allowed_pattern:
                # Lookarounds may reject only the simplest strings.
                yield "", strings_of(template)
