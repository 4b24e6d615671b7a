"""The outputs of executions, their failure messages, and how the service writes the inputs and outputs of steps.

The text for steps that have not succeeded was observed. The text for outputs that the test has not set is our own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...calls import copy_containers
from ...runbooks.kinds import as_list, is_mapping
from ...runbooks.library import flow_of
from ...runbooks.references import UNKNOWN, as_json
from ..results import SUCCESS
from ..scripts import ENDED, SUCCEEDED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..run import Run
    from ..walks.walk import Walk

_FAILED: Final = frozenset({"Failed", "TimedOut", "CompletedWithFailure"})
NOT_YET: Final = "No output available yet because the step is not successfully executed"
_COUNTED: Final = {"Cancelled": "CancelledSteps", "TimedOut": "TimedOutSteps"}
# The service writes JSON so that it can be put into HTML.
_ESCAPED: Final = str.maketrans({letter: f"\\u{ord(letter):04x}" for letter in "'=<>&"})
_COMMAND: Final = "aws:runCommand"
_LOGS: Final = "CloudWatchOutputConfig"


def outputs_of(run: Run) -> dict[str, list[str]]:
    """Return the declared outputs of the runbook of an execution, and the outputs of its script."""
    declared = {name: _texts(run.walk, name) for name in flow_of(run.runbook).outputs} if run.runbook else {}
    scripted: dict[str, Any] = {**((run.ended and run.script.outputs) or {}), **run.members.get("Outputs", {})}
    return {**declared, **copy_containers(scripted)}


def failure_message_of(run: Run) -> str | None:
    """Return the failure message of an execution; `None` if it did not fail and its script sets none.

    An execution on several targets has none: those that it has started have theirs.
    """
    message: str | None = run.members.get("FailureMessage")
    if message is None and run.status in _FAILED and run.script.replay is None:
        walked = run.walk.message if run.walk else None
        default = None if run.targets else f"The execution ended as {run.status}."
        message = run.script.failure_message or walked or default
    return message


def _texts(walk: Walk | None, name: str) -> list[str]:
    step, _, output = name.partition(".")
    visit = walk.latest.get(walk.flow.places[step]) if walk else None
    if walk is None or visit is None or visit.status != SUCCESS:
        return [NOT_YET]
    value = walk.values.value(name)
    if value is UNKNOWN:
        return [f"{name}: not set by the test; call fake.step_outputs({step!r}, {{{output!r}: ...}})"]
    return output_texts(value)


def progress_counters(statuses: Sequence[str]) -> dict[str, int]:
    """Count the targets of an execution by the statuses of their steps."""
    counts = {name: statuses.count(status) for status, name in _COUNTED.items()}
    failed = [status for status in statuses if status in ENDED - SUCCEEDED and status not in _COUNTED]
    succeeded = [status for status in statuses if status in SUCCEEDED]
    return {"TotalSteps": len(statuses), "SuccessSteps": len(succeeded), "FailedSteps": len(failed), **counts}


def output_texts(value: object) -> list[str]:
    """Write an output: a list of strings, one for each item of a list."""
    return [item if isinstance(item, str) else as_json(item).translate(_ESCAPED) for item in as_list(value)]


def input_texts(action: str, inputs: Mapping[str, Any]) -> dict[str, str]:
    """Write the inputs of a step: JSON by name, in the order of the names."""
    if action == _COMMAND and is_mapping(logs := inputs.get(_LOGS)):
        inputs = {**inputs, _LOGS: {name[:1].lower() + name[1:]: value for name, value in logs.items()}}
    return {name: as_json(inputs[name]) for name in sorted(inputs)}
