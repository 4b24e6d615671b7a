"""The store that starts the executions of a fake, and finds them by account and Region."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from ..._errors import FakeUsageError, hide_usage_errors
from ..accounts import default_account
from ..calls import Request, copy_containers
from ..checks import model
from . import times
from .courses.turns import PLAIN, Turns
from .listings.finding import Finder
from .planning import ORDINARY, Planner
from .run import Run
from .scripts import ENDED, Script
from .walks.durations import over_at

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ..runbooks.declarations import Runbook
    from ..runbooks.flow import Step
    from ..runbooks.library import RunbookStore
    from .overrides import StepOverride
    from .planning import Plan
    from .results import StepResult
    from .targets.rate_control import Resolver
    from .walks.visits import Visit

    # Makes the executor. Its argument returns whether the test has set the outcome of all attempts of a step.
    MakeExecutor = Callable[[Callable[[Run, Step], bool]], "Executor"]


__tracebackhide__ = hide_usage_errors


class Executor(Protocol):
    """The interface of what executes steps."""

    def executes(self, action: str) -> bool:
        """Return whether steps of an action are executed, unless the test sets their outcome."""
        ...

    def outcome(self, run: Run, visit: Visit) -> StepResult | None:
        """Execute a step, or go on; return the outcome, or `None` if it has to wait."""
        ...

    def execute(self, run: Run, visit: Visit) -> Mapping[str, Any]:
        """Execute a step at once, and return its outputs."""
        ...


@dataclass(eq=False)
class ExecutionStore:
    """All executions of a fake. They are found by id within a scope, which is an account and a Region.

    The scope of an execution that all accounts see has `None` in place of the account.

    Attributes:
        lock: Guards everything.
        runbooks: The registered runbooks.
        new_id: Makes the ids of executions.
        pace: How far a poll advances a walk: `run` or `step`.
        make_executor: Makes what executes steps.
        execute_steps: Whether steps are executed for which the test has set nothing.
        reject_unknown_documents: Whether runbooks must be registered.
        takes_time: Whether steps that wait for a time take that time, because the caller moves the clock.
        judge: Returns the service's text for a start that it refuses, from the members of the request and the runbook.
        result_of: Returns the result of an attempt of a step, see `attempts`.
        overrides: The failures and outputs of steps that the test has set, oldest first.
        planner: Makes the plans for executions.
        all: The executions, oldest first.
        started: The executions that no other execution started.
        log: All status changes, oldest first: an execution, and an index in its history.
        unfinished: The number of executions in `started` that have not ended, by scope.
    """

    lock: threading.RLock
    runbooks: RunbookStore
    new_id: Callable[[], str]
    pace: str
    make_executor: MakeExecutor
    execute_steps: bool
    reject_unknown_documents: bool
    takes_time: bool
    judge: Callable[[Mapping[str, Any], Runbook], str | None]
    result_of: Callable[[Run, Visit], StepResult | None] = field(init=False)
    overrides: list[StepOverride] = field(default_factory=list["StepOverride"])
    planner: Planner = field(default_factory=Planner)
    all: list[Run] = field(default_factory=list[Run])
    started: list[Run] = field(default_factory=list[Run])
    log: list[tuple[Run, int]] = field(default_factory=list[tuple[Run, int]])
    unfinished: dict[tuple[str | None, str], int] = field(default_factory=lambda: defaultdict(int))
    _executor: Executor | None = None
    _by_id: dict[str, list[Run]] = field(default_factory=lambda: defaultdict(list))
    _indexed: int = 0  # the number of executions in it
    _finders: dict[tuple[str, str], Finder] = field(default_factory=dict[tuple[str, str], Finder])
    _shown: set[Run] = field(default_factory=set[Run])
    _walking: set[Run] = field(default_factory=set[Run])

    @property
    def executor(self) -> Executor:
        """The executor of steps. It is made when it is first needed."""
        from .overrides import is_decided

        with self.lock:
            if self._executor is None:
                self._executor = self.make_executor(partial(is_decided, self.overrides))
            return self._executor

    def add_script(self, script: Script) -> None:
        """Add a script. It also applies to targets of earlier executions that are still to be started."""
        self._plan_by(lambda planner: planner._replace(scripts=(*planner.scripts, script)))

    def set_resolver(self, resolver: Resolver) -> None:
        """Set the resolver, also for accounts and Regions that are still to be started."""
        self._plan_by(lambda planner: planner._replace(resolver=resolver))

    def _plan_by(self, change: Callable[[Planner], Planner]) -> None:
        """Change the planner. This calls functions of the test, so callers hold no lock."""
        with self.lock:
            unfinished = [run for run in self.all if run.groups and not run.ended]
            waiting = [(run.source, target) for run in unfinished for target in run.targets if target.run is None]
        planner = change(self.planner)
        for source, target in waiting:
            planner.plan_target(source, target)
        with self.lock:
            self.planner = change(self.planner)

    def start(
        self,
        request: Request,
        plan: Plan,
        *,
        runbook: Runbook | None = None,
        parent: Run | None = None,
        target: str | None = None,
        shared: bool = False,
    ) -> Run:
        """Start an execution, and the executions that it starts on targets.

        Args:
            request: The request that the execution records.
            plan: The plan for the request.
            runbook: The registered runbook, if any.
            parent: The execution that starts it.
            target: The target that it runs on, if the parent runs on several.
            shared: Whether all accounts see it.
        """
        with self.lock:
            chosen = plan.script.execution_id
            if chosen and self.find(chosen, request.scope):
                chosen = None  # it is only for the first execution in each account and Region
            run = Run(
                chosen or self.new_id(),
                request,
                plan,
                self,
                PLAIN,
                runbook=runbook,
                parent=parent,
                target=target,
            )
            if plan is not ORDINARY or runbook is not None:
                from .courses.beginning import begin

                begin(run, plan)
            self._add(run, shared=shared)
            if run.groups:
                run.start_targets()
            return run

    def add(
        self,
        document_name: str,
        region: str,
        script: Script,
        *,
        account: str | None = None,
        parameters: Mapping[str, list[str]] | None = None,
        runbook: Runbook | None = None,
    ) -> Run:
        """Add an execution that no call started; with `account=None`, all accounts see it.

        Raises:
            FakeUsageError: The id in the script already exists in the account and Region.
        """
        params = {"DocumentName": document_name, **({"Parameters": parameters} if parameters else {})}
        content = copy_containers(params)
        request = Request(model.START, content, region, "", None, account or default_account())
        with self.lock:
            self._check_free(script.execution_id, request.scope, shared=account is None)
            plan = self.planner.plan(request, params, script)
            return self.start(request, plan, runbook=runbook, shared=account is None)

    def find(self, execution_id: str, scope: tuple[str, str]) -> Run | None:
        """Return the execution with this id in an account and Region, if any."""
        return next((run for run in self.named(execution_id) if run.scope in {scope, (None, scope[1])}), None)

    def named(self, execution_id: str) -> list[Run]:
        """Return the executions with this id in all accounts and Regions, oldest first."""
        with self.lock:
            # Indexed on first use, because most executions are never looked up by their id.
            for run in self.all[self._indexed :]:
                self._by_id[run.id].append(run)
            self._indexed = len(self.all)
            return list(self._by_id.get(execution_id, ()))

    def newest_first(
        self, scope: tuple[str, str], filters: Sequence[Mapping[str, Any]] = (), before: int | None = None
    ) -> Iterator[Run]:
        """Yield the executions in an account and Region, newest first.

        Args:
            scope: The account and the Region.
            filters: The filters of a listing. Executions that do not match them may be yielded too.
            before: Yield only executions before this index of `all`.
        """
        if scope not in self._finders:
            self._finders[scope] = Finder(self.all, scope)
        return self._finders[scope].find(filters, before)

    def mark_shown(self, run: Run) -> None:
        """Note that a caller has seen the state of an execution, so that the next poll advances it."""
        run.due = True
        # A script may have more to show of a run that has ended.
        if not run.ended or (isinstance(run.course, Turns) and run.course.remaining):
            self._shown.add(run)

    def shown(self, scope: tuple[str, str], before: int | None = None) -> list[Run]:
        """List the executions in an account and Region that the next poll advances.

        Args:
            scope: The account and the Region.
            before: List only executions before this index of `all`.
        """
        self._shown = {run for run in self._shown if run.due}
        seen = {scope, (None, scope[1])}
        return [run for run in self._shown if run.scope in seen and (before is None or run.number < before)]

    def waits_for_time(self) -> bool:
        """Return whether an execution waits for a time."""
        with self.lock:
            self._walking = {run for run in self._walking if not run.ended}
            visits = [visit for run in self._walking if (visit := self.waiting_in(run))]
        return any(over is not None and times.now() < over for over in map(over_at, visits))

    def waiting_in(self, run: Run) -> Visit | None:
        """Return the visit of the step of an execution that may wait for a time, if there is one."""
        visit = run.walk.at if run.walk and self.takes_time and not run.script.turns else None
        return None if visit is None or visit.waits_to_begin else visit

    def retagged(self, run: Run) -> None:
        """Update the tag keys of an execution."""
        for finder in self._finders.values():
            finder.retagged(run)

    def _add(self, run: Run, *, shared: bool) -> None:
        if shared:
            run.scope = (None, run.region)
        run.number = len(self.all)
        self.all.append(run)
        self.log.append((run, 0))
        if run.walk:
            self.log.extend((run, index) for index in range(1, len(run.history)))
            self._walking.add(run)
        if run.parent is None:
            self.started.append(run)
            self.unfinished[run.scope] += not run.ended
            return
        run.call = run.parent.call
        run.parent.children = [*run.parent.children, run]
        if run.parent.groups and run.status != "Pending":
            run.parent.note_target(run)

    def _check_free(self, execution_id: str | None, scope: tuple[str, str], *, shared: bool) -> None:
        account, region = scope
        for other in self.named(execution_id) if execution_id else ():
            if other.region == region and (shared or other.scope[0] in {account, None}):
                where = region if shared else f"account {account} and {region}"
                raise FakeUsageError(f"An execution {execution_id!r} already exists in {where}")

    def noted(self, run: Run, before: str) -> None:
        """Note the latest status change of an execution."""
        if run.number < 0:
            return
        if run.parent is None:
            self.unfinished[run.scope] += (before in ENDED) - run.ended
        for finder in self._finders.values():
            finder.changed(run, before)
        self.log.append((run, len(run.history) - 1))
