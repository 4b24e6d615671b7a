"""Compare a recorded execution with the walk of its runbook, or of an edited one: the members that differ."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from .._errors import FakeUsageError, hide_usage_errors
from .._service.runbooks.kinds import is_list, is_mapping
from .._service.runbooks.library import flow_of
from .reading import read_recording
from .results import FAILED, PENDING, by_key, named
from .values import are_equal, as_shown
from .walking import Walk

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from .._service.runbooks.flow import Flow
    from .._service.runs.recorded import Replay
    from .results import Key
    from .walking import Walked

__tracebackhide__ = hide_usage_errors

_NEVER: Final = datetime.min.replace(tzinfo=UTC)
# Ids, times, who started it, and what tells how it was started, which a walk does not know.
_NOT_COMPARED: Final = frozenset(
    {
        *("AutomationExecutionId", "ParentAutomationExecutionId", "StepExecutionId", "ExecutedBy"),
        *("ExecutionStartTime", "ExecutionEndTime", "ScheduledTime", "StepExecutionsTruncated"),
        *("AssociationId", "OpsItemId", "ChangeRequestName", "Runbooks", "AutomationSubtype", "TriggeredAlarms"),
    }
)
# The parent of a child on a target determines these.
_OF_PARENT: Final = frozenset(
    {"Target", "Targets", "TargetParameterName", "TargetMaps", "TargetLocations", "ResolvedTargets"}
    | {"MaxConcurrency", "MaxErrors", "AlarmConfiguration"}
)
# Members that are compared name by name, with the names in them that are not.
_NESTED: Final[Mapping[str, frozenset[str]]] = {
    **dict.fromkeys(("Inputs", "Outputs", "Parameters", "ResolvedTargets", "Variables"), frozenset[str]()),
    "ParentStepDetails": _NOT_COMPARED,
}


def compare_file(path: object, runbook: object = None) -> tuple[str, ...]:
    """Compare the file of a recording, see `recordings.compare`."""
    return tuple(_lines(read_recording(path, runbook)))


def _lines(recording: Replay) -> Iterator[str]:
    """Yield the differences of an execution, and of those that it started."""
    if recording.runbook is None:
        raise FakeUsageError(
            f"{recording.source} has no Document, so there is no runbook to walk; record it with "
            "python -m pytest_ssm_automation record, or give a runbook"
        )
    walked = Walk(recording, recording.runbook).run()
    if walked.refused:
        shown = as_shown(recording.execution.get("Parameters"))
        yield f"Parameters: recorded {shown}, walked refused: {walked.refused}"
    else:
        yield from _Comparison(recording, walked, rounds=_jumps_back(flow_of(recording.runbook))).lines()
    for child in recording.children:
        for line in _lines(child):
            yield f"{child.id}: {line}"


def _jumps_back(flow: Flow) -> bool:
    """Return whether a step can be followed by one that is not listed after it."""
    return any(
        isinstance(target, int) and target <= step.place
        for step in flow.steps
        for target in (step.following, step.on_failure, step.on_cancel, step.default, *(to for _, to in step.choices))
    )


class _Comparison:
    """The comparison of a recording with a walk.

    Only the last result of each step is in a recording. If the runbook jumps back, steps may have run, and failed, in
    an earlier round that the walk cannot repeat; what only such a round can explain is no difference.
    """

    def __init__(self, recording: Replay, walked: Walked, *, rounds: bool) -> None:
        self._recording, self._walked, self._rounds = recording, walked, rounds

    def lines(self) -> Iterator[str]:
        """Yield a line for each member that differs, `step.member: recorded ..., walked ...`: steps first."""
        yield from self._steps()
        yield from self._execution()

    def _execution(self) -> Iterator[str]:
        """Compare the members of the execution, if the walk has come to its end."""
        recording, skipped = self._recording, set(_NOT_COMPARED)
        if recording.on_target:
            skipped |= _OF_PARENT
        status = recording.execution["AutomationExecutionStatus"]
        statuses = {step["StepStatus"] for step in recording.steps}
        if self._rounds and status in FAILED and status not in statuses:
            skipped |= {"AutomationExecutionStatus", "FailureMessage"}
        if self._walked.execution:
            yield from self._members("", recording.execution, self._walked.execution, skipped)

    def _steps(self) -> Iterator[str]:
        """Compare the steps that were walked, and then the others."""
        before, after = by_key(self._recording.steps), by_key(self._walked.steps)
        ran = {key for key, step in after.items() if step["StepStatus"] != PENDING}
        lines = [line for key in before if key in ran for line in self._step(key, before[key], after[key])]
        lines += [line for key in after if key not in before for line in self._step(key, {}, after[key])]
        yield from lines
        last = max((_start(before[key]) for key in ran if key in before), default=_NEVER)
        ended = self._rounds and self._walked.execution and not lines
        for key, step in before.items():
            # It ran before the last one, though the way was the same.
            earlier = ended and key in after and step["StepStatus"] != PENDING and _start(step) <= last
            if key not in ran and not earlier:
                yield from self._step(key, step, after.get(key, {}))

    def _step(self, key: Key, recorded: Mapping[str, Any], walked: Mapping[str, Any]) -> Iterator[str]:
        """Compare a step; if it has run, or ended, in one of both only, just its status."""
        statuses = [step.get("StepStatus") for step in (recorded, walked)]
        if statuses[0] != statuses[1] and not {None, PENDING, "InProgress"}.isdisjoint(statuses):
            recorded, walked = ({"StepStatus": status} for status in statuses)
        yield from self._members(f"{named(key)}.", recorded, walked, _NOT_COMPARED)

    def _members(
        self, prefix: str, recorded: Mapping[str, Any], walked: Mapping[str, Any], skipped: Collection[str]
    ) -> Iterator[str]:
        for name in dict.fromkeys((*recorded, *walked)):
            one, other = recorded.get(name), walked.get(name)
            if name in skipped:
                continue
            if name in _NESTED and is_mapping(one) and is_mapping(other):
                yield from self._members(f"{prefix}{name}.", one, other, _NESTED[name])
            elif not are_equal(one, other) and not self._was_emptied(one):
                yield f"{prefix}{name}: recorded {as_shown(one)}, walked {as_shown(other)}"

    def _was_emptied(self, value: Any) -> bool:
        """Return whether a value may have been emptied: it has no other texts than empty ones."""
        if not self._recording.redacted:
            return False
        if is_mapping(value) or is_list(value):
            return all(map(self._was_emptied, value.values() if is_mapping(value) else value))
        return value in ("", '""')


def _start(step: Mapping[str, Any]) -> datetime:
    found: datetime = step.get("ExecutionStartTime", _NEVER)
    return found
