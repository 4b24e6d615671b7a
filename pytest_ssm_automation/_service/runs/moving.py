"""Advance runs: after polls, when the test asks for it, and along a script.

This module calls functions of the test, without holding a lock, so its callers must not hold one either. Only one
caller at a time advances a run; others see its current state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ..._errors import AutomationFakeError, FakeUsageError, hide_usage_errors, unknown_name
from ..runbooks.actions import EXECUTE_AUTOMATION, PAUSING
from .outcomes import Outcome
from .scripts import ENDED, SUCCEEDED, WAITING, WORKING, Turn, check_ended, read_shape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .run import Run
    from .walk import Visit, Walk

__tracebackhide__ = hide_usage_errors

STEP: Final = "step"
_NOT_BEGUN: Final = frozenset({"Rejected"})
_STEP_ENDS: Final = {"CompletedWithFailure": "Failed", "Rejected": "Cancelled"}


def poll(run: Run) -> None:
    """Advance a run if its state was shown since it last moved."""
    advance(run, if_due=True)


def advance(run: Run, pace: str | None = None, *, if_due: bool = False) -> None:
    """Advance a run by one turn, or its walk as far as the pace allows, unless another caller is advancing it.

    Args:
        run: The run.
        pace: How far its walk advances; by default, as far as a poll does.
        if_due: Whether to advance it only if its state was shown since it last moved.

    Raises:
        AutomationFakeError: The walk does not end, or what the test has set for a step is invalid.
    """
    with run.lock:
        if run.moving or (if_due and not run.due):
            return
        run.moving = True
        working = run.status in WORKING
    try:
        catch_up(run)
        for child in run.fan_out.running if working and run.fan_out else ():
            advance(child, pace)
        if run.walk and not run.scripted and not run.ended:
            _walk_on(run, run.walk, pace or run.host.pace)
        else:
            _take_next(run)
        for child in run.fan_out.running if run.fan_out else run.children:
            catch_up(child)
        run.due = False
    finally:
        run.moving = False


def catch_up(run: Run) -> None:
    """Take the first turn of a run that its walk has to follow."""
    if run.behind:
        run.behind = False
        _take_next(run)
    for child in run.fan_out.running if run.fan_out else ():
        catch_up(child)


def finish(run: Run, status: str, outputs: Mapping[str, list[str]] | None, failure_message: str | None) -> None:
    """End a run now."""
    check_ended(status)
    members = {
        "Outputs": read_shape("AutomationParameterMap", outputs, "outputs"),
        "FailureMessage": read_shape("String", failure_message, "failure_message"),
    }
    if run.ended:
        raise FakeUsageError(f"The execution {run.id} has already ended as {run.status}")
    turn = Turn(status, {name: value for name, value in members.items() if value is not None})
    run.behind = False
    with run.lock:
        run.changed()
    _follow(run, turn, failure_message)
    with run.lock:
        if not run.ended:
            run.ahead = ()
            run.take(turn)


def run_to(run: Run, name: str) -> None:
    """Advance a run until a step is in progress, or waits for a signal.

    Raises:
        FakeUsageError: The step does not exist, or the run ends or waits before it.
    """
    walk = run.walk
    if walk is None:
        raise FakeUsageError(
            f"The steps of {run.document_name!r} are unknown: register it with add_runbook, or script its steps"
        )
    if name not in walk.flow.places:
        raise unknown_name(f"step of {run.document_name!r}", name, walk.flow.places)
    while not _is_at(run, name):
        mark = progress(run)
        advance(run, STEP)
        if not _is_at(run, name) and (run.ended or progress(run) == mark):
            raise FakeUsageError(f"The execution {run.id} {state_of(run)}, and has not reached step {name!r}")


def state_of(run: Run) -> str:
    """Describe the status of a run, and the step that it is at."""
    if run.ended:
        return f"has ended as {run.status}"
    if run.walk is None:
        return f"is {run.status}"
    at = f"at step {run.walk.at.step.name!r}" if run.walk.at else "after its last step"
    return f"is {run.status} {at}"


def _is_at(run: Run, name: str) -> bool:
    at = run.walk.at if run.walk else None
    if at is None or at.step.name != name:
        return False
    if at.step.action in PAUSING:
        return run.scripted or at.status == "Waiting"
    return at.status == "InProgress"


def progress(run: Run) -> tuple[Any, ...]:
    """Return values that change when a run advances."""
    return (
        run.status,
        len(run.ahead),
        run.walk.moves if run.walk else 0,
        run.ended_at,
        *(progress(child) for child in run.children),
    )


def _take_next(run: Run) -> None:
    """Take the next turn, and let the walk follow it."""
    with run.lock:
        turn, changes = run.next_turn(), run.changes
    if turn is None:
        return
    _follow(run, turn, run.script.failure_message)
    with run.lock:
        if run.changes == changes:
            run.take(turn)


# Without a script: walk the runbook.


def _walk_on(run: Run, walk: Walk, pace: str) -> None:
    """Walk until a signal is needed, another execution has to end first, or as far as the pace allows."""
    while not run.ended:
        with run.lock:
            visit, begins = walk.at, not walk.begun
            if begins and not walk.ended:
                run.turn_to("InProgress")
            moved = _move_alone(walk)
            if moved:
                run.follow_walk(walk)
        if begins or (not moved and not _settle(run, walk)) or run.status in WAITING:
            break
        _raise_if_cut(run, walk)
        if pace == STEP and walk.at is not visit:
            break


def _move_alone(walk: Walk) -> bool:
    """Move the walk if that needs no outcome of a step; return whether it did."""
    visit = walk.at
    if walk.ended:
        return True
    if not walk.begun:
        walk.begin()
    elif walk.waits_to_end:
        return False
    elif visit is None:
        walk.close()
    elif visit.status == "Cancelling":
        walk.end_at("Cancelled")
    elif walk.pauses and visit.status == "InProgress":
        walk.wait()
    else:
        return False
    return True


def _raise_if_cut(run: Run, walk: Walk) -> None:
    if walk.cut:
        raise AutomationFakeError(f"The execution {run.id} of {run.document_name}: {walk.cut}")


def _settle(run: Run, walk: Walk) -> bool:
    """Get the outcome of an attempt and move the walk; return whether that was possible."""
    with run.lock:
        visit, changes = walk.due, run.changes
    if visit is None:
        return False
    outcome = _outcome(run, visit)
    with run.lock:
        if outcome is None or run.changes != changes or walk.due is not visit:
            return False
        walk.settle(outcome)
        if not run.scripted:
            run.follow_walk(walk)
    return True


def _outcome(run: Run, visit: Visit) -> Outcome | None:
    """Return the outcome of an attempt; `None` while the execution that it started has not ended."""
    child: Run | None = visit.child
    if child is None:
        if failure := run.host.failure(run, visit):
            return failure
        if visit.step.action == EXECUTE_AUTOMATION:
            started = run.host.spawn(run, visit)
            if isinstance(started, Outcome):
                return started
            child = started
    if child is None:
        return run.host.success(run, visit)
    _drive(child, run.host.pace)
    if not child.ended:
        return None
    if child.status not in SUCCEEDED:
        return Outcome("Failed", {}, f"The execution {child.id} ended as {child.status}")
    said = run.host.success(run, visit) or Outcome()
    texts = [text for values in child.outputs.values() for text in values]
    return Outcome(
        said.status, {"ExecutionId": child.id, "Status": child.status, "Output": texts, **said.outputs}, said.message
    )


def _drive(child: Run, pace: str) -> None:
    """Advance an execution that a step started, by one poll or as far as possible."""
    while not child.ended:
        mark = progress(child)
        advance(child, pace)
        if pace == STEP or progress(child) == mark:
            return


# With a script: the walk follows its turns.


def _follow(run: Run, turn: Turn, message: str | None) -> None:
    """Move the walk to match a turn that is about to be taken."""
    walk, status = run.walk, turn.status
    if walk is None or walk.ended:
        return
    if status in WORKING:
        _follow_work(run, walk)
    elif status == "Waiting":
        _follow_wait(run, walk)
    elif status in SUCCEEDED or (status == "Cancelled" and walk.cancelling):
        _walk_until(run, walk, None)
    elif status in ENDED and (walk.begun or status not in _NOT_BEGUN):
        _follow_end(run, walk, status, turn.members.get("FailureMessage", message))
    elif status == "Cancelling":
        with run.lock:
            _begin(walk)
            walk.cancel()
    _raise_if_cut(run, walk)


def _begin(walk: Walk) -> None:
    if not walk.begun:
        walk.begin()


def _follow_work(run: Run, walk: Walk) -> None:
    """Begin, stop waiting, or move to the next step."""
    with run.lock:
        visit, waited = walk.at, walk.at is not None and walk.at.status == "Waiting"
        if waited:
            walk.resume()
        elif not walk.begun:
            walk.begin()
    while not waited and visit is not None and walk.at is visit and _settle(run, walk):
        pass


def _follow_wait(run: Run, walk: Walk) -> None:
    """Move to the next step whose action waits for a signal, or wait at the current one."""
    with run.lock:
        _begin(walk)
        at = walk.at.step.place if walk.at else 0
    pausing = next((s.place for s in walk.flow.steps if s.place >= at and s.action in PAUSING), None)
    if pausing is not None:
        _walk_until(run, walk, pausing)
    with run.lock:
        if walk.at and walk.at.status == "InProgress":
            walk.wait()


def _follow_end(run: Run, walk: Walk, status: str, message: str | None) -> None:
    """End at the scripted step with this status, or at the current step."""
    with run.lock:
        _begin(walk)
    for number, step in enumerate(run.script.steps or ()):
        if step.get("StepStatus") == status:
            _walk_until(run, walk, walk.flow.places[step["StepName"]] if run.runbook else number)
            break
    with run.lock:
        if not walk.ended:
            walk.end_at(_STEP_ENDS.get(status, status), message)


def _at_place(walk: Walk, place: int | None) -> bool:
    return walk.at is not None and walk.at.step.place == place


def _walk_until(run: Run, walk: Walk, place: int | None) -> None:
    """Walk to a step, or to the end; steps on the way stop waiting."""
    with run.lock:
        _begin(walk)
    while not walk.ended and not _at_place(walk, place):
        with run.lock:
            _stop_waiting(walk)
        if not _settle(run, walk):
            return


def _stop_waiting(walk: Walk) -> None:
    if walk.at is None:
        walk.close()
    elif walk.at.status == "Waiting":
        walk.resume()
    elif walk.at.status == "Cancelling":
        walk.end_at("Cancelled")
