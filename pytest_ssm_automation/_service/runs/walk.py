"""The walk of a run along the flow of its runbook.

A walk knows the runbook, the resolved parameters and what has happened so far, and determines the next step. Callers
read `due`, get the outcome of that step, and pass it to `settle`.

Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-common-properties.html
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, cast

from ..runbooks.actions import BRANCH, CHANGE_STATE, PAUSING, PAYLOADS, UPDATE_VARIABLE, failure_text
from ..runbooks.conditions import truth
from ..runbooks.kinds import is_list
from ..runbooks.references import NO_NAME, UNKNOWN, as_text, resolve
from .outcomes import SUCCESS, Outcome

if TYPE_CHECKING:
    from ..runbooks.flow import Flow, Loop, Step

MOST_STEPS: Final = 10_000
# https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-loop.html
MOST_ITERATIONS: Final = 100
_TRACE: Final = 200
_OF_LOOP: Final = frozenset({"Iterators", "IteratorDataType", "MaxIterations", "LoopCondition"})
# Inputs that are evaluated after the step has begun.
_CONDITIONS: Final = frozenset({"Choices", "Default", "LoopCondition"})


@dataclass(slots=True, eq=False)
class Visit:
    """One run of a step.

    Attributes:
        step: The step.
        iteration: The loop iteration that it belongs to.
        inputs: The resolved inputs.
        started: The start time.
        status: The status.
        attempt: The number of the attempt.
        waits_to_begin: Whether it waits for a signal before it begins.
        ended: The end time.
        outputs: The outputs.
        message: The failure message, with the service's prefix and suffix.
        next: The next step that a branch has chosen.
        iterations: The iterations of a loop.
        child: The execution that the current attempt has started.
    """

    step: Step
    iteration: Iteration | None
    inputs: dict[str, Any]
    started: datetime
    status: str = "InProgress"
    attempt: int = 1
    waits_to_begin: bool = False
    ended: datetime | None = None
    outputs: dict[str, Any] = field(default_factory=dict[str, Any])
    message: str | None = None
    next: int | None = None
    iterations: list[Iteration] = field(default_factory=list["Iteration"])
    child: Any = None


@dataclass(slots=True, eq=False)
class Iteration:
    """One iteration of a loop.

    Attributes:
        loop: The visit of the loop.
        number: The number, from 1.
        value: The item of Iterators.
        visits: The latest visit of each inner step, by index.
    """

    loop: Visit
    number: int
    value: Any
    visits: dict[int, Visit] = field(default_factory=dict[int, Visit])


# Called for each status change of a step, with the visit, the status and the time.
Note = Callable[[Visit, str, datetime], None]


def ignore_change(_visit: Visit, _status: str, _time: datetime) -> None:
    """Ignore a status change."""


class Walk:
    """The progress of a run along its runbook.

    Attributes:
        flow: The runbook's flow.
        at: The current visit; `None` before the first step, and after the last.
        begun: Whether it has begun its first step.
        ended: Whether it has ended.
        status: The status of the run, once ended.
        message: The failure message of the run.
        cancelling: Whether the run was cancelled, and may still run the steps of `onCancel`.
        visits: The latest visit of each step outside loops, by index.
        latest: The latest visit of each step, by index.
        unresolved: Names without a value that inputs or conditions have read.
        cut: Why the run was aborted, if it did not end by itself.
        moves: The number of moves so far.
    """

    def __init__(
        self,
        flow: Flow,
        values: Mapping[str, Any],
        clock: Callable[[], datetime],
        note: Note,
        *,
        interactive: bool = False,
    ) -> None:
        """Start before the first step.

        Args:
            flow: The runbook's flow.
            values: The values of references other than outputs: parameters, `global:` and `automation:` names.
            clock: Returns the current time, which increases with each call.
            note: Is called for each status change of a step.
            interactive: Whether each step waits for a signal before it begins, and the end for a stop.
        """
        self.flow = flow
        self.at: Visit | None = None
        self.begun: bool = False
        self.ended: bool = not flow.steps
        self.status: str = SUCCESS
        self.message: str | None = None
        self.cancelling: bool = False
        self.visits: dict[int, Visit] = {}
        self.latest: dict[int, Visit] = {}
        self.unresolved: dict[str, None] = {}
        self.cut: str | None = None
        self._values: dict[str, Any] = {
            **values,
            **{f"variable:{name}": value for name, value in flow.variables.items()},
        }
        self._clock = clock
        self._note = note
        self._interactive = interactive
        self._completing = False
        self._count = 0
        self._trace: deque[str] = deque(maxlen=_TRACE)
        self.moves: int = 0

    # The current state.

    @property
    def due(self) -> Visit | None:
        """The visit whose outcome `settle` needs; `None` while the walk waits, and after its end."""
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
        return self._stepwise and self.begun and self.at is None and not self.ended

    @property
    def _stepwise(self) -> bool:
        """Whether each step waits for a signal before it begins; no step on the path of `onCancel` does."""
        return self._interactive and not self.cancelling

    @property
    def pauses(self) -> bool:
        """Whether the action of the current step waits for a signal."""
        return self.at is not None and self.at.step.action in PAUSING

    def value(self, name: str) -> Any:
        """Return the value of an output, such as `createImage.ImageId`; `UNKNOWN` if it has none."""
        return self._values.get(name, UNKNOWN)

    # Moves.

    def begin(self) -> None:
        """Begin the first step."""
        self.moves += 1
        self.begun = True
        if self.flow.steps and not self.ended:
            self._enter(0, waits=self._interactive)

    def settle(self, outcome: Outcome, *, signalled: bool = False) -> None:
        """Apply the outcome of the current step: retry it, or continue with the next step.

        Args:
            outcome: The outcome of the attempt.
            signalled: Whether the outcome is that of a signal. Then the next step does not wait for another signal.
        """
        self.moves += 1
        visit = self._current()
        if outcome.status != SUCCESS and visit.attempt < visit.step.attempts and not signalled:
            visit.attempt, visit.child = visit.attempt + 1, None
        elif outcome.status == SUCCESS and visit.step.loop and not visit.iterations:
            self._begin_iterations(visit, visit.step.loop, outcome)
        elif outcome.status == SUCCESS:
            self._succeed(visit, outcome, signalled=signalled)
        else:
            self._fail(visit, outcome, signalled=signalled)

    def wait(self) -> None:
        """Let the current step wait for a signal."""
        self.moves += 1
        self._change(self._current(), "Waiting")

    def resume(self) -> None:
        """Let the waiting step continue or begin."""
        self.moves += 1
        self._current().waits_to_begin = False
        self._change(self._current(), "InProgress")

    def cancel(self) -> None:
        """Cancel the run: continue with the step of `onCancel`, or prepare to end."""
        self.moves += 1
        self.status, self.message = "Cancelled", None
        visit, self.cancelling = self.at, True
        if visit is None:
            self.ended = True
            return
        if visit.step.on_cancel is None or visit.waits_to_begin:
            self._change(visit, "Cancelling")
        else:
            self._end_visit(visit, "Cancelled")
            self._enter(visit.step.on_cancel)

    def complete(self) -> None:
        """Begin no further steps, and cancel a waiting one."""
        self.moves += 1
        self._completing = True
        if self.at and self.at.status == "Waiting":
            self._end_visit(self.at, "Cancelled")
            self._end()
        elif self.at is None:
            self._end()

    def close(self) -> None:
        """End after the last step of an interactive walk, or after one whose outcome was that of a signal."""
        self.moves += 1
        self._end()

    def end_at(self, status: str, message: str | None = None) -> None:
        """End the current step and the run with a status."""
        self.moves += 1
        if self.at:
            self._end_visit(self.at, status, message)
        self.status, self.message = status, self.at.message if self.at else message
        self._end(status, message)

    # The effects of moves.

    def _current(self) -> Visit:
        """Return the current visit, for moves that need one."""
        return cast("Visit", self.at)

    def _change(self, visit: Visit, status: str) -> None:
        visit.status = status
        self._note(visit, status, self._clock())

    def _end_visit(self, visit: Visit, status: str, message: str | None = None) -> None:
        visit.status, visit.ended = status, self._clock()
        visit.message = None if message is None else failure_text(visit.step.action, message, status)
        self._note(visit, status, visit.ended)

    def _lookup(self, name: str) -> Any:
        if name in self._values:
            return self._values[name]
        if name.partition(".")[0] not in self.flow.places or "." not in name:
            return NO_NAME
        self.unresolved[name] = None
        return UNKNOWN

    def _peek(self, name: str) -> Any:
        return self._values.get(name, NO_NAME)

    def _resolved(self, value: Any) -> Any:
        return resolve(value, self._lookup)

    def _succeed(self, visit: Visit, outcome: Outcome, *, signalled: bool) -> None:
        step, outputs = visit.step, dict(outcome.outputs)
        target = step.following
        if step.action == BRANCH:
            target = self._choice(step)
            visit.next = target
            if target is not None:
                name = self.flow.steps[target].name
                outputs = {"NextStep": name, "OutputPayload": {"NextStep": name}, **outputs}
        elif step.action == CHANGE_STATE:
            outputs = {"InstanceStates": visit.inputs.get("DesiredState", ""), **outputs}
        elif payload := {name: outputs[name] for name in PAYLOADS.get(step.action, ()) if name in outputs}:
            outputs = {"OutputPayload": payload, **outputs}
        elif step.action == UPDATE_VARIABLE:
            name = as_text(visit.inputs.get("Name", ""))
            self._values[f"variable:{name.removeprefix('variable:')}"] = visit.inputs.get("Value")
        visit.outputs.update(outputs)
        self._values.update({f"{step.name}.{name}": value for name, value in visit.outputs.items()})
        self._end_visit(visit, SUCCESS)
        self._follow(visit, target, ends=step.is_end and (step.action != BRANCH or visit.next is None), held=signalled)

    def _choice(self, step: Step) -> int | None:
        """Return the next step of a branch; `None` if the run or the iteration ends."""
        for condition, target in step.choices:
            if truth(condition, self._resolved):
                return target
        return step.default if step.default is not None else None if step.is_end else step.following

    def _fail(self, visit: Visit, outcome: Outcome, *, signalled: bool) -> None:
        step, message = visit.step, outcome.message or f"Step {visit.step.name} ended as {outcome.status}"
        self._end_visit(visit, outcome.status, message)
        # Assumed: the run reports its first critical failure.
        if step.is_critical and self.status == SUCCESS:
            self.status = outcome.status
            self.message = visit.message
        if step.on_failure == "Abort" or self._completing:
            self._end(visit.status, visit.message)
            return
        jump = step.on_failure if isinstance(step.on_failure, int) else step.following
        self._follow(visit, jump, ends=step.is_end, held=signalled)

    def _follow(self, visit: Visit, target: int | None, *, ends: bool, held: bool) -> None:
        """Continue after a step has ended."""
        if self._completing:
            self._end()
        elif target is not None and not ends:
            self._enter(target, before=visit, waits=self._stepwise and not held)
        elif visit.iteration:
            self._end_iteration(visit.iteration, held=held)
        elif held or self._stepwise:
            self.at = None
        else:
            self._end()

    def _end(self, loops: str = SUCCESS, message: str | None = None) -> None:
        """End the run; enclosing loops end with status `loops`."""
        over = self.at.iteration if self.at else None
        while over:
            self._end_visit(over.loop, loops, message)
            over = over.loop.iteration
        self.at, self.ended = None, True

    # Loops.

    def _begin_iterations(self, visit: Visit, loop: Loop, outcome: Outcome) -> None:
        visit.outputs.update(outcome.outputs)
        if not self._next_iteration(visit, loop, 1):
            self._succeed(visit, outcome, signalled=False)

    def _next_iteration(self, visit: Visit, loop: Loop, number: int) -> bool:
        """Begin an iteration, if there is one left."""
        if (items := self._iteration(visit, loop, number)) is None or loop.first is None:
            return False
        visit.iterations.append(items)
        current = {"CurrentIteration": number} | ({} if items.value is None else {"CurrentIteratorValue": items.value})
        visit.outputs.update(current)
        self._values.update({f"{visit.step.name}.{name}": value for name, value in current.items()})
        self._enter(loop.first, into=items, waits=self._stepwise)
        return True

    def _iteration(self, visit: Visit, loop: Loop, number: int) -> Iteration | None:
        most = visit.inputs.get("MaxIterations")
        iterations = int(as_text(most)) if as_text(most).isdecimal() else MOST_ITERATIONS
        if number > min(iterations, MOST_ITERATIONS):
            return None
        if loop.iterators is None:
            return Iteration(visit, number, None)
        items = visit.inputs.get("Iterators")
        listed: list[Any] = items if is_list(items) else []
        return Iteration(visit, number, listed[number - 1]) if number <= len(listed) else None

    def _end_iteration(self, over: Iteration, *, held: bool) -> None:
        """Continue after the last step of an iteration."""
        visit = over.loop
        loop = visit.step.loop
        again = loop is not None and (loop.condition is None or truth(loop.condition, self._resolved) is True)
        if loop is None or not again or not self._next_iteration(visit, loop, over.number + 1):
            self.at = visit
            self._succeed(visit, Outcome(), signalled=held)

    # Steps.

    def _enter(
        self, place: int, *, before: Visit | None = None, into: Iteration | None = None, waits: bool = False
    ) -> None:
        """Begin a step in the right iteration. Loops that the jump leaves end, and loops that it enters begin."""
        step = self.flow.steps[place]
        if self._is_cut(step):
            return
        current = into or (before.iteration if before else None)
        while current and current.loop.step.place not in self._parents(step):
            failed = before is not None and before.status != SUCCESS
            self._end_visit(current.loop, before.status if before and failed else SUCCESS)
            current = current.loop.iteration
        if step.parent is not None and (current is None or current.loop.step.place != step.parent):
            current = self._enter_loop(step.parent, current)
        self.at = self._visit(step, current, waits=waits)

    def _enter_loop(self, place: int, current: Iteration | None) -> Iteration:
        """Begin the first iteration of a loop, for a jump to one of its inner steps."""
        loop = self.flow.steps[place]
        if loop.parent is not None and (current is None or current.loop.step.place != loop.parent):
            current = self._enter_loop(loop.parent, current)
        visit = self._visit(loop, current)
        first = (self._iteration(visit, loop.loop, 1) if loop.loop else None) or Iteration(visit, 1, None)
        visit.iterations.append(first)
        return first

    def _visit(self, step: Step, current: Iteration | None, *, waits: bool = False) -> Visit:
        inputs = {name: value for name, value in step.inputs.items() if not step.loop or name in _OF_LOOP}
        resolved = {
            name: resolve(value, self._peek if name in _CONDITIONS else self._lookup) for name, value in inputs.items()
        }
        # An approval or a pause waits anyway.
        to_begin = waits and step.action not in PAUSING
        status = "Waiting" if waits else "InProgress"
        visit = Visit(step, current, resolved, self._clock(), status, waits_to_begin=to_begin)
        (current.visits if current else self.visits)[step.place] = visit
        self.latest[step.place] = visit
        self._note(visit, status, visit.started)
        return visit

    def _parents(self, step: Step) -> Iterator[int]:
        while step.parent is not None:
            yield step.parent
            step = self.flow.steps[step.parent]

    def _is_cut(self, step: Step) -> bool:
        """End the run if it has taken too many steps, with a message that shows the cycle."""
        self._count += 1
        self._trace.append(step.name)
        if self._count <= MOST_STEPS:
            return False
        names = [*self._trace][:-1]
        length = next((n for n, name in enumerate(reversed(names), 1) if name == step.name), len(names))
        cycle = " -> ".join([*names[-length:], step.name])
        self.cut = f"The run was aborted after {MOST_STEPS} steps. It repeats {cycle}"
        self.status, self.message = "Failed", self.cut
        self._end("Failed", self.cut)
        return True
