"""A run: the state of an execution.

What happens next in a run is its course, see `courses`. The history of a run contains a `StatusChange` for each change
of its status and of the status of its steps, oldest first. It begins with the status at the start.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Protocol

from . import times
from .identity import Identity
from .planning import request_on
from .results import StatusChange
from .scripts import ENDED, STEP, WAITING, WORKING, Turn

if TYPE_CHECKING:
    import threading
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from ..calls import Call, Request
    from ..runbooks.declarations import Runbook
    from ..runbooks.library import RunbookStore
    from .planning import Plan, Planner
    from .results import StepResult
    from .targets.rate_control import Target
    from .walks.visits import Visit
    from .walks.walk import Walk

_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
_OF_TARGETS: Final = "aws:executeAutomation"
STOP_STEP: Final = "StopStep"


class Host(Protocol):
    """What runs need of the store that contains them.

    Attributes:
        lock: Guards all runs.
        pace: How far a poll advances a walk: `run` or `step`.
        takes_time: Whether steps that wait for a time take that time, because the caller moves the clock.
        runbooks: The registered runbooks.
        planner: Makes the plans for executions.
    """

    lock: threading.RLock
    pace: str
    takes_time: bool
    runbooks: RunbookStore
    planner: Planner

    def start(
        self,
        request: Request,
        plan: Plan,
        *,
        runbook: Runbook | None,
        parent: Run | None,
        target: str | None,
    ) -> Run:
        """Start an execution."""
        ...

    def result_of(self, run: Run, visit: Visit, /) -> StepResult | None:
        """Return the result of an attempt; `None` if it is not known yet. Called without a lock."""
        ...

    def noted(self, run: Run, before: str) -> None:
        """Handle a new status change of a run, whose status was `before`."""
        ...


class Course:
    """What happens next in a run.

    A course does not change: to go on, it replaces itself by what is left of it, or by another one. `advance` may call
    functions of the test, so its callers hold no lock. Callers of the others do.

    Attributes:
        catches_up: Whether the next turn of a script is due at once.
    """

    catches_up: bool = False

    def advance(self, run: Run, pace: str) -> None:
        """Go on by one turn, or along the walk as far as the pace allows."""

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
        children: The executions that it has started, oldest first.
        due: Whether its state was shown since it last moved, so that the next poll advances it.
        moving: Whether a caller is advancing it.
        takes_time: Whether its steps take their time, because a caller polls it, and not the test.
        changes: How often it was changed other than by its walk.
        polls: The number of polls since it ended.
        number: Its index in the list of all runs; -1 before it is added.
        shown_as: The public object for it, once created.
    """

    # Most runs of a test never need more than these.
    call: Call | None = None
    ended_at: datetime | None = None
    status: str = "Pending"
    members: Mapping[str, Any] = _NOTHING
    walk: Walk | None = None
    tags: Mapping[str, str] | None = None
    children: Sequence[Run] = ()
    due: bool = False
    moving: bool = False
    takes_time: bool = False
    changes: int = 0
    polls: int = 0
    number: int = -1
    shown_as: object = None
    _latest: datetime | None = None
    _happened: list[StatusChange] | None = None

    def __init__(
        self,
        execution_id: str,
        source: Request,
        plan: Plan,
        host: Host,
        course: Course,
        *,
        runbook: Runbook | None = None,
        parent: Run | None = None,
        target: str | None = None,
    ) -> None:
        """Start a run for the request `source`."""
        super().__init__(execution_id, source, plan, runbook, target)
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
        self.advance(takes_time=self.host.takes_time, if_due=True)

    def advance(self, pace: str | None = None, *, takes_time: bool = False, if_due: bool = False) -> None:
        """Advance by one turn, or its walk as far as the pace allows, unless another caller is advancing it.

        Raises:
            AutomationFakeError: The walk does not end, or what the test has set for a step is invalid.
        """
        with self.lock:
            if self.moving or (if_due and not self.due):
                return
            self.moving = True
        try:
            self.takes_time = takes_time
            self.course.advance(self, pace or self.host.pace)
            self.due = False
        finally:
            self.moving = False

    def catch_up(self) -> None:
        """Take the turn that is due at once, if there is one; executions on targets catch up too."""
        if self.course.catches_up:
            self.advance(STEP, takes_time=self.takes_time)
        for child in self.running:
            child.catch_up()

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
        if not self.ended:
            self.start_targets()
            return
        self.ended_at = self.ended_at or self._latest or self.started_at
        for child in self.children:
            child.end_with_parent(self.status)
        if self.parent:
            self.parent.start_targets()

    def start_targets(self) -> None:
        """Start executions on targets, as far as its status and the rate control allow."""
        for group in self.groups if self.status in WORKING else ():
            group.fill(self._start_on)

    def _start_on(self, target: Target) -> Run:
        """Start the execution on a target."""
        request = request_on(self.source, target)
        plan = target.plan or self.host.planner.plan(request, target.request)
        return self.host.start(request, plan, runbook=self.runbook, parent=self, target=target.name)

    def end_with_parent(self, status: str) -> None:
        """End with the status of its parent, unless it has ended."""
        if not self.ended:
            self.course.end(self, Turn(status))

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
