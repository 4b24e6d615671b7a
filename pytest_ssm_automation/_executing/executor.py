"""The executor, which the store of executions asks for the outcome of a step."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NoReturn

from .._errors import FakeUsageError, StepFailed, hide_usage_errors
from .._service.runbooks.actions import WALKED
from .._service.runs.results import EXECUTED, SUCCESS
from .actions.table import CHECKS, TABLE
from .attempt import Attempt, Unable
from .clients import Clients
from .mistakes import how_to_say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._service.runbooks.flow import Step
    from .._service.runs.results import StepResult
    from .._service.runs.run import Run
    from .._service.runs.walks.visits import Visit
    from .attempt import Advance

__tracebackhide__ = hide_usage_errors

# Returns whether the test has set the outcome of a step.
HasWord = Callable[["Run", "Step"], bool]
# How often `execute` looks at a step that has to wait.
_MOST_LOOKS: Final = 100
_NO_ACTION: Final = "the plugin does not execute this action"


def _refuse(_: Attempt) -> NoReturn:
    raise Unable(_NO_ACTION)


class Executor:
    """Executes steps."""

    def __init__(self, has_word: HasWord, *, actions: bool | tuple[str, ...], advance: Advance | None = None) -> None:
        """Start without attempts.

        Args:
            has_word: Returns whether the test has set the outcome of a step.
            actions: The actions to execute; `True` for all.
            advance: Moves the clock of runs, if the fake skips sleeps.
        """
        self._actions = actions
        self._has_word = has_word
        self._advance = advance
        self._clients = Clients()
        self._waiting: dict[Visit, Attempt] = {}

    def executes(self, action: str) -> bool:
        """Return whether steps of an action are executed, unless the test sets their outcome."""
        if isinstance(self._actions, tuple):
            return action in self._actions
        return self._actions and action not in WALKED

    def outcome(self, run: Run, visit: Visit) -> StepResult | None:
        """Execute a step, or go on; return the outcome, or `None` if it has to wait.

        Raises:
            FakeUsageError: The step can't be executed, or nothing has answered a call.
        """
        attempt = self._waiting.pop(visit, None)
        if attempt is None or attempt.number != visit.attempt:
            attempt = self._attempt(run, visit)
        outcome = self._looked(attempt)
        if outcome is None:
            self._waiting[visit] = attempt
            return None
        return outcome._replace(decided_by=EXECUTED)

    def execute(self, run: Run, visit: Visit) -> Mapping[str, Any]:
        """Execute a step at once, for a function of the test, and return its outputs.

        Raises:
            FakeUsageError: The step can't be executed, nothing has answered a call, or it waits for too long.
            StepFailed: It has failed.
        """
        attempt = self._attempt(run, visit)
        for _ in range(_MOST_LOOKS):
            outcome = self._looked(attempt)
            if outcome is not None and outcome.status == SUCCESS:
                return outcome.outputs
            if outcome is not None:
                raise StepFailed(outcome.message or "", outcome.status)
        raise FakeUsageError(f"Step {visit.step.name!r} is still waiting after {_MOST_LOOKS} looks")

    def _attempt(self, run: Run, visit: Visit) -> Attempt:
        return Attempt(run, visit, TABLE.get(visit.step.action, _refuse), self._clients, self._advance)

    def _check(self, run: Run, step: Step) -> None:
        """Check a step that is not due yet.

        Raises:
            Unable: It is known beforehand that the step can't be executed.
        """
        if step.action not in TABLE:
            raise Unable(_NO_ACTION)
        if step.action in CHECKS:
            CHECKS[step.action](step, run, partial(self._clients.get, run=run))

    def _looked(self, attempt: Attempt) -> StepResult | None:
        try:
            return attempt.look()
        except Unable as unable:
            raise self._refused(attempt.run, attempt.declared, str(unable)) from None

    def _refused(self, run: Run, step: Step, reason: str) -> FakeUsageError:
        """Make the error for a step that can't be executed. It lists all such steps of the runbook."""
        reasons = [(step, reason)]
        for other in run.walk.flow.steps if run.walk else ():
            if other.name != step.name and self.executes(other.action) and not self._has_word(run, other):
                try:
                    self._check(run, other)
                except Unable as unable:
                    reasons.append((other, str(unable)))
        lines = [f"{each.name} ({each.action}): {why}\n    {how_to_say(each)}" for each, why in reasons]
        steps = "1 step" if len(lines) == 1 else f"{len(lines)} steps"
        title = f"{steps} of {run.document_name} can't be executed. Correct the runbook, or set the outputs:"
        return FakeUsageError("\n  ".join((title, *lines)))
