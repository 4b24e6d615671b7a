"""An execution, as a test sees it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

from ..._errors import hide_usage_errors, public, unknown_name
from ..._sequences import View
from ..calls import shorten
from .events import event_of
from .moving import advance, finish, run_to
from .steps import step_members

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from ..._types import StatusName
    from ..calls import Call
    from .run import Run

__tracebackhide__ = hide_usage_errors


@public
class Execution:
    """A run of a runbook: started by a request, by another execution, or added by the test.

    Example:
        >>> execution = fake.assert_started_once(DocumentName="AWS-RestartEC2Instance")
        >>> execution.finish("Failed", failure_message="The instance is gone.")
    """

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        """Show a run; `execution_of` makes one for each run, and no more."""
        self._run = run

    def __repr__(self) -> str:
        """Name the run and its status, and the outputs that nobody has given."""
        missing = f", nobody has given {', '.join(self.unresolved)}" if self.unresolved else ""
        on = f" on {self.target}" if self.target else ""
        where = f"{self.account} {self.region}"
        return f"<Execution {self.id} of {shorten(self.document_name)} in {where}{on}: {self.status}{missing}>"

    @property
    def id(self) -> str:
        """Its id: 36 characters, unless the test has chosen another."""
        return self._run.id

    @property
    def call(self) -> Call | None:
        """The call that started it, or its parent; `None` if the test has added it."""
        return self._run.call

    @property
    def request(self) -> dict[str, Any]:
        """The members of the request that started it; a fresh copy at each look."""
        return self._run.request

    @property
    def account(self) -> str:
        """The account it runs in: 12 digits."""
        return self._run.account

    @property
    def region(self) -> str:
        """The Region it runs in."""
        return self._run.region

    @property
    def document_name(self) -> str:
        """The runbook's name or ARN, as requested."""
        return self._run.document_name

    @property
    def document_version(self) -> str:
        """The runbook's version: a number in digits."""
        return self._run.document_version

    @property
    def parameters(self) -> dict[str, list[str]]:
        """The runbook's parameters: those requested, and the defaults of a registered runbook."""
        return self._run.parameters

    @property
    def target(self) -> str | None:
        """What it runs on, where its parent runs on several targets."""
        return self._run.target

    @property
    def parent(self) -> Execution | None:
        """The execution that started it, if one did."""
        return execution_of(self._run.parent) if self._run.parent else None

    @property
    def children(self) -> Sequence[Execution]:
        """The executions that it started, oldest first."""
        return [execution_of(run) for run in self._run.children]

    @property
    def started_at(self) -> datetime:
        """When it was started, in UTC."""
        return self._run.started_at

    @property
    def ended_at(self) -> datetime | None:
        """When it ended, in UTC; `None` while it runs."""
        return self._run.ended_at

    @property
    def status(self) -> str:
        """The status that the next poll shows."""
        return self._run.status

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        return self._run.ended

    @property
    def steps(self) -> list[dict[str, Any]]:
        """Its steps, as members of `StepExecution`."""
        return step_members(self._run)

    def step(self, name: str) -> dict[str, Any]:
        """One of its steps by name, as members of `StepExecution`; of a step inside a loop the latest.

        Raises:
            FakeUsageError: It has no such step.
        """
        steps = self.steps
        found = [step for step in steps if step["StepName"] == name]
        if not found:
            raise unknown_name(f"step of {self.document_name!r}", name, [step["StepName"] for step in steps])
        return next((step for step in reversed(found) if step["StepStatus"] != "Pending"), found[-1])

    @property
    def unresolved(self) -> list[str]:
        """Outputs that inputs or conditions have read and nobody has given, such as `getInstance.Platform`.

        Give them by `fake.step_outputs`.
        """
        return [*self._run.walk.unresolved] if self._run.walk else []

    @property
    def outputs(self) -> dict[str, list[str]]:
        """Its outputs; empty until it has ended, unless the script says otherwise."""
        return self._run.outputs

    @property
    def events(self) -> Sequence[Mapping[str, Any]]:
        """What EventBridge delivers for it: an event for each change of its status and of its steps, oldest first."""
        with self._run.lock:
            return View(range(len(self._run.history)), partial(event_of, self._run))

    @property
    def failure_message(self) -> str | None:
        """Why it failed; `None` unless it did, or its script says it."""
        return self._run.failure_message

    def advance(self) -> None:
        """Go on to the next status of its script, as a poll does; the last one stays."""
        advance(self._run)

    def run_to(self, step: str) -> None:
        """Go on until a step is in progress.

        Args:
            step: The step's name.

        Raises:
            FakeUsageError: There is no such step, or the execution has ended, or waits for a signal, before it.
        """
        run_to(self._run, step)

    def finish(
        self,
        status: StatusName = "Success",
        *,
        outputs: Mapping[str, list[str]] | None = None,
        failure_message: str | None = None,
    ) -> None:
        """End it at once, whatever its script says; executions that it started end as well.

        Args:
            status: A status that ends a run.
            outputs: Its outputs: lists of texts by name.
            failure_message: Why it failed.

        Raises:
            FakeUsageError: The status ends no run, the outputs have the wrong shape, or it has ended before.
        """
        finish(self._run, status, outputs, failure_message)


def execution_of(run: Run) -> Execution:
    """Give the one execution that shows a run."""
    with run.lock:
        if run.shown_as is None:
            run.shown_as = Execution(run)
        return cast("Execution", run.shown_as)
