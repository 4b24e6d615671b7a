"""Steps that lead back to where they come from.

"Before processing a runbook, the system verifies that the runbook doesn't create an infinite loop": from
https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-branch-condition.html

A cycle without a condition is not looked for here: its walk is cut, and tells the steps.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from ..actions import BRANCH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..flow import Flow, Step


def cycles(flow: Flow) -> Iterator[list[str]]:
    """Yield the names of the steps in each cycle that has a condition; the last name is the first one again.

    A condition is a branch or a failure. The iterations of a loop are no cycle, and the way of `onCancel` belongs to
    none, because a run takes it only once.
    """
    seen: set[int] = set()
    for start in flow.steps:
        path: list[int] = []
        ways = [iter([start.place])]
        while ways:
            place = next(ways[-1], None)
            if place is None:
                ways.pop()
                path[-1:] = []
            elif place in path:
                cycle = [flow.steps[each] for each in (*path[path.index(place) :], place)]
                if any(step.action == BRANCH or step.onward != after.place for step, after in pairwise(cycle)):
                    yield [step.name for step in cycle]
            elif place not in seen:
                seen.add(place)
                path.append(place)
                ways.append(iter([*_ways(flow.steps[place])]))


def _ways(step: Step) -> Iterator[int]:
    """Yield the steps that may follow a step."""
    yield from (place for _, place in step.choices)
    after = step.otherwise if step.action == BRANCH else step.onward
    if after is not None:
        yield after
    if isinstance(step.on_failure, int):
        yield step.on_failure
    if step.loop and step.loop.first is not None:
        yield step.loop.first
