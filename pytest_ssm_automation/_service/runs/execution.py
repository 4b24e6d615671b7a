"""The public view of an execution."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

from ..._errors import FakeUsageError, hide_usage_errors, public, unknown_name
from ..._sequences import View
from ..calls import shorten
from ..runbooks.library import how_to_register
from .shown.events import event_of
from .shown.outputs import failure_message_of, outputs_of
from .shown.steps import step_members
from .shown.views import other_request
from .shown.way import way_of
from .steering import finish, run_to

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from ..._types import StatusName
    from ..calls import Call
    from .run import Run

__tracebackhide__ = hide_usage_errors


@public
class Execution:
    """An execution of a runbook, started by a request or by another execution, or added by the test.

    Example:
        >>> execution = fake.assert_started_once(DocumentName="AWS-RestartEC2Instance")
        >>> execution.finish("Failed", failure_message="The instance is gone.")
    """

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        """Wrap a run. Use `execution_of`, which makes one object for each run."""
        self._run = run

    def __repr__(self) -> str:
        """Show the id, the runbook, the status, and outputs without a value."""
        missing = f", outputs without a value: {', '.join(self.unresolved)}" if self.unresolved else ""
        others = other_request(self._run)
        missing += f", recorded with other parameters ({'; '.join(others)})" if others else ""
        on = f" on {self.target}" if self.target else ""
        where = f"{self.account} {self.region}"
        return f"<Execution {self.id} of {shorten(self.document_name)} in {where}{on}: {self.status}{missing}>"

    def __str__(self) -> str:
        """Show the way that it went: for each step, its status, what decided it, and its outputs or failure."""
        return "\n".join(way_of(self._run))

    @property
    def id(self) -> str:
        """The id: a UUID, unless the test chose another id."""
        return self._run.id

    @property
    def call(self) -> Call | None:
        """The call that started it or its parent; `None` if the test added it."""
        return self._run.call

    @property
    def request(self) -> dict[str, Any]:
        """A copy of the members of the request that started it."""
        return self._run.request

    @property
    def account(self) -> str:
        """The 12-digit id of its account."""
        return self._run.account

    @property
    def region(self) -> str:
        """Its Region."""
        return self._run.region

    @property
    def document_name(self) -> str:
        """The runbook's name or ARN, as requested."""
        return self._run.document_name

    @property
    def document_version(self) -> str:
        """The runbook's version number, as a string."""
        return self._run.document_version

    @property
    def parameters(self) -> dict[str, list[str]]:
        """The parameters of the request, and the defaults of a registered runbook."""
        return self._run.parameters

    @property
    def target(self) -> str | None:
        """The target that it runs on, if its parent runs on several targets."""
        return self._run.target

    @property
    def parent(self) -> Execution | None:
        """The execution that started it, if any."""
        return execution_of(self._run.parent) if self._run.parent else None

    @property
    def children(self) -> Sequence[Execution]:
        """The executions that it started, oldest first."""
        return [execution_of(run) for run in self._run.children]

    @property
    def started_at(self) -> datetime:
        """The start time in UTC."""
        return self._run.started_at

    @property
    def ended_at(self) -> datetime | None:
        """The end time in UTC; `None` while it runs."""
        return self._run.ended_at

    @property
    def status(self) -> str:
        """The status that the last poll showed, or that a signal, a stop or the test has set since."""
        return self._run.status

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        return self._run.ended

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The steps, as members of `StepExecution`."""
        return step_members(self._run)

    def step(self, name: str) -> dict[str, Any]:
        """Return a step by name, as members of `StepExecution`; for a step inside a loop, the latest iteration.

        Raises:
            FakeUsageError: The step does not exist.
        """
        steps = self.steps
        found = [step for step in steps if step["StepName"] == name]
        if not steps and self._run.runbook is None:
            raise FakeUsageError(
                f"{self.document_name} is not registered, so its executions have no steps. "
                f"{how_to_register(self.document_name)}"
            )
        if not found:
            raise unknown_name(f"step of {self.document_name!r}", name, [step["StepName"] for step in steps])
        return next((step for step in reversed(found) if step["StepStatus"] != "Pending"), found[-1])

    @property
    def unresolved(self) -> list[str]:
        """Outputs without a value that inputs or conditions have read, such as `getInstance.Platform`.

        Set them with `fake.step_outputs`; for an executed step, its selector has found nothing.
        """
        return [*self._run.walk.values.unresolved] if self._run.walk else []

    @property
    def outputs(self) -> dict[str, list[str]]:
        """The outputs. Without a registered runbook, they are empty until the end, unless the script sets them."""
        return outputs_of(self._run)

    @property
    def events(self) -> Sequence[Mapping[str, Any]]:
        """The events that EventBridge delivers, one for each status change of it and its steps, oldest first."""
        with self._run.lock:
            return View(range(len(self._run.history)), partial(event_of, self._run))

    @property
    def failure_message(self) -> str | None:
        """The failure message; `None` if it did not fail and its script sets none."""
        return failure_message_of(self._run)

    def advance(self) -> None:
        """Advance to the next status, as a poll does, but without waiting for a sleep. The last status stays."""
        self._run.advance()

    def run_to(self, step: str) -> None:
        """Run until a step is in progress. A step that needs a signal, such as `aws:approve`, then waits for it.

        Args:
            step: The step's name.

        Raises:
            FakeUsageError: The step does not exist, or the execution ends or waits for a signal before it.
        """
        run_to(self._run, step)

    def finish(
        self,
        status: StatusName = "Success",
        *,
        outputs: Mapping[str, list[str]] | None = None,
        failure_message: str | None = None,
    ) -> None:
        """End it now, whatever its script says. Executions that it started end too.

        Args:
            status: A status that ends an execution.
            outputs: The outputs, lists of strings by name.
            failure_message: The failure message.

        Raises:
            FakeUsageError: The status does not end an execution, the outputs are invalid, or it has already ended.
        """
        finish(self._run, status, outputs, failure_message)


def execution_of(run: Run) -> Execution:
    """Return the public object for a run, always the same one."""
    with run.lock:
        if run.shown_as is None:
            run.shown_as = Execution(run)
        return cast("Execution", run.shown_as)
