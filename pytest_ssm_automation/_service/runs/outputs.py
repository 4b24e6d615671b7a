"""The outputs of executions.

The text for steps that have not succeeded was observed. The text for outputs that the test has not set is our own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ..._errors import hide_usage_errors, unknown_name
from ..calls import copy_containers
from ..runbooks.references import UNKNOWN, as_texts
from .outcomes import SUCCESS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..runbooks.flow import Flow
    from .scripts import Script
    from .walk import Walk

__tracebackhide__ = hide_usage_errors

NOT_YET: Final = "No output available yet because the step is not successfully executed"


def run_outputs(
    walk: Walk | None, scripted: Mapping[str, list[str]] | None, members: Mapping[str, list[str]] | None
) -> dict[str, list[str]]:
    """Return the outputs of an execution.

    Args:
        walk: Its walk along a registered runbook.
        scripted: The outputs of its script, once it has ended.
        members: The outputs of the current item of its script.
    """
    declared = {name: _texts(walk, name) for name in walk.flow.outputs} if walk else {}
    said: dict[str, Any] = {**(scripted or {}), **(members or {})}
    return {**declared, **copy_containers(said)}


def _texts(walk: Walk, name: str) -> list[str]:
    step, _, output = name.partition(".")
    visit = walk.latest.get(walk.flow.places[step])
    if visit is None or visit.status != SUCCESS:
        return [NOT_YET]
    value = walk.value(name)
    if value is UNKNOWN:
        return [f"{name}: not set by the test; call fake.step_outputs({step!r}, {{{output!r}: ...}})"]
    return as_texts(value)


def check_names(script: Script, flow: Flow, runbook: str) -> None:
    """Check that the runbook declares the outputs and steps of a script.

    Raises:
        FakeUsageError: It does not; the message suggests a similar name.
    """
    for name in script.outputs or ():
        if name not in flow.outputs:
            raise unknown_name(f"output of runbook {runbook!r}", name, flow.outputs)
    for step in script.steps or ():
        if step.get("StepName") not in flow.places:
            raise unknown_name(f"step of runbook {runbook!r}", step.get("StepName"), flow.places)
