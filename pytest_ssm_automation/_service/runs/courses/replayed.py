"""The course of a run that shows a recorded execution."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ...calls import copy_containers
from ..planning import Plan
from ..results import SUCCESS, StatusChange
from ..run import Course
from ..scripts import SUCCEEDED, WAITING, WORKING, Script, Turn
from .frames import PENDING, Frames
from .turns import Turns

if TYPE_CHECKING:
    from datetime import datetime

    from ..recorded import Replay
    from ..run import Run


@dataclass(frozen=True)
class Replayed(Course):
    """The rest of a recorded execution.

    It goes on at each poll, also where it waits for a signal: a recording has the signal, too.

    Attributes:
        frames: What it shows; its recording has the id and the times of the run.
        frame: The number of the current frame.
        then: The end that a stop has asked for.
    """

    frames: Frames
    frame: int = 0
    then: Turn | None = None

    @property
    def running(self) -> list[str]:
        """The names of the steps that are in progress or wait."""
        return [step["StepName"] for step in self.frames.running(self.frame)]

    def advance(self, run: Run, pace: str) -> None:
        """Go on to the next step, or where the execution waits or has ended."""
        with run.lock:
            if run.course is not self:
                return
            if self.then:
                self.end(run, self.then)
            else:
                self._go(run, self.frames.after(self.frame, pace))

    def end(self, run: Run, turn: Turn) -> None:
        """End the run: as recorded, or at the current steps if it was recorded with another status."""
        if turn.status == self.frames.status(self.frames.last) and not turn.members:
            self._go(run, self.frames.last)
            return
        run.course = Turns(())
        closed = [*self._closed(run, turn)]
        shown = {name: value for name, value in run.members.items() if not name.startswith("Current")}
        run.take(Turn(turn.status, {**shown, **turn.members, "StepExecutions": closed}))

    def stop(self, run: Run, *, cancel: bool) -> None:
        """Cancel the run, or let it succeed, at the next poll."""
        run.course = replace(self, then=Turn("Cancelled" if cancel else SUCCESS))
        run.changed()
        if cancel:
            run.turn_to("Cancelling")

    def reject(self, run: Run, message: str) -> None:
        """Go on if the waiting step was recorded with another end than success; else let the run fail."""
        if any(step["StepStatus"] == SUCCESS for step in self.frames.running(self.frame)):
            self.end(run, Turn("Failed", {"FailureMessage": message}))
        else:
            self.resume(run)

    def resume(self, run: Run) -> None:
        """Go on to the next step."""
        run.changed()
        self._go(run, self.frames.after(self.frame, "step"))

    def follow(self, run: Run, time: datetime) -> None:
        """Go on to the last frame that is not later than a time."""
        frame = self.frame
        while frame < self.frames.last and self.frames.time(frame + 1) <= time:
            frame += 1
        self._go(run, frame)

    def _go(self, run: Run, frame: int) -> None:
        """Show a frame."""
        if frame == self.frame:
            return
        frames = self.frames
        run.course, run.members = replace(self, frame=frame), frames.members(frame)
        if run.status == PENDING and frame < frames.last:
            run.turn_to("InProgress", frames.time(frame))
        for change in frames.changes(self.frame, frame):
            run.note(change)
        self._take_children(run, frames.time(frame), ends=frame == frames.last)
        run.turn_to(frames.status(frame), frames.time(frame))

    def _take_children(self, run: Run, time: datetime, *, ends: bool) -> None:
        """Start the recorded executions that had begun by a time, and let them follow."""
        known = {child.script.execution_id for child in run.children}
        for child in self.frames.replay.children:
            if child.id not in known and (ends or child.begun <= time):
                self._start(run, child)
        for started in run.children:
            course = started.course
            if isinstance(course, Replayed):
                course.follow(started, course.frames.time(course.frames.last) if ends else time)

    def _start(self, run: Run, child: Replay) -> None:
        """Start an execution that the recorded execution started."""
        params = {
            "DocumentName": child.execution["DocumentName"],
            "Parameters": copy_containers(dict(child.parameters)),
        }
        run.host.start(
            run.source._replace(content=params),
            Plan(Script(replay=child, execution_id=child.id)),
            runbook=child.runbook,
            parent=run,
            target=child.execution.get("Target"),
        )

    def _closed(self, run: Run, turn: Turn) -> list[dict[str, Any]]:
        """Return the current steps, those in progress with the end of the run."""
        status, time = SUCCESS if turn.status in SUCCEEDED else turn.status, run.tick()
        message = {name: text for name, text in turn.members.items() if name == "FailureMessage"}
        closed: list[dict[str, Any]] = []
        for step in run.members["StepExecutions"]:
            if step["StepStatus"] not in WAITING | WORKING:
                closed.append(step)
                continue
            closed.append({**step, "StepStatus": status, "ExecutionEndTime": time, **message})
            started = step.get("ExecutionStartTime", run.started_at)
            run.note(StatusChange(time, status, step["StepName"], step["Action"], started))
        return closed
