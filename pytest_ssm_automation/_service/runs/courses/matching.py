"""Move a walk so that it matches a status that the test has chosen.

This calls functions of the test, so callers hold no lock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...._errors import AutomationFakeError
from ...runbooks.actions import PAUSING
from .. import times
from ..results import SUCCESS, StepResult
from ..scripts import ENDED, SUCCEEDED, WORKING, Turn
from ..walks.durations import end_of_sleep, over_at
from ..walks.failures import refused_input
from ..walks.inputs import wrong_input

if TYPE_CHECKING:
    from ..run import Run
    from ..walks.visits import Visit
    from ..walks.walk import Walk

_MATCHED: Final = WORKING | ENDED | {"Waiting", "Cancelling"}
_NOT_BEGUN: Final = frozenset({"Rejected"})
_STEP_ENDS: Final = {"CompletedWithFailure": "Failed", "Rejected": "Cancelled"}


def settle(run: Run, walk: Walk, *, follow: bool = False) -> bool:
    """Get the result of the current attempt and move the walk; return whether that was possible.

    With `follow`, the status of the run follows.
    """
    with run.lock:
        visit, changes = walk.due, run.changes
    if visit is None:
        return False
    wrong = wrong_input(visit, walk.flow.variables) if follow else None
    if wrong is not None:
        result: StepResult | None = StepResult("Failed", {}, refused_input(wrong))
    else:
        result = visit.kept or run.host.result_of(run, visit)
    waits = follow and visit.step.action in PAUSING and result is not None and result.status == SUCCESS
    if waits:
        visit.kept = result
    elif follow and run.takes_time and result:
        result = _by_now(visit, result)
    with run.lock:
        # A stop or a signal may have been faster than the function of the test.
        if result is None or run.changes != changes or walk.due is not visit:
            return False
        if waits:
            walk.wait(visit)
        else:
            walk.settle(visit, result)
        if follow:
            run.turn_to(walk.shown)
    raise_if_cut(run, walk)
    return True


def _by_now(visit: Visit, result: StepResult) -> StepResult | None:
    """Return the result of a step at this time, and that of a time-out for a sleep that would last longer than it may.

    A sleep that is not over has none; its result is kept. Failures and the test's own results don't wait.
    """
    over = None if result.decided_by or result.status != SUCCESS else over_at(visit)
    if over and times.now() < over:
        visit.kept = result
        return None
    return StepResult("TimedOut") if over and over != end_of_sleep(visit) else result


def raise_if_cut(run: Run, walk: Walk) -> None:
    """Raise an error if the walk was aborted because it goes in a circle."""
    if walk.cut:
        raise AutomationFakeError(f"The execution {run.id} of {run.document_name}: {walk.cut}")


def match(run: Run, walk: Walk, turn: Turn) -> None:
    """Move a walk that has not ended to match a turn that is about to be taken."""
    status, begins = turn.status, not walk.way
    if status not in _MATCHED or (begins and status in _NOT_BEGUN):
        return
    with run.lock:
        walk.begin()
        if status == "Cancelling":
            walk.cancel()
    if status in WORKING and not begins:
        _match_work(run, walk)
    elif status == "Waiting":
        _match_wait(run, walk)
    elif status in SUCCEEDED or (status == "Cancelled" and walk.cancelling):
        _walk_until(run, walk, None)
    elif status in ENDED:
        _match_end(run, walk, status, turn.members.get("FailureMessage", run.script.failure_message))


def _match_work(run: Run, walk: Walk) -> None:
    """Stop waiting, or move to the next step."""
    with run.lock:
        visit = walk.at
        if visit and visit.status == "Waiting":
            walk.resume(visit)
            return
    while visit and walk.at is visit and settle(run, walk):
        pass


def _match_wait(run: Run, walk: Walk) -> None:
    """Move to the next step whose action waits for a signal, or wait at the current one."""
    at = walk.at.step.place if walk.at else 0
    pausing = next((s.place for s in walk.flow.steps if s.place >= at and s.action in PAUSING), None)
    if pausing is not None:
        _walk_until(run, walk, pausing)
    with run.lock:
        if walk.at and walk.at.status == "InProgress":
            walk.wait(walk.at)


def _match_end(run: Run, walk: Walk, status: str, message: str | None) -> None:
    """End at the scripted step with this status, or at the current step."""
    for number, step in enumerate(run.script.steps or ()):
        if step.get("StepStatus") == status:
            _walk_until(run, walk, walk.flow.places[step["StepName"]] if run.runbook else number)
            break
    with run.lock:
        if not walk.ended:
            walk.end_at(_STEP_ENDS.get(status, status), message)


def _walk_until(run: Run, walk: Walk, place: int | None) -> None:
    """Walk to a step, or to the end; steps on the way stop waiting."""
    while not walk.ended and not (walk.at and walk.at.step.place == place):
        with run.lock:
            if walk.at and walk.at.status == "Waiting":
                walk.resume(walk.at)
            moved = move_alone(walk)
        if not moved and not settle(run, walk):
            return


def move_alone(walk: Walk) -> bool:
    """Move a walk if that needs no result of a step; return whether it did."""
    if walk.ended:
        return True
    if not walk.way:
        walk.begin()
    elif walk.at is None and not walk.waits_to_end:
        walk.close()
    elif walk.at and walk.at.status == "Cancelling":
        walk.end_at("Cancelled")
    else:
        return False
    return True
