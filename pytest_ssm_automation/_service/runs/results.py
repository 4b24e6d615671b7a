"""The results of the attempts of a step, and the changes of statuses."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

SUCCESS: Final = "Success"
# What decided a result.
FAIL_STEP: Final = "fail_step"
STEP_OUTPUTS: Final = "step_outputs"
EXECUTED: Final = "executed"
SIGNAL: Final = "a signal"


class StepResult(NamedTuple):
    """The result of one attempt of a step.

    Attributes:
        status: `Success`, or the status of the failure.
        outputs: The outputs by name, with their types.
        message: The failure message.
        decided_by: What decided it; empty if the test has said nothing.
    """

    status: str = SUCCESS
    outputs: Mapping[str, Any] = MappingProxyType({})
    message: str | None = None
    decided_by: str = ""


class StatusChange(NamedTuple):
    """A change of the status of a run or of one of its steps.

    Attributes:
        time: The time of the change.
        status: The new status.
        step: The step's name; `None` for the run itself.
        action: The step's action.
        started: The start time of the step or the run.
    """

    time: datetime
    status: str
    step: str | None
    action: str | None
    started: datetime
