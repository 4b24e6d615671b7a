"""The iterations of loops.

Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-loop.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...runbooks.kinds import is_list
from ...runbooks.references import as_text
from .visits import Iteration, Visit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...runbooks.flow import Flow, Step

MOST_ITERATIONS: Final = 100


def iteration_of(visit: Visit, number: int) -> Iteration | None:
    """Return an iteration of a loop, counted from 1; `None` if the loop has fewer."""
    loop = visit.step.loop
    most = visit.inputs.get("MaxIterations")
    iterations = int(as_text(most)) if as_text(most).isdecimal() else MOST_ITERATIONS
    if loop is None or number > min(iterations, MOST_ITERATIONS):
        return None
    if loop.iterators is None:
        return Iteration(visit, number, None)
    items = visit.inputs.get("Iterators")
    listed: list[Any] = items if is_list(items) else []
    return Iteration(visit, number, listed[number - 1]) if number <= len(listed) else None


def loops_around(step: Step, flow: Flow) -> Iterator[int]:
    """Yield the indexes of the loops that contain a step, innermost first."""
    while step.parent is not None:
        yield step.parent
        step = flow.steps[step.parent]
