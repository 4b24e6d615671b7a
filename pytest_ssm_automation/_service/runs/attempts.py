"""The results of the attempts of steps. This calls functions of the test, so callers hold no lock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..runbooks.actions import EXECUTE_AUTOMATION
from .results import SUCCESS, StepResult
from .scripts import STEP, SUCCEEDED
from .shown.outputs import NOT_YET, outputs_of
from .walks.failures import failed_child

if TYPE_CHECKING:
    from .run import Run
    from .walks.visits import Visit


def result_of(run: Run, visit: Visit) -> StepResult | None:
    """Return the result of an attempt; `None` if it is not known yet."""
    child: Run | None = visit.child
    if child is None:
        if failure := run.host.failure(run, visit):
            return failure
        if visit.step.action == EXECUTE_AUTOMATION:
            started = run.host.spawn(run, visit)
            if isinstance(started, StepResult):
                return started
            child = started
    return run.host.success(run, visit) if child is None else _result_of_child(run, visit, child)


def result_of_pause(run: Run, visit: Visit) -> StepResult | None:
    """Return the failure of a step that waits for a signal; `None` if it waits, with the outputs that the test sets."""
    if failure := run.host.failure(run, visit):
        return failure
    set_by_test = run.host.success(run, visit) or StepResult()
    if set_by_test.status != SUCCESS:
        return set_by_test
    visit.said = set_by_test
    return None


def _result_of_child(run: Run, visit: Visit, child: Run) -> StepResult | None:
    """Advance the execution that an attempt has started; return its result, once it has ended."""
    _drive(child, run.host.pace, takes_time=run.takes_time)
    if not child.ended:
        return None
    own = outputs_of_child(child)
    if child.status not in SUCCEEDED:
        return StepResult("Failed", {}, failed_child(child.id, child.status, own["Output"] or [NOT_YET]))
    set_by_test = run.host.success(run, visit) or StepResult()
    return set_by_test._replace(outputs={**own, **set_by_test.outputs})


def outputs_of_child(child: Run) -> dict[str, Any]:
    """Return the outputs of a step whose execution has ended."""
    texts = [text for values in outputs_of(child).values() for text in values]
    return {"ExecutionId": child.id, "Status": child.status, "Output": texts}


def _drive(child: Run, pace: str, *, takes_time: bool) -> None:
    """Advance an execution that a step started, by one poll or as far as possible."""
    while not child.ended:
        mark = child.progress
        child.advance(pace, takes_time=takes_time)
        if pace == STEP or child.progress == mark:
            return
