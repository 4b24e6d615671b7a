"""A run: the state of an execution.

A run advances by turns, which are the items of its script, or the default ones if its runbook is not registered. A
registered runbook is walked instead. The module `moving` advances runs.

The history of a run contains a `StatusChange` for each change of its status and of the status of its steps, oldest
first. It begins with the status at the start.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from ..._errors import hide_usage_errors
from ..runbooks.actions import EXECUTE_AUTOMATION
from ..runbooks.library import flow_of
from . import times
from .outcomes import SUCCESS
from .outputs import check_names, run_outputs
from .scripts import ENDED, SUCCEEDED, UNSCRIPTED, WAITING, WORK, WORKING, Turn

if TYPE_CHECKING:
    import threading
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from ..calls import Call, Request
    from ..runbooks.declarations import Runbook
    from ..runbooks.flow import Flow
    from .outcomes import Outcome
    from .rate_control import FanOut, Target
    from .scripts import Script
    from .walk import Visit, Walk

__tracebackhide__ = hide_usage_errors

# Statuses of a first turn that the walk has to follow, because other changes depend on them.
_LED: Final = ENDED | WAITING | {"Cancelling"}
_FAILED: Final = frozenset({"Failed", "TimedOut", "CompletedWithFailure"})
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
_STEP: Final = "aws:executeAwsApi"
_PARTITIONS: Final = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}


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


class Host(Protocol):
    """The interface of the store that a run needs.

    Attributes:
        lock: Guards all runs.
        pace: How far a poll advances a walk: `run` or `step`.
    """

    lock: threading.RLock
    pace: str

    def failure(self, run: Run, visit: Visit) -> Outcome | None:
        """Return the failure of an attempt of a step, if it fails. Called without a lock."""
        ...

    def success(self, run: Run, visit: Visit) -> Outcome | None:
        """Return the outcome of an attempt that does not fail; `None` while it has to wait. Called without a lock."""
        ...

    def spawn(self, run: Run, visit: Visit) -> Run | Outcome | None:
        """Start the execution of an `aws:executeAutomation` step; `None` if its runbook is not registered."""
        ...

    def noted(self, run: Run, before: str) -> None:
        """Handle a new status change of a run, whose status was `before`."""
        ...


class Run:
    """The state of an execution, started by a request or by another execution, or added by the test.

    Attributes:
        id: The execution's id.
        parent: The execution that started it, if any.
        target: The target that it runs on, if its parent runs on several targets.
        resolved: The resources that the targets of its request resolve to, as far as they are known.
        call: The call that started it or its parent; `None` if the test added it.
        source: The request that started it, or that would have started it.
        runbook: Its registered runbook, if any.
        script: Its script.
        host: The store that contains it.
        lock: Guards it.
        started_at: The start time in UTC.
        ended_at: The end time in UTC; `None` while it runs.
        status: Its status.
        members: Members of `AutomationExecution` that its script sets now.
        ahead: The next turns.
        walk: Its walk, if its steps are known.
        scripted: Whether its script determines its status. Its walk follows then.
        behind: Whether its walk still has to follow its first turn.
        stepwise: Whether it is interactive and its steps are not known. One signal starts all of them.
        fan_out: The targets that it runs on.
        spawned: The executions that its steps have started.
        due: Whether its state was shown since it last moved, so that the next poll advances it.
        moving: Whether a caller is advancing it.
        changes: How often it was changed other than by its walk.
        polls: The number of polls since it ended.
        place: Its index in the list of all runs; -1 before it is added.
        scope: The account and the Region in which it is found; `None` in place of the account if all accounts see it.
        sought: `asked` if a caller has read its steps, `shown` if a caller has seen that it has none.
        shown_as: The public object for it, once created.
    """

    __slots__ = (
        "_happened", "_latest", "ahead", "behind", "call", "changes", "due", "ended_at", "fan_out", "host", "id",
        "lock", "members", "moving", "parent", "place", "polls", "resolved", "runbook", "scope", "script",
        "scripted", "shown_as", "sought", "source", "spawned", "started_at", "status", "stepwise", "target", "walk",
    )  # fmt: skip

    def __init__(
        self,
        execution_id: str,
        source: Request,
        script: Script,
        host: Host,
        *,
        runbook: Runbook | None = None,
        parent: Run | None = None,
        target: str | None = None,
        resolved: Sequence[str] = (),
        mode: str = "Auto",
        walks: bool = True,
    ) -> None:
        """Start a run for the request `source`, which follows `script`."""
        self.id: str = execution_id
        self.parent: Run | None = parent
        self.target: str | None = target
        self.resolved: Sequence[str] = resolved
        self.call: Call | None = None
        self.source: Request = source
        self.runbook: Runbook | None = runbook
        self.script: Script = script
        self.host: Host = host
        self.lock: threading.RLock = host.lock
        self.started_at: datetime = times.now()
        self.ended_at: datetime | None = None
        self.status: str = "Pending"
        self.members: Mapping[str, Any] = _NOTHING
        self.ahead: tuple[Turn, ...] = WORK
        self.walk: Walk | None = None
        self.scripted: bool = False
        self.behind: bool = False
        self.stepwise: bool = False
        self.due: bool = False
        self.moving: bool = False
        self.fan_out: FanOut[Run] | None = None
        self.spawned: tuple[Run, ...] = ()
        self.changes: int = 0
        self.polls: int = 0
        self.place: int = -1
        self.scope: tuple[str | None, str] = source.scope
        self.shown_as: object = None
        self.sought: str = ""
        self._latest: datetime = self.started_at
        self._happened: list[StatusChange] | None = None
        if script is not UNSCRIPTED or runbook is not None or mode != "Auto":
            self._begin(mode, walks=walks)

    def _begin(self, mode: str, *, walks: bool) -> None:
        """Begin a run that is not a plain execution of an unregistered runbook."""
        turns, interactive = self.script.turns, mode == "Interactive"
        flow = self._flow() if walks else None
        if flow is not None:
            from .walk import Walk

            self.walk = Walk(flow, self._facts(), self.tick, self._note_step, interactive=interactive and not turns)
        if turns:
            self.scripted = True
            self.behind = flow is not None and turns[0].status in _LED
            if self.behind:
                self.ahead = turns
            else:
                self.status, self.members, self.ahead = turns[0].status, turns[0].members, turns[1:]
        elif interactive:
            self.status, self.ahead, self.stepwise = "Waiting", (), flow is None
        elif flow is not None:
            self.ahead = ()
        if self.walk and (self.status in WORKING or (interactive and not turns)):
            self.walk.begin()
        if self.ended:
            self.ended_at = self.tick()

    def _flow(self) -> Flow | None:
        if self.runbook is not None:
            flow = flow_of(self.runbook)
            check_names(self.script, flow, self.runbook.name)
            return flow
        steps = self.script.steps
        if steps is None:
            return None
        from ..runbooks.flow import linear_flow

        return linear_flow([(step.get("StepName", "step"), step.get("Action", _STEP)) for step in steps])

    def _facts(self) -> dict[str, Any]:
        """Return the values that references can name, besides steps and variables."""
        if self.runbook is None:
            return {}
        from ..runbooks.parameters import typed_parameters

        day = self.started_at
        return {
            **typed_parameters(self.runbook, self.request.get("Parameters", {})),
            "automation:EXECUTION_ID": self.id,
            "global:ACCOUNT_ID": self.account,
            "global:REGION": self.region,
            "global:DATE": f"{day:%Y-%m-%d}",
            "global:DATE_TIME": f"{day:%Y-%m-%d_%H.%M.%S}",
            "global:AWS_PARTITION": self.partition,
        }

    # Its properties.

    @property
    def request(self) -> dict[str, Any]:
        """A copy of the members of the request that started it."""
        return self.source.params()

    @property
    def account(self) -> str:
        """The 12-digit id of its account."""
        return self.source.account

    @property
    def region(self) -> str:
        """Its Region."""
        return self.source.region

    @property
    def partition(self) -> str:
        """The partition of its Region, such as `aws-cn`."""
        return next((name for start, name in _PARTITIONS.items() if self.region.startswith(start)), "aws")

    @property
    def executed_by(self) -> str:
        """The ARN of the caller."""
        return f"arn:{self.partition}:sts::{self.account}:assumed-role/test-role/test-session"

    @property
    def document_name(self) -> str:
        """The runbook's name or ARN, as requested."""
        name: str = self.request["DocumentName"]
        return name

    @property
    def document_version(self) -> str:
        """The runbook's version number, as a string."""
        if self.runbook is not None:
            return self.runbook.version
        asked: str = self.request.get("DocumentVersion", "1")
        return asked if asked.isdecimal() else "1"

    @property
    def parameters(self) -> dict[str, list[str]]:
        """The parameters of the request, and the defaults of a registered runbook."""
        given: dict[str, list[str]] = self.request.get("Parameters", {})
        if self.runbook is None:
            return given
        from ..runbooks.parameters import resolved_parameters

        return resolved_parameters(self.runbook, given)

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        return self.status in ENDED

    @property
    def outputs(self) -> dict[str, list[str]]:
        """The declared outputs of its runbook, and the outputs of its script."""
        walk = self.walk if self.runbook else None
        return run_outputs(walk, self.script.outputs if self.ended else None, self.members.get("Outputs"))

    @property
    def failure_message(self) -> str | None:
        """The failure message; `None` if it did not fail and its script sets none."""
        message: str | None = self.members.get("FailureMessage")
        if message is None and self.status in _FAILED:
            walked = self.walk.message if self.walk else None
            message = self.script.failure_message or walked or f"The execution ended as {self.status}."
        return message

    @property
    def children(self) -> Sequence[Run]:
        """The executions that it started, oldest first."""
        return self.fan_out.children if self.fan_out else self.spawned

    @property
    def targets(self) -> Sequence[Target[Run]]:
        """All targets that it runs on; empty if it runs steps."""
        return self.fan_out.targets if self.fan_out else ()

    @property
    def history(self) -> Sequence[StatusChange]:
        """All status changes so far, oldest first."""
        return self._happened or [StatusChange(self.started_at, self.status, None, None, self.started_at)]

    # Its changes. Callers hold the lock.

    def tick(self) -> datetime:
        """Return the current time, later than all times that it has shown."""
        self._latest = times.now(self._latest)
        return self._latest

    def next_turn(self) -> Turn | None:
        """Take the next turn; `None` if there is none, or if it still has to wait."""
        if not self.ahead or (self.ahead[0].holds and self.fan_out and not self.fan_out.done):
            return None
        turn, self.ahead = self.ahead[0], self.ahead[1:]
        if turn.holds and self.fan_out and self.fan_out.failed:
            return Turn("Failed", {"FailureMessage": self.fan_out.failure})
        return turn

    def take(self, turn: Turn) -> None:
        """Change to the state of a turn."""
        self.members = turn.members
        self.changed()
        self.turn_to(turn.status)

    def changed(self) -> None:
        """Note that it was changed other than by its walk: its state was not shown yet."""
        self.changes += 1
        self.due = False

    def turn_to(self, status: str) -> None:
        """Change the status, and update the parent and children."""
        if status != self.status:
            before, self.status = self.status, status
            self._note(StatusChange(self.tick(), status, None, None, self.started_at), before)
            if self.parent and self.parent.fan_out:
                self.parent.note_target(self)
        if self.ended:
            self._end()
        elif self.fan_out and status in WORKING:
            self.fan_out.fill()

    def follow_walk(self, walk: Walk) -> None:
        """Change the status to that of its walk."""
        if walk.ended:
            self.turn_to(walk.status)
        elif walk.cancelling:
            self.turn_to("Cancelling")
        else:
            self.turn_to("Waiting" if walk.waits else "InProgress")

    def end_as(self, status: str) -> None:
        """End with the status of its parent, unless it has ended."""
        if not self.ended:
            if self.walk and not self.walk.ended:
                self.walk.end_at(SUCCESS if status in SUCCEEDED else status)
            self.ahead = ()
            self.take(Turn(status))

    def _end(self) -> None:
        if self.ended_at is None:
            self.ended_at = self._latest
        for child in self.children:
            child.end_as(self.status)
        parent = self.parent
        if parent and parent.fan_out and parent.status in WORKING:
            parent.fan_out.fill()

    def _note(self, change: StatusChange, before: str) -> None:
        if self._happened is None:
            self._happened = [StatusChange(self.started_at, before, None, None, self.started_at)]
        self._happened.append(change)
        self.host.noted(self, before)

    def _note_step(self, visit: Visit, status: str, time: datetime) -> None:
        self._note(StatusChange(time, status, visit.step.name, visit.step.action, visit.started), self.status)

    def note_target(self, child: Run) -> None:
        """Record the status of the step for one of its targets."""
        self._note(
            StatusChange(self.tick(), child.status, child.target, EXECUTE_AUTOMATION, child.started_at), self.status
        )

    def run_on(self, fan_out: FanOut[Run]) -> None:
        """Start executions on several targets instead of running steps."""
        self.fan_out = fan_out
        if self.status in WORKING:
            fan_out.fill()
