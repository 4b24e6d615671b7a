"""The walk of a run along the flow of its runbook.

A walk knows the runbook, the resolved parameters and what has happened so far, and says what happens next. It calls
nothing but the clock that it is given. Whoever moves it reads `due`, asks what becomes of that step, and tells the walk
by `settle`. Each move is kept, so that `replayed` can go back to an earlier one.

Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-common-properties.html
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

from ..runbooks.actions import BRANCH, CHANGE_STATE, PAUSING, UPDATE_VARIABLE, failure_text
from ..runbooks.conditions import truth
from ..runbooks.documents import is_list
from ..runbooks.references import NO_NAME, UNKNOWN, as_text, resolve

if TYPE_CHECKING:
    from ..runbooks.flow import Flow, Loop, Step

MOST_STEPS: Final = 10_000
# https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-loop.html
MOST_ROUNDS: Final = 100
_TRACE: Final = 200
_OF_LOOP: Final = frozenset({"Iterators", "IteratorDataType", "MaxIterations", "LoopCondition"})
# The inputs that are read when they are decided upon, and not when the step begins.
_CONDITIONS: Final = frozenset({"Choices", "Default", "LoopCondition"})
SUCCESS: Final = "Success"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of one attempt of a step.

    Attributes:
        status: `Success`, or how it fails.
        outputs: Its outputs by name, with their types.
        message: Why it failed.
    """

    status: str = SUCCESS
    outputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    message: str | None = None


@dataclass(slots=True, eq=False)
class Visit:
    """A step as it runs, once.

    Attributes:
        step: The step.
        round: The round of the loop that it runs in.
        inputs: Its inputs, resolved.
        started: When it began.
        status: Its status.
        attempt: The number of the attempt.
        waits_to_begin: Whether it waits for the signal that lets it begin.
        ended: When it ended.
        outputs: Its outputs.
        message: Why it failed, in the service's frame.
        next: The step that a branch has led to.
        rounds: The rounds of a loop.
    """

    step: Step
    round: Round | None
    inputs: dict[str, Any]
    started: datetime
    status: str = "InProgress"
    attempt: int = 1
    waits_to_begin: bool = False
    ended: datetime | None = None
    outputs: dict[str, Any] = field(default_factory=dict[str, Any])
    message: str | None = None
    next: int | None = None
    rounds: list[Round] = field(default_factory=list["Round"])


@dataclass(slots=True, eq=False)
class Round:
    """One round of a loop.

    Attributes:
        loop: The loop's own visit.
        number: Its number, from 1.
        value: The item of Iterators.
        visits: The latest visit of each inner step, by place.
    """

    loop: Visit
    number: int
    value: Any
    visits: dict[int, Visit] = field(default_factory=dict[int, Visit])


# Told each change of a step: the visit, its status, and when.
Note = Callable[[Visit, str, datetime], None]


def _note_nothing(_visit: Visit, _status: str, _time: datetime) -> None:
    """Note nothing."""


class Walk:
    """How far a run has come along its runbook.

    Attributes:
        flow: The runbook's flow.
        at: The visit that it is at; `None` before the first step, after the last, and where it has ended.
        begun: Whether it has begun its first step.
        ended: Whether no step comes any more.
        status: The status of the run, once it has ended.
        message: Why the run failed.
        cancelling: Whether it is on its way of `onCancel`.
        visits: The latest visit of each step outside loops, by place.
        latest: The latest visit of each step.
        unresolved: Names that inputs and conditions have read, and nobody has given.
        cut: Why it was cut, if it came to no end.
        known: What is known already to become of the step that it is at, after it has gone back.
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
        """Stand before the first step.

        Args:
            flow: The runbook's flow.
            values: What references may name beside steps: parameters, `global:` and `automation:` names.
            clock: Gives the time, later each time.
            note: Is told each change of a step.
            interactive: Whether each step waits for a signal before it begins.
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
        self._given = values
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
        self.known: deque[Outcome] = deque()
        self._moves: list[tuple[Callable[[Walk], None], Outcome | None]] = []
        self._times: list[datetime] = []

    # What happens next.

    @property
    def due(self) -> Visit | None:
        """The visit of which it has to be told what becomes; `None` while it waits, and where there is none."""
        return self.at if self.at and self.at.status == "InProgress" and not self.at.rounds else None

    @property
    def pauses(self) -> bool:
        """Whether the step that it is at waits for a signal by its action, and nobody has said otherwise."""
        return self.at is not None and self.at.step.action in PAUSING

    def value(self, name: str) -> Any:
        """Give the value of an output, such as `createImage.ImageId`; `UNKNOWN` if nobody has given it."""
        return self._values.get(name, UNKNOWN)

    # Moves. Each is kept.

    @property
    def moves(self) -> int:
        """The number of moves so far."""
        return len(self._moves)

    def replayed(self, moves: int) -> Walk:
        """Give the walk as it was after so many moves."""
        times = iter([*self._times])
        earlier = Walk(self.flow, self._given, partial(next, times), _note_nothing, interactive=self._interactive)
        for move, _ in self._moves[:moves]:
            move(earlier)
        attempts = earlier.due.step.attempts - earlier.due.attempt + 1 if earlier.due else 0
        for _, outcome in self._moves[moves : moves + attempts]:
            if outcome is None:
                break
            earlier.known.append(outcome)
            if outcome.status == SUCCESS:
                break
        earlier._clock, earlier._note = self._clock, self._note
        return earlier

    def begin(self) -> None:
        """Begin the first step."""
        self._moves.append((Walk.begin, None))
        self.begun = True
        if self.flow.steps and not self.ended:
            self._enter(0, waits=self._interactive)

    def settle(self, outcome: Outcome, *, signalled: bool = False) -> None:
        """Take what became of the step that it is at: try it again, or go on to what follows.

        Args:
            outcome: How the attempt went.
            signalled: Whether a signal has said so, which lets the next step begin, and the run wait until then.
        """
        self._moves.append((lambda walk: walk.settle(outcome, signalled=signalled), None if signalled else outcome))
        visit = self._current()
        if self.known:
            self.known.popleft()
        if outcome.status != SUCCESS and visit.attempt < visit.step.attempts and not signalled:
            visit.attempt += 1
        elif outcome.status == SUCCESS and visit.step.loop and not visit.rounds:
            self._begin_rounds(visit, visit.step.loop, outcome)
        elif outcome.status == SUCCESS:
            self._succeed(visit, outcome, signalled=signalled)
        else:
            self._fail(visit, outcome, signalled=signalled)

    def wait(self) -> None:
        """Let the step that it is at wait for a signal."""
        self._moves.append((Walk.wait, None))
        self._change(self._current(), "Waiting")

    def resume(self) -> None:
        """Let the step that waits go on, or begin."""
        self._moves.append((Walk.resume, None))
        self._current().waits_to_begin = False
        self._change(self._current(), "InProgress")

    def cancel(self) -> None:
        """Be stopped: go the way of `onCancel`, or be about to end."""
        self._moves.append((Walk.cancel, None))
        self.status, self.message = "Cancelled", None
        visit, self.cancelling = self.at, True
        if visit is None:
            self.ended = True
            return
        self.known.clear()
        if visit.step.on_cancel is None or visit.waits_to_begin:
            self._change(visit, "Cancelling")
        else:
            self._end_visit(visit, "Cancelled")
            self._enter(visit.step.on_cancel)

    def complete(self) -> None:
        """Begin no further step; what waits is given up."""
        self._moves.append((Walk.complete, None))
        self._completing = True
        if self.at and self.at.status == "Waiting":
            self._end_visit(self.at, "Cancelled")
            self._end()
        elif not self.begun:
            self.ended = True

    def close(self) -> None:
        """End after the last step, where a signal has let the run wait there."""
        self._moves.append((Walk.close, None))
        self._end()

    def end_at(self, status: str, message: str | None = None) -> None:
        """End at the step that it is at, which ends so too."""
        self._moves.append((lambda walk: walk.end_at(status, message), None))
        if self.at:
            self._end_visit(self.at, status, message)
        self.status, self.message = status, self.at.message if self.at else message
        self._end(status, message)

    # What follows from them.

    def _current(self) -> Visit:
        """Give the visit that it is at, for moves that are made nowhere else."""
        return cast("Visit", self.at)

    def _tick(self) -> datetime:
        moment = self._clock()
        self._times.append(moment)
        return moment

    def _change(self, visit: Visit, status: str) -> None:
        visit.status = status
        self._note(visit, status, self._tick())

    def _end_visit(self, visit: Visit, status: str, message: str | None = None) -> None:
        visit.status, visit.ended = status, self._tick()
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
        elif step.action == UPDATE_VARIABLE:
            name = as_text(visit.inputs.get("Name", ""))
            self._values[f"variable:{name.removeprefix('variable:')}"] = visit.inputs.get("Value")
        visit.outputs.update(outputs)
        self._values.update({f"{step.name}.{name}": value for name, value in visit.outputs.items()})
        self._end_visit(visit, SUCCESS)
        self._follow(visit, target, ends=step.is_end and (step.action != BRANCH or visit.next is None), held=signalled)

    def _choice(self, step: Step) -> int | None:
        """Give the step that a branch leads to; `None` where it ends."""
        for condition, target in step.choices:
            if truth(condition, self._resolved):
                return target
        return step.default if step.default is not None else None if step.is_end else step.following

    def _fail(self, visit: Visit, outcome: Outcome, *, signalled: bool) -> None:
        step, message = visit.step, outcome.message or f"Step {visit.step.name} ended as {outcome.status}"
        self._end_visit(visit, outcome.status, message)
        # The first failure that counts is the one that the run reports: assumed.
        if step.is_critical and self.status == SUCCESS:
            self.status = outcome.status
            self.message = visit.message
        if step.on_failure == "Abort" or self._completing:
            self._end(visit.status, visit.message)
            return
        jump = step.on_failure if isinstance(step.on_failure, int) else step.following
        self._follow(visit, jump, ends=step.is_end, held=signalled)

    def _follow(self, visit: Visit, target: int | None, *, ends: bool, held: bool) -> None:
        """Go on after a step that has ended."""
        if self._completing:
            self._end()
        elif target is not None and not ends:
            self._enter(target, before=visit, waits=self._interactive and not held)
        elif visit.round:
            self._end_round(visit.round, held=held)
        elif held:
            self.at = None
        else:
            self._end()

    def _end(self, loops: str = SUCCESS, message: str | None = None) -> None:
        """End the run; the loops that it is in end with it, in this status."""
        over = self.at.round if self.at else None
        while over:
            self._end_visit(over.loop, loops, message)
            over = over.loop.round
        self.at, self.ended = None, True

    # Loops.

    def _begin_rounds(self, visit: Visit, loop: Loop, outcome: Outcome) -> None:
        visit.outputs.update(outcome.outputs)
        if not self._next_round(visit, loop, 1):
            self._succeed(visit, outcome, signalled=False)

    def _next_round(self, visit: Visit, loop: Loop, number: int) -> bool:
        """Begin a round, if there is one left."""
        if (items := self._round(visit, loop, number)) is None or loop.first is None:
            return False
        visit.rounds.append(items)
        current = {"CurrentIteration": number} | ({} if items.value is None else {"CurrentIteratorValue": items.value})
        visit.outputs.update(current)
        self._values.update({f"{visit.step.name}.{name}": value for name, value in current.items()})
        self._enter(loop.first, into=items, waits=self._interactive)
        return True

    def _round(self, visit: Visit, loop: Loop, number: int) -> Round | None:
        most = visit.inputs.get("MaxIterations")
        rounds = int(as_text(most)) if as_text(most).isdecimal() else MOST_ROUNDS
        if number > min(rounds, MOST_ROUNDS):
            return None
        if loop.iterators is None:
            return Round(visit, number, None)
        items = visit.inputs.get("Iterators")
        listed: list[Any] = items if is_list(items) else []
        return Round(visit, number, listed[number - 1]) if number <= len(listed) else None

    def _end_round(self, over: Round, *, held: bool) -> None:
        """Go on after the last step of a round."""
        visit = over.loop
        loop = visit.step.loop
        again = loop is not None and (loop.condition is None or truth(loop.condition, self._resolved) is True)
        if loop is None or not again or not self._next_round(visit, loop, over.number + 1):
            self.at = visit
            self._succeed(visit, Outcome(), signalled=held)

    # Steps.

    def _enter(
        self, place: int, *, before: Visit | None = None, into: Round | None = None, waits: bool = False
    ) -> None:
        """Begin a step, in the round that it belongs to; what it leaves or comes into on the way ends or begins."""
        step = self.flow.steps[place]
        if self._is_cut(step):
            return
        current = into or (before.round if before else None)
        while current and current.loop.step.place not in self._parents(step):
            failed = before is not None and before.status != SUCCESS
            self._end_visit(current.loop, before.status if before and failed else SUCCESS)
            current = current.loop.round
        if step.parent is not None and (current is None or current.loop.step.place != step.parent):
            current = self._come_into(step.parent, current)
        self.at = self._visit(step, current, waits=waits)

    def _come_into(self, place: int, current: Round | None) -> Round:
        """Begin the first round of a loop for a jump to one of its inner steps."""
        loop = self.flow.steps[place]
        if loop.parent is not None and (current is None or current.loop.step.place != loop.parent):
            current = self._come_into(loop.parent, current)
        visit = self._visit(loop, current)
        first = (self._round(visit, loop.loop, 1) if loop.loop else None) or Round(visit, 1, None)
        visit.rounds.append(first)
        return first

    def _visit(self, step: Step, current: Round | None, *, waits: bool = False) -> Visit:
        inputs = {name: value for name, value in step.inputs.items() if not step.loop or name in _OF_LOOP}
        resolved = {
            name: resolve(value, self._peek if name in _CONDITIONS else self._lookup) for name, value in inputs.items()
        }
        # An approval or a pause waits by itself.
        to_begin = waits and step.action not in PAUSING
        status = "Waiting" if waits else "InProgress"
        visit = Visit(step, current, resolved, self._tick(), status, waits_to_begin=to_begin)
        (current.visits if current else self.visits)[step.place] = visit
        self.latest[step.place] = visit
        self._note(visit, status, visit.started)
        return visit

    def _parents(self, step: Step) -> Iterator[int]:
        while step.parent is not None:
            yield step.parent
            step = self.flow.steps[step.parent]

    def _is_cut(self, step: Step) -> bool:
        """End the run if it has taken too many steps, and say where it turns in a circle."""
        self._count += 1
        self._trace.append(step.name)
        if self._count <= MOST_STEPS:
            return False
        names = [*self._trace][:-1]
        turn = next((n for n, name in enumerate(reversed(names), 1) if name == step.name), len(names))
        circle = " -> ".join([*names[-turn:], step.name])
        self.cut = f"The run took more than {MOST_STEPS} steps and was cut. It repeats {circle}"
        self.status, self.message = "Failed", self.cut
        self._end("Failed", self.cut)
        return True
