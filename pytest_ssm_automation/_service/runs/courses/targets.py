"""The course of a run on several targets, accounts and Regions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..scripts import WORKING, Turn
from .turns import Turns

if TYPE_CHECKING:
    from ..run import Run
    from ..targets.rate_control import FanOut


@dataclass(frozen=True, kw_only=True)
class Targets(Turns):
    """The next states of a run that starts others.

    Attributes:
        fan_out: The targets.
    """

    fan_out: FanOut[Run]

    def next_turn(self) -> Turn | None:
        """Return the next turn; `None` while it waits for the executions on targets to end."""
        turn = Turns.next_turn(self)
        if turn is None or not turn.holds:
            return turn
        if not self.fan_out.done:
            return None
        return Turn("Failed") if self.fan_out.failed else turn

    def advance(self, run: Run, pace: str) -> None:
        """Advance all executions on targets that run, and take the next turn."""
        working = run.status in WORKING
        self.catch_up(run)
        for child in self.fan_out.running if working else ():
            child.advance(pace, takes_time=run.takes_time)
        Turns.advance(self, run, pace)
        self.catch_up(run)

    def catch_up(self, run: Run) -> None:  # noqa: ARG002 - it is about the executions on targets
        """Make the executions on targets catch up."""
        for child in self.fan_out.running:
            child.catch_up()

    def stop(self, run: Run, *, cancel: bool) -> None:
        """Cancel the run, or wait for the executions on targets that run."""
        if not cancel:
            self.fan_out.close()
        Turns.stop(self, run, cancel=cancel)
