"""An index of executions, so that a page of a listing takes the same time among many executions as among few.

For each value that filters can look for, the index keeps the set of matching numbers. A number is an execution's index
in the list of all executions. The index may return more executions than match the filters, but never fewer.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from ...runbooks.library import bare_name
from .filters import is_group, read_time

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from ..run import Run

_NAME, _STATUS, _ACTION, _TAG = "DocumentNamePrefix", "ExecutionStatus", "CurrentAction", "TagKey"
_ANY: Final = ""  # of those that may have a current step
_TIMES: Final = {"StartTimeAfter": bisect_left, "StartTimeBefore": bisect_right}
# So many numbers are sorted. Among more, a page is full soon if all numbers are looked at, the latest first.
_FEW: Final = 1000
# In so many sets a number is looked up. To check the execution itself is faster than to look into more.
_FEW_SETS: Final = 8


class Finder:
    """The index for one account and Region. It is made when it is first needed, and grows with each listing."""

    def __init__(self, runs: Sequence[Run], scope: tuple[str, str]) -> None:
        """Index the executions in `runs` that are seen in this account and Region."""
        self._runs = runs
        self._scopes = {scope, (None, scope[1])}
        self._end = 0  # of the numbers that are indexed
        self._numbers: list[int] = []
        self._names: set[str] = set()
        self._latest: datetime | None = None
        self._in_order = True  # whether later executions have later start times, and show them
        self._sets: dict[tuple[str, str], set[int]] = defaultdict(set)
        self._odd: set[int] = set()  # those whose script may show anything

    def find(self, filters: Sequence[Mapping[str, Any]], before: int | None) -> Iterator[Run]:
        """Yield the executions before a number that may match the filters, newest first."""
        for number in range(self._end, len(self._runs)):
            self._add(self._runs[number])
        self._end = len(self._runs)
        end = self._end if before is None else min(before, self._end)
        asked = [self._looked_for(each["Key"], each["Values"]) for each in filters if each["Key"] not in _TIMES]
        least = min(asked, key=lambda sets: sum(map(len, sets)), default=None)
        numbers = self._numbers
        if least is not None and sum(map(len, least)) <= _FEW:
            numbers = sorted(self._odd.union(*least))
        checked = [sets for sets in asked if len(sets) <= _FEW_SETS]
        first, last = self._bounds(filters, end)
        for index in range(bisect_left(numbers, last) - 1, bisect_left(numbers, first) - 1, -1):
            number = numbers[index]
            if number in self._odd or all(any(number in each for each in sets) for sets in checked):
                yield self._runs[number]

    def _bounds(self, filters: Sequence[Mapping[str, Any]], end: int) -> tuple[int, int]:
        """Convert filters by time to bounds of numbers, if the executions are sorted by start time."""
        first, last = 0, end
        for each in filters if self._in_order else ():
            if each["Key"] in _TIMES:
                times = [read_time(value) for value in each["Values"]]
                after = each["Key"] == "StartTimeAfter"
                bound = _TIMES[each["Key"]](
                    self._numbers, min(times) if after else max(times), key=lambda number: self._runs[number].started_at
                )
                number = self._numbers[bound] if bound < len(self._numbers) else end
                first, last = (max(first, number), last) if after else (first, min(last, number))
        return first, last

    def changed(self, run: Run, before: str) -> None:
        """Update the status of an execution."""
        if self._knows(run):
            self._sets[_STATUS, before].discard(run.number)
            self._sets[_STATUS, run.status].add(run.number)
            if run.ended:
                self._sets[_ACTION, _ANY].discard(run.number)

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
        if run.script.replay is not None or any(turn.members for turn in run.script.turns):
            self._odd.add(run.number)
        if run.number in self._odd or (self._latest and run.started_at < self._latest):
            self._in_order = False
        self._latest = run.started_at
        if (run.walk or run.groups) and not run.ended:
            self._sets[_ACTION, _ANY].add(run.number)
        params = run.source.params()
        name = bare_name(params["DocumentName"])
        self._names.add(name)
        for facet in ((_NAME, name), (_STATUS, run.status), *_facets(run, params)):
            self._sets[facet].add(run.number)

    def _looked_for(self, key: str, values: Sequence[str]) -> list[set[int]]:
        """Return the sets for the values of one filter."""
        if key == _ACTION:
            values = [_ANY]
        if key == _NAME:
            values = [name for name in self._names if name.startswith(tuple(values))]
        return [self._sets[key, value] for value in dict.fromkeys(values) if (key, value) in self._sets]


def type_of(params: Mapping[str, Any]) -> str:
    """Return the AutomationType of an execution that a request with these members started."""
    return "CrossAccount" if "TargetLocations" in params or "TargetLocationsURL" in params else "Local"


def _facets(run: Run, params: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what filters find in an execution, and in the members of its request."""
    yield "ExecutionId", run.id
    yield "AutomationType", type_of(params)
    if run.parent:
        yield "ParentExecutionId", run.parent.id
    yield from ((_TAG, key) for key in (*(tag["Key"] for tag in params.get("Tags", ())), *(run.tags or ())))
    for target in filter(is_group, params.get("Targets", ())):
        yield from (("TargetResourceGroup", value) for value in target.get("Values", ()))
