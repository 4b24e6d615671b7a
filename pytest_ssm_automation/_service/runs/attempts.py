"""The results of the attempts of steps. This calls functions of the test, so callers hold no lock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..runbooks.actions import EXECUTE_AUTOMATION
from .nesting import start_of_step
from .overrides import StepFault, StepOutputs, is_for, result_set
from .results import FAIL_STEP, StepResult
from .scripts import STEP, SUCCEEDED
from .shown.outputs import NOT_YET, outputs_of
from .walks.failures import failed_child

if TYPE_CHECKING:
    from .run import Run
    from .store import ExecutionStore
    from .walks.visits import Visit


def result_of(store: ExecutionStore, run: Run, visit: Visit) -> StepResult | None:
    """Return the result of an attempt; `None` if it is not known yet.

    It is the test's, or that of the step once it is executed, or success.
    """
    child: Run | None = visit.child
    if child is None:
        if visit.executing:
            return _execute(store, run, visit)
        if failure := _failure(store, run, visit):
            return failure
        if visit.step.action == EXECUTE_AUTOMATION:
            started = start_of_step(store, run, visit)
            if isinstance(started, StepResult):
                return started
            child = started
    return _success(store, run, visit) if child is None else _result_of_child(store, run, visit, child)


def _failure(store: ExecutionStore, run: Run, visit: Visit) -> StepResult | None:
    """Return the failure of an attempt, if the test has set one: the first that matches and is not used up."""
    for fault in [*store.overrides]:
        if not isinstance(fault, StepFault) or fault.used_up or not is_for(fault, run, visit.step):
            continue
        with run.lock:
            # Another run may have used it up in the meantime.
            if taken := not fault.used_up:
                fault.fired += 1
        if taken:
            return StepResult(fault.status, {}, fault.message, FAIL_STEP)
    return None


def _success(store: ExecutionStore, run: Run, visit: Visit) -> StepResult | None:
    """Return the result of an attempt that does not fail; `None` while it is executed and has to wait.

    Of the outputs that the test has set, the latest that match apply. A script says how the whole run goes, so its
    steps are not executed.
    """
    outputs = [each for each in store.overrides if isinstance(each, StepOutputs)]
    override = next((each for each in reversed(outputs) if is_for(each, run, visit.step)), None)
    if override is not None:
        return result_set(override, run, visit, lambda: store.executor.execute(run, visit))
    executed = store.execute_steps and not run.script.turns and visit.child is None
    if executed and store.executor.executes(visit.step.action):
        return _execute(store, run, visit)
    return StepResult()


def _execute(store: ExecutionStore, run: Run, visit: Visit) -> StepResult | None:
    """Execute a step, or go on; return its result, or `None` if it has to wait."""
    visit.executing = False
    result = store.executor.outcome(run, visit)
    visit.executing = result is None
    return result


def _result_of_child(store: ExecutionStore, run: Run, visit: Visit, child: Run) -> StepResult | None:
    """Advance the execution that an attempt has started; return its result, once it has ended."""
    _drive(child, store.pace, takes_time=run.takes_time)
    if not child.ended:
        return None
    own = outputs_of_child(child)
    if child.status not in SUCCEEDED:
        return StepResult("Failed", {}, failed_child(child.id, child.status, own["Output"] or [NOT_YET]))
    set_by_test = _success(store, run, visit) or StepResult()
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
