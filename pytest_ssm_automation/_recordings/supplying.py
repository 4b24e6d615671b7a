"""Give a walk the recorded results of its steps."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from .._service.runbooks.actions import PAUSING
from .._service.runbooks.library import flow_of
from .._service.runs.results import SUCCESS
from .results import FAILED, PENDING, by_key, result

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._service.runbooks.declarations import Runbook
    from .._service.runs.execution import Execution
    from .._service.runs.recorded import Replay
    from .._service.runs.step_runs import StepRun
    from .results import Key, Results

_RESULTS: Final = frozenset({SUCCESS, *FAILED})
_RUNNING: Final = frozenset({"InProgress", "Waiting", "Cancelling"})
# How often a step may run again, with its last result, before its circle is considered endless.
_MOST_ROUNDS: Final = 100


class At(NamedTuple):
    """The current step of an execution.

    Attributes:
        key: Its key.
        shown: Its members of `StepExecution`.
        recorded: Those that were recorded; empty if none were.
        iterated: Whether it is a loop of which inner steps were recorded.
    """

    key: Key
    shown: Mapping[str, Any]
    recorded: Mapping[str, Any]
    iterated: bool

    @property
    def status(self) -> str:
        """The recorded status."""
        status: str = self.recorded.get("StepStatus", PENDING)
        return status


class NoResultError(Exception):
    """The recording has no result of a step."""


class Supply:
    """The recorded results of an execution, and of those on its targets.

    Attributes:
        steps: The results of the execution.
        asked: How often a result was asked for.
    """

    def __init__(self, recording: Replay, runbook: Runbook) -> None:
        """Read the results of a recording for a walk of a runbook."""
        self.steps: Results = by_key(recording.steps)
        self.asked = 0
        self._flow = flow_of(runbook)
        self._children = [(child.execution, by_key(child.steps)) for child in recording.children]
        self._visits: Counter[tuple[str, Key]] = Counter()

    def outputs(self, run: StepRun) -> Mapping[str, Any]:
        """Return the recorded outputs of an attempt of a step.

        Raises:
            StepFailed: It failed.
            NoResultError: The recording has no result.
        """
        self.asked += 1
        if run.execution.target and self.source(run.execution) is None:
            return {}  # its end alone is known
        at, step = self.at(run.execution, run.name), self._flow.step(run.name)
        if at is None or step is None or (at.status not in _RESULTS and step.action not in PAUSING):
            raise NoResultError
        if step.action in PAUSING and at.recorded.get("Outputs", {}).get("ApprovalStatus") == ["Rejected"]:
            return result(step, at.recorded, iterated=True)
        if at.status not in _RESULTS:
            return {}  # it waits for the signal that follows
        visit = (run.execution.id, at.key)
        self._visits[visit] += 1
        if self._visits[visit] > _MOST_ROUNDS:
            raise NoResultError
        return result(step, at.recorded, iterated=at.iterated)

    def at(self, execution: Execution, name: str | None = None) -> At | None:
        """Return the step that is in progress or waits; of several, the innermost one."""
        running = [
            (key, step)
            for key, step in by_key(execution.steps).items()
            if step["StepStatus"] in _RUNNING and name in {None, step["StepName"]}
        ]
        if not running:
            return None
        key, shown = running[-1]
        source = self.source(execution)
        inner = [each for each in source or () if each[: len(key)] == key]
        return At(key, shown, source.get(key, {}) if source else {}, len(inner) > 1)

    def source(self, execution: Execution) -> Results | None:
        """Return the results of the execution; of a child, only if it runs on a target and was recorded."""
        if execution.parent is None:
            return self.steps
        named = self.steps.get((execution.target or "",), {}).get("Outputs", {}).get("ExecutionId")
        for shown, results in self._children if execution.target else ():
            if named == [shown["AutomationExecutionId"]]:
                return results
            if named is None and (
                execution.target == shown.get("Target") or execution.parameters == shown.get("Parameters")
            ):
                return results
        return None
