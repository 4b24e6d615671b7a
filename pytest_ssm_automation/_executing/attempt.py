"""An attempt of a step that is being executed."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import TYPE_CHECKING, Any, Final, NoReturn

from botocore.exceptions import BotoCoreError, ClientError

from .._errors import AutomationFakeError, StepFailed, hide_usage_errors
from .._service.runbooks.conversions import ConversionError, converted
from .._service.runbooks.references import as_text
from .._service.runs import times
from .._service.runs.execution import execution_of
from .._service.runs.results import StepResult
from .._service.runs.step_runs import copied
from .._service.working import CallingStep, set_work
from .clients import key_of
from .mistakes import fate_of_error, fate_of_response, mistake, refusal
from .selectors import plain
from .shapes import typed

if TYPE_CHECKING:
    from .._service.runbooks.flow import Step
    from .._service.runs.run import Run
    from .._service.runs.walks.visits import Visit
    from .clients import Clients

__tracebackhide__ = hide_usage_errors

Outputs = Mapping[str, Any]
# A step that may have to wait is a generator: it yields until it can go on, and returns its outputs.
Waiting = Generator[None, None, Outputs]
Perform = Callable[["Attempt"], Outputs | Waiting]
# Moves the clock of the run by seconds.
Advance = Callable[[float], None]
# Returns boto3's client of a service.
ClientOf = Callable[[str], Any]
# Documented for the actions that wait:
# https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-waitForAwsResourceProperty.html
DEFAULT_TIMEOUT: Final = 3600
# moto tells accounts apart by the keys that it has made, or by this header.
_ACCOUNT_HEADER: Final = "x-moto-account-id"


class Unable(BaseException):
    """The step can't be executed. The message says why, such as `it starts a process`."""


class Attempt:
    """An attempt of a step. It makes the calls of the step, and notes those of its script.

    Attributes:
        run: The run.
        declared: The step, as the runbook declares it.
        child: The execution that the walk has started for the step.
        step: The step, as its calls record it.
        number: The number of the attempt.
        inputs: The resolved inputs.
        advance: Moves the clock of the run, if the fake skips sleeps.
        is_isolated: Whether it runs inside a script.
    """

    def __init__(self, run: Run, visit: Visit, perform: Perform, clients: Clients, advance: Advance | None) -> None:
        """Start before the first look."""
        self.run = run
        self.declared: Step = visit.step
        self.child: Run | None = visit.child
        self.step = CallingStep(execution_of(run), visit.step.name)
        self.number = visit.attempt
        self.inputs: dict[str, Any] = copied(visit.inputs)
        self.advance = advance
        self.is_isolated = False
        self._visit = visit
        self._clients = clients
        self._perform = perform
        self._waiting: Waiting | None = None
        self._mistakes: list[tuple[str, str, Exception | None]] = []
        self._unable: Unable | None = None
        self._began = visit.begun or visit.started

    def client(self, service: str) -> Any:
        """Return boto3's client of a service, in the account and the Region of the execution."""
        return self._clients.get(service, self.run)

    def ask(self, service: str, method: str, **params: Any) -> Any:
        """Call an operation, and return its response as JSON values.

        Args:
            service: The service, such as `ec2`.
            method: boto3's method, such as `stop_instances`.
            **params: The inputs. Empty texts, which stand for parameters that were not given, are left out.
        """
        client = self.client(service)
        operation = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method])
        given = {name: value for name, value in params.items() if value not in (None, "")}
        return plain(getattr(client, method)(**typed(given, operation)))

    def session(self) -> Any:
        """Return boto3's session for clients that a script makes without one."""
        return self._clients.session(self.run)

    def refuse(self, reason: str) -> NoReturn:
        """Stop a script that can't be executed, even if it catches everything.

        Raises:
            Unable: It can't.
        """
        self._unable = Unable(reason)
        raise self._unable

    @property
    def timeout(self) -> float:
        """The seconds that it may take, by the clock of the run."""
        return float(self.declared.declared.get("TimeoutSeconds") or DEFAULT_TIMEOUT)

    def look(self) -> StepResult | None:
        """Begin or go on; return the outcome, or `None` if the step has to wait.

        Raises:
            FakeUsageError: Nothing has answered a call, even if a script has caught that.
            Unable: The step can't be executed.
        """
        # What the first look starts gets at least a second one, even if nobody has polled for long before.
        is_over = self._waiting is not None and (times.now() - self._began).total_seconds() >= self.timeout
        before = set_work(self)
        self.is_isolated = isinstance(before, Attempt) and before.is_isolated
        try:
            outcome = self._looked()
        finally:
            set_work(before)
        if self._unable:
            raise self._unable
        for call, fate, error in self._mistakes:
            if isinstance(error, AutomationFakeError) and not isinstance(error, BotoCoreError):
                raise error  # of an execution that the step has started
            raise mistake(self.declared, self.run.document_name, call, fate) from error
        return StepResult("TimedOut") if outcome is None and is_over else outcome

    def _looked(self) -> StepResult | None:
        try:
            outputs = self._go_on()
            return None if outputs is None else StepResult(outputs=_converted(self.declared, outputs))
        except StepFailed as failed:
            return StepResult(failed.status, {}, failed.message or None)
        except (BotoCoreError, ClientError) as refused:
            return StepResult("Failed", {}, refusal(refused))
        except Exception:
            if not self._mistakes:
                raise
            return None

    def _go_on(self) -> Outputs | None:
        """Return the outputs of the step; `None` if it has to wait."""
        if self._waiting is None:
            performed = self._perform(self)
            if not isinstance(performed, Generator):
                return performed
            self._waiting = performed
        try:
            next(self._waiting)
        except StopIteration as stop:
            outputs: Outputs = stop.value
            return outputs
        return None

    def observe(self, call: Callable[[], Any], operation: Any, request: Any, access_key_id: str | None) -> Any:
        """Make a call of the step, and note it, and whether it was answered."""
        name = f"{operation.service_model.service_name} {operation.name}"
        self._visit.called += (name,)
        if access_key_id is not None and access_key_id == key_of(self.run) != self.run.source.access_key_id:
            request["headers"][_ACCOUNT_HEADER] = self.run.account
        try:
            answer = call()
        except Exception as error:
            if fate := fate_of_error(error):
                self._mistakes.append((name, fate, error))
            raise
        if fate := fate_of_response(answer[0]):
            self._mistakes.append((name, fate, None))
        return answer


def _converted(step: Step, outputs: Outputs) -> dict[str, Any]:
    """Convert the outputs of a step to their types. Assumed: the step fails if the service does not convert a value."""
    types = step.output_types or step.outputs
    done: dict[str, Any] = {}
    for name, value in outputs.items():
        try:
            done[name] = converted(value, types.get(name))
        except ConversionError:
            text = f"The output {name} is {as_text(value)[:200]}, which is not of type {types[name]}"
            raise StepFailed(text) from None
    return done
