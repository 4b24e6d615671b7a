"""The courses of runs that take one turn after the other: those of their scripts, or the default ones.

Stops and signals: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendAutomationSignal.html
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import dropwhile
from typing import TYPE_CHECKING, Final

from ..run import Course
from ..scripts import WAITING, WORK, WORKING, Turn

if TYPE_CHECKING:
    from ..run import Run

OF_APPROVALS: Final = frozenset({"Approve", "Reject", "Revoke"})


@dataclass(frozen=True)
class Turns(Course):
    """The next states of a run.

    Attributes:
        remaining: The next turns.
        interactive: Whether one signal starts the whole run, because its mode is interactive and its steps are unknown.
    """

    remaining: tuple[Turn, ...] = WORK
    interactive: bool = False

    def next_turn(self, run: Run) -> Turn | None:  # noqa: ARG002 - a run on targets needs it
        """Return the next turn; `None` if there is none now."""
        return self.remaining[0] if self.remaining else None

    def advance(self, run: Run, pace: str) -> None:  # noqa: ARG002 - a turn is one step at any pace
        """Take the next turn."""
        with run.lock:
            turn = self.next_turn(run)
            if turn and run.course is self:
                self._take(run, turn, self.remaining[1:])

    def end(self, run: Run, turn: Turn) -> None:
        """End the run."""
        self._take(run, turn, ())

    def can_stop(self, run: Run, *, cancel: bool) -> bool:
        """Return whether the run can be stopped.

        An interactive run ends only when it is completed. If its steps are not known, it has ended before.
        """
        completable = self.interactive and run.status == "Success" and not cancel
        return completable or Course.can_stop(self, run, cancel=cancel)

    def stop(self, run: Run, *, cancel: bool) -> None:
        """Cancel the run, or make it succeed."""
        if run.ended:
            return
        if cancel:
            self._take(run, Turn("Cancelling"), (Turn("Cancelled"),))
        else:
            run.course = replace(self, remaining=WORK[1:])
            run.changed()

    def takes(self, run: Run, signal: str) -> bool:
        """Return whether a signal is valid: while it waits, any, but none of an approval that there is not."""
        return Course.takes(self, run, signal) and not (self.interactive and signal in OF_APPROVALS)

    def reject(self, run: Run, message: str) -> None:
        """End the run as rejected or failed."""
        status = "Rejected" if run.status == "PendingApproval" else "Failed"
        self.end(run, Turn(status, {"FailureMessage": message}))

    def resume(self, run: Run) -> None:
        """Go on with the next turn that does not wait, or with the default turns."""
        turn, *later = self.after_waiting() or WORK
        self._take(run, turn, tuple(later))

    def after_waiting(self) -> tuple[Turn, ...]:
        """Return the next turn that does not wait, and all after it."""
        return tuple(dropwhile(lambda turn: turn.status in WAITING, self.remaining))

    def _take(self, run: Run, turn: Turn, later: tuple[Turn, ...]) -> None:
        run.course = replace(self, remaining=later)
        run.take(turn)


class Targets(Turns):
    """The next states of a run that starts others, on several targets, accounts and Regions."""

    def next_turn(self, run: Run) -> Turn | None:
        """Return the next turn; `None` while it waits for the executions on targets to end."""
        turn = Turns.next_turn(self, run)
        if turn is None or not turn.holds:
            return turn
        if not all(group.done for group in run.groups):
            return None
        return Turn("Failed") if any(group.failed for group in run.groups) else turn

    def advance(self, run: Run, pace: str) -> None:
        """Advance all executions on targets that run, and take the next turn."""
        working = run.status in WORKING
        run.catch_up()
        for child in run.running if working else ():
            child.advance(pace, takes_time=run.takes_time)
        Turns.advance(self, run, pace)
        run.catch_up()

    def stop(self, run: Run, *, cancel: bool) -> None:
        """Cancel the run, or wait for the executions on targets that run."""
        if not cancel:
            for group in run.groups:
                group.close()
        Turns.stop(self, run, cancel=cancel)


# The course of an execution without a script whose runbook is not registered.
PLAIN: Final = Turns()
