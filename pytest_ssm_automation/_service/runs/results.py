"""The results of the attempts of a step."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

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
