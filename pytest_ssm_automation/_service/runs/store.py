"""The store that starts the executions of a fake, and finds them by account and Region."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from heapq import merge
from typing import TYPE_CHECKING, Any, Protocol

from ..._errors import FakeUsageError, hide_usage_errors
from ..accounts import default_account
from ..calls import Request, copy_containers
from ..checks import model
from . import times
from .courses.turns import PLAIN, Turns
from .listings.finding import Finder
from .planning import Planner, request_on
from .results import StepResult
from .run import Run
from .scripts import ENDED, UNSCRIPTED, Script
from .walks.durations import over_at

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ..runbooks.declarations import Runbook
    from ..runbooks.flow import Step
    from ..runbooks.library import RunbookStore
    from .nesting import Judge
    from .overrides import StepOverride, StepOverrides
    from .planning import Plan
    from .recorded import Replay
    from .targets.rate_control import FanOut, Target
    from .walks.visits import Visit

    # Makes the executor. Its argument returns whether the test has set the outcome of all attempts of a step.
    MakeExecutor = Callable[[Callable[[Run, Step], bool]], "Executor"]


__tracebackhide__ = hide_usage_errors


class Executor(Protocol):
    """The interface of what executes steps."""

    def executes(self, action: str) -> bool:
        """Return whether steps of an action are executed, unless the test sets their outcome."""
        ...

    def is_waiting(self, visit: Visit) -> bool:
        """Return whether the current attempt of a step has begun, and has to wait."""
        ...

    def outcome(self, run: Run, visit: Visit) -> StepResult | None:
        """Execute a step, or go on; return the outcome, or `None` if it has to wait."""
        ...

    def execute(self, run: Run, visit: Visit) -> Mapping[str, Any]:
        """Execute a step at once, and return its outputs."""
        ...


class ExecutionStore:
    """All executions of a fake. They are found by id within a scope, which is an account and a Region.

    The scope of an execution that all accounts see has `None` in place of the account.

    Attributes:
        all: The executions, oldest first.
        started: The executions that no other execution started.
        log: All status changes, oldest first: an execution, and an index in its history.
        unfinished: The number of executions in `started` that have not ended, by scope.
        planner: Plans the executions.
        lock: Guards everything.
        pace: How far a poll advances an execution that walks its runbook.
        takes_time: Whether steps that wait for a time take that time.
        waiting: The executions of which a step may wait for a time, with the visit of that step.
    """

    def __init__(
        self,
        lock: threading.RLock,
        runbooks: RunbookStore,
        new_id: Callable[[], str],
        pace: str,
        make_executor: MakeExecutor,
        *,
        execute_steps: bool,
        reject_unknown_documents: bool,
        takes_time: bool,
        judge: Judge,
    ) -> None:
        """Start empty."""
        self.lock = lock
        self._make_executor, self._execute_steps = make_executor, execute_steps
        self._executor: Executor | None = None
        self._reject_unknown = reject_unknown_documents
        self._judge = judge
        self.pace = pace
        self.takes_time = takes_time
        self.waiting: dict[Run, Visit] = {}
        self.planner = Planner(lock)
        self._overrides: StepOverrides | None = None
        self.all: list[Run] = []
        self.started: list[Run] = []
        self.log: list[tuple[Run, int]] = []
        self.unfinished: dict[tuple[str | None, str], int] = defaultdict(int)
        self._by_id: dict[str, list[Run]] = defaultdict(list)
        self._indexed = 0  # the number of executions in it
        self._finders: dict[tuple[str | None, str], Finder] = {}
        self._shown: dict[tuple[str | None, str], set[int]] = defaultdict(set)
        self._runbooks, self._new_id = runbooks, new_id

    @property
    def overrides(self) -> StepOverrides:
        """The failures and outputs of steps that the test has set."""
        from .overrides import StepOverrides

        with self.lock:
            if self._overrides is None:
                self._overrides = StepOverrides(self.lock)
            return self._overrides

    @property
    def executor(self) -> Executor:
        """The executor of steps."""
        with self.lock:
            if self._executor is None:
                self._executor = self._make_executor(self.overrides.has_word)
            return self._executor

    @property
    def overridden(self) -> Sequence[StepOverride]:
        """All failures and outputs of steps that the test has set."""
        return () if self._overrides is None else (*self._overrides.faults, *self._overrides.outputs)

    def start(
        self,
        request: Request,
        params: Mapping[str, Any],
        *,
        runbook: Runbook | None = None,
        script: Script | None = None,
        parent: Run | None = None,
        target: str | None = None,
        shared: bool = False,
        plan: Plan | None = None,
    ) -> Run:
        """Start an execution, and the executions that it starts on targets.

        Args:
            request: The request that the execution records.
            params: The members of the request, with target locations read from their URL.
            runbook: The registered runbook, if any.
            script: A script to use instead of those that were added.
            parent: The execution that starts it.
            target: The target that it runs on, if the parent runs on several.
            shared: Whether all accounts see it.
            plan: The plan for the request, if it was made before.

        Raises:
            FakeUsageError: The id in `script` already exists in the account and Region.
        """
        if plan is None:
            plan = self.planner.plan(request, params, script)
        with self.lock:
            chosen = plan.script.execution_id
            if chosen and script is None and self.find(chosen, request.scope):
                chosen = None  # it is only for the first execution in each account and Region
            run = Run(
                chosen or self._new_id(),
                request,
                plan.script,
                self,
                PLAIN,
                runbook=runbook,
                parent=parent,
                target=target,
                resolved=plan.resolved,
            )
            mode = params.get("Mode", "Auto")
            if plan.script is not UNSCRIPTED or runbook is not None or mode != "Auto" or plan.groups:
                from .courses.beginning import begin

                begin(run, mode, self._fan_out(run, plan))
            self._add(run, shared=shared)
            if run.fan_out:
                self.planner.add_fan_out(run)
                run.start_targets()
            return run

    def _fan_out(self, run: Run, plan: Plan) -> FanOut[Run] | None:
        if not plan.groups:
            return None
        from .targets.rate_control import FanOut

        return FanOut(plan.groups, partial(self._start_on, run))

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
        """Add an execution that no call started; with `account=None`, all accounts see it."""
        params = {"DocumentName": document_name, **({"Parameters": parameters} if parameters else {})}
        content = copy_containers(params)
        request = Request(model.START, content, region, "", None, account or default_account())
        return self.start(request, params, runbook=runbook, script=script, shared=account is None)

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
        end = len(self.all) if before is None else min(before, len(self.all))
        named = next((each["Values"] for each in filters if each["Key"] == "ExecutionId"), None)
        if named is not None:
            found = (self.find(execution_id, scope) for execution_id in dict.fromkeys(named))
            numbers: Iterable[int] = sorted((run.number for run in found if run and run.number < end), reverse=True)
        else:
            finders = (self._finder(each) for each in (scope, (None, scope[1])))
            numbers = merge(*(finder.find(filters, end) for finder in finders), reverse=True)
        return (self.all[number] for number in numbers)

    def mark_shown(self, run: Run) -> None:
        """Note that a caller has seen the state of an execution, so that the next poll advances it."""
        run.due = True
        # A script may have more to show of a run that has ended.
        if not run.ended or (isinstance(run.course, Turns) and run.course.remaining):
            self._shown[run.scope].add(run.number)

    def shown(self, scope: tuple[str, str], before: int | None = None) -> list[Run]:
        """List the executions in an account and Region that the next poll advances.

        Args:
            scope: The account and the Region.
            before: List only executions before this index of `all`.
        """
        found: list[Run] = []
        for each in (scope, (None, scope[1])):
            self._shown[each] = {number for number in self._shown[each] if self.all[number].due}
            found += [self.all[number] for number in self._shown[each] if before is None or number < before]
        return found

    def waits_for_time(self) -> bool:
        """Return whether an execution waits for a time."""
        with self.lock:
            self.waiting = {run: visit for run, visit in self.waiting.items() if not (visit.ended or run.ended)}
            visits = [visit for visit in self.waiting.values() if not visit.waits_to_begin]
        return any(over is not None and times.now() < over for over in map(over_at, visits))

    def retag(self, run: Run, before: Iterable[str], now: Iterable[str]) -> None:
        """Update the tag keys of an execution."""
        self._finder(run.scope).tag(run, before, now)

    def _finder(self, scope: tuple[str | None, str]) -> Finder:
        if scope not in self._finders:
            self._finders[scope] = Finder(self.all, scope)
        return self._finders[scope]

    def _add(self, run: Run, *, shared: bool) -> None:
        if shared:
            run.scope = (None, run.region)
        if run.script.execution_id:
            self._check_chosen(run)
        run.number = len(self.all)
        self.all.append(run)
        self.log.append((run, 0))
        if run.walk:
            self.log.extend((run, index) for index in range(1, len(run.history)))
        if run.parent is None:
            self.started.append(run)
            self.unfinished[run.scope] += not run.ended
        elif run.parent.fan_out and run.status != "Pending":
            run.parent.note_target(run)

    def _check_chosen(self, run: Run) -> None:
        for other in self.named(run.id):
            if other.scope == run.scope or (other.region == run.region and None in {other.scope[0], run.scope[0]}):
                where = run.region if run.scope[0] is None else f"account {run.account} and {run.region}"
                raise FakeUsageError(f"An execution {run.id!r} already exists in {where}")

    def _start_on(self, parent: Run, target: Target[Run]) -> Run:
        """Start the execution on a target."""
        request = request_on(parent.source, target)
        child = self.start(
            request, target.request, runbook=parent.runbook, parent=parent, target=target.name, plan=target.plan
        )
        child.call = parent.call
        return child

    # The methods of `Host`, which runs call.

    def noted(self, run: Run, before: str) -> None:
        """Handle the latest status change of an execution."""
        if run.number < 0:
            return
        if run.parent is None:
            self.unfinished[run.scope] += (before in ENDED) - run.ended
        if finder := self._finders.get(run.scope):
            finder.changed(run, before)
        self.log.append((run, len(run.history) - 1))

    def failure(self, run: Run, visit: Visit) -> StepResult | None:
        """Return the failure of an attempt of a step, if the test has set one."""
        return None if self._is_at_work(visit) else self.overrides.failure(run, visit)

    def success(self, run: Run, visit: Visit) -> StepResult | None:
        """Return the outcome of an attempt of a step that does not fail; `None` while it is executed and has to wait.

        The test's outputs come first, then the execution of the step. A script says how the whole run goes, so its
        steps are not executed.
        """
        if self._is_at_work(visit):
            return self.executor.outcome(run, visit)
        said = self.overrides.success(run, visit, lambda: self.executor.execute(run, visit))
        if said is not None:
            return said
        executed = self._execute_steps and not run.script.turns and visit.child is None
        if executed and self.executor.executes(visit.step.action):
            return self.executor.outcome(run, visit)
        return StepResult()

    def knows(self, document_name: str, region: str) -> bool:
        """Return whether a runbook with this name or ARN is registered in a Region."""
        return self._runbooks.knows(document_name, region)

    def _is_at_work(self, visit: Visit) -> bool:
        return self._executor is not None and self._executor.is_waiting(visit)

    def spawn(self, run: Run, visit: Visit) -> Run | StepResult | None:
        """Start the execution of an `aws:executeAutomation` step; `None` if its runbook is not registered."""
        from .nesting import Nested, nested, request_of

        params = request_of(visit.inputs)
        request = run.source._replace(content=params)
        script = self.planner.script_for(request) if self.planner.replays else None
        replay = script.replay if script else None
        found = nested(
            self._runbooks, run, visit, params, replay, judge=self._judge, reject_unknown=self._reject_unknown
        )
        if not isinstance(found, Nested):
            return found
        plan = self.planner.plan(request, params, script)
        child = self.start(request, params, runbook=found.runbook, parent=run, plan=plan)
        with self.lock:
            child.call = run.call
            run.spawned = (*run.spawned, child)
            visit.child = child
            if run.ended:  # it was stopped in the meantime
                child.end_with_parent(run.status)
        return child

    def spawn_recorded(self, run: Run, replay: Replay) -> None:
        """Start an execution that a recorded execution started."""
        params = {
            "DocumentName": replay.execution["DocumentName"],
            "Parameters": copy_containers(dict(replay.parameters)),
        }
        child = self.start(
            run.source._replace(content=params),
            params,
            runbook=replay.runbook,
            script=Script(replay=replay, execution_id=replay.id),
            parent=run,
            target=replay.execution.get("Target"),
        )
        child.call = run.call
        run.spawned = (*run.spawned, child)
