"""The results of the attempts of steps. This calls functions of the test, so callers hold no lock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from ..runbooks.actions import EXECUTE_AUTOMATION
from .overrides import StepFault, StepOutputs, is_for, result_set
from .results import FAIL_STEP, SUCCESS, StepResult
from .scripts import STEP, SUCCEEDED
from .shown.outputs import NOT_YET, outputs_of
from .walks.failures import failed_child

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping

    from ..runbooks.flow import Step
    from .overrides import StepOverride
    from .run import Run
    from .walks.visits import Visit

    # Makes the executor. Its argument returns whether the test has set the outcome of all attempts of a step.
    MakeExecutor = Callable[[Callable[[Run, Step], bool]], "Executor"]
    # Starts the execution of a step; returns the failure if it is refused, `None` if its runbook is not registered.
    Spawn = Callable[[Run, Visit], "Run | StepResult | None"]


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


class Attempts:
    """Finds the result of an attempt: the test's, or that of the step once it is executed, or success.

    Attributes:
        faults: The failures of steps. The first one that matches an attempt and is not used up applies.
        outputs: The outputs of steps. The latest one that matches an attempt applies.
    """

    def __init__(
        self, lock: threading.RLock, make_executor: MakeExecutor, spawn: Spawn, *, execute_steps: bool
    ) -> None:
        """Start without overrides; `lock` guards the counts of faults."""
        self.faults: list[StepFault] = []
        self.outputs: list[StepOutputs] = []
        self._lock = lock
        self._make_executor, self._execute_steps = make_executor, execute_steps
        self._executor: Executor | None = None
        self._spawn = spawn

    def add(self, override: StepOverride) -> None:
        """Add a failure or outputs of a step."""
        if isinstance(override, StepFault):
            self.faults.append(override)
        else:
            self.outputs.append(override)

    @property
    def executor(self) -> Executor:
        """The executor of steps."""
        with self._lock:
            if self._executor is None:
                self._executor = self._make_executor(self._has_word)
            return self._executor

    def result_of(self, run: Run, visit: Visit, *, pauses: bool) -> StepResult | None:
        """Return the result of an attempt; `None` if it is not known yet, or waits for a signal."""
        child: Run | None = visit.child
        if child is None:
            if visit.executing == visit.attempt:
                return self._execute(run, visit)
            if failure := self._failure(run, visit):
                return failure
            if visit.step.action == EXECUTE_AUTOMATION:
                started = self._spawn(run, visit)
                if isinstance(started, StepResult):
                    return started
                child = started
        if child is not None:
            return self._result_of_child(run, visit, child)
        result = self._success(run, visit)
        if not pauses or (result and result.status != SUCCESS):
            return result
        visit.kept = result
        return None

    def _success(self, run: Run, visit: Visit) -> StepResult | None:
        """Return the result of an attempt that does not fail; `None` while it is executed and has to wait.

        A script says how the whole run goes, so its steps are not executed.
        """
        override = next((each for each in reversed((*self.outputs,)) if is_for(each, run, visit.step)), None)
        if override is not None:
            return result_set(override, run, visit, lambda: self.executor.execute(run, visit))
        executed = self._execute_steps and not run.script.turns and visit.child is None
        if executed and self.executor.executes(visit.step.action):
            return self._execute(run, visit)
        return StepResult()

    def _failure(self, run: Run, visit: Visit) -> StepResult | None:
        """Return the failure of an attempt, if the test has set one."""
        for fault in (*self.faults,):
            if fault.used_up or not is_for(fault, run, visit.step):
                continue
            with self._lock:
                # Another run may have used it up in the meantime.
                if taken := not fault.used_up:
                    fault.fired += 1
            if taken:
                return StepResult(fault.status, {}, fault.message, FAIL_STEP)
        return None

    def _has_word(self, run: Run, step: Step) -> bool:
        """Return whether the test has set the outcome of all attempts of a step."""
        always: list[StepOverride] = [*self.outputs, *(fault for fault in (*self.faults,) if fault.times is None)]
        return any(is_for(each, run, step) for each in always)

    def _execute(self, run: Run, visit: Visit) -> StepResult | None:
        """Execute a step, or go on; return its result, or `None` if it has to wait."""
        visit.executing = 0
        result = self.executor.outcome(run, visit)
        if result is None:
            visit.executing = visit.attempt
        return result

    def _result_of_child(self, run: Run, visit: Visit, child: Run) -> StepResult | None:
        """Advance the execution that an attempt has started; return its result, once it has ended."""
        _drive(child, run.host.pace, takes_time=run.takes_time)
        if not child.ended:
            return None
        own = outputs_of_child(child)
        if child.status not in SUCCEEDED:
            return StepResult("Failed", {}, failed_child(child.id, child.status, own["Output"] or [NOT_YET]))
        set_by_test = self._success(run, visit) or StepResult()
        return set_by_test._replace(outputs={**own, **set_by_test.outputs})


def outputs_of_child(child: Run) -> dict[str, Any]:
    """Return the outputs of a step whose execution has ended."""
    texts = [text for values in outputs_of(child).values() for text in values]
    return {"ExecutionId": child.id, "Status": child.status, "Output": texts}


def _drive(child: Run, pace: str, *, takes_time: bool) -> None:
    """Advance an execution that a step started, by one poll or as far as possible."""
    while not child.ended:
        mark = child.progress
        child.advance(pace, takes_time=takes_time)
        if pace == STEP or child.progress == mark:
            return
