"""The service: the order of judgement, with one function for each operation."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Any, Final

from . import model
from .calls import Call, Outcome, Request
from .constraints import Violation, check
from .errors import AutomationFakeError, FakeUsageError, ServiceError, unknown_name
from .executions import Execution
from .faults import Fault, FaultQueue
from .rules import ONE_TARGET, check_rules, constraints

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_SEEDS: Final[Counter[str]] = Counter()
_RULES_OF_PYTHON: Final = frozenset({"type", "unknown"})


@dataclass(frozen=True, slots=True)
class _Reply:
    """What the service answers: the members of the response, and what the record says of it."""

    members: dict[str, Any]
    outcome: Outcome = "answered"
    execution_id: str | None = None


class _Refusal(Exception):
    """The request breaks constraints."""

    def __init__(self, error: ServiceError, violations: tuple[Violation, ...]) -> None:
        self.error = error
        self.violations = violations


class Service:
    """Takes requests from any transport and any thread, answers or refuses them, and records both.

    Attributes:
        calls: Every request, oldest first.
        executions: Every execution started, oldest first.
        faults: The faults that are or were queued.
    """

    def __init__(self, *, seed: str, relax: Collection[str] = (), execution_limit: int | None = None, faults: tuple[Fault, ...] = ()) -> None:
        """Start with nothing recorded.

        Args:
            seed: Makes ids the same at every run; a second service of the same seed has other ids than the first.
            relax: Ids of constraints that are not enforced.
            execution_limit: How many executions may run in a Region at a time.
            faults: Faults to queue at the start.
        """
        _check_relaxed(relax)
        self._relaxed = frozenset(relax)
        self._limit = execution_limit
        self._first_faults = faults
        self._lock = threading.RLock()
        _SEEDS[seed] += 1
        self._random = Random(f"{seed} {_SEEDS[seed]}")  # noqa: S311 - ids have to be repeatable, not secret
        self.reset()

    def reset(self) -> None:
        """Forget what was recorded, and queue the faults of the start anew."""
        with self._lock:
            self.calls: list[Call] = []
            self.executions: list[Execution] = []
            self.faults = FaultQueue(self._first_faults)
            self._tokens: dict[tuple[str, str], Execution] = {}

    def new_id(self) -> str:
        """Make a UUID of version 4, as the service does for executions and requests."""
        text = f"{self._random.getrandbits(128):032x}"
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{'89ab'[int(text[16], 16) & 3]}{text[17:20]}-{text[20:]}"

    def violations(self, operation: str, params: Mapping[str, Any]) -> tuple[Violation, ...]:
        """List what a request breaks, of all that is enforced."""
        broken = check(operation, params)
        if not any(violation.rule == "type" for violation in broken):
            broken += check_rules(operation, params)
        return tuple(violation for violation in broken if violation.constraint not in self._relaxed)

    def answer(self, request: Request) -> dict[str, Any]:
        """Judge a request, record it, and give the members of the response.

        Raises:
            ServiceError: The service refuses, or a fault makes it fail.
            botocore.exceptions.HTTPClientError: A fault breaks the connection.
        """
        params = request.params()
        with self._lock:
            fault = None
            try:
                self._refuse_invalid(request.operation, params)
                fault = self.faults.take(request, params)
                if fault and not fault.lost:
                    raise fault.raised(request, params)
                reply = self._perform(request, params)
            except _Refusal as refusal:
                self._record(request, "rejected", error=refusal.error.code, violations=refusal.violations)
                raise refusal.error from None
            except Exception as error:
                name = error.code if isinstance(error, ServiceError) else type(error).__name__
                outcome: Outcome = "rejected" if fault is None else "lost" if fault.lost else "failed"
                self._record(request, outcome, error=name)
                if fault and fault.lost:
                    raise fault.raised(request, params) from None
                raise
            if fault:
                lost = fault.raised(request, params)
                self._record(request, "lost", execution_id=reply.execution_id, error=type(lost).__name__)
                raise lost
            self._record(request, reply.outcome, execution_id=reply.execution_id)
            return reply.members

    def refuse(self, request: Request, error: Exception) -> None:
        """Record a request that botocore itself refused, so that it never left the client."""
        violations = self.violations(request.operation, request.params())
        with self._lock:
            self._record(request, "rejected", error=type(error).__name__, violations=violations)

    def acknowledge(self, numbers: Collection[int]) -> None:
        """Mark the calls at these positions as expected to be refused."""
        with self._lock:
            for number in numbers:
                self.calls[number] = replace(self.calls[number], acknowledged=True)

    def _record(self, request: Request, outcome: Outcome, **details: Any) -> None:
        self.calls.append(Call(request, outcome, **details))

    def _refuse_invalid(self, operation: str, params: Mapping[str, Any]) -> None:
        violations = self.violations(operation, params)
        if not violations:
            return
        of_model = [violation for violation in violations if not violation.constraint.startswith("request:")]
        if not of_model or all(violation.constraint == "Targets:max" for violation in of_model):
            text = ONE_TARGET if of_model else violations[0].sentence
            raise _Refusal(ServiceError("InvalidAutomationExecutionParametersException", text), violations)
        sentences = list(dict.fromkeys(violation.sentence for violation in of_model))
        errors = "error" if len(sentences) == 1 else "errors"
        text = f"{len(sentences)} validation {errors} detected: {'; '.join(sentences)}"
        raise _Refusal(ServiceError("ValidationException", text), violations)

    def _perform(self, request: Request, params: Mapping[str, Any]) -> _Reply:
        if request.operation != model.START:
            raise AutomationFakeError(f"{request.operation} can't be answered: executions have no life cycle in this version")
        return self._start(request, params)

    def _start(self, request: Request, params: Mapping[str, Any]) -> _Reply:
        token = (request.region, params.get("ClientToken", "").lower())
        if known := self._tokens.get(token):
            if _without_token(known.request) != _without_token(params):
                raise ServiceError("IdempotentParameterMismatch")
            return _Reply({"AutomationExecutionId": known.id}, "replayed", known.id)
        if self._limit is not None and sum(execution.region == request.region for execution in self.executions) >= self._limit:
            raise ServiceError("AutomationExecutionLimitExceededException")
        execution = Execution(self.new_id(), Call(request, "started"))
        self.executions.append(execution)
        if token[1]:
            self._tokens[token] = execution
        return _Reply({"AutomationExecutionId": execution.id}, "started", execution.id)


def _without_token(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if name != "ClientToken"}


def _check_relaxed(relaxed: Collection[str]) -> None:
    for name in relaxed:
        known = {item.id for operation in model.OPERATIONS for item in constraints(operation)}
        if name not in known:
            raise unknown_name("constraint", name, known)
        if name.rpartition(":")[2] in _RULES_OF_PYTHON:
            raise FakeUsageError(f"{name} can't be relaxed: botocore can't send such a request at all")
