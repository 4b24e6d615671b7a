"""The walk of a run along the flow of its runbook.

A walk knows the runbook, the resolved parameters and what has happened so far, and determines the next step. Callers
read `due`, get the result of that step, and pass it to `settle`.

Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-common-properties.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...runbooks.actions import APPROVE, BRANCH, LOOP, PAUSING, UPDATE_VARIABLE
from ..results import SIGNAL, SUCCESS, StatusChange, StepResult
from .failures import failure_text
from .values import Values, outputs_of_action
from .visits import Iteration, Visit, iteration_of, loops_around, outputs_of_approval

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from ...runbooks.flow import Flow, Step

MOST_STEPS: Final = 10_000
# The number of latest steps in which to look for a circle.
_KEPT: Final = 200
_FAILURES: Final = frozenset({"Failed", "TimedOut"})


class Walk:
    """The progress of a run along its runbook.

    Attributes:
        flow: The runbook's flow.
        at: The current visit; `None` before the first step, and after the last.
        ended: Whether it has ended.
        status: The status of the run, once ended.
        message: The failure message of the run.
        cancelling: Whether the run was cancelled, and may still run the steps of `onCancel`.
        latest: The latest visit of each step, by index.
        way: All visits, in order.
        values: The values that references name.
        cut: Why the run was aborted, if it did not end by itself.
    """

    def __init__(
        self,
        flow: Flow,
        values: Mapping[str, Any],
        clock: Callable[[], datetime],
        note: Callable[[StatusChange], None],
        *,
        interactive: bool = False,
    ) -> None:
        """Start before the first step.

        `values` are those of references other than outputs. `clock` returns a later time with each call. In an
        interactive walk, each step waits for a signal before it begins, and the end for a stop.
        """
        self.flow = flow
        self.at: Visit | None = None
        self.ended: bool = False
        self.status: str = SUCCESS
        self.message: str | None = None
        self.cancelling: bool = False
        self.latest: dict[int, Visit] = {}
        self.way: list[Visit] = []
        self.values: Values = Values(flow, values)
        self.cut: str | None = None
        self._clock = clock
        self._note = note
        self._interactive = interactive
        self._completing = False

    # The current state.

    @property
    def due(self) -> Visit | None:
        """The visit whose result `settle` needs; `None` while the walk waits, and after its end."""
        return self.at if self.at and self.at.status == "InProgress" and not self.at.iterations else None

    @property
    def waits(self) -> bool:
        """Whether it waits for a signal, or for the stop that completes it."""
        return self.waits_to_end or (self.at is not None and self.at.status == "Waiting")

    @property
    def waits_to_end(self) -> bool:
        """Whether it is interactive, its last step has ended, and it waits for the stop that completes it.

        Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-working-executing-manually.html
        """
        return self._stepwise and bool(self.way) and self.at is None and not self.ended

    @property
    def _stepwise(self) -> bool:
        """Whether each step waits for a signal before it begins; no step on the path of `onCancel` does."""
        return self._interactive and not self.cancelling

    @property
    def shown(self) -> str:
        """The status of the run now."""
        if self.ended:
            return self.status
        if self.cancelling:
            return "Cancelling"
        return "Waiting" if self.waits else "InProgress"

    # Moves.

    def begin(self) -> None:
        """Begin the first step, unless that has been done."""
        if not self.way:
            self._enter(0, waits=self._interactive)

    def settle(self, visit: Visit, result: StepResult) -> None:
        """Apply the result of the current step: retry it, or continue with the next step.

        If a signal has decided the result, the next step does not wait for another one.
        """
        visit.decided_by = result.decided_by
        if result.status != SUCCESS and visit.attempt < visit.step.attempts and result.decided_by != SIGNAL:
            visit.attempt, visit.begun, visit.child, visit.called = visit.attempt + 1, self._clock(), None, ()
        elif result.status == SUCCESS and visit.step.action == LOOP and not visit.iterations:
            self.values.put_out(visit, result.outputs)
            self._iterate(visit, result)
        elif result.status == SUCCESS:
            self._succeed(visit, result)
        else:
            self._fail(visit, result)

    def wait(self, visit: Visit) -> None:
        """Make the current step wait for a signal."""
        self._change(visit, "Waiting")

    def expire(self, visit: Visit) -> None:
        """Make the waiting step time out."""
        self._fail(visit, StepResult("TimedOut"))

    def resume(self, visit: Visit) -> None:
        """Make the waiting step continue or begin."""
        visit.waits_to_begin, visit.begun = False, self._clock()
        self._change(visit, "InProgress")

    def cancel(self) -> None:
        """Cancel the run: continue with the step of `onCancel`, or prepare to end."""
        self.status, self.message = "Cancelled", None
        visit, self.cancelling = self.at, True
        if visit is None:
            self.ended = True
            return
        if visit.step.on_cancel is None or visit.waits_to_begin:
            self._change(visit, "Cancelling")
        else:
            self._end_visit(visit, "Cancelled")
            self._enter(visit.step.on_cancel, before=visit)

    def complete(self) -> None:
        """Begin no further steps, and cancel a waiting one."""
        self._completing = True
        if self.at and self.at.status == "Waiting":
            self._end_visit(self.at, "Cancelled")
            self.close()
        elif self.at is None:
            self.close()

    def end_at(self, status: str, message: str | None = None) -> None:
        """End the current step and the run with a status."""
        if self.at:
            self._end_visit(self.at, status, message)
        self.status, self.message = status, self.at.message if self.at else message
        self.close(status, message)

    # The effects of moves.

    def _change(self, visit: Visit, status: str, time: datetime | None = None) -> None:
        visit.status = status
        self._note(StatusChange(time or self._clock(), status, visit.step.name, visit.step.action, visit.started))

    def _end_visit(self, visit: Visit, status: str, message: str | None = None) -> None:
        visit.ended = self._clock()
        failed = message is not None or status in _FAILURES
        visit.message = failure_text(visit.step.action, message, status) if failed else None
        self._change(visit, status, visit.ended)

    def _succeed(self, visit: Visit, result: StepResult) -> None:
        step, target = visit.step, visit.step.onward
        if step.action == BRANCH:
            visit.next = target = self.values.choice(step)
        elif step.action == UPDATE_VARIABLE:
            self.values.set_variable(visit)
        chosen = None if visit.next is None else self.flow.steps[visit.next].name
        self.values.put_out(visit, outputs_of_action(visit, result.outputs, chosen))
        self._end_visit(visit, SUCCESS)
        self._follow(visit, target, result)

    def _fail(self, visit: Visit, result: StepResult) -> None:
        step = visit.step
        self.values.put_out(visit, result.outputs)
        self._end_visit(visit, result.status, result.message)
        # Assumed: the run reports its first critical failure.
        if step.is_critical and self.status == SUCCESS:
            self.status = result.status
            self.message = visit.message
        if step.on_failure == "Abort" or self._completing:
            self.close(visit.status, visit.message)
            return
        # Assumed: `isEnd` is for the way after success. AWS-ResizeInstance does its work only after such a failure.
        self._follow(visit, step.on_failure if isinstance(step.on_failure, int) else step.onward, result)

    def _follow(self, visit: Visit, target: int | None, result: StepResult) -> None:
        """Continue after a step has ended with a result; without a target, its iteration or the run ends."""
        signalled = result.decided_by == SIGNAL
        if self._completing:
            self.close()
        elif target is not None:
            self._enter(target, before=visit, waits=self._stepwise and not signalled)
        elif visit.iteration:
            self._iterate(visit.iteration.loop, result)
        elif signalled or self._stepwise:
            self.at = None
        else:
            self.close()

    def close(self, loops: str = SUCCESS, message: str | None = None) -> None:
        """End the run at the current step, if any; enclosing loops end with status `loops`."""
        over = self.at.iteration if self.at else None
        while over:
            self._end_visit(over.loop, loops, message)
            over = over.loop.iteration
        self.at, self.ended = None, True

    # Loops.

    def _iterate(self, visit: Visit, result: StepResult) -> None:
        """Begin the next iteration of a loop, or continue after it; the last step has ended with a result."""
        number, first = len(visit.iterations) + 1, visit.step.first
        iteration = iteration_of(visit, number) if number == 1 or self.values.repeats(visit.step) else None
        if first is None or iteration is None:
            self.at = visit
            self._succeed(visit, StepResult(decided_by=result.decided_by))
            return
        visit.iterations.append(iteration)
        item = {} if iteration.value is None else {"CurrentIteratorValue": iteration.value}
        self.values.put_out(visit, {"CurrentIteration": number, **item})
        self._enter(first, into=iteration, waits=self._stepwise)

    # Steps.

    def _enter(
        self, place: int, *, before: Visit | None = None, into: Iteration | None = None, waits: bool = False
    ) -> None:
        """Begin a step in the right iteration. Loops that the jump leaves end, and loops that it enters begin."""
        step = self.flow.steps[place]
        if self._is_cut(step):
            return
        current = into or (before.iteration if before else None)
        while before and current and current.loop.step.place not in loops_around(step, self.flow):
            current.loop.next = place
            self._end_visit(current.loop, before.status, before.message)
            current = current.loop.iteration
        self.at = self._visit(step, current, waits=waits)

    def _visit(self, step: Step, current: Iteration | None, *, waits: bool = False) -> Visit:
        if step.parent is not None and (current is None or current.loop.step.place != step.parent):
            # A jump into a loop begins its first iteration.
            loop = self._visit(self.flow.steps[step.parent], current)
            current = iteration_of(loop, 1) or Iteration(loop, 1, None)
            loop.iterations.append(current)
        # An approval or a pause waits anyway, unless the test makes it fail.
        to_begin = waits and step.action not in PAUSING
        status = "Waiting" if to_begin else "InProgress"
        started = self._clock()
        self.values.set_time(started)
        visit = Visit(step, current, self.values.inputs(step), started, status, waits_to_begin=to_begin)
        self.latest[step.place] = visit
        if current:
            current.visits[step.place] = visit
        if step.action == APPROVE:
            self.values.put_out(visit, outputs_of_approval(visit))
        self.way.append(visit)
        self._change(visit, status, started)
        return visit

    def _is_cut(self, step: Step) -> bool:
        """End the run if it has taken too many steps, with a message that shows the cycle."""
        if len(self.way) < MOST_STEPS:
            return False
        before = [visit.step.name for visit in self.way[-_KEPT:]]
        length = next((number for number, name in enumerate(reversed(before), 1) if name == step.name), len(before))
        circle = " -> ".join([*before[-length:], step.name])
        self.cut = f"The run was aborted after {MOST_STEPS} steps. It repeats {circle}"
        self.status, self.message = "Failed", self.cut
        self.close("Failed", self.cut)
        return True
