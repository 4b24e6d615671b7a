"""The course of a run whose script determines the status, and whose walk follows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..run import STOP_STEP
from ..scripts import WAITING, WORKING, Turn
from .matching import match
from .turns import Turns
from .walked import Walked, go_on, waiting_step

if TYPE_CHECKING:
    from ..run import Run


@dataclass(frozen=True)
class Following(Walked):
    """The next states of a run, and the rest of a walk that has not ended.

    When the walk has ended, the turns that remain are the course. After a stop, or a signal after the last turn, the
    run leaves its script: the walk alone is its course then.

    Attributes:
        remaining: The next turns.
    """

    remaining: tuple[Turn, ...]
    catches_up: bool = False

    def advance(self, run: Run, pace: str) -> None:  # noqa: ARG002 - a turn is one step at any pace
        """Make the walk follow the next turn, and take it."""
        if not self.remaining:
            return
        turn, changes = self.remaining[0], run.changes
        match(run, self.walk, turn)
        with run.lock:
            if run.changes == changes:
                self._take(run, turn, self.remaining[1:])

    def _take(self, run: Run, turn: Turn, later: tuple[Turn, ...]) -> None:
        run.course = Turns(later) if self.walk.ended else Following(self.walk, later)
        run.take(turn)

    def takes(self, run: Run, signal: str) -> bool:
        """Return whether a signal is valid for the waiting step, or for a script that waits."""
        if signal == STOP_STEP or waiting_step(run, self.walk):
            return Walked.takes(self, run, signal)
        return run.status in WAITING

    def reject(self, run: Run, message: str) -> None:
        """End the run as rejected or failed."""
        if self.walk.way:
            self.walk.end_at("Failed", message)
        Turns(()).reject(run, message)

    def resume(self, run: Run) -> None:
        """Go on with the next turn that does not wait, or leave the script."""
        later = Turns(self.remaining).after_waiting()
        go_on(self.walk)
        if not later:
            run.course = Walked(self.walk)
            run.changed()
            run.turn_to(self.walk.shown)
        elif later[0].status in WORKING:
            self._take(run, later[0], later[1:])
        else:
            run.course = replace(self, remaining=later, catches_up=True)
            run.changed()
