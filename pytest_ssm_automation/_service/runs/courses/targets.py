"""The course of a run on several targets, accounts and Regions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..scripts import WORKING, Turn
from .turns import Turns

if TYPE_CHECKING:
    from ..run import Run


class Targets(Turns):
    """The next states of a run that starts others."""

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
        self.catch_up(run)
        for child in run.running if working else ():
            child.advance(pace, takes_time=run.takes_time)
        Turns.advance(self, run, pace)
        self.catch_up(run)

    def catch_up(self, run: Run) -> None:
        """Make the executions on targets catch up."""
        for child in run.running:
            child.catch_up()

    def stop(self, run: Run, *, cancel: bool) -> None:
        """Cancel the run, or wait for the executions on targets that run."""
        if not cancel:
            for group in run.groups:
                group.close()
        Turns.stop(self, run, cancel=cancel)
