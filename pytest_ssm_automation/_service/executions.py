"""Executions, and the store of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from .calls import copy_containers
from .errors import FakeUsageError
from .parameters import resolved_parameters
from .scripts import ENDED, STATUS, check_shape, check_status, frames_of
from .steps import step_members

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator, Mapping, Sequence

    from .calls import Call, Request
    from .rate_control import FanOut, Target
    from .runbooks import Runbook
    from .scripts import Frame, Script

_DEFAULT = frames_of("Pending", "InProgress", "Success")
_INTERACTIVE = frames_of("Waiting")
_APPROVAL = frames_of("Pending", "InProgress", "Waiting")


class Execution:
    """A run of a runbook: started by a request, by another execution, or put there by the test.

    Attributes:
        id: The execution's id: 36 characters, unless the test has chosen another.
        parent: The execution that started it, if one did.
        target: What it runs on, where its parent runs on several targets.
        call: The call that started it, or its parent; `None` if the test has added it.
        source: The request that started it, or would have.
        runbook: The registered runbook that it runs, if it is registered.
        started_at: When it was started, in UTC.
        ended_at: When it ended, in UTC; `None` while it runs.
    """

    __slots__ = (
        "_fan_out", "_frames", "_lock", "_position", "_script",
        "call", "ended_at", "id", "parent", "runbook", "source", "started_at", "target",
    )  # fmt: skip

    def __init__(
        self,
        execution_id: str,
        source: Request,
        params: Mapping[str, Any],
        script: Script,
        lock: threading.RLock,
        *,
        runbook: Runbook | None = None,
        parent: Execution | None = None,
        target: str | None = None,
    ) -> None:
        """Start a run, with the members of the request at its source; it goes as `script` says."""
        self.id = execution_id
        self.parent = parent
        self.target = target
        self.call: Call | None = None
        self.started_at = _now()
        self.ended_at: datetime | None = None
        self.source = source
        self._script = script
        self._lock = lock
        self.runbook = runbook
        self._fan_out: FanOut | None = None
        self._position = 0
        self._frames = script.frames or self._unscripted(params)
        self._note_end()

    def __repr__(self) -> str:
        """Name the run and its status."""
        return f"<Execution {self.id} of {self.document_name} in {self.region}: {self.status}>"

    @property
    def request(self) -> dict[str, Any]:
        """The members of the request that started it; a fresh copy at each look."""
        return self.source.params()

    @property
    def region(self) -> str:
        """The Region it runs in."""
        return self.source.region

    @property
    def document_name(self) -> str:
        """The runbook's name or ARN, as requested."""
        name: str = self.request.get("DocumentName", "")
        return name

    @property
    def document_version(self) -> str:
        """The runbook's version: a number in digits."""
        if self.runbook is not None:
            return self.runbook.version
        asked: str = self.request.get("DocumentVersion", "1")
        return asked if asked.isdecimal() else "1"

    @property
    def parameters(self) -> dict[str, list[str]]:
        """The runbook's parameters: those requested, and the defaults of a registered runbook."""
        given: dict[str, list[str]] = self.request.get("Parameters", {})
        if self.runbook is None:
            return given
        return resolved_parameters(self.runbook, given)

    @property
    def frame(self) -> Frame:
        """The members of `AutomationExecution` that its script sets now."""
        return self._frames[self._position]

    @property
    def status(self) -> str:
        """The status that the next poll shows."""
        status: str = self.frame[STATUS]
        return status

    @property
    def ended(self) -> bool:
        """Whether it runs no more."""
        return self.status in ENDED

    @property
    def outputs(self) -> dict[str, list[str]]:
        """What it put out; empty until it has ended."""
        outputs: dict[str, list[str]] = copy_containers(dict(self.frame.get("Outputs", self._script.outputs or {})))
        return outputs if self.ended else {}

    @property
    def failure_message(self) -> str | None:
        """Why it failed; `None` unless it did."""
        if self.status not in {"Failed", "TimedOut"}:
            return None
        message: str = (
            self.frame.get("FailureMessage") or self._script.failure_message or f"The execution ended as {self.status}."
        )
        return message

    @property
    def steps(self) -> list[dict[str, Any]]:
        """Its steps, as members of `StepExecution`."""
        with self._lock:
            return step_members(self)

    @property
    def children(self) -> Sequence[Execution]:
        """The executions that it started, oldest first."""
        return self._fan_out.children if self._fan_out else ()

    @property
    def targets(self) -> Sequence[Target]:
        """What it runs on, started or not; none for an execution that does its own work."""
        return self._fan_out.targets if self._fan_out else ()

    @property
    def declared_steps(self) -> list[dict[str, Any]]:
        """The steps that its script gives, or its runbook."""
        if self._script.steps is not None:
            steps: list[dict[str, Any]] = copy_containers(list(self._script.steps))
            return steps
        return [{"StepName": name, "Action": action} for name, action in self.runbook.steps] if self.runbook else []

    def advance(self) -> None:
        """Go on to the next status of its script, as a poll does; the last one stays."""
        with self._lock:
            if self._fan_out:
                self._fan_out.tick()
                self._follow(self._fan_out)
            elif self._position + 1 < len(self._frames):
                self._position += 1
            self._note_end()

    def finish(
        self,
        status: str = "Success",
        *,
        outputs: Mapping[str, list[str]] | None = None,
        failure_message: str | None = None,
    ) -> None:
        """End it at once, whatever its script says; executions that it started end as well.

        Args:
            status: A status that ends a run.
            outputs: What it put out: lists of texts by name.
            failure_message: Why it failed.

        Raises:
            FakeUsageError: The status ends no run, the outputs have the wrong shape, or it has ended before.
        """
        check_status(status, ENDED)
        check_shape("AutomationParameterMap", outputs, "outputs")
        with self._lock:
            if self.ended:
                raise FakeUsageError(f"The execution {self.id} has ended before, as {self.status}")
            given = {STATUS: status, "Outputs": copy_containers(outputs), "FailureMessage": failure_message}
            self.go_on_with({name: value for name, value in given.items() if value is not None})
            self.advance_script()

    def go_on_with(self, *frames: Frame) -> None:
        """Replace what would have come after now."""
        self._frames = (*self._frames[: self._position + 1], *frames)

    def advance_script(self) -> None:
        """Go on to the next frame, and end what it started if that ends it."""
        self._position = min(self._position + 1, len(self._frames) - 1)
        self._note_end()
        for child in self.children:
            if self.ended and not child.ended:
                child.finish(self.status)

    def fan_out(self, fan_out: FanOut) -> None:
        """Run on several targets: let it start others, and end when they have."""
        self._fan_out = fan_out

    def _follow(self, fan_out: FanOut) -> None:
        """Go on as the executions do that it started, unless a script says how."""
        last = self._position + 1 == len(self._frames)
        unscripted = not self._script.frames and self._frames is _DEFAULT
        if unscripted and self._position == 1 and not fan_out.done:
            return
        if unscripted and self._position == 1 and fan_out.failed:
            self.go_on_with({STATUS: "Failed", "FailureMessage": fan_out.failure})
        if not last:
            self.advance_script()

    def _unscripted(self, params: Mapping[str, Any]) -> tuple[Frame, ...]:
        if params.get("Mode") == "Interactive":
            return _INTERACTIVE
        approval = self.runbook is not None and any(action == "aws:approve" for _, action in self.runbook.steps)
        return _APPROVAL if approval else _DEFAULT

    def _note_end(self) -> None:
        if self.ended and self.ended_at is None:
            self.ended_at = _now()


def _now() -> datetime:
    """Give the time in UTC, never at a whole second: the service sends milliseconds, and callers parse them."""
    now = datetime.now(UTC)
    return now if now.microsecond >= 1000 else now.replace(microsecond=1000)  # noqa: PLR2004 - a millisecond


class ExecutionStore:
    """Every execution of a fake, oldest first; found by id within a Region."""

    def __init__(self) -> None:
        """Start with none."""
        self.all: list[Execution] = []
        self._by_id: dict[tuple[str, str], Execution] = {}

    def add(self, execution: Execution) -> None:
        """Keep an execution.

        Raises:
            FakeUsageError: There is one of this id in the Region.
        """
        key = (execution.region, execution.id)
        if key in self._by_id:
            raise FakeUsageError(f"There is an execution {execution.id!r} in {execution.region} already")
        self._by_id[key] = execution
        self.all.append(execution)

    def find(self, execution_id: str, region: str) -> Execution | None:
        """Find the execution of this id in a Region."""
        return self._by_id.get((region, execution_id))

    def named(self, execution_id: str) -> list[Execution]:
        """Find the executions of this id in any Region."""
        return [execution for (_, known), execution in self._by_id.items() if known == execution_id]

    def newest_first(self, region: str, before: int | None = None) -> Iterator[tuple[int, Execution]]:
        """Go through the executions of a Region with their places, from the newest that comes before a place."""
        for place in range((len(self.all) if before is None else before) - 1, -1, -1):
            if self.all[place].region == region:
                yield place, self.all[place]
