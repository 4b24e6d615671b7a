"""Stops and signals: when they are valid, and what they change.

Callers hold the lock, and call `catch_up` afterwards without it.

Source: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendAutomationSignal.html
"""

from __future__ import annotations

from itertools import dropwhile
from typing import TYPE_CHECKING, Final

from ..runbooks.actions import APPROVE, PAUSE
from .outcomes import Outcome
from .scripts import WAITING, WORK, WORKING, Turn

if TYPE_CHECKING:
    from collections.abc import Collection

    from .run import Run
    from .walk import Walk

OF_APPROVALS: Final = frozenset({"Approve", "Reject", "Revoke"})


def can_stop(run: Run, *, cancel: bool) -> bool:
    """Return whether a run can be stopped.

    An interactive run ends only when it is completed. If its steps are not known, it has ended before.
    """
    if run.ended:
        return run.stepwise and run.status == "Success" and not cancel
    return cancel or run.status != "Cancelling"


def stop(run: Run, *, cancel: bool) -> None:
    """Cancel a run, or let it complete its current steps without starting others."""
    if run.ended:
        return
    if run.fan_out and not cancel:
        run.fan_out.close()
    walk = run.walk
    if walk is None or walk.ended:
        if cancel:
            run.ahead = (Turn("Cancelled"),)
            run.take(Turn("Cancelling"))
        else:
            run.ahead = WORK[1:]
            run.changed()
        return
    _leave_script(run)
    if not cancel:
        walk.complete()
    elif not walk.cancelling:
        walk.cancel()
        run.take(Turn("Cancelling"))


def takes(run: Run, kind: str) -> bool:
    """Return whether a signal is valid for the current state of a run."""
    if kind == "StopStep":
        return run.status in WAITING | WORKING
    walk = run.walk if run.status in {"Waiting", "Cancelling"} else None
    at = walk.at if walk and walk.waits else None
    if at is None and (run.status not in WAITING or (walk and walk.waits_to_end)):
        return False
    if run.stepwise or (at and at.waits_to_begin):
        return kind not in OF_APPROVALS
    return {APPROVE: kind in OF_APPROVALS, PAUSE: kind == "Resume"}.get(at.step.action if at else "", True)


def signal(run: Run, kind: str, named: Collection[str]) -> bool:
    """Apply a valid signal; return whether that was possible.

    Args:
        run: The run.
        kind: The signal's type.
        named: The steps that its payload names.
    """
    if kind == "StopStep":
        stopped = next((child for child in run.children if child.id in named), run)
        return _stop_step(stopped)
    if kind in {"Reject", "Revoke"}:
        _reject(run, f"{kind} was signalled.")
    else:
        _resume(run)
    return True


def _leave_script(run: Run) -> None:
    """Ignore the script from now on, and follow the walk."""
    run.scripted, run.behind, run.ahead = False, False, ()
    run.changed()


def _stop_step(run: Run) -> bool:
    if run.ended:
        return False
    walk = run.walk
    if walk and not walk.ended:
        _leave_script(run)
        walk.cancel()
        if walk.at and walk.at.status == "Cancelling":
            walk.end_at("Cancelled")
        run.follow_walk(walk)
        return True
    run.ahead = ()
    run.take(Turn("Cancelled"))
    return True


def _reject(run: Run, message: str) -> None:
    walk = run.walk
    if walk and not walk.ended and not run.scripted:
        run.changed()
        walk.settle(Outcome("Failed", {}, message), signalled=True)
        run.follow_walk(walk)
        return
    status = "Rejected" if run.status == "PendingApproval" else "Failed"
    if walk and not walk.ended and walk.begun:
        walk.end_at("Failed", message)
    run.ahead = ()
    run.take(Turn(status, {"FailureMessage": message}))


def _resume(run: Run) -> None:
    """Stop waiting: continue with the next turn of the script that does not wait, or with the default turns."""
    later = tuple(dropwhile(lambda turn: turn.status in WAITING, run.ahead))
    walk = run.walk
    if walk is None or walk.ended:
        turn, *ahead = later or WORK
        run.ahead = tuple(ahead)
        run.take(turn)
        return
    _go_on(walk)
    if not later:
        _leave_script(run)
        run.follow_walk(walk)
    elif later[0].status in WORKING:
        run.ahead = later[1:]
        run.take(later[0])
    else:
        run.ahead = later
        run.changed()
        run.behind = True


def _go_on(walk: Walk) -> None:
    """Let the waiting step begin, continue or succeed."""
    if not walk.begun:
        walk.begin()
    elif walk.at and walk.at.status == "Waiting":
        if walk.pauses:
            walk.settle(Outcome(), signalled=True)
        else:
            walk.resume()
