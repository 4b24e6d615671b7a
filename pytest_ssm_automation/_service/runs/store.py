"""The store that starts the executions of a fake, and finds them by account and Region."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from ..._errors import FakeUsageError, hide_usage_errors
from ..accounts import default_account
from ..calls import Request, copy_containers
from ..checks import model
from . import times
from .courses.turns import PLAIN, Turns
from .listings.finding import Finder
from .planning import Planner, request_on
from .results import StepResult
from .run import Host, Run
from .scripts import ENDED, UNSCRIPTED, Script
from .walks.durations import over_at

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ..runbooks.declarations import Runbook
    from ..runbooks.library import RunbookStore
    from .attempts import Attempts, MakeExecutor
    from .nesting import Judge
    from .overrides import StepOverride
    from .planning import Plan
    from .recorded import Replay
    from .targets.rate_control import Resolver, Target
    from .walks.visits import Visit


__tracebackhide__ = hide_usage_errors


class ExecutionStore:
    """All executions of a fake. They are found by id within a scope, which is an account and a Region.

    The scope of an execution that all accounts see has `None` in place of the account.

    Attributes:
        all: The executions, oldest first.
        started: The executions that no other execution started.
        log: All status changes, oldest first: an execution, and an index in its history.
        unfinished: The number of executions in `started` that have not ended, by scope.
        planner: Makes the plans for executions.
        lock: Guards everything.
        host: What the executions need of it.
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
        self._attempts: Attempts | None = None
        self._reject_unknown = reject_unknown_documents
        self._judge = judge
        self.host = Host(
            lock,
            pace,
            takes_time,
            lambda run, visit, pauses: self.attempts.result_of(run, visit, pauses=pauses),
            self._start_on,
            self._start_recorded,
            runbooks.knows,
            self._noted,
        )
        self.planner = Planner()
        self.all: list[Run] = []
        self.started: list[Run] = []
        self.log: list[tuple[Run, int]] = []
        self.unfinished: dict[tuple[str | None, str], int] = defaultdict(int)
        self._by_id: dict[str, list[Run]] = defaultdict(list)
        self._indexed = 0  # the number of executions in it
        self._finders: dict[tuple[str, str], Finder] = {}
        self._shown: set[Run] = set()
        self._runbooks, self._new_id = runbooks, new_id

    @property
    def attempts(self) -> Attempts:
        """What finds the results of steps. It is imported when it is first needed."""
        from .attempts import Attempts

        with self.lock:
            if self._attempts is None:
                make, executes = self._make_executor, self._execute_steps
                self._attempts = Attempts(self.lock, make, self._spawn, execute_steps=executes)
            return self._attempts

    @property
    def overridden(self) -> Sequence[StepOverride]:
        """All failures and outputs of steps that the test has set."""
        attempts = self._attempts
        return (*attempts.faults, *attempts.outputs) if attempts else ()

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
                self.host,
                PLAIN,
                runbook=runbook,
                parent=parent,
                target=target,
                resolved=plan.resolved,
            )
            mode = params.get("Mode", "Auto")
            if plan.script is not UNSCRIPTED or runbook is not None or mode != "Auto" or plan.groups:
                from .courses.beginning import begin

                begin(run, mode, plan.groups)
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
        if scope not in self._finders:
            self._finders[scope] = Finder(self.all, scope)
        return (self.all[number] for number in self._finders[scope].find(filters, end))

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
            waiting = self.host.waiting
            for run in [run for run, visit in waiting.items() if visit.ended or run.ended]:
                del waiting[run]
            visits = [visit for visit in waiting.values() if not visit.waits_to_begin]
        return any(over is not None and times.now() < over for over in map(over_at, visits))

    def retagged(self, run: Run) -> None:
        """Update the tag keys of an execution."""
        for finder in self._finders.values():
            finder.retagged(run)

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
            return
        run.call = run.parent.call
        if run.parent.groups and run.status != "Pending":
            run.parent.note_target(run)

    def _check_chosen(self, run: Run) -> None:
        for other in self.named(run.id):
            if other.scope == run.scope or (other.region == run.region and None in {other.scope[0], run.scope[0]}):
                where = run.region if run.scope[0] is None else f"account {run.account} and {run.region}"
                raise FakeUsageError(f"An execution {run.id!r} already exists in {where}")

    def _start_on(self, run: Run, target: Target) -> Run:
        """Start the execution on a target."""
        request = request_on(run.source, target)
        return self.start(
            request, target.request, runbook=run.runbook, parent=run, target=target.name, plan=target.plan
        )

    def _noted(self, run: Run, before: str) -> None:
        """Handle the latest status change of an execution."""
        if run.number < 0:
            return
        if run.parent is None:
            self.unfinished[run.scope] += (before in ENDED) - run.ended
        for finder in self._finders.values():
            finder.changed(run, before)
        self.log.append((run, len(run.history) - 1))

    def _spawn(self, run: Run, visit: Visit) -> Run | StepResult | None:
        """Start the execution of a step; return the failure if it is refused, `None` if its runbook is unknown."""
        from .nesting import request_of, runbook_of

        params = request_of(visit.inputs)
        request = run.source._replace(content=params)
        script = self.planner.script_for(request) if self.planner.replays else None
        replay = script.replay if script else None
        found = runbook_of(
            self._runbooks, run, visit, params, replay, judge=self._judge, reject_unknown=self._reject_unknown
        )
        if isinstance(found, StepResult) or (found is None and replay is None):
            return found
        plan = self.planner.plan(request, params, script)
        child = self.start(request, params, runbook=found, parent=run, plan=plan)
        with self.lock:
            run.spawned = (*run.spawned, child)
            visit.child = child
            if run.ended:  # it was stopped in the meantime
                child.end_with_parent(run.status)
        return child

    def _start_recorded(self, run: Run, replay: Replay) -> None:
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
        run.spawned = (*run.spawned, child)
