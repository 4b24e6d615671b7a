"""The course of a run that walks its runbook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from ...runbooks.actions import APPROVE, PAUSE, PAUSING
from .. import times
from ..results import SIGNAL, SUCCESS, StepResult
from ..run import STOP_STEP, Course
from ..scripts import STEP, SUCCEEDED, WAITING, Turn
from ..walks.durations import over_at
from ..walks.visits import UNDECIDED, outputs_of_approval
from .matching import move_alone, raise_if_cut, settle
from .turns import OF_APPROVALS, Turns

if TYPE_CHECKING:
    from ..run import Run
    from ..walks.visits import Visit
    from ..walks.walk import Walk

_AT_END = Turns(())


@dataclass(frozen=True)
class Walked(Course):
    """The rest of a walk, whose status is that of the run.

    Attributes:
        walk: The walk of the run.
    """

    walk: Walk

    def advance(self, run: Run, pace: str) -> None:
        """Walk until a signal is needed, another execution has to end first, or as far as the pace allows."""
        walk = self.walk
        while not run.ended and run.course is self:
            with run.lock:
                visit, begins = walk.at, not walk.way
                if begins and not walk.ended:
                    run.turn_to("InProgress")
                moved = move_alone(walk) or (run.takes_time and _expire(walk))
                if moved:
                    run.turn_to(walk.shown)
            if begins or (not moved and not settle(run, walk, follow=True)) or run.status in WAITING:
                break
            raise_if_cut(run, walk)
            if pace == STEP and walk.at is not visit:
                break

    def end(self, run: Run, turn: Turn) -> None:
        """End the run, and the step that it is at."""
        if not self.walk.ended:
            self.walk.end_at(SUCCESS if turn.status in SUCCEEDED else turn.status)
        run.course = _AT_END
        run.take(turn)

    def stop(self, run: Run, *, cancel: bool) -> None:
        """Go the way of `onCancel`, or complete the current step."""
        walk = self.walk
        if walk.ended:
            _AT_END.stop(run, cancel=cancel)
            return
        run.course = Walked(walk)
        run.changed()
        if not cancel:
            walk.complete()
        elif not walk.cancelling:
            walk.cancel()
            run.take(Turn("Cancelling"))

    def takes(self, run: Run, signal: str) -> bool:
        """Return whether a signal is valid for the waiting step."""
        if signal == STOP_STEP:
            return Course.takes(self, run, signal)
        at = waiting_step(run, self.walk)
        if at is None or at.waits_to_begin:
            return at is not None and signal not in OF_APPROVALS
        # A script may make any action wait, and it takes all signals.
        return {APPROVE: signal in OF_APPROVALS, PAUSE: signal == "Resume"}.get(at.step.action, True)

    def stop_step(self, run: Run) -> None:
        """Cancel the step, and go the way of `onCancel`, or end."""
        walk = self.walk
        run.course = Walked(walk)
        run.changed()
        walk.cancel()
        if walk.at and walk.at.status == "Cancelling":
            walk.end_at("Cancelled")
        run.turn_to(walk.shown)

    def reject(self, run: Run, message: str) -> None:
        """Make the waiting step fail."""
        run.changed()
        at = cast("Visit", self.walk.at)  # it waits
        kept = at.kept or StepResult()
        self.walk.settle(at, StepResult("Failed", kept.outputs, message, SIGNAL))
        run.turn_to(self.walk.shown)

    def resume(self, run: Run) -> None:
        """Make the waiting step begin, continue or succeed."""
        go_on(self.walk)
        run.changed()
        run.turn_to(self.walk.shown)


def waiting_step(run: Run, walk: Walk) -> Visit | None:
    """Return the step that waits for a signal, if the status of the run allows signals."""
    return walk.at if run.status in {"Waiting", "Cancelling"} and walk.waits else None


def decided(run: Run, decision: dict[str, str]) -> bool:
    """Note a decision on the approval for which a run waits, and return whether the signal takes effect."""
    at = waiting_step(run, run.walk) if run.walk else None
    if run.walk is None or at is None or at.step.action != APPROVE:
        return True
    at.decisions.append(decision)
    run.walk.values.put_out(at, outputs_of_approval(at))
    return bool(at.outputs["ApprovalStatus"] != UNDECIDED)


def go_on(walk: Walk) -> None:
    """Make the waiting step begin, continue or succeed."""
    if not walk.way:
        walk.begin()
    elif walk.at and walk.at.status == "Waiting":
        if walk.at.step.action in PAUSING:
            walk.settle(walk.at, (walk.at.kept or StepResult())._replace(decided_by=SIGNAL))
        else:
            walk.resume(walk.at)


def _expire(walk: Walk) -> bool:
    """Time out an approval or a pause that has waited for too long; return whether it did."""
    visit = walk.at
    if visit is None or visit.status != "Waiting" or visit.step.action not in PAUSING:
        return False
    over = over_at(visit)
    if over is None or times.now() < over:
        return False
    walk.expire(visit)
    return True
