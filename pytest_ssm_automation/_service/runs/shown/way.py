"""The way of a run along its runbook, as text: a line for each step, with what decided its result."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from ...brief import cut
from ...calls import shorten
from ...runbooks.actions import BRANCH, LOOP, SLEEP, UPDATE_VARIABLE
from ...runbooks.conditions import written
from ..results import EXECUTED, SUCCESS
from ..walks.failures import bare_text
from .outputs import failure_message_of
from .steps import step_members

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..run import Run
    from ..walks.visits import Visit
    from ..walks.walk import Walk

# About the height of a screen.
MOST_LINES: Final = 40
_LONGEST_LINE: Final = 240
_FRAME: Final = re.compile(r"line (\d+), in ")
_PAYLOAD: Final = "OutputPayload"
# Outputs that say no more than the line of the step.
_SAID: Final = frozenset(
    {"ApprovalStatus", "ApproverDecisions", "CurrentIteration", "CurrentIteratorValue", "NextStep", _PAYLOAD}
)
# What a step shows: its status, its name, and the rest.
_Row = tuple[str, str, str]


def way_of(run: Run, most: int = MOST_LINES) -> list[str]:
    """Describe a run and its steps, one per line, in the order in which they ran.

    If there are more lines than `most`, steps in the middle are left out, and counted.
    """
    with run.lock:
        walk = run.walk
        if walk is None or run.runbook is None:
            steps = step_members(run)
            rows = [(each["StepStatus"], each["StepName"], _last_line(each.get("FailureMessage"))) for each in steps]
            return _cut([_title(run, None), *_table(rows)], most)
        left = [step.name for step in walk.flow.steps if step.place not in walk.latest]
        last = [f"  not reached: {shorten(', '.join(left))}"] if left else []
        rows = [(visit.status, _name(visit), _fate(visit, walk)) for visit in walk.way]
        return [*_cut([_title(run, walk), *_table(rows)], most - len(last)), *last]


def _title(run: Run, walk: Walk | None) -> str:
    on = f" on {run.target}" if run.target else ""
    by = f", started by {run.parent.document_name} {run.parent.id}" if run.parent else ""
    message = failure_message_of(run)
    of_steps = {visit.message for visit in walk.way} if walk else set[str | None]()
    why = "" if message is None or message in of_steps else f": {_last_line(message)}"
    return f"{shorten(run.document_name)} {run.id} in {run.account} {run.region}{on}{by}: {run.status}{why}"


def _table(rows: list[_Row]) -> Iterator[str]:
    first, second = (max((len(row[column]) for row in rows), default=0) for column in (0, 1))
    for status, name, rest in rows:
        yield cut(f"  {status:{first}}  {name:{second}}  {rest}".rstrip(), _LONGEST_LINE)


def _cut(lines: list[str], most: int) -> list[str]:
    """Leave out lines before the last ones, which tell how a run has ended."""
    if len(lines) <= most:
        return lines
    first = most // 4
    last = most - first - 1
    return [*lines[:first], f"  ... {len(lines) - first - last} more steps ...", *lines[-last:]]


def _name(visit: Visit) -> str:
    name, over = visit.step.name, visit.iteration
    while over:
        name, over = f"{over.loop.step.name}[{over.number}].{name}", over.loop.iteration
    return name


def _fate(visit: Visit, walk: Walk) -> str:
    """Write what decided the result of a step, and the result."""
    attempt = f"attempt {visit.attempt} of {visit.step.attempts}, " if visit.attempt > 1 else ""
    who = attempt + _decided(visit, walk)
    result = _last_line(visit.message) or ", ".join(_outputs(visit))
    return f"{who}: {result}" if who and result else who or result


def _outputs(visit: Visit) -> Iterator[str]:
    shown = {name: value for name, value in visit.outputs.items() if name not in _SAID}
    executed = visit.decided_by == EXECUTED
    if executed and not shown and not visit.step.outputs:
        shown = visit.outputs
    yield from (f"{name}={shorten(repr(value))}" for name, value in shown.items())
    if executed and visit.status == SUCCESS:
        selectors = visit.step.selectors.items()
        yield from (f"{name}: {selector} found nothing" for name, selector in selectors if name not in visit.outputs)


def _decided(visit: Visit, walk: Walk) -> str:
    child, calls = _child(visit), _calls(visit)
    by = f"{visit.decided_by}{calls}"
    if visit.status == "Waiting":
        by = "waits for a signal"
    elif visit.ended is None:
        by = f"waits{calls}" if calls else child
    elif visit.step.action == BRANCH and visit.status == SUCCESS:
        by = _branch(visit, walk)
    elif child:
        by = f"{by}, {child}" if by else child
    elif not by and visit.status == SUCCESS:
        by = _alone(visit)
    return by


def _child(visit: Visit) -> str:
    child: Run | None = visit.child
    return f"execution {child.id} of {child.document_name} ({child.status})" if child else ""


def _alone(visit: Visit) -> str:
    """Write what a step did for which nothing was said."""
    inputs = visit.inputs
    match visit.step.action:
        case action if action == LOOP:
            return f"{len(visit.iterations)} iterations"
        case action if action == UPDATE_VARIABLE:
            return f"{inputs.get('Name')} = {shorten(repr(inputs.get('Value')))}"
        case action if action == SLEEP:
            return str(inputs.get("Duration", inputs.get("Timestamp", "")))
        case _:
            return "nothing said"


def _branch(visit: Visit, walk: Walk) -> str:
    """Write the choice of a branch, and the conditions with their values."""
    taken = "took no choice" if visit.next is None else f"took {walk.flow.steps[visit.next].name}"
    if visit.next is not None and visit.next not in [target for _, target in visit.step.choices]:
        taken += " by default"
    return f"{taken} ({'; '.join(written(each, repr) for each in visit.inputs.get('Choices', ()))})"


def _calls(visit: Visit) -> str:
    if not visit.called:
        return ""
    counts = Counter(visit.called)
    return f" ({', '.join(name if count == 1 else f'{name} x{count}' for name, count in counts.items())})"


def _last_line(message: str | None) -> str:
    """Return the last line of a failure message, without the service's frame, and the line of a script."""
    if message is None:
        return ""
    text = bare_text(message)
    frames = _FRAME.findall(text)
    last = text.rpartition("\n")[2]
    return f"{last} (line {frames[-1]} of the script)" if frames else last
