"""What a check has in hand: a client, runbooks, and ways to start and to wait."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError, ParamValidationError

from .runbooks import RUNBOOKS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from pytest_ssm_automation import AutomationFake

    from .targets import Target

MOST_EXECUTIONS: Final = 40
START: Final = "start_automation_execution"
ENDED: Final = frozenset(
    (
        "Success",
        "Failed",
        "TimedOut",
        "Cancelled",
        "Rejected",
        "Exited",
        "CompletedWithSuccess",
        "CompletedWithFailure",
    )
)


class Differs(Exception):  # noqa: N818 - it is a verdict
    """The answer is another one than the fact says."""

    def __init__(self, wanted: object, got: object) -> None:
        """Keep both."""
        super().__init__(wanted, got)
        self.wanted = wanted
        self.got = got


class CannotTell(Exception):  # noqa: N818 - it is a verdict
    """The target can't be brought to show whether the fact holds."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error that a call was refused with.

    Attributes:
        code: The error's code.
        text: Its text.
        status: The HTTP status; 0 if nothing was sent.
        members: The members that botocore has read beside these.
    """

    code: str
    text: str
    status: int
    members: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Recorded:
    """A client that keeps what was asked and answered.

    Attributes:
        client: The client itself.
        calls: The operation, its request and its answer or error, of each call.
    """

    client: Any
    calls: list[tuple[str, Mapping[str, Any], Mapping[str, Any]]] = field(default_factory=list)

    def __getattr__(self, method: str) -> Any:
        """Give a method of the client that is recorded."""
        operation = "".join(word.title() for word in method.split("_"))

        def call(**members: Any) -> Any:
            try:
                answer = getattr(self.client, method)(**members)
            except (ClientError, ParamValidationError) as error:
                self.calls.append((operation, members, getattr(error, "response", {"Error": str(error)})))
                raise
            self.calls.append((operation, members, answer))
            return answer

        return call


class Bench:
    """A target under examination.

    Attributes:
        target: What is examined.
        client: An SSM client on it, recorded.
        started: How many executions were started, those that they started included.
    """

    def __init__(self, target: Target) -> None:
        """Begin with no runbooks and no executions."""
        self.target = target
        self.client: Any = Recorded(target.client)
        self.started = 0
        self._names: dict[str, str] = {}
        self._last_start = 0.0
        self._finished: dict[str, tuple[list[str], dict[str, Any]]] = {}

    @property
    def fake(self) -> AutomationFake:
        """The fake, for states that only a fake can be brought into."""
        if self.target.fake is None:
            raise CannotTell("nobody can bring a service into this state on request")
        return self.target.fake

    def needs_fake(self) -> None:
        """Give up on anything but a fake."""
        _ = self.fake

    def expect(self, got: object, wanted: object) -> None:
        """Compare an answer with what the fact says."""
        if got != wanted:
            raise Differs(wanted, got)

    def name(self, runbook: str) -> str:
        """Give the name of one of the suite's runbooks on the target, which has it from the first use on."""
        if runbook not in self._names:
            self._names[runbook] = self.target.register(runbook, RUNBOOKS[runbook])
        return self._names[runbook]

    def start(self, runbook: str = "sleep", *, children: int = 0, **members: Any) -> str:
        """Start a runbook, and give the execution's id.

        Args:
            runbook: One of the suite's runbooks.
            children: How many executions it starts in turn.
            **members: Members of the request.
        """
        request = {"DocumentName": self.name(runbook), **members}
        self._take_turn(1 + children)
        execution_id: str = self.client.start_automation_execution(**request)["AutomationExecutionId"]
        self.target.made.append(execution_id)
        return execution_id

    def refused(self, method: str, **members: Any) -> Refusal:
        """Give the error that a call is refused with; a call that is answered differs."""
        if method == START:
            self._take_turn(0)
        try:
            answer = getattr(self.client, method)(**members)
        except ParamValidationError as error:
            return Refusal("ParamValidationError", str(error), 0)
        except ClientError as error:
            told = refusal(error)
            if says_nothing(told):
                raise
            return told
        if method == START:
            self.started += 1
            self.target.made.append(answer["AutomationExecutionId"])
        raise Differs("an error", {name: value for name, value in answer.items() if name != "ResponseMetadata"})

    def provoked(self, error: str) -> Refusal:
        """Let the service fail at a start, and give the error; only a fake can be made to."""
        fault = self.fake.fail_with(error, times=None)
        try:
            self.client.start_automation_execution(DocumentName=self.name("sleep"))
        except ClientError as raised:
            return refusal(raised)
        finally:
            fault.times = fault.fired  # botocore may have tried more than once
        raise Differs(error, "an answer")

    def start_refused(self, runbook: str = "sleep", **members: Any) -> Refusal:
        """Give the error that a start is refused with."""
        return self.refused(START, **{"DocumentName": self.name(runbook), **members})

    def get(self, execution_id: str) -> dict[str, Any]:
        """Give what GetAutomationExecution shows."""
        answer = self.client.get_automation_execution(AutomationExecutionId=execution_id)
        shown: dict[str, Any] = answer["AutomationExecution"]
        return shown

    def until(
        self, execution_id: str, statuses: Collection[str] = ENDED, seen: Callable[[dict[str, Any]], None] | None = None
    ) -> dict[str, Any]:
        """Poll until an execution has one of the statuses; give what is shown then.

        Args:
            execution_id: The execution.
            statuses: What to wait for.
            seen: Is called with what each poll shows.
        """
        for _ in range(self.target.polls):
            shown = self.get(execution_id)
            if seen:
                seen(shown)
            if shown["AutomationExecutionStatus"] in statuses:
                return shown
            if shown["AutomationExecutionStatus"] in ENDED:
                raise Differs(f"one of {', '.join(sorted(statuses))}", shown["AutomationExecutionStatus"])
            time.sleep(self.target.poll_seconds)
        raise CannotTell(f"still not {' or '.join(sorted(statuses))} after {self.target.polls} polls")

    def finished(self, runbook: str = "sleep", **members: Any) -> dict[str, Any]:
        """Give what is shown of an ended run; checks that ask for the same one share it."""
        return self.history(runbook, **members)[1]

    def history(self, runbook: str = "sleep", **members: Any) -> tuple[list[str], dict[str, Any]]:
        """Give the statuses that were seen of such a run, and what was shown in the end."""
        key = repr((runbook, members))
        if key not in self._finished:
            statuses: list[str] = []
            execution_id = self.start(runbook, **members)
            shown = self.until(execution_id, seen=lambda each: statuses.append(each["AutomationExecutionStatus"]))
            self._finished[key] = statuses, shown
        return self._finished[key]

    def _take_turn(self, executions: int) -> None:
        if self.started + executions > MOST_EXECUTIONS:
            raise CannotTell(f"it would be more than {MOST_EXECUTIONS} executions")
        time.sleep(max(0.0, self._last_start + self.target.start_seconds - time.monotonic()))
        self._last_start = time.monotonic()
        self.started += executions


def refusal(error: ClientError) -> Refusal:
    """Read an error of botocore's."""
    told: Any = error.response
    members = {name: value for name, value in told.items() if name not in {"Error", "ResponseMetadata"}}
    status = told["ResponseMetadata"].get("HTTPStatusCode", 0)
    return Refusal(told["Error"]["Code"], told["Error"].get("Message", ""), status, members)


def says_nothing(told: Refusal) -> bool:
    """Tell whether an error says nothing about the question that was asked."""
    return told.code in NO_ANSWERS or told.status >= _SERVERS_OWN


_SERVERS_OWN: Final = 500
# Errors that say nothing about the question that was asked.
NO_ANSWERS: Final = frozenset(
    (
        "AccessDenied",
        "AccessDeniedException",
        "ExpiredToken",
        "ExpiredTokenException",
        "InternalFailure",
        "InternalServerError",
        "InvalidSignatureException",
        "NotImplemented",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingException",
        "TooManyRequestsException",
        "UnknownOperationException",
        "UnrecognizedClientException",
    )
)
