"""An index of executions, so that a page of a listing looks only at executions that may be on it.

For each value that filters can look for, the index keeps the set of matching numbers. A number is an execution's index
in the list of all executions. The index may return more executions than match the filters, but never fewer.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from ...runbooks.library import bare_name
from .filters import is_group, read_time

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from ..run import Run

_NAME, _STATUS, _ACTION, _TAG = "DocumentNamePrefix", "ExecutionStatus", "CurrentAction", "TagKey"


class Finder:
    """The index for one account and Region. It is made when it is first needed, and grows with each listing."""

    def __init__(self, runs: Sequence[Run], scope: tuple[str, str]) -> None:
        """Index the executions in `runs` that are seen in this account and Region."""
        self._runs = runs
        self._scopes = {scope, (None, scope[1])}
        self._end = 0  # of the numbers that are indexed
        self._numbers: list[int] = []
        self._starts: list[tuple[datetime, int]] = []
        self._sets: dict[tuple[str, str], set[int]] = defaultdict(set)
        self._stepped: set[int] = set()  # those that may have a current step
        self._odd: set[int] = set()  # those whose script may show anything

    def find(self, filters: Sequence[Mapping[str, Any]], end: int) -> Iterator[int]:
        """Yield the numbers before `end` that may match the filters, in descending order."""
        for number in range(self._end, len(self._runs)):
            self._add(self._runs[number])
        self._end = len(self._runs)
        numbers = self._numbers
        if filters:
            first, *others = (self._matching(each["Key"], each["Values"]) for each in filters)
            numbers = sorted(first.intersection(*others) | self._odd)
        return reversed(numbers[: bisect_left(numbers, end)])

    def changed(self, run: Run, before: str) -> None:
        """Update the status of an execution."""
        if self._knows(run):
            self._sets[_STATUS, before].discard(run.number)
            self._sets[_STATUS, run.status].add(run.number)
            if run.ended:
                self._stepped.discard(run.number)

    def retagged(self, run: Run) -> None:
        """Add the tag keys of an execution. Those that it had before still find it."""
        if self._knows(run):
            for key in run.tags or ():
                self._sets[_TAG, key].add(run.number)

    def _knows(self, run: Run) -> bool:
        return run.number < self._end and run.scope in self._scopes

    def _add(self, run: Run) -> None:
        if run.scope not in self._scopes:
            return
        self._numbers.append(run.number)
        insort(self._starts, (run.started_at, run.number))
        if run.script.replay is not None or any(turn.members for turn in run.script.turns):
            self._odd.add(run.number)
        if (run.walk or run.groups) and not run.ended:
            self._stepped.add(run.number)
        for facet in ((_STATUS, run.status), *_facets(run)):
            self._sets[facet].add(run.number)

    def _matching(self, key: str, values: Sequence[str]) -> set[int]:
        """Return the numbers that may match one filter."""
        if key == _ACTION:
            return self._stepped
        if key == "StartTimeAfter":
            first = bisect_left(self._starts, (min(map(read_time, values)), 0))
            return {number for _, number in self._starts[first:]}
        if key == "StartTimeBefore":
            after = bisect_left(self._starts, (max(map(read_time, values)), len(self._runs)))
            return {number for _, number in self._starts[:after]}
        if key == _NAME:
            values = [name for kind, name in self._sets if kind == _NAME and name.startswith(tuple(values))]
        return set[int]().union(*(self._sets[key, value] for value in values if (key, value) in self._sets))


def type_of(params: Mapping[str, Any]) -> str:
    """Return the AutomationType of an execution that a request with these members started."""
    return "CrossAccount" if "TargetLocations" in params or "TargetLocationsURL" in params else "Local"


def _facets(run: Run) -> Iterator[tuple[str, str]]:
    """Yield what filters find in the request of an execution."""
    params = run.source.params()
    yield "ExecutionId", run.id
    yield _NAME, bare_name(params["DocumentName"])
    yield "AutomationType", type_of(params)
    if run.parent:
        yield "ParentExecutionId", run.parent.id
    yield from ((_TAG, key) for key in (*(tag["Key"] for tag in params.get("Tags", ())), *(run.tags or ())))
    for target in filter(is_group, params.get("Targets", ())):
        yield from (("TargetResourceGroup", value) for value in target.get("Values", ()))
