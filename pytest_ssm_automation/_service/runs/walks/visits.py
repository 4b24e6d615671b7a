"""The visits of steps on a walk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..results import StepResult

if TYPE_CHECKING:
    from ...runbooks.flow import Step


@dataclass(slots=True, eq=False)
class Visit:
    """One run of a step.

    Attributes:
        step: The step.
        iteration: The loop iteration that it belongs to.
        inputs: The resolved inputs.
        started: The start time.
        status: The status.
        attempt: The number of the attempt.
        waits_to_begin: Whether it waits for a signal before it begins.
        ended: The end time.
        outputs: The outputs.
        message: The failure message, with the service's prefix and suffix.
        next: The next step that a branch has chosen.
        iterations: The iterations of a loop.
        child: The execution that the current attempt has started.
        decided_by: What decided the result of the latest attempt.
        kept: The result of a sleep that is not over yet.
        polls: How often a caller has polled without a sleep while it waited for its time.
        polled: The time of the latest of these polls.
        decisions: The decisions of approvers.
        said: What the test has set for the result of an approval or a pause, once it waits.
        called: The operations that the current attempt has called, such as `ec2 StopInstances`.
    """

    step: Step
    iteration: Iteration | None
    inputs: dict[str, Any]
    started: datetime
    status: str = "InProgress"
    attempt: int = 1
    waits_to_begin: bool = False
    ended: datetime | None = None
    outputs: dict[str, Any] = field(default_factory=dict[str, Any])
    message: str | None = None
    next: int | None = None
    iterations: list[Iteration] = field(default_factory=list["Iteration"])
    child: Any = None
    decided_by: str = ""
    kept: StepResult | None = None
    polls: int = 0
    polled: datetime | None = None
    decisions: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    said: StepResult = StepResult()  # noqa: RUF009 - it is immutable
    called: tuple[str, ...] = ()


@dataclass(slots=True, eq=False)
class Iteration:
    """One iteration of a loop.

    Attributes:
        loop: The visit of the loop.
        number: The number, from 1.
        value: The item of Iterators.
        visits: The latest visit of each inner step, by index.
    """

    loop: Visit
    number: int
    value: Any
    visits: dict[int, Visit] = field(default_factory=dict[int, Visit])


# Called for each status change of a step, with the visit, the status and the time.
Note = Callable[[Visit, str, datetime], None]
