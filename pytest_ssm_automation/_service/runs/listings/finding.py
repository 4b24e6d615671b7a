"""An index of executions, so that a page of a listing takes the same time among many executions as among few.

For each value that filters can look for, the index keeps the set of matching numbers. A number is an execution's index
in the list of all executions. The index may return more executions than match the filters, but never fewer.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from heapq import merge
from typing import TYPE_CHECKING, Any, Final

from ...runbooks.actions import EXECUTE_AUTOMATION
from ...runbooks.library import bare_name
from .filters import is_group, read_time
from .numbers import Numbers, once, united

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from ..run import Run

_NAME, _STATUS, _ACTION, _TYPE = "DocumentNamePrefix", "ExecutionStatus", "CurrentAction", "AutomationType"
_TAG, _GROUP, _PARENT = "TagKey", "TargetResourceGroup", "ParentExecutionId"
# Only scripts set them.
_SCRIPTED: Final = frozenset({"AutomationSubtype", "OpsItemId"})
_TIMES: Final = {"StartTimeAfter": bisect_left, "StartTimeBefore": bisect_right}
_FEW: Final = 8


class Finder:
    """The index for one account and Region. It is made when it is first needed, and grows with each listing."""

    def __init__(self, runs: Sequence[Run], scope: tuple[str | None, str]) -> None:
        """Index the executions in `runs` that have this scope."""
        self._runs, self._scope = runs, scope
        self._numbers: list[int] = []
        self._sets: dict[tuple[str, str], Numbers] = defaultdict(Numbers)
        self._names: list[str] = []
        self._odd = Numbers()
        self._actions: dict[int, str | None] = {}
        self._moved: set[int] = set()
        self._end = 0  # of the numbers that are indexed
        self._latest: datetime | None = None
        self._in_order = True

    def _catch_up(self) -> None:
        """Index the executions started since."""
        for number in range(self._end, len(self._runs)):
            run = self._runs[number]
            if run.scope == self._scope:
                self._note(run, run.source.params())
        self._end = len(self._runs)

    def _note(self, run: Run, params: Mapping[str, Any]) -> None:
        if self._latest and run.started_at < self._latest:
            self._in_order = False
        self._latest = run.started_at
        self._numbers.append(run.number)
        if any(turn.members for turn in run.script.turns):
            self._odd.add(run.number)
            return
        name = bare_name(params["DocumentName"])
        if (_NAME, name) not in self._sets:
            insort(self._names, name)
        for facet in ((_NAME, name), (_STATUS, run.status), (_TYPE, type_of(params)), *_rare(params)):
            self._sets[facet].add(run.number)
        if run.parent:
            self._sets[_PARENT, run.parent.id].add(run.number)
        if run.walk or run.fan_out:
            self._moved.add(run.number)

    def changed(self, run: Run, before: str) -> None:
        """Update the status of an execution, and its current step."""
        if run.number >= self._end or run.number in self._odd:
            return
        if run.status != before:
            self._sets[_STATUS, before].discard(run.number)
            self._sets[_STATUS, run.status].add(run.number)
        if run.walk or run.fan_out:
            self._moved.add(run.number)

    def tag(self, run: Run, before: Iterable[str], now: Iterable[str]) -> None:
        """Update the tag keys of an execution."""
        self._catch_up()
        if run.number not in self._odd:
            for key in before:
                self._sets[_TAG, key].discard(run.number)
            for key in now:
                self._sets[_TAG, key].add(run.number)

    def find(self, filters: Sequence[Mapping[str, Any]], end: int) -> Iterator[int]:
        """Yield the numbers before `end` that may match the filters, in descending order."""
        self._catch_up()
        asked = [self._looked_for(each) for each in filters if each["Key"] not in _TIMES]
        asked.sort(key=lambda numbers: sum(each.count for each in numbers))
        first, last = self._bounds(filters, end)
        found = united(asked[0], first, last) if asked else self._between(first, last)
        # If there are many sets, checking the execution itself is faster.
        rest = [numbers for numbers in asked[1:] if len(numbers) <= _FEW]
        regular = (number for number in found if all(any(number in each for each in numbers) for numbers in rest))
        return once(merge(regular, self._odd.between(0, end), reverse=True)) if self._odd.count else regular

    def _between(self, first: int, end: int) -> Iterator[int]:
        begin, end = bisect_left(self._numbers, first), bisect_left(self._numbers, end)
        return (self._numbers[each] for each in range(end - 1, begin - 1, -1))

    def _bounds(self, filters: Sequence[Mapping[str, Any]], end: int) -> tuple[int, int]:
        """Convert filters by time to bounds of numbers, if the executions are sorted by start time."""
        first, last = 0, end
        for each in filters if self._in_order and self._numbers else ():
            if each["Key"] in _TIMES:
                times = [read_time(value) for value in each["Values"]]
                after = each["Key"] == "StartTimeAfter"
                bound = _TIMES[each["Key"]](
                    self._numbers, min(times) if after else max(times), key=lambda number: self._runs[number].started_at
                )
                number = self._numbers[bound] if bound < len(self._numbers) else end
                first, last = (max(first, number), last) if after else (first, min(last, number))
        return first, last

    def _looked_for(self, given: Mapping[str, Any]) -> list[Numbers]:
        """Return the sets for the values of one filter."""
        key, values = given["Key"], dict.fromkeys(given["Values"])
        if key in _SCRIPTED:
            return []
        if key == _ACTION:
            self._note_actions()
        if key == _NAME:
            values = dict.fromkeys(name for prefix in values for name in self._names_with(prefix))
        return [self._sets[key, value] for value in values if (key, value) in self._sets]

    def _names_with(self, prefix: str) -> Iterator[str]:
        for number in range(bisect_left(self._names, prefix), len(self._names)):
            if not self._names[number].startswith(prefix):
                return
            yield self._names[number]

    def _note_actions(self) -> None:
        """Index the current actions of executions that have advanced since the last call."""
        for number in self._moved:
            before, now = self._actions.get(number), _action_of(self._runs[number])
            if before != now:
                self._sets[_ACTION, before or ""].discard(number)
                self._sets[_ACTION, now or ""].add(number)
                self._actions[number] = now
        self._moved.clear()


def type_of(params: Mapping[str, Any]) -> str:
    """Return the AutomationType of an execution that a request with these members started."""
    return "CrossAccount" if "TargetLocations" in params or "TargetLocationsURL" in params else "Local"


def _action_of(run: Run) -> str | None:
    """Return the action of the current step, or of the steps that start executions on targets."""
    if run.ended:
        return None
    if run.walk:
        return run.walk.at.step.action if run.walk.at else None
    return EXECUTE_AUTOMATION


def _rare(params: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Return what only few requests have: tags, and resource groups as targets."""
    facets = {(_TAG, tag["Key"]) for tag in params.get("Tags", ())}
    for target in params.get("Targets", ()):
        if is_group(target):
            facets.update((_GROUP, value) for value in target.get("Values", ()))
    return facets
