"""The state of the service: runbooks, executions, tokens, tags and limits; and the replies of operations on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from .._errors import FakeUsageError, hide_usage_errors
from .calls import Request
from .checks import model
from .errors import ServiceError
from .runbooks.library import RunbookStore
from .runs.store import ExecutionStore
from .runs.targets.locations import read_locations, refused
from .validation import Validation

if TYPE_CHECKING:
    import threading
    from collections.abc import Collection, Sequence

    from .calls import Outcome
    from .checks.violations import Violation
    from .faults import Fault
    from .runbooks.declarations import Runbook
    from .runbooks.library import RunbookFiles
    from .runs.overrides import StepOverride
    from .runs.recorded import Replay
    from .runs.results import StepResult
    from .runs.run import Run
    from .runs.scripts import Script
    from .runs.store import Executor, MakeExecutor
    from .runs.targets.locations import Fetch
    from .runs.walks.visits import Visit

__tracebackhide__ = hide_usage_errors

_SIZES: Final = frozenset({"min", "max"})


def _no_executor(_: object) -> Executor:
    raise FakeUsageError("This service does not execute steps")


class Settings(NamedTuple):
    """What a service begins with, and returns to when it is reset.

    Attributes:
        relax: The ids of constraints to turn off.
        enforce: The ids of constraints to turn on that are off by default.
        execution_limit: The maximum number of unfinished executions in an account and Region.
        reject_unknown_documents: Whether runbooks must be registered.
        fetch: A function that returns the status and the body for a URL; `None` if it is not hosted. It may refuse.
        faults: Faults to inject.
        runbooks: Runbooks to register, and files of runbooks, which are read on first use.
        steps: Overrides of steps.
        scripts: Scripts of executions.
        pace: How far a poll advances an execution that walks its runbook: `run` or `step`.
        make_executor: Makes what executes steps.
        execute_steps: Whether steps are executed.
        takes_time: Whether steps that wait for a time take that time, because the caller moves the clock.
    """

    relax: Collection[str] = ()
    enforce: Collection[str] = ()
    execution_limit: int | None = None
    reject_unknown_documents: bool = False
    fetch: Fetch = lambda _: None
    faults: tuple[Fault, ...] = ()
    runbooks: tuple[Runbook | RunbookFiles, ...] = ()
    steps: tuple[StepOverride, ...] = ()
    scripts: tuple[Script, ...] = ()
    pace: str = "run"
    make_executor: MakeExecutor = _no_executor
    execute_steps: bool = False
    takes_time: bool = False


def _result_of(store: ExecutionStore, run: Run, visit: Visit) -> StepResult | None:
    """Return the result of an attempt of a step. What finds it is imported when it is first needed."""
    from .runs.attempts import result_of

    return result_of(store, run, visit)


class State:
    """The state that operations read and change.

    Attributes:
        store: All executions.
        runbooks: The registered runbooks.
        tokens: The execution of each ClientToken, by account, Region and token in lower case.
        settings: What the service begins with.
    """

    def __init__(self, settings: Settings, lock: threading.RLock, new_id: Callable[[], str]) -> None:
        """Start without executions. `lock` guards them, and `new_id` makes their ids."""
        self.settings = settings
        self._validation = Validation(settings.relax, settings.enforce)
        self.runbooks = RunbookStore(settings.runbooks, settings.relax)
        self.tokens: dict[tuple[str, str, str], Run] = {}
        self.store = ExecutionStore(
            lock,
            self.runbooks,
            new_id,
            settings.pace,
            settings.make_executor,
            execute_steps=settings.execute_steps,
            reject_unknown_documents=settings.reject_unknown_documents,
            takes_time=settings.takes_time,
            judge=self._validation.refusal_of_start,
        )
        self.store.result_of = partial(_result_of, self.store)

    def violations(self, operation: str, params: Mapping[str, Any]) -> tuple[Violation, ...]:
        """List the violations of enforced constraints in a request. The ids of executions may be of any length."""
        broken = self._validation.violations(operation, params)
        return tuple(violation for violation in broken if not self._is_chosen(violation)) if broken else ()

    def _is_chosen(self, violation: Violation) -> bool:
        """Return whether a constraint is the length of an id that the test has chosen."""
        is_size = violation.path == "AutomationExecutionId" and violation.rule in _SIZES
        return is_size and bool(self.store.named(str(violation.value)))

    def tags_of(self, run: Run) -> Mapping[str, str]:
        """Return the current tags of an execution."""
        if run.tags is not None:
            return run.tags
        return {tag["Key"]: tag["Value"] for tag in run.request.get("Tags", ())}

    def set_tags(self, run: Run, tags: Mapping[str, str]) -> None:
        """Replace the tags of an execution."""
        run.tags = tags
        self.store.retagged(run)

    def declared_runbook(
        self, request: Request, params: Mapping[str, Any], replay: Replay | None = None
    ) -> Runbook | None:
        """Return the runbook of a request, and check its parameters; `None` if it is not registered.

        The runbook of a recorded execution that will be shown takes precedence over registered ones.

        Raises:
            ServiceError: It must be registered and is not, does not have this version, or the parameters are invalid.
        """
        runbook = replay.runbook if replay else None
        if runbook is None:
            runbook = self.runbooks.find(params.get("DocumentName", ""), params.get("DocumentVersion"), request.region)
        if runbook is None:
            if replay is None and self.settings.reject_unknown_documents:
                raise ServiceError("AutomationDefinitionNotFoundException")
            return None
        if violations := self._validation.undeclared(params, runbook):
            code, text = "InvalidAutomationExecutionParametersException", str(violations[0])
            raise ServiceError(code, text, violations=violations)
        return runbook

    def with_locations(self, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the members of a request, with target locations read from their URL.

        Raises:
            ServiceError: The locations can't be read or are invalid, or they must be hosted and are not.
        """
        url = params.get("TargetLocationsURL")
        locations = read_locations(url, self.settings.fetch) if url else None
        if locations is None:
            return params
        merged = {**params, "TargetLocations": locations}
        known = {name: value for name, value in merged.items() if name != "TargetLocationsURL"}
        # A file may contain more locations than a request.
        broken = [each for each in self.violations(model.START, known) if each.constraint != "TargetLocations:max"]
        if broken:
            raise refused(f"at {broken[0].path}: {broken[0]}")
        return merged

    def check_limit(self, request: Request) -> None:
        """Refuse another execution in an account and Region that has reached the limit."""
        limit = self.settings.execution_limit
        if limit is None:
            return
        scope, unfinished = request.scope, self.store.unfinished
        if unfinished[scope] + unfinished[None, scope[1]] >= limit:
            raise ServiceError("AutomationExecutionLimitExceededException")


class Reply(NamedTuple):
    """The reply of an operation: the members of the response, and details for the record.

    Attributes:
        members: The members of the response.
        outcome: The outcome of the call.
        execution_id: The execution that the call refers to.
        started: The execution that the call started.
        shown: The executions whose state the response shows.
        then: A function to call after the call is recorded, without holding a lock.
    """

    members: dict[str, Any]
    outcome: Outcome = "answered"
    execution_id: str | None = None
    started: Run | None = None
    shown: Sequence[Run] = ()
    then: Callable[[], object] | None = None


Operation = Callable[[State, Request, Mapping[str, Any]], Reply]
