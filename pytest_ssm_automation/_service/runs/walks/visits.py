"""The visits of steps on a walk, the iterations of loops, and the decisions of approvers.

Sources:
    https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-loop.html
    https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-approve.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ...runbooks.kinds import is_list
from ...runbooks.references import as_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from ...runbooks.flow import Flow, Step
    from ..results import StepResult

MOST_ITERATIONS: Final = 100
APPROVED: Final = "Approved"
UNDECIDED: Final = "Waiting"


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
        begun: When the attempt began, unless that is the start time.
        waits_to_begin: Whether it waits for a signal before it begins.
        ended: The end time.
        outputs: The outputs.
        message: The failure message, with the service's prefix and suffix.
        next: The next step that a branch has chosen.
        iterations: The iterations of a loop.
        child: The execution that the current attempt has started.
        decided_by: What decided the result of the latest attempt.
        kept: The result of a sleep that is not over yet, or of an approval or a pause that waits.
        polls: How often a caller has polled without a sleep while it waited for its time.
        polled: The time of the latest of these polls.
        decisions: The decisions of approvers.
        executing: Whether the attempt is being executed, and has to wait.
        called: The operations that the current attempt has called, such as `ec2 StopInstances`.
    """

    step: Step
    iteration: Iteration | None
    inputs: dict[str, Any]
    started: datetime
    status: str = "InProgress"
    attempt: int = 1
    begun: datetime | None = None
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
    executing: bool = False
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


def iteration_of(visit: Visit, number: int) -> Iteration | None:
    """Return an iteration of a loop, counted from 1; `None` if the loop has fewer."""
    most = visit.inputs.get("MaxIterations")
    iterations = int(as_text(most)) if as_text(most).isdecimal() else MOST_ITERATIONS
    if number > min(iterations, MOST_ITERATIONS):
        return None
    if visit.step.inputs.get("Iterators") is None:
        return Iteration(visit, number, None)
    items = visit.inputs.get("Iterators")
    listed: list[Any] = items if is_list(items) else []
    return Iteration(visit, number, listed[number - 1]) if number <= len(listed) else None


def loops_around(step: Step, flow: Flow) -> Iterator[int]:
    """Yield the indexes of the loops that contain a step, innermost first."""
    while step.parent is not None:
        yield step.parent
        step = flow.steps[step.parent]


def decision(kind: str, approver: str, time: datetime, comment: str) -> dict[str, str]:
    """Write a decision on a step, such as `Approve`, with the ARN of the caller, the time and a comment."""
    return {
        "Approver": approver,
        "Decision": kind,
        "ApprovalDecisionTime": f"{time:%Y-%m-%dT%H:%M:%S.%fZ}",
        "Comment": comment,
    }


def outputs_of_approval(visit: Visit) -> Mapping[str, Any]:
    """Return the outputs of a step after the decisions that there are."""
    kinds = [each["Decision"] for each in visit.decisions]
    status = UNDECIDED if len(kinds) < _needed(visit) else APPROVED
    if any(kind != "Approve" for kind in kinds):
        status = "Rejected"
    return {"ApprovalStatus": status, "ApproverDecisions": [*visit.decisions]}


def _needed(visit: Visit) -> int:
    """Return how many approvals a step needs; 1 if that is not known."""
    given = as_text(visit.inputs.get("MinRequiredApprovals", 1))
    return max(int(given), 1) if given.isdecimal() else 1
