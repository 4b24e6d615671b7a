"""The action `aws:executeAutomation`. The walk starts the execution, if its runbook is registered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._service.runbooks.library import bare_name, how_to_register
from ..._service.runs.attempts import outputs_of_child
from ..attempt import Unable

if TYPE_CHECKING:
    from ..._service.runbooks.flow import Step
    from ..._service.runs.run import Run
    from ..attempt import Attempt, ClientOf, Outputs


def execute_automation(attempt: Attempt) -> Outputs:
    """Return the outputs of a step whose execution has ended.

    Raises:
        Unable: It has started none, because its runbook is not registered.
    """
    if attempt.child is None:
        raise _not_registered(str(attempt.inputs.get("DocumentName")))
    return outputs_of_child(attempt.child)


def check(step: Step, run: Run, _: ClientOf) -> None:
    """Check that the runbook of a step is registered.

    Raises:
        Unable: It is not.
    """
    name = str(step.inputs.get("DocumentName"))
    if "{{" not in name and not run.host.knows(name, run.region):
        raise _not_registered(name)


def _not_registered(name: str) -> Unable:
    return Unable(f"its runbook {bare_name(name)} is not registered. {how_to_register(bare_name(name))}")
