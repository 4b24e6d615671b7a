"""The bench: what a check uses to register runbooks, to start executions and to wait for them."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError, ParamValidationError
from model import ENDED

from .runbooks import RUNBOOKS
from .running import poll

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from pytest_ssm_automation import AutomationFake

    from .runbooks import Runbook
    from .running import Shown
    from .targets import Target

MOST_EXECUTIONS: Final = 60
START: Final = "start_automation_execution"
# Errors that are unrelated to the fact.
NO_ANSWERS: Final = frozenset(
    (
        *("AccessDenied", "AccessDeniedException", "ExpiredToken", "ExpiredTokenException", "InternalFailure"),
        *("InternalServerError", "InvalidSignatureException", "NotImplemented", "RequestLimitExceeded"),
        *("ServiceUnavailable", "ThrottlingException", "TooManyRequestsException", "UnknownOperationException"),
        "UnrecognizedClientException",
    )
)
_SERVERS_OWN: Final = 500


class Differs(Exception):  # noqa: N818 - it is a verdict
    """The response differs from the fact."""

    def __init__(self, wanted: object, got: object) -> None:
        """Keep both."""
        super().__init__(wanted, got)
        self.wanted = wanted
        self.got = got


class CannotTell(Exception):  # noqa: N818 - it is a verdict
    """The check can't show on this target whether the fact holds."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The error of a call that was refused.

    Attributes:
        code: The error's code.
        text: Its text.
        status: The HTTP status; 0 if nothing was sent.
        members: The members that botocore has parsed besides code and text.
    """

    code: str
    text: str
    status: int
    members: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Recorded:
    """A client that records its calls.

    Attributes:
        client: The client itself.
        calls: The operation, its request and its answer or error, of each call.
    """

    client: Any
    calls: list[tuple[str, Mapping[str, Any], Mapping[str, Any]]] = field(default_factory=list)

    def __getattr__(self, method: str) -> Any:
        """Return a method of the client that records each call."""
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
    """A target that is checked.

    Attributes:
        target: The target.
        client: An SSM client on it, recorded.
        started: How many executions were started, including children.
    """

    def __init__(self, target: Target) -> None:
        """Start with no runbooks and no executions."""
        self.target = target
        self.client: Any = Recorded(target.client)
        self.started = 0
        self._names: dict[str, str] = {}
        self._last_start = 0.0
        self._finished: dict[str, tuple[list[str], Shown]] = {}

    @property
    def fake(self) -> AutomationFake:
        """The fake, for states that only a fake can be brought into."""
        if self.target.fake is None:
            raise CannotTell("a real service can't be put into this state on request")
        return self.target.fake

    def needs_fake(self) -> None:
        """Raise `CannotTell` unless the target is a fake."""
        _ = self.fake

    def expect(self, got: object, wanted: object) -> None:
        """Raise `Differs` unless a response matches the fact."""
        if got != wanted:
            raise Differs(wanted, got)

    def name(self, runbook: str) -> str:
        """Return the name of a runbook on the target; it is registered at its first use."""
        if runbook not in self._names:
            self._names[runbook] = self.target.register(runbook, RUNBOOKS[runbook])
        return self._names[runbook]

    def not_created(self, content: Runbook) -> str:
        """Return why a runbook is refused; one that is created raises `Differs`."""
        told = self.target.refusal(content)
        if told is None:
            raise Differs("a refusal", "a document")
        return told

    def start(self, runbook: str = "sleep", *, children: int = 0, **members: Any) -> str:
        """Start a runbook, and return the execution's id.

        Args:
            runbook: One of the suite's runbooks.
            children: How many child executions it starts.
            **members: Members of the request.
        """
        request = {"DocumentName": self.name(runbook), **members}
        self._take_turn(1 + children)
        execution_id: str = self.client.start_automation_execution(**request)["AutomationExecutionId"]
        self.target.made.append(execution_id)
        return execution_id

    def held(self, runbook: str = "pause", **members: Any) -> str:
        """Start a runbook, wait until it waits, and return the execution's id."""
        execution_id = self.start(runbook, **members)
        self.until(execution_id, {"Waiting"})
        return execution_id

    def signal(self, execution_id: str, kind: str, **payload: list[str]) -> None:
        """Send a signal."""
        given = {"Payload": payload} if payload else {}
        self.client.send_automation_signal(AutomationExecutionId=execution_id, SignalType=kind, **given)

    def stop(self, execution_id: str, kind: str = "Cancel") -> None:
        """Stop an execution."""
        self.client.stop_automation_execution(AutomationExecutionId=execution_id, Type=kind)

    def listed(self, **filters: str) -> list[dict[str, Any]]:
        """List the executions that have these values of keys of filters."""
        given = [{"Key": key, "Values": [value]} for key, value in filters.items()]
        answer = self.client.describe_automation_executions(Filters=given)
        found: list[dict[str, Any]] = answer["AutomationExecutionMetadataList"]
        return found

    def refused(self, method: str, **members: Any) -> Refusal:
        """Return the error of a call; a call that succeeds raises `Differs`."""
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

    def provoked(self, error: str, document: str | None = None) -> Refusal:
        """Inject an error into a start, of any document, and return it as the client sees it; needs a fake."""
        fault = self.fake.fail_with(error, times=None)
        try:
            self.client.start_automation_execution(DocumentName=document or self.name("sleep"))
        except ClientError as raised:
            return refusal(raised)
        finally:
            fault.times = fault.fired  # botocore may have tried more than once
        raise Differs(error, "an answer")

    def start_refused(self, runbook: str = "sleep", **members: Any) -> Refusal:
        """Return the error of a start."""
        return self.refused(START, **{"DocumentName": self.name(runbook), **members})

    def get(self, execution_id: str) -> Shown:
        """Return what GetAutomationExecution shows."""
        return poll(self.client, execution_id)

    def until(
        self,
        execution_id: str,
        statuses: Collection[str] = ENDED,
        *,
        also: Callable[[Shown], bool] = lambda _: True,
    ) -> Shown:
        """Poll until an execution has one of the statuses, and return what is shown then.

        Args:
            execution_id: The execution.
            statuses: What to wait for.
            also: What else has to be true of what is shown; called with what each poll shows.
        """
        for _ in range(self.target.polls):
            shown = self.get(execution_id)
            if also(shown) and shown.status in statuses:
                return shown
            if shown.status in ENDED:
                raise Differs(f"one of {', '.join(sorted(statuses))}", shown.status)
            time.sleep(self.target.poll_seconds)
        raise CannotTell(f"still not {' or '.join(sorted(statuses))} after {self.target.polls} polls")

    def finished(self, runbook: str = "sleep", **members: Any) -> Shown:
        """Return an execution that has ended; checks that ask for the same one share it."""
        return self.history(runbook, **members)[1]

    def history(self, runbook: str = "sleep", **members: Any) -> tuple[list[str], Shown]:
        """Return the statuses that were seen of such an execution, and what was shown in the end."""
        key, statuses = repr((runbook, members)), list[str]()

        def note(shown: Shown) -> bool:
            statuses.append(shown.status)
            return True

        if key not in self._finished:
            shown = self.until(self.start(runbook, **members), also=note)
            self._finished[key] = statuses, shown
        return self._finished[key]

    def _take_turn(self, executions: int) -> None:
        """Wait for the next start; at a service, which costs money, there are only so many."""
        if self.target.fake is None and self.started + executions > MOST_EXECUTIONS:
            raise CannotTell(f"it would be more than {MOST_EXECUTIONS} executions")
        time.sleep(max(0.0, self._last_start + self.target.start_seconds - time.monotonic()))
        self._last_start = time.monotonic()
        self.started += executions


def refusal(error: ClientError) -> Refusal:
    """Read a ClientError."""
    told: Any = error.response
    members = {name: value for name, value in told.items() if name not in {"Error", "ResponseMetadata"}}
    status = told["ResponseMetadata"].get("HTTPStatusCode", 0)
    return Refusal(told["Error"]["Code"], told["Error"].get("Message", ""), status, members)


def says_nothing(told: Refusal) -> bool:
    """Return whether an error is unrelated to the fact, such as a throttled or denied request."""
    return told.code in NO_ANSWERS or told.status >= _SERVERS_OWN
