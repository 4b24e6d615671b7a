"""Walk a runbook with the parameters and the results of steps that were recorded."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from .._errors import AutomationFakeError, hide_usage_errors
from .._service.accounts import ACCOUNT_ID
from .._service.calls import Request
from .._service.checks import model
from .._service.engine import Service
from .._service.errors import ServiceError
from .._service.runbooks.actions import APPROVE, PAUSE
from .._service.runbooks.library import flow_of
from .._service.runbooks.parameters import DECLARED_RULES
from .._service.runbooks.starts import ASSUME_ROLE
from .._service.runs.execution import Execution, execution_of
from .._service.runs.overrides import StepOutputs
from .._service.runs.results import SUCCESS
from .._service.runs.scripts import ENDED
from .._service.state import Settings
from .results import PENDING
from .supplying import NoResultError, Supply
from .values import as_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._service.runbooks.declarations import Runbook
    from .._service.runs.recorded import Replay
    from .results import Key

__tracebackhide__ = hide_usage_errors

_PLAIN: Final = ("Parameters", "Mode")
_REQUESTED: Final = (
    *("TargetParameterName", "Targets", "TargetMaps", "TargetLocations", "MaxConcurrency", "MaxErrors"),
    *("AlarmConfiguration", *_PLAIN),
)
# An execution shows defaults among its parameters, which may be texts that a request can't have.
_SHOWN_ONLY: Final = (ASSUME_ROLE, "Parameters{value}[]:min", "Parameters{value}[]:max", "Parameters:max")
_ACCOUNT: Final = re.compile(r"arn:[^:]*:[^:]*::([0-9]{12}):")
_REGION: Final = re.compile(r"\b(?:af|ap|ca|cn|eu|il|me|mx|sa|us)(?:-gov)?-[a-z]+-[1-9]\b")
_DEFAULT_REGION: Final = "us-east-1"
_WAITING: Final = "Waiting"
_SIGNALS: Final = {APPROVE: {SUCCESS: "Approve", "Failed": "Reject"}, PAUSE: {SUCCESS: "Resume"}}
_CANCELLED: Final = frozenset({"Cancelled", "Cancelling"})


class Walked(NamedTuple):
    """A walk of a runbook with recorded results.

    Attributes:
        execution: The members of `AutomationExecution`; `None` if it has not ended, or was not started.
        steps: The members of each `StepExecution`.
        refused: Why it was not started.
    """

    execution: Mapping[str, Any] | None
    steps: list[dict[str, Any]]
    refused: str | None = None


class Walk:
    """A walk of a runbook, the recorded or an edited one, in a service of its own."""

    def __init__(self, recording: Replay, runbook: Runbook) -> None:
        """Prepare the service."""
        self._recording = recording
        self._runbook = runbook
        self._stopped = recording.execution["AutomationExecutionStatus"] in _CANCELLED
        self._supply = Supply(recording, runbook)
        caller = _ACCOUNT.match(recording.execution.get("ExecutedBy", ""))
        self._account = caller[1] if caller else ACCOUNT_ID
        self._region = recording.region or _region_in(recording)
        redacted = [f"runbook:{name}:{rule}" for name in recording.redacted for rule in DECLARED_RULES]
        settings = Settings(relax=[*_SHOWN_ONLY, *redacted], runbooks=(runbook,), pace="step")
        self._service = Service(seed="comparison", settings=settings)
        resources: list[str] = recording.execution.get("ResolvedTargets", {}).get("ParameterValues", [])
        self._service.store.set_resolver(lambda _: resources)
        for step in flow_of(runbook).steps:
            self._service.add_override(StepOutputs(step.name, self._supply.outputs))

    def run(self) -> Walked:
        """Start, and walk until the end, or until the recording has no result."""
        shown = self._recording.execution
        names = _PLAIN if self._recording.on_target else _REQUESTED
        members = {**shown, "Parameters": self._given(shown.get("Parameters", {}))}
        request = {name: members[name] for name in names if members.get(name)}
        try:
            self._ask(model.START, DocumentName=self._runbook.name, **request)
        except ServiceError as error:
            return Walked(None, [], str(error))
        execution = execution_of(self._service.store.started[0])
        try:
            while not execution.ended:
                self._move(execution)
        except (NoResultError, AutomationFakeError):
            return Walked(None, self._shown(execution, execution.steps))
        answer = self._ask("GetAutomationExecution", AutomationExecutionId=execution.id)
        members = self._shown(execution, answer["AutomationExecution"])
        return Walked(members, members.pop("StepExecutions"))

    def _given(self, shown: Mapping[str, Any]) -> dict[str, Any]:
        """Return the parameters without the defaults, if steps for accounts and Regions show which were given."""
        inputs = [step.get("Inputs", {}) for step in self._recording.steps if "TargetLocation" in step]
        texts = [each["RuntimeParameters"] for each in inputs if "RuntimeParameters" in each]
        defaults = {name for name, each in self._runbook.parameters.items() if texts and not each.required}
        return {name: value for name, value in shown.items() if name not in defaults or json.dumps(name) in texts[0]}

    def _ask(self, operation: str, **members: Any) -> dict[str, Any]:
        return self._service.answer(Request(operation, members, self._region, "", None, account=self._account))

    def _ask_of(self, execution: Execution, operation: str, **members: Any) -> None:
        """Ask where the execution is: a child may be in another account and Region."""
        members["AutomationExecutionId"] = execution.id
        self._service.answer(Request(operation, members, execution.region, "", None, account=execution.account))

    def _shown(self, execution: Execution, value: Any) -> Any:
        """Copy members as JSON values, with the id of the recorded execution."""
        text = as_json(value)
        for one in (execution, *execution.children):
            step = self._supply.steps.get((one.target or "",), {})
            outputs = step.get("Outputs", {}).get("ExecutionId", [one.id])
            own = self._recording.id
            text = text.replace(one.id, own if one is execution else "".join(outputs))
        return json.loads(text)

    # Moves.

    def _move(self, execution: Execution) -> None:
        """Make it go on by a step, with the signal or the stop that was recorded."""
        mark = self._progress(execution)
        self._finish_children(execution)
        for each in (execution, *execution.children):
            if each.status == _WAITING:
                self._signal(each)
        if execution.status != _WAITING and self._was_stopped(execution):
            self._ask_of(execution, "StopAutomationExecution")
        elif execution.status != _WAITING:
            execution.advance()
        if self._progress(execution) == mark:
            raise NoResultError

    def _progress(self, execution: Execution) -> tuple[int, ...]:
        return (self._supply.asked, *(len(each.events) for each in (execution, *execution.children)))

    def _was_stopped(self, execution: Execution) -> bool:
        """Return whether the recorded execution was stopped at the current step, and this one was not yet."""
        at = None if execution.ended or execution.status in _CANCELLED else self._supply.at(execution)
        return at is not None and (at.status in _CANCELLED or (at.status == PENDING and self._stopped))

    def _signal(self, execution: Execution) -> None:
        """Send the signal for which an execution waits, or stop it."""
        at = self._supply.at(execution)
        if at is None or at.status in _CANCELLED:
            kind = "Cancel" if at else "Complete"
            self._ask_of(execution, "StopAutomationExecution", Type=kind)
            return
        kinds = _SIGNALS.get(at.shown["Action"])
        signal = kinds.get(at.status) if kinds else None if at.status == PENDING else "StartStep"
        if signal is None:
            raise NoResultError
        payload = {"StepName": [at.shown["StepName"]]}
        while self._waits_at(execution, at.key):  # an approval may need several
            self._ask_of(execution, "SendAutomationSignal", SignalType=signal, Payload=payload)

    def _waits_at(self, execution: Execution, key: Key) -> bool:
        at = self._supply.at(execution)
        return execution.status == _WAITING and at is not None and at.key == key

    def _finish_children(self, execution: Execution) -> None:
        """End executions on targets that were not recorded themselves as the steps of their parent were."""
        for child in execution.children:
            recorded = self._supply.steps.get((child.target or "",))
            if not child.ended and recorded and self._supply.source(child) is None and recorded["StepStatus"] in ENDED:
                finish = partial(child.finish, recorded["StepStatus"], failure_message=recorded.get("FailureMessage"))
                try:
                    finish()
                except AutomationFakeError:
                    finish()  # Without results, it goes in a circle, where it was aborted.


def _region_in(recording: Replay) -> str:
    """Return the Region that a recording names first, if it does not say where it was made."""
    found = _REGION.search(f"{recording.execution} {recording.steps}")
    return found[0] if found else _DEFAULT_REGION
