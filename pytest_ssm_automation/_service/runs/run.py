"""A run: the state of an execution.

What happens next in a run is its course, see `courses`. The history of a run contains a `StatusChange` for each change
of its status and of the status of its steps, oldest first. It begins with the status at the start.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from . import times
from .identity import Identity
from .scripts import ENDED, STEP, WAITING, WORKING, Turn

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from ..calls import Call, Request
    from ..runbooks.declarations import Runbook
    from .recorded import Replay
    from .results import StepResult
    from .scripts import Script
    from .targets.rate_control import Target
    from .walks.visits import Visit
    from .walks.walk import Walk

_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
_OF_TARGETS: Final = "aws:executeAutomation"
STOP_STEP: Final = "StopStep"


class StatusChange(NamedTuple):
    """A change of the status of a run or of one of its steps.

    Attributes:
        time: The time of the change.
        status: The new status.
        step: The step's name; `None` for the run itself.
        action: The step's action.
        started: The start time of the step or the run.
    """

    time: datetime
    status: str
    step: str | None
    action: str | None
    started: datetime


@dataclass(slots=True)
class Host:
    """What runs need of the store that contains them.

    Attributes:
        lock: Guards all runs.
        pace: How far a poll advances a walk: `run` or `step`.
        takes_time: Whether steps that wait for a time take that time, because the caller moves the clock.
        result_of: Returns the result of an attempt; `None` if it is not known yet. Called without a lock. A step that
            pauses waits for a signal, unless it fails.
        start_on: Starts the execution on a target.
        start_recorded: Starts an execution that a recorded execution started.
        knows: Returns whether a runbook with a name or ARN is registered in a Region.
        noted: Handles a new status change of a run, and gets the status before.
        waiting: The runs of which a step may wait for a time, with the visit of that step.
    """

    lock: threading.RLock
    pace: str
    takes_time: bool
    result_of: Callable[[Run, Visit, bool], StepResult | None]
    start_on: Callable[[Run, Target], Run]
    start_recorded: Callable[[Run, Replay], None]
    knows: Callable[[str, str], bool]
    noted: Callable[[Run, str], None]
    waiting: dict[Run, Visit] = field(default_factory=dict["Run", "Visit"])


class Course:
    """What happens next in a run.

    A course does not change: to go on, it replaces itself by what is left of it, or by another one. `advance` and
    `finish` may call functions of the test, so their callers hold no lock. Callers of the others do.

    Attributes:
        catches_up: Whether the next turn of a script is due at once.
    """

    catches_up: bool = False

    def advance(self, run: Run, pace: str) -> None:
        """Go on by one turn, or along the walk as far as the pace allows."""

    def finish(self, run: Run, turn: Turn, message: str | None) -> None:  # noqa: ARG002 - a walk needs it
        """End the run, and make its walk follow."""
        with run.lock:
            self.end(run, turn)

    def end(self, run: Run, turn: Turn) -> None:
        """End the run, and the step that it is at."""

    def can_stop(self, run: Run, *, cancel: bool) -> bool:
        """Return whether the run can be stopped."""
        return not run.ended and (cancel or run.status != "Cancelling")

    def stop(self, run: Run, *, cancel: bool) -> None:
        """Cancel the run, or make it complete its current steps without starting others."""

    def takes(self, run: Run, signal: str) -> bool:
        """Return whether a signal is valid for the current state of the run."""
        return run.status in (WAITING | WORKING if signal == STOP_STEP else WAITING)

    def stop_step(self, run: Run) -> None:
        """Stop the current step."""
        self.end(run, Turn("Cancelled"))

    def reject(self, run: Run, message: str) -> None:
        """Make the waiting step fail."""

    def resume(self, run: Run) -> None:
        """Make the waiting step begin, continue or succeed."""


class Run(Identity):
    """The state of an execution, started by a request or by another execution, or added by the test.

    Attributes:
        host: What it needs of the store that contains it.
        lock: Guards it.
        parent: The execution that started it, if any.
        course: What happens next.
        call: The call that started it or its parent; `None` if the test added it.
        ended_at: The end time in UTC; `None` while it runs.
        status: Its status.
        members: Members of `AutomationExecution` that its script sets now.
        walk: Its walk, if its steps are known.
        tags: Its tags, once they were changed.
        spawned: The executions that its steps have started.
        due: Whether its state was shown since it last moved, so that the next poll advances it.
        moving: Whether a caller is advancing it.
        takes_time: Whether its steps take their time, because a caller polls it, and not the test.
        changes: How often it was changed other than by its walk.
        polls: The number of polls since it ended.
        number: Its index in the list of all runs; -1 before it is added.
        asked_for_steps: Whether a caller has listed the steps that it does not have.
        seen_without_steps: Whether a caller has seen that it has no steps.
        shown_as: The public object for it, once created.
    """

    # Most runs of a test never need more than these.
    call: Call | None = None
    ended_at: datetime | None = None
    status: str = "Pending"
    members: Mapping[str, Any] = _NOTHING
    walk: Walk | None = None
    tags: Mapping[str, str] | None = None
    spawned: tuple[Run, ...] = ()
    due: bool = False
    moving: bool = False
    takes_time: bool = False
    changes: int = 0
    polls: int = 0
    number: int = -1
    asked_for_steps: bool = False
    seen_without_steps: bool = False
    shown_as: object = None
    _latest: datetime | None = None
    _happened: list[StatusChange] | None = None

    def __init__(
        self,
        execution_id: str,
        source: Request,
        script: Script,
        host: Host,
        course: Course,
        *,
        runbook: Runbook | None = None,
        parent: Run | None = None,
        target: str | None = None,
        resolved: Sequence[str] = (),
    ) -> None:
        """Start a run for the request `source`."""
        super().__init__(execution_id, source, script, runbook, target=target, resolved=resolved)
        self.host: Host = host
        self.lock: threading.RLock = host.lock
        self.parent: Run | None = parent
        self.course: Course = course

    # Its properties.

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        return self.status in ENDED

    @property
    def children(self) -> Sequence[Run]:
        """The executions that it started, oldest first."""
        return [target.run for target in self.targets if target.run] if self.groups else self.spawned

    @property
    def running(self) -> Sequence[Run]:
        """The executions that it started and that have not ended."""
        return [child for child in self.children if not child.ended]

    @property
    def history(self) -> Sequence[StatusChange]:
        """All status changes so far, oldest first."""
        return self._happened or [StatusChange(self.started_at, self.status, None, None, self.started_at)]

    @property
    def progress(self) -> tuple[object, ...]:
        """Values that change when it advances."""
        return (self.changes, len(self.history), *(child.progress for child in self.children))

    # It advances. Callers hold no lock.

    def poll(self) -> None:
        """Advance if its state was shown since it last moved."""
        self._move(lambda: self._advance(self.host.pace, takes_time=self.host.takes_time), if_due=True)

    def advance(self, pace: str | None = None, *, takes_time: bool = False) -> None:
        """Advance by one turn, or its walk as far as the pace allows, unless another caller is advancing it.

        Raises:
            AutomationFakeError: The walk does not end, or what the test has set for a step is invalid.
        """
        self._move(lambda: self._advance(pace or self.host.pace, takes_time=takes_time))

    def catch_up(self) -> None:
        """Take the turn that is due at once, if there is one; executions on targets catch up too."""
        if self.course.catches_up:
            self._move(lambda: self.course.advance(self, STEP))
        for child in self.running:
            child.catch_up()

    def _move(self, go_on: Callable[[], None], *, if_due: bool = False) -> None:
        """Call a function, unless another caller is advancing the run."""
        with self.lock:
            if self.moving or (if_due and not self.due):
                return
            self.moving = True
        try:
            go_on()
        finally:
            self.moving = False

    def _advance(self, pace: str, *, takes_time: bool) -> None:
        self.takes_time = takes_time
        self.course.advance(self, pace)
        self.due = False

    # Its changes. Callers hold the lock.

    def tick(self) -> datetime:
        """Return the current time, later than all times that it has shown."""
        self._latest = times.now(self._latest or self.started_at)
        return self._latest

    def take(self, turn: Turn) -> None:
        """Change to the state of a turn."""
        self.members = turn.members
        self.changed()
        self.turn_to(turn.status)

    def changed(self) -> None:
        """Note that it was changed other than by its walk: its state was not shown yet."""
        self.changes += 1
        self.due = False

    def turn_to(self, status: str, time: datetime | None = None) -> None:
        """Change the status, at a time or now, and update the parent and children."""
        if status != self.status:
            before, self.status = self.status, status
            self._latest = time or self.tick()
            self.note(StatusChange(self._latest, status, None, None, self.started_at), before)
            if self.parent and self.parent.groups:
                self.parent.note_target(self)
        if self.ended:
            self._end()
        else:
            self.start_targets()

    def start_targets(self) -> None:
        """Start executions on targets, as far as its status and the rate control allow."""
        for group in self.groups if self.status in WORKING else ():
            group.fill(partial(self.host.start_on, self))

    def follow_walk(self, walk: Walk) -> None:
        """Change the status to that of its walk."""
        if walk.ended:
            self.turn_to(walk.status)
        elif walk.cancelling:
            self.turn_to("Cancelling")
        else:
            self.turn_to("Waiting" if walk.waits else "InProgress")

    def end_with_parent(self, status: str) -> None:
        """End with the status of its parent, unless it has ended."""
        if not self.ended:
            self.course.end(self, Turn(status))

    def _end(self) -> None:
        if self.ended_at is None:
            self.ended_at = self._latest or self.started_at
        for child in self.children:
            child.end_with_parent(self.status)
        if self.parent:
            self.parent.start_targets()

    def note_step(self, visit: Visit, status: str, time: datetime) -> None:
        """Record the status of a step."""
        self.note(StatusChange(time, status, visit.step.name, visit.step.action, visit.started))
        if self.host.takes_time and visit.ended is None and not self.script.turns:
            self.host.waiting[self] = visit

    def note_target(self, child: Run) -> None:
        """Record the status of the step for one of its targets."""
        self.note(StatusChange(self.tick(), child.status, child.target, _OF_TARGETS, child.started_at))

    def note(self, change: StatusChange, before: str | None = None) -> None:
        """Record a change of a step, or of its own status, which was `before`."""
        before = before or self.status
        if self._happened is None:
            self._happened = [StatusChange(self.started_at, before, None, None, self.started_at)]
        self._happened.append(change)
        self.host.noted(self, before)
