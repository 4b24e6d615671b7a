"""The service: the order of all checks of a request, and the record of its outcome."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, cast
from weakref import WeakSet

from .._errors import did_you_mean, hide_usage_errors, is_own
from .._forks import on_fork, renew
from .calls import Call, Outcome, Request
from .checks import model
from .errors import ServiceError
from .faults import Fault, take
from .ids import Ids
from .runbooks.library import flow_of
from .starting import prepare_start
from .state import Settings, State
from .validation import refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from .checks.violations import Violation
    from .runs.overrides import StepOverride
    from .runs.run import Run
    from .state import Operation, Reply

__tracebackhide__ = hide_usage_errors

# The number of latest calls to search for an interrupted one; that of most failures is not recorded yet.
_LATEST: Final = 1000
_DEFAULTS: Final = Settings()
_services: WeakSet[Service] = WeakSet()


class Service:
    """Answer or refuse requests from all transports and threads, and record them.

    Attributes:
        calls: All requests, oldest first.
        broken: Exceptions that functions of the test have raised, as text.
        store: All executions.
        faults: All faults, in the order of injection, including used up ones.
        runbooks: The registered runbooks.
        state: The state that operations read and change.
        new_id: Makes ids for executions and requests.
        violations: Lists the violations in a request, see `State`.
        gate: Called before each request; it may raise an exception to refuse it.
    """

    def __init__(self, *, seed: str, settings: Settings = _DEFAULTS) -> None:
        """Start without records.

        Args:
            seed: The seed of ids. Services with the same seed still have different ids.
            settings: What it begins with.
        """
        model.service_model()  # read before a test patches the file system
        self._settings = settings
        self.gate: Callable[[], None] | None = None
        self.lock = threading.RLock()
        self.new_id = Ids(seed)
        _services.add(self)
        self.reset()

    def reset(self) -> None:
        """Return to the state after `__init__`."""
        with self.lock:
            self.calls: list[Call] = []
            self.broken: list[str] = []
            settings = self._settings
            self.faults: list[Fault] = [replace(fault) for fault in settings.faults]
            # The methods of this class are not passed, so that a fake is freed as soon as nobody uses it.
            self.state = State(settings, self.lock, self.new_id)
            self.store, self.runbooks = self.state.store, self.state.runbooks
            self.violations = self.state.violations
            for override in settings.steps:
                self.add_override(replace(override), checked=False)
            for script in settings.scripts:
                self.store.add_script(script)

    def add_override(self, override: StepOverride, *, checked: bool = True) -> None:
        """Add an override of a step. A failure of a step is also a fault.

        Args:
            override: The override.
            checked: Whether a registered runbook must already contain the step.

        Raises:
            FakeUsageError: No runbook has such a step, or the step has no such output.
        """
        from .runs.overrides import StepFault, check_override

        if checked or self._has_step(override):
            with self.lock:
                known = self.runbooks.load_all() if override.runbook is None else self.runbooks.load(override.runbook)
            check_override(override, known)
        self.store.overrides.append(override)
        if isinstance(override, StepFault):
            self.faults.append(override)

    def _has_step(self, override: StepOverride) -> bool:
        with self.lock:
            known = self.runbooks.load_all()
        return any(override.step in flow_of(each).places for each in known if override.runbook in {None, each.name})

    def unknown_steps(self) -> list[str]:
        """List the steps with overrides that no registered runbook has, each with a similar name."""
        missing = dict.fromkeys(each.step for each in self.store.overrides if not self._has_step(each))
        if not missing:
            return []
        names = self.runbooks.names_of_steps()
        return [f"{step}: {meant}" if (meant := did_you_mean(step, names)) else step for step in missing]

    def claims(self, request: Request) -> bool:
        """Return whether this service answers a request; for documents, if they are registered or must be."""
        if request.operation in model.OPERATIONS:
            return True
        params = request.params()
        if request.operation in model.TAG_OPERATIONS:
            return self.concerns(request.operation, params)
        name = params.get("Name")
        return isinstance(name, str) and (
            self._settings.reject_unknown_documents or self.runbooks.knows(name, request.region)
        )

    def concerns(self, operation: str, params: Any) -> bool:
        """Return whether a request concerns automations, so that no other library answers it."""
        if operation in model.OPERATIONS:
            return True
        is_of_tags = operation in model.TAG_OPERATIONS and isinstance(params, dict)
        return is_of_tags and cast("dict[str, Any]", params).get("ResourceType") == "Automation"

    def answer(self, request: Request, *, checked: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Answer a request, and record it.

        Args:
            request: The request.
            checked: Its members, if `violations` has already found them valid. They are not stored.

        Returns:
            The members of the response.

        Raises:
            ServiceError: The service refuses the request, or an injected fault is a service error.
            BaseException: An injected fault is another exception.
        """
        # Executions on targets store parts of the request, so they need a copy.
        params = checked if checked is not None and model.TARGET_MEMBERS.isdisjoint(checked) else request.params()
        fault = None
        try:
            if self.gate is not None:
                self.gate()
            if checked is None:
                self._refuse_invalid(request, params)
            fault = take(self.faults, request, self.lock)
            if fault and not fault.lost:
                raise fault.raised(request, params)  # noqa: TRY301 - it is recorded like any other
            perform = self._operation(request, params)
            with self.lock:
                reply = perform(self.state, request, params)
                lost = fault.raised(request, params) if fault else None
                self._record(request, reply, lost)
            if reply.then:
                reply.then()
        except BaseException as error:
            lost = fault.raised(request, params) if fault and fault.lost else None
            self.fail(request, error, lost, injected=bool(fault and not fault.lost))
            if lost:
                raise lost from None
            raise
        if lost:
            raise lost
        return reply.members

    def _operation(self, request: Request, params: Mapping[str, Any]) -> Operation:
        """Return the function of an operation, after all that calls functions of the test."""
        if request.operation == model.START:
            return prepare_start(self.state, request, params)
        from .operations import OPERATIONS, advance_first

        advance_first(self.state, request, params)
        return OPERATIONS[request.operation]

    def refuse(self, request: Request, error: Exception) -> None:
        """Record a request that botocore refused before sending it."""
        violations: tuple[Violation, ...] = ()
        with suppress(Exception):  # arguments that are nested too deeply, or that raise when looked at
            violations = self.violations(request.operation, request.params())
        with self.lock:
            self.calls.append(Call(request, "rejected", error=_name(error), violations=violations))

    def lose(self, request: Request, error: BaseException) -> None:
        """Record that a caller was interrupted after its request was answered, so that it does not get the response."""
        with self.lock:
            number, started = self._find(request)
            if number is None or self.calls[number].outcome in {"rejected", "failed"}:
                return
            self.calls[number] = replace(self.calls[number], outcome="lost", error=_name(error))
            if started is not None:
                started.call = self.calls[number]

    def acknowledge(self, numbers: Collection[int]) -> None:
        """Mark these calls as expected refusals."""
        with self.lock:
            for number in numbers:
                self.calls[number] = replace(self.calls[number], acknowledged=True)

    def _record(self, request: Request, reply: Reply, lost: BaseException | None) -> None:
        outcome: Outcome = "lost" if lost else reply.outcome
        call = Call(request, outcome, reply.execution_id, _name(lost) if lost else None)
        self.calls.append(call)
        if reply.started:
            reply.started.call = call
        for run in () if lost else reply.shown:
            self.store.mark_shown(run)

    def fail(
        self, request: Request, error: BaseException, lost: BaseException | None = None, *, injected: bool = False
    ) -> None:
        """Record a call that was not answered, or that failed after it was recorded.

        Args:
            request: The request.
            error: What was raised, in the service or in the caller.
            lost: The injected connection error that the caller gets instead.
            injected: Whether the error is an injected fault.
        """
        violations = error.violations if isinstance(error, ServiceError) else ()
        refused = isinstance(error, ServiceError) and not injected
        outcome: Outcome = "lost" if lost else "rejected" if refused else "failed"
        with self.lock:
            if is_own(error):
                self.broken.append(f"{request.operation}: {type(error).__name__}: {error}")
            if refused or injected or not self._was_interrupted(request, error):
                self.calls.append(Call(request, outcome, error=_name(lost or error), violations=violations))

    def _was_interrupted(self, request: Request, error: BaseException) -> bool:
        """Complete the record of a call that a signal interrupted; return whether it is recorded or started a run."""
        number, started = self._find(request, _LATEST)
        if started is not None:
            if number is None:
                number = -1
                self.calls.append(Call(request, "lost", started.id, error=_name(error)))
            started.call = self.calls[number]
        return number is not None

    def _find(self, request: Request, most: int | None = None) -> tuple[int | None, Run | None]:
        """Return the number of the call with a request, and the execution that it started, among the `most` latest."""
        numbers = islice(reversed(range(len(self.calls))), most)
        number = next((number for number in numbers if self.calls[number].request is request), None)
        runs = islice(reversed(self.store.started), most)
        return number, next((run for run in runs if run.source is request), None)

    def _refuse_invalid(self, request: Request, params: Mapping[str, Any]) -> None:
        if not params and request.read() is None:
            raise ServiceError("SerializationException")
        # The service ignores unknown members, which botocore never sends.
        violations = tuple(each for each in self.violations(request.operation, params) if each.rule != "unknown")
        if violations:
            raise ServiceError(*refusal(violations), violations=violations)


def _name(error: BaseException) -> str:
    return error.code if isinstance(error, ServiceError) else type(error).__name__


def _renew() -> None:
    for service in list(_services):
        renew(service.lock)
        service.new_id.seed_anew()


# The ids have counted the fork by then, because they are imported first.
on_fork(after_in_child=_renew)
