"""Status scripts: how the executions go that a test has described."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from ..._errors import FakeUsageError, hide_usage_errors, unknown_name
from ..checks import model
from ..faults import When, check_when, matches

if TYPE_CHECKING:
    from ..._types import Statuses
    from ..calls import Request

__tracebackhide__ = hide_usage_errors

STATUS: Final = "AutomationExecutionStatus"
# https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-statuses.html
ENDED: Final = frozenset(
    {"Success", "Failed", "TimedOut", "Cancelled", "Rejected", "Exited", "CompletedWithSuccess", "CompletedWithFailure"}
)
SUCCEEDED: Final = frozenset({"Success", "CompletedWithSuccess"})
WORKING: Final = frozenset({"InProgress", "RunbookInProgress"})
WAITING: Final = frozenset({"Waiting", "PendingApproval"})


class Turn(NamedTuple):
    """What an execution comes to by a poll.

    Attributes:
        status: Its status.
        members: Members of `AutomationExecution` that go with it.
        holds: Whether it comes only when the executions that this one has started have ended.
    """

    status: str
    members: Mapping[str, Any] = MappingProxyType({})
    holds: bool = False


# How an execution goes that no script describes, once it is Pending.
WORK: Final = (Turn("InProgress"), Turn("Success", holds=True))


@dataclass(frozen=True, slots=True, eq=False)
class Script:
    """How matching executions go.

    Attributes:
        turns: What it comes to at each poll; the last one stays.
        when: Which requests it is for: part of a request, or a function of the `Call`.
        outputs: What ended executions put out: lists of texts by name.
        steps: Members of `StepExecution`, for each step.
        failure_message: Why failed executions failed.
        execution_id: The id of the first execution that it is for.
    """

    turns: tuple[Turn, ...] = ()
    when: When | None = None
    outputs: Mapping[str, list[str]] | None = None
    steps: Sequence[Mapping[str, Any]] | None = None
    failure_message: str | None = None
    execution_id: str | None = None

    def meets(self, request: Request) -> bool:
        """Tell whether the script is for the execution that a request starts."""
        return matches(self.when, request)


UNSCRIPTED: Final = Script()


def make_script(
    statuses: Statuses,
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
    texts: dict[str, Any] = {"execution_id": execution_id, "failure_message": failure_message}
    for name, text in texts.items():
        if text is not None and (not isinstance(text, str) or not text):
            raise FakeUsageError(f"Expected {name} to be a text that is not empty, but got {name}={text!r}")
    check_when(when, model.START)
    turns = tuple(_turn(item) for item in statuses)
    for one, following in pairwise(turn.status for turn in turns):
        if one in ENDED and following != one:
            raise FakeUsageError(f"An execution that has ended goes on no more: {following} can't come after {one}")
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


def check_ended(status: object) -> None:
    """Refuse a status that does not end a run."""
    if status not in ENDED:
        raise unknown_name("status", status, ENDED)


def read_shape(name: str, value: Any, what: str) -> Any:
    """Copy a value that has the shape of this name in the model; `None` has no shape.

    Raises:
        FakeUsageError: It has not that shape, or a text in it is not one that the model allows.
    """
    if value is None:
        return None
    from botocore.validate import ParamValidator

    shape: Any = model.service_model().shape_for(name)
    if shape.type_name == "structure":
        for member in value:
            if member not in shape.members:
                raise unknown_name(f"member of {name}", member, shape.members)
    report = ParamValidator().validate(value, shape)
    if report.has_errors():
        raise FakeUsageError(f"Malformed {what}: {report.generate_report()}")
    return _copied(shape, value)


def _copied(shape: Any, value: Any) -> Any:
    """Copy a value at any depth, with times as botocore gives them, which are datetimes that know their zone."""
    copies: Mapping[str, Callable[[], Any]] = {
        "structure": lambda: {name: _copied(shape.members[name], item) for name, item in value.items()},
        "map": lambda: {key: _copied(shape.value, item) for key, item in value.items()},
        "list": lambda: [_copied(shape.member, item) for item in value],
        "timestamp": lambda: _aware(value),
    }
    allowed = shape.metadata.get("enum")
    if allowed and value not in allowed:
        raise unknown_name("status" if shape.name == STATUS else shape.name, value, allowed)
    return copies.get(shape.type_name, lambda: value)()


def _aware(value: Any) -> Any:
    from botocore.utils import parse_to_aware_datetime

    return parse_to_aware_datetime(value)  # type: ignore[no-untyped-call, unused-ignore]  # typed by botocore-stubs
