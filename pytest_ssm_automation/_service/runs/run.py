"""A run: what the service keeps of an execution, and how it goes on."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import dropwhile
from typing import TYPE_CHECKING, Any, Final

from ..._errors import FakeUsageError, hide_usage_errors
from ..calls import copy_containers
from ..runbooks.parameters import resolved_parameters
from .scripts import DONE, ENDED, STATUS, WAITING, WORK, WORKING, check_ended, frames_of, read_shape

if TYPE_CHECKING:
    import threading
    from collections.abc import Mapping, Sequence

    from ..calls import Call, Request
    from ..runbooks.library import Runbook
    from .rate_control import FanOut, Target
    from .scripts import Frame, Script

__tracebackhide__ = hide_usage_errors

_FAILED: Final = frozenset({"Failed", "TimedOut", "CompletedWithFailure"})
_MILLISECOND: Final = 1000
# The actions that wait for a signal.
PAUSING: Final = frozenset({"aws:approve", "aws:pause"})
_PLAIN: Final = (*frames_of("Pending"), *WORK)


class Run:
    """The working parts of an execution: started by a request, by another execution, or added by the test.

    Attributes:
        id: The execution's id: 36 characters, unless the test has chosen another.
        parent: The execution that started it, if one did.
        target: What it runs on, where its parent runs on several targets.
        resolved: The resources that the targets of its request stand for, as far as they are known.
        call: The call that started it, or its parent; `None` if the test has added it.
        source: The request that started it, or would have.
        runbook: The registered runbook that it runs, if it is registered.
        started_at: When it was started, in UTC.
        ended_at: When it ended, in UTC; `None` while it runs.
        passed: How many of its steps lie behind it.
        waits_to_begin: Whether it waits for the signal that starts an interactive run.
        shown_as: The public value that shows it, once there is one.
    """

    __slots__ = (
        "_elsewhere", "_fan_out", "_frames", "_position", "_script", "call", "ended_at", "id", "lock", "parent",
        "passed", "resolved", "runbook", "shown_as", "source", "started_at", "target", "waits_to_begin",
    )  # fmt: skip

    def __init__(
        self,
        execution_id: str,
        source: Request,
        script: Script,
        lock: threading.RLock,
        *,
        runbook: Runbook | None = None,
        parent: Run | None = None,
        target: str | None = None,
        resolved: Sequence[str] = (),
        mode: str = "Auto",
    ) -> None:
        """Start a run, with the members of the request at its source; it goes as `script` says."""
        self.id: str = execution_id
        self.parent: Run | None = parent
        self.target: str | None = target
        self.resolved: tuple[str, ...] = tuple(resolved)
        self.call: Call | None = None
        self.started_at: datetime = _now()
        self.ended_at: datetime | None = None
        self.source: Request = source
        self.runbook: Runbook | None = runbook
        self.passed: int = 0
        self.waits_to_begin: bool = not script.frames and mode == "Interactive"
        self._script = script
        self.lock = lock
        self.shown_as: object = None
        self._fan_out: FanOut[Run] | None = None
        self._position = 0
        self._elsewhere: tuple[int, int, datetime | None] | None = None
        self._frames = script.frames or _PLAIN
        if not script.frames and (self.waits_to_begin or runbook or script.steps):
            self._frames = self._unscripted()
        self._note_end()

    @property
    def request(self) -> dict[str, Any]:
        """The members of the request that started it; a fresh copy at each look."""
        return self.source.params()

    @property
    def account(self) -> str:
        """The account it runs in: 12 digits."""
        return self.source.account

    @property
    def region(self) -> str:
        """The Region it runs in."""
        return self.source.region

    @property
    def document_name(self) -> str:
        """The runbook's name or ARN, as requested."""
        name: str = self.request["DocumentName"]
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
        return given if self.runbook is None else resolved_parameters(self.runbook, given)

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
        """What it put out; empty until it has ended, unless the script says otherwise."""
        from_script = self._script.outputs if self.ended else None
        outputs: dict[str, list[str]] = copy_containers(self.frame.get("Outputs", from_script or {}))
        return outputs

    @property
    def failure_message(self) -> str | None:
        """Why it failed; `None` unless it did, or its script says it."""
        message: str | None = self.frame.get("FailureMessage")
        if message is None and self.status in _FAILED:
            message = self._script.failure_message or f"The execution ended as {self.status}."
        return message

    @property
    def children(self) -> Sequence[Run]:
        """The executions that it started, oldest first."""
        return self._fan_out.children if self._fan_out else ()

    @property
    def targets(self) -> Sequence[Target[Run]]:
        """What it runs on, started or not; none for an execution that does its own work."""
        return self._fan_out.targets if self._fan_out else ()

    @property
    def declared_steps(self) -> list[dict[str, Any]]:
        """The steps that its script gives now, or all along, or its runbook; a fresh copy at each look."""
        given = self.frame.get("StepExecutions", self._script.steps)
        if given is not None:
            steps: list[dict[str, Any]] = copy_containers(given)
            return steps
        return [{"StepName": name, "Action": action} for name, action in self.runbook.steps] if self.runbook else []

    def advance(self) -> None:
        """Go on to the next status of its script, as a poll does; the last one stays."""
        with self.lock:
            self._elsewhere = None
            if self._fan_out and self.status in WORKING:
                self._fan_out.tick()
            if self._position + 1 < len(self._frames) and not self._is_held():
                self._note_wait()
                self._go_on()

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
        check_ended(status)
        frame = {
            STATUS: status,
            "Outputs": read_shape("AutomationParameterMap", outputs, "outputs"),
            "FailureMessage": read_shape("String", failure_message, "failure_message"),
        }
        with self.lock:
            if self.ended:
                raise FakeUsageError(f"The execution {self.id} has ended before, as {self.status}")
            self.turn_to({name: value for name, value in frame.items() if value is not None})

    def poll(self) -> None:
        """Go on, and keep in mind what was shown: a caller acts upon that."""
        shown = (self._position, self.passed, self.ended_at)
        self.advance()
        if shown[0] != self._position and not self._fan_out and not self.parent:
            self._elsewhere = shown

    def recall(self) -> None:
        """Be again as it was shown last, if it has gone on by that alone; and a second time, as it had become."""
        if self._elsewhere:
            here = (self._position, self.passed, self.ended_at)
            self._position, self.passed, self.ended_at = self._elsewhere
            self._elsewhere = here

    def turn_to(self, *frames: Frame) -> None:
        """Go on with these frames, whatever would have come."""
        self._note_wait()
        self._follow_with(*frames)
        self._go_on()

    def wind_up(self) -> None:
        """Start nothing more, and succeed once what runs has ended."""
        if self._fan_out:
            self._fan_out.close()
        self._follow_with(DONE)

    def resume(self) -> None:
        """Wait no more: go on with what comes after the wait, in the script or else in the work that is left."""
        place = self.place_of_wait()
        if not self.waits_to_begin and any(step.get("Action") in PAUSING for step in self.declared_steps[place:][:1]):
            place += 1
        self.waits_to_begin = False
        self.passed = place
        later = tuple(dropwhile(lambda frame: frame[STATUS] in WAITING, self._frames[self._position + 1 :]))
        self._follow_with(*(later or self._work()))
        self._go_on()

    def run_on(self, fan_out: FanOut[Run]) -> None:
        """Run on several targets: start others in place of its own work."""
        self._fan_out = fan_out
        if not self._script.frames and not self.waits_to_begin:
            self._frames = self._unscripted()
        if self.status in WORKING:
            fan_out.fill()

    def place_of_wait(self) -> int:
        """Give the place of the step it waits at: the next one that always waits, or the one that it is at."""
        places = range(self.passed, len(steps := self.declared_steps))
        pausing = () if self.waits_to_begin else (place for place in places if steps[place].get("Action") in PAUSING)
        return next(iter(pausing), self.passed)

    def _unscripted(self) -> tuple[Frame, ...]:
        return frames_of("Waiting") if self.waits_to_begin else (*_PLAIN[:1], *self._work())

    def _work(self) -> tuple[Frame, ...]:
        """Work until a step waits for a signal, or until all is done."""
        left = [] if self._fan_out else self.declared_steps[self.passed :]
        return frames_of("InProgress", "Waiting") if any(step.get("Action") in PAUSING for step in left) else WORK

    def _follow_with(self, *frames: Frame) -> None:
        self._elsewhere = None
        self._frames = (*self._frames[: self._position + 1], *frames)

    def _note_wait(self) -> None:
        """Remember which step it waits at, before it goes on."""
        if self.status == "Waiting":
            self.passed = self.place_of_wait()

    def _is_held(self) -> bool:
        """Tell whether executions that it started have to end first."""
        return self._frames[self._position + 1] is DONE and self._fan_out is not None and not self._fan_out.done

    def _go_on(self) -> None:
        """Go on to the next frame, with all that follows for others."""
        if self._frames[self._position + 1] is DONE and self._fan_out and self._fan_out.failed:
            failure = {STATUS: "Failed", "FailureMessage": self._fan_out.failure}
            self._follow_with(failure)
        self._position += 1
        self._note_end()
        if self._fan_out and self.status in WORKING:
            self._fan_out.fill()
        if self.ended:
            for child in self.children:
                if not child.ended:
                    child.finish(self.status)
            if self.parent:
                self.parent.note_end_of_child()

    def note_end_of_child(self) -> None:
        """Start what comes next in place of a child that has ended."""
        if self._fan_out and self.status in WORKING:
            self._fan_out.fill()

    def _note_end(self) -> None:
        if self.ended and self.ended_at is None:
            self.ended_at = _now()


def _now() -> datetime:
    """Give the time in UTC, in milliseconds as the service sends it; never at a whole second, as callers parse `%f`."""
    now = datetime.now(UTC)
    return now.replace(microsecond=max(now.microsecond // _MILLISECOND, 1) * _MILLISECOND)
