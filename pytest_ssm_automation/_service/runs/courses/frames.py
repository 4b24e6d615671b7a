"""What a recorded execution showed at each moment, as far as the times of its steps tell."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any, Final

from ...runbooks.actions import PAUSING
from ..results import SUCCESS, StatusChange
from ..scripts import ENDED, STATUS, STEP
from ..shown.outputs import NOT_YET, progress_counters

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from ..recorded import Replay

PENDING: Final = "Pending"
# The members of a step that it has only once it has ended, and those that it does not have before it begins.
_OF_END: Final = frozenset(
    {"ExecutionEndTime", "Outputs", "Response", "ResponseCode", "FailureMessage", "FailureDetails", "ValidNextSteps"}
)
_OF_BEGIN: Final = _OF_END | {"ExecutionStartTime"}
_OF_LAST: Final = frozenset({"FailureMessage", "Variables"})
# The members that an execution has by itself.
_OWN: Final = frozenset(
    {"AutomationExecutionId", "ParentAutomationExecutionId", "ExecutedBy", "ExecutionStartTime", "ExecutionEndTime"}
)


class Frames:
    """What a recorded execution showed, in order: Pending, then a frame for each step that begins, and its end.

    Attributes:
        replay: The recorded execution.
        last: The number of the last frame.
    """

    def __init__(self, replay: Replay) -> None:
        """Order the steps of a recording by time."""
        self.replay = replay
        self._spans = [*_spans(replay)]
        order = sorted((start, number) for number, (start, _) in enumerate(self._spans) if start)
        self._starts = [start for start, _ in order]
        self.last = len(order) + 1
        # The frames in which steps have begun and ended first; if they never do, one after the last.
        self._begun, self._ended = [self.last + 1] * len(self._spans), [self.last + 1] * len(self._spans)
        for frame, (_, number) in enumerate(order, 1):
            self._begun[number], end = frame, self._spans[number][1]
            if end:
                self._ended[number] = max(frame, bisect_left(self._starts, end)) + 1

    def after(self, frame: int, pace: str) -> int:
        """Return the frame that follows a frame: of the next step, or where the execution waits or has ended."""
        following = min(frame + 1, self.last)
        while frame and pace != STEP and following < self.last and self.status(following) != "Waiting":
            following += 1
        return following

    def time(self, frame: int) -> datetime:
        """Return the time of a frame after the first."""
        if frame < self.last:
            return self._starts[frame - 1]
        latest = max((time for span in self._spans for time in span if time), default=self.replay.begun)
        end: datetime = self.replay.execution.get("ExecutionEndTime", latest)
        return end

    def status(self, frame: int) -> str:
        """Return the status of the execution in a frame after the first, where it is Pending."""
        if frame == self.last:
            return str(self.replay.execution[STATUS])
        return "Waiting" if any(step["Action"] in PAUSING for step in self.running(frame)) else "InProgress"

    def running(self, frame: int) -> list[Mapping[str, Any]]:
        """Return the steps that are in progress or wait in a frame."""
        return [step for number, step in enumerate(self.replay.steps) if self._state(number, frame) == 1]

    def members(self, frame: int) -> dict[str, Any]:
        """Return the members of `AutomationExecution` in a frame, with its steps."""
        recorded = {name: value for name, value in self.replay.execution.items() if name not in _OWN}
        if frame == self.last:
            return {**recorded, "StepExecutions": [*self.replay.steps]}
        members = {name: value for name, value in recorded.items() if name not in _OF_LAST}
        members["StepExecutions"] = steps = [*self._shown_steps(frame)]
        succeeded = {step["StepName"] for step in steps if step["StepStatus"] == SUCCESS}
        if outputs := recorded.get("Outputs"):
            members["Outputs"] = {
                name: texts if name.partition(".")[0] in succeeded else [NOT_YET] for name, texts in outputs.items()
            }
        if "ProgressCounters" in recorded:
            members["ProgressCounters"] = progress_counters([step["StepStatus"] for step in steps])
        for step in self.running(frame)[-1:]:
            members |= {"CurrentStepName": step["StepName"], "CurrentAction": step["Action"]}
        return members

    def changes(self, before: int, frame: int) -> list[StatusChange]:
        """Return the changes of the steps between two frames, oldest first."""
        found: list[StatusChange] = []
        for number, (step, (start, end)) in enumerate(zip(self.replay.steps, self._spans, strict=True)):
            name, action = step["StepName"], step["Action"]
            if start and before < self._begun[number] <= frame:
                found.append(StatusChange(start, "InProgress", name, action, start))
                if action in PAUSING:
                    found.append(StatusChange(start, "Waiting", name, action, start))
            if start and end and before < self._ended[number] <= frame:
                found.append(StatusChange(end, step["StepStatus"], name, action, start))
        return sorted(found, key=lambda change: change.time)

    def _state(self, number: int, frame: int) -> int:
        """Return 0 for a step that has not begun in a frame, 1 for one in progress, 2 for one that has ended."""
        return (frame >= self._begun[number]) + (frame >= self._ended[number])

    def _shown_steps(self, frame: int) -> Iterator[dict[str, Any]]:
        iterations = {_iteration(step) for number, step in enumerate(self.replay.steps) if self._state(number, frame)}
        for number, step in enumerate(self.replay.steps):
            state = self._state(number, frame)
            if state == 0 and "ParentStepDetails" in step and _iteration(step) not in iterations:
                continue
            if state == 0:
                pending = {name: value for name, value in step.items() if name not in _OF_BEGIN}
                yield {**pending, "StepStatus": PENDING, **({"Inputs": {}} if "Inputs" in step else {})}
            elif state == 1:
                running = {name: value for name, value in step.items() if name not in _OF_END}
                yield {**running, "StepStatus": "Waiting" if step["Action"] in PAUSING else "InProgress"}
            else:
                yield dict(step)


def _iteration(step: Mapping[str, Any]) -> tuple[object, ...]:
    """Return what identifies the iteration of a loop to which a step belongs."""
    parent = step.get("ParentStepDetails", {})
    return parent.get("StepExecutionId"), parent.get("StepName"), parent.get("Iteration")


def _spans(replay: Replay) -> Iterator[tuple[datetime | None, datetime | None]]:
    """Yield the times at which each step began and ended, if it did.

    What has no times, though it ran, follows what ran before.
    """
    latest = replay.begun
    for step in replay.steps:
        if step["StepStatus"] == PENDING:
            yield None, None
            continue
        start = step.get("ExecutionStartTime", latest)
        end = step.get("ExecutionEndTime", start) if step["StepStatus"] in ENDED else None
        latest = end or start
        yield start, end
