"""Scripts: the statuses, steps and outputs that a test defines for its executions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from botocore.utils import parse_to_aware_datetime
from botocore.validate import ParamValidator

from ..._errors import FakeUsageError, check_names, hide_usage_errors, unknown_name
from ..checks import model
from ..faults import When, check_when, matches

if TYPE_CHECKING:
    from ..._types import Statuses
    from ..calls import Request
    from .recorded import Replay

__tracebackhide__ = hide_usage_errors

STATUS: Final = "AutomationExecutionStatus"
# https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-statuses.html
ENDED: Final = frozenset(
    {"Success", "Failed", "TimedOut", "Cancelled", "Rejected", "Exited", "CompletedWithSuccess", "CompletedWithFailure"}
)
# The pace of a run that goes on by one step at each poll.
STEP: Final = "step"
SUCCEEDED: Final = frozenset({"Success", "CompletedWithSuccess"})
# What people write for a status that AWS calls otherwise.
_MEANT: Final = {
    **dict.fromkeys(("complete", "completed", "done", "ok", "succeed", "succeeded", "successful"), "Success"),
    **dict.fromkeys(("executing", "processing", "running", "started"), "InProgress"),
    **dict.fromkeys(("error", "errored", "fail", "failure"), "Failed"),
    **dict.fromkeys(("aborted", "canceled", "stopped", "terminated"), "Cancelled"),
    **dict.fromkeys(("created", "queued", "submitted"), "Pending"),
    **dict.fromkeys(("paused", "suspended"), "Waiting"),
    **dict.fromkeys(("timeout", "timedout", "expired"), "TimedOut"),
}
WORKING: Final = frozenset({"InProgress", "RunbookInProgress"})
WAITING: Final = frozenset({"Waiting", "PendingApproval"})


class Turn(NamedTuple):
    """The state of an execution after a poll.

    Attributes:
        status: The status.
        members: Other members of `AutomationExecution`.
        holds: Whether this turn waits until all executions on targets have ended.
    """

    status: str
    members: Mapping[str, Any] = MappingProxyType({})
    holds: bool = False


# The turns of an execution without a script, after Pending.
WORK: Final = (Turn("InProgress"), Turn("Success", holds=True))


class Script(NamedTuple):
    """A script for matching executions.

    Attributes:
        turns: One state for each poll; the last one stays.
        when: The requests that it matches: part of a request, or a function of the `Call`.
        outputs: The outputs after the end, lists of strings by name.
        steps: Members of `StepExecution` for each step.
        failure_message: The failure message, if the execution fails.
        execution_id: The id of the first matching execution.
        replay: A recorded execution of one runbook, which the executions of this runbook show.
    """

    turns: tuple[Turn, ...] = ()
    when: When | None = None
    outputs: Mapping[str, list[str]] | None = None
    steps: Sequence[Mapping[str, Any]] | None = None
    failure_message: str | None = None
    execution_id: str | None = None
    replay: Replay | None = None

    def meets(self, request: Request) -> bool:
        """Return whether the script matches a request."""
        is_its_own = self.replay is None or self.replay.is_of(request.params().get("DocumentName"))
        return is_its_own and matches(self.when, request)


UNSCRIPTED: Final = Script()


def make_script(
    statuses: Statuses,
    when: When | None = None,
    *,
    outputs: Mapping[str, list[str]] | None = None,
    steps: Sequence[Mapping[str, Any]] | None = None,
    failure_message: str | None = None,
    execution_id: str | None = None,
) -> Script:
    """Validate the arguments of a script, and copy them."""
    if not isinstance(statuses, list | tuple) or not statuses:
        hint = f": write {[statuses]!r}" if isinstance(statuses, str) else ""
        raise FakeUsageError(f"Expected a list of at least one status, but got statuses={statuses!r}{hint}")
    texts: dict[str, Any] = {"execution_id": execution_id, "failure_message": failure_message}
    for name, text in texts.items():
        if text is not None and (not isinstance(text, str) or not text):
            raise FakeUsageError(f"Expected {name} to be a non-empty string, but got {name}={text!r}")
    check_when(when, model.START)
    turns = tuple(_turn(item) for item in statuses)
    for one, following in pairwise(turn.status for turn in turns):
        if one in ENDED and following != one:
            raise FakeUsageError(f"{following} can't follow {one}, which ends the execution")
    return Script(
        turns=turns,
        when=when,
        outputs=read_shape("AutomationParameterMap", outputs, "outputs"),
        steps=read_shape("StepExecutionList", steps, "steps"),
        failure_message=failure_message,
        execution_id=execution_id,
    )


def _turn(item: str | Mapping[str, Any]) -> Turn:
    given: Any = {STATUS: item} if isinstance(item, str) else item
    if not isinstance(given, Mapping) or STATUS not in given:
        raise FakeUsageError(
            f"Expected each item of statuses to be a status, or members with {STATUS}, but got {item!r}"
        )
    members = read_shape("AutomationExecution", dict(cast("Mapping[str, Any]", given)), "item of statuses")
    return Turn(members.pop(STATUS), members)


def meant_by(status: object) -> str:
    """Return the status that a test most likely means by a common word; empty if it is not known."""
    return _MEANT.get(re.sub(r"[\W_]", "", str(status)).casefold(), "")


def read_shape(name: str, value: Any, what: str) -> Any:
    """Validate a value against a shape of the model, and copy it; `None` stays `None`."""
    if value is None:
        return None
    shape: Any = model.service_model().shape_for(name)
    if shape.type_name == "structure":
        check_names(f"member of {name}", value, shape.members)
    report = ParamValidator().validate(value, shape)
    if report.has_errors():
        raise FakeUsageError(f"Invalid {what}: {report.generate_report()}")
    return _copied(shape, value)


def _copied(shape: Any, value: Any) -> Any:
    """Copy a value at any depth, and convert times to aware datetimes, as botocore does."""
    copies: Mapping[str, Callable[[], Any]] = {
        "structure": lambda: {name: _copied(shape.members[name], item) for name, item in value.items()},
        "map": lambda: {key: _copied(shape.value, item) for key, item in value.items()},
        "list": lambda: [_copied(shape.member, item) for item in value],
        "timestamp": lambda: parse_to_aware_datetime(value),  # type: ignore[no-untyped-call, unused-ignore]  # typed by botocore-stubs
    }
    allowed = shape.metadata.get("enum")
    if allowed and value not in allowed:
        kind = "status" if shape.name == STATUS else shape.name
        raise unknown_name(kind, value, allowed, meant=meant_by(value) if shape.name == STATUS else "")
    return copies.get(shape.type_name, lambda: value)()
