"""An index of executions, so that a page of a listing takes the same time among many executions as among few.

For each value that filters can look for, the index keeps the set of matching places. A place is an execution's index
in the list of all executions. The index may return more executions than match the filters, but never fewer.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from heapq import merge
from typing import TYPE_CHECKING, Any, Final

from ..runbooks.actions import EXECUTE_AUTOMATION
from ..runbooks.library import bare_name
from .listing import is_group, read_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from .run import Run

_NAME, _STATUS, _ACTION, _TYPE = "DocumentNamePrefix", "ExecutionStatus", "CurrentAction", "AutomationType"
_TAG, _GROUP, _PARENT = "TagKey", "TargetResourceGroup", "ParentExecutionId"
# Only scripts set them.
_SCRIPTED: Final = frozenset({"AutomationSubtype", "OpsItemId"})
_TIMES: Final = {"StartTimeAfter": bisect_left, "StartTimeBefore": bisect_right}
_BLOCK_BITS: Final = 10
_FEW: Final = 8


class Places:
    """A set of places that can be iterated in descending order. It is stored in blocks of about a thousand."""

    __slots__ = ("_blocks", "count")

    def __init__(self) -> None:
        """Start empty."""
        self._blocks: dict[int, set[int]] = defaultdict(set)
        self.count = 0

    def __contains__(self, place: int) -> bool:
        return place in self._blocks.get(place >> _BLOCK_BITS, ())

    def add(self, place: int) -> None:
        """Add a place that is not in the set."""
        self._blocks[place >> _BLOCK_BITS].add(place)
        self.count += 1

    def discard(self, place: int) -> None:
        """Remove a place if it is in the set."""
        block = self._blocks.get(place >> _BLOCK_BITS, set())
        if place in block:
            block.remove(place)
            self.count -= 1
            if not block:
                del self._blocks[place >> _BLOCK_BITS]

    def between(self, first: int, end: int) -> Iterator[int]:
        """Yield the places from `first` to `end`, without `end`, in descending order."""
        for number in sorted(self._blocks, reverse=True):
            if first >> _BLOCK_BITS <= number <= end >> _BLOCK_BITS:
                yield from sorted((place for place in self._blocks[number] if first <= place < end), reverse=True)


class Finder:
    """The index for one account and Region. It is made when it is first needed, and grows with each listing."""

    def __init__(self, runs: Sequence[Run], scope: tuple[str | None, str]) -> None:
        """Index the executions in `runs` that have this scope."""
        self._runs, self._scope = runs, scope
        self._roots: list[int] = []
        self._sets: dict[tuple[str, str], Places] = defaultdict(Places)
        self._names: list[str] = []
        self._odd = Places()
        self._actions: dict[int, str | None] = {}
        self._moved: set[int] = set()
        self._end = 0  # of the places that are indexed
        self._latest: datetime | None = None
        self._in_order = True

    def _catch_up(self) -> None:
        """Index the executions started since."""
        for place in range(self._end, len(self._runs)):
            run = self._runs[place]
            if run.scope == self._scope:
                if run.parent:
                    self._sets[_PARENT, run.parent.id].add(place)
                else:
                    self._note(run, run.source.params())
        self._end = len(self._runs)

    def _note(self, run: Run, params: Mapping[str, Any]) -> None:
        if self._latest and run.started_at < self._latest:
            self._in_order = False
        self._latest = run.started_at
        self._roots.append(run.place)
        if any(turn.members for turn in run.script.turns):
            self._odd.add(run.place)
            return
        name = bare_name(params["DocumentName"])
        if (_NAME, name) not in self._sets:
            insort(self._names, name)
        for facet in ((_NAME, name), (_STATUS, run.status), (_TYPE, type_of(params)), *_rare(params)):
            self._sets[facet].add(run.place)
        if run.walk or run.fan_out:
            self._moved.add(run.place)

    def changed(self, run: Run, before: str) -> None:
        """Update the status of an execution, and its current step."""
        if run.place >= self._end or run.parent or run.place in self._odd:
            return
        if run.status != before:
            self._sets[_STATUS, before].discard(run.place)
            self._sets[_STATUS, run.status].add(run.place)
        if run.walk or run.fan_out:
            self._moved.add(run.place)

    def tag(self, run: Run, before: Iterable[str], now: Iterable[str]) -> None:
        """Update the tag keys of an execution."""
        self._catch_up()
        if not run.parent and run.place not in self._odd:
            for key in before:
                self._sets[_TAG, key].discard(run.place)
            for key in now:
                self._sets[_TAG, key].add(run.place)

    def find(self, filters: Sequence[Mapping[str, Any]], end: int) -> Iterator[int]:
        """Yield the places before `end` that may match the filters, in descending order."""
        self._catch_up()
        parents = [each for each in filters if each["Key"] == _PARENT]
        if parents:
            return _united([self._sets.get((_PARENT, value), Places()) for value in parents[0]["Values"]], 0, end)
        asked = [self._looked_for(each) for each in filters if each["Key"] not in _TIMES]
        asked.sort(key=lambda places: sum(each.count for each in places))
        first, last = self._bounds(filters, end)
        found = _united(asked[0], first, last) if asked else self._between(first, last)
        # If there are many sets, checking the execution itself is faster.
        rest = [places for places in asked[1:] if len(places) <= _FEW]
        regular = (place for place in found if all(any(place in each for each in places) for places in rest))
        return _once(merge(regular, self._odd.between(0, end), reverse=True)) if self._odd.count else regular

    def _between(self, first: int, end: int) -> Iterator[int]:
        begin, end = bisect_left(self._roots, first), bisect_left(self._roots, end)
        return (self._roots[each] for each in range(end - 1, begin - 1, -1))

    def _bounds(self, filters: Sequence[Mapping[str, Any]], end: int) -> tuple[int, int]:
        """Convert filters by time to bounds of places, if the executions are sorted by start time."""
        first, last = 0, end
        for each in filters if self._in_order and self._roots else ():
            if each["Key"] in _TIMES:
                times = [read_time(value) for value in each["Values"]]
                after = each["Key"] == "StartTimeAfter"
                bound = _TIMES[each["Key"]](
                    self._roots, min(times) if after else max(times), key=lambda place: self._runs[place].started_at
                )
                place = self._roots[bound] if bound < len(self._roots) else end
                first, last = (max(first, place), last) if after else (first, min(last, place))
        return first, last

    def _looked_for(self, given: Mapping[str, Any]) -> list[Places]:
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
        for place in range(bisect_left(self._names, prefix), len(self._names)):
            if not self._names[place].startswith(prefix):
                return
            yield self._names[place]

    def _note_actions(self) -> None:
        """Index the current actions of executions that have advanced since the last call."""
        for place in self._moved:
            before, now = self._actions.get(place), _action_of(self._runs[place])
            if before != now:
                self._sets[_ACTION, before or ""].discard(place)
                self._sets[_ACTION, now or ""].add(place)
                self._actions[place] = now
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


def _united(sets: Sequence[Places], first: int, end: int) -> Iterator[int]:
    return _once(merge(*(places.between(first, end) for places in sets), reverse=True))


def _once(places: Iterable[int]) -> Iterator[int]:
    """Yield sorted places without duplicates."""
    last = -1
    for place in places:
        if place != last:
            yield place
        last = place
