"""Status scripts: how the executions go that a test has described."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from . import model
from .calls import copy_containers
from .errors import FakeUsageError, unknown_name
from .faults import When, check_when, matches

if TYPE_CHECKING:
    from .calls import Request

Frame = Mapping[str, Any]
STATUS: Final = "AutomationExecutionStatus"
# https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-statuses.html
ENDED: Final = frozenset(
    {"Success", "Failed", "TimedOut", "Cancelled", "Rejected", "Exited", "CompletedWithSuccess", "CompletedWithFailure"}
)


def frames_of(*statuses: str) -> tuple[Frame, ...]:
    """Make frames that have nothing but a status."""
    return tuple({STATUS: status} for status in statuses)


@dataclass(frozen=True, slots=True)
class Script:
    """How matching executions go.

    Attributes:
        frames: Members of `AutomationExecution` at each poll, each with its status; the last one stays.
        when: Which requests it is for: part of a request, or a function of the `Call`.
        outputs: What ended executions put out: lists of texts by name.
        steps: Members of `StepExecution`, for each step.
        failure_message: Why failed executions failed.
        execution_id: The id of the first execution that it is for.
    """

    frames: tuple[Frame, ...] = ()
    when: When | None = None
    outputs: Mapping[str, list[str]] | None = None
    steps: Sequence[Mapping[str, Any]] | None = None
    failure_message: str | None = None
    execution_id: str | None = None

    def meets(self, request: Request, params: Mapping[str, Any]) -> bool:
        """Tell whether the script is for the execution that a request starts."""
        return matches(self.when, request, params)


UNSCRIPTED: Final = Script()


def make_script(
    statuses: Sequence[str | Mapping[str, Any]],
    *,
    when: When | None = None,
    outputs: Mapping[str, list[str]] | None = None,
    steps: Sequence[Mapping[str, Any]] | None = None,
    failure_message: str | None = None,
    execution_id: str | None = None,
) -> Script:
    """Check what a test says of its executions, and copy it.

    Raises:
        FakeUsageError: There is no such status or member, or something has the wrong shape.
    """
    if not isinstance(statuses, list | tuple) or not statuses:
        raise FakeUsageError(f"Expected a list of at least one status, but got statuses={statuses!r}")
    if execution_id is not None and (not isinstance(execution_id, str) or not execution_id):
        raise FakeUsageError(
            f"Expected execution_id to be a text that is not empty, but got execution_id={execution_id!r}"
        )
    check_when(when, model.START)
    frames = tuple(_frame(item) for item in statuses)
    check_shape("AutomationParameterMap", outputs, "outputs")
    for step in steps or ():
        check_shape("StepExecution", step, "a step")
    return Script(frames, when, copy_containers(outputs), copy_containers(steps), failure_message, execution_id)


def _frame(item: str | Mapping[str, Any]) -> Frame:
    frame: Any = {STATUS: item} if isinstance(item, str) else copy_containers(item)
    if not isinstance(frame, dict) or STATUS not in frame:
        raise FakeUsageError(
            f"Expected each item of statuses to be a status, or members with {STATUS}, but got {item!r}"
        )
    check_shape("AutomationExecution", frame, "an item of statuses")
    check_status(frame[STATUS], model.enum(STATUS))
    made: Frame = frame
    return made


def check_status(status: object, allowed: Sequence[str] | frozenset[str]) -> None:
    """Refuse a status that is not one of those allowed."""
    if status not in allowed:
        raise unknown_name("status", status, allowed)


def check_shape(name: str, value: Any, what: str) -> None:
    """Refuse a value that has not the shape of this name in the model; `None` has no shape."""
    if value is None:
        return
    from botocore.validate import ParamValidator

    shape: Any = model.service_model().shape_for(name)
    if shape.type_name == "structure" and isinstance(value, dict):
        for member in value:
            if member not in shape.members:
                raise unknown_name(f"member of {name}", member, shape.members)
    report = ParamValidator().validate(value, shape)
    if report.has_errors():
        raise FakeUsageError(f"Malformed {what}: {report.generate_report()}")
