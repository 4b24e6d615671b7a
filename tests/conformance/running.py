"""What an execution shows, and runs of small runbooks on a fake of their own."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from pytest_ssm_automation import AutomationFake

if TYPE_CHECKING:
    from collections.abc import Callable

    from .bench import Bench
    from .runbooks import Runbook

    Prepare = Callable[[AutomationFake], object]


class Shown(dict[str, Any]):
    """What GetAutomationExecution shows."""

    @property
    def status(self) -> str:
        """The status."""
        return str(self["AutomationExecutionStatus"])

    @property
    def statuses(self) -> dict[str, str]:
        """The statuses of the steps by name."""
        return {step["StepName"]: step["StepStatus"] for step in self["StepExecutions"]}

    def step(self, name: str) -> dict[str, Any]:
        """Return a step."""
        found: dict[str, Any] = next(step for step in self["StepExecutions"] if step["StepName"] == name)
        return found

    def input(self, step: str, name: str) -> Any:
        """Return the value of an input of a step."""
        return json.loads(self.step(step)["Inputs"][name])


def failing(step: str, text: str | None = "It broke", status: str = "Failed", *, times: int | None = None) -> Prepare:
    """Let a step fail."""
    return lambda fake: fake.fail_step(step, text, status=status, times=times)


def putting_out(step: str, **outputs: Any) -> Prepare:
    """Let a step put out values."""
    return lambda fake: fake.step_outputs(step, outputs)


def poll(client: Any, execution_id: str) -> Shown:
    """Poll an execution."""
    return Shown(client.get_automation_execution(AutomationExecutionId=execution_id)["AutomationExecution"])


def ran(
    bench: Bench, content: Runbook, *prepare: Prepare, options: Any = None, pause: float = 0, **members: Any
) -> Shown:
    """Run a runbook on a fake of its own, and return what is shown in the end, or where it waits.

    Args:
        bench: The target, which has to be a fake.
        content: The runbook.
        *prepare: Called with the fake before the start.
        options: Options of the fake.
        pause: The seconds between two polls.
        **members: Members of the request.
    """
    bench.needs_fake()
    with AutomationFake(unknown_documents="reject", **options or {}) as fake:
        fake.add_runbook(content, name="Doc")
        for each in prepare:
            each(fake)
        client = fake.client()
        execution_id = client.start_automation_execution(DocumentName="Doc", **members)["AutomationExecutionId"]
        shown = poll(client, execution_id)
        while shown.status in {"Pending", "InProgress"}:
            time.sleep(pause)
            shown = poll(client, execution_id)
        return shown
