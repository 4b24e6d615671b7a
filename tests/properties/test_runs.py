"""Executions that walk their runbooks with any calls of a caller, compared with an independent model of the flow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from flow_oracle import Reading, names
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule
from properties.documents import VALUES, documents

from pytest_ssm_automation import AutomationFake

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from flow_oracle import Attempt

# The steps of a drawn runbook lead anywhere, also by onCancel.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::pytest_ssm_automation.RunbookWarning")]
ENDED = {"Success", "Failed", "TimedOut", "Cancelled"}


class Model:
    """An independent model of an execution: its position, and what it shows."""

    def __init__(self, document: dict[str, Any], steps: dict[str, dict[str, Any]]) -> None:
        self.document, self.steps = document, steps
        self.status, self.at = "Pending", ""
        self.due = self.began = self.waits = self.over = self.leaves = False
        self.tried = 0
        values = {"P": self.document["parameters"]["P"]["default"], "variable:Word": "b"}
        self.reading = Reading(self.document, values)
        self.flow: Generator[str, Attempt, None] = self.reading.run()

    def _send(self, attempt: Attempt) -> bool:
        """Pass an attempt on; return whether it ends the current step."""
        before = (self.at, len(self.reading.ran))
        try:
            self.at = self.flow.send(attempt)
        except StopIteration:
            self.at, self.over = "", True
        return before != (self.at, len(self.reading.ran))

    def _signal(self, attempt: Attempt) -> None:
        self.waits, self.status = False, "Cancelling" if self.status == "Cancelling" else "InProgress"
        on_failure = self.steps[self.at].get("onFailure", "Abort")
        tries = self.steps[self.at].get("maxAttempts", 1) if attempt[0] != "Success" else 1
        for _ in range(tries - self.tried if tries > 1 else 1):
            self._send(attempt)
        self.tried = 0
        if self.over and attempt[0] != "Success" and on_failure == "Abort":
            self.status = self.reading.status

    def _cancel(self) -> None:
        on_cancel = self.steps[self.at].get("onCancel", "Abort") if self.at else "Abort"
        self.status, self.waits, self.reading.status = "Cancelling", False, "Cancelled"
        self.tried = 0
        if not self.at:
            self.over = True
        elif on_cancel == "Abort":
            self.leaves = True
            self.reading.statuses[self.at] = "Cancelling"
        else:
            target = on_cancel.removeprefix("step:")
            for name, status in self.reading.statuses.items():
                # the step, and the loops around it that are left
                if status == "InProgress" and target not in names(self.steps[name]):
                    self.reading.statuses[name] = "Cancelled"
            self.flow = self.reading.cancelled(target)
            self.at = next(self.flow)

    def _leave(self) -> None:
        self.status = self.reading.statuses[self.at] = "Cancelled"
        # the loops that it is in end with it
        for name, status in self.reading.statuses.items():
            if status == "InProgress":
                self.reading.statuses[name] = "Cancelled"

    def poll(self, becomes: Callable[[str], Attempt]) -> None:
        """Advance if the state was shown before, and show it."""
        if self.due:
            self.go_on(becomes)
        self.due = True

    def go_on(self, becomes: Callable[[str], Attempt]) -> None:
        """Advance by one step."""
        self.due = False
        if self.status in ENDED:
            return
        if self.over:
            self._take_status()
        elif not self.began:
            self.status, self.began, self.at = "InProgress", True, next(self.flow)
        elif self.leaves:
            self._leave()
        elif self.steps[self.at]["action"] == "aws:approve":
            self._ask(becomes)
        else:
            while not self._send(becomes(self.at)):
                pass
            self._take_status()

    def _ask(self, becomes: Callable[[str], Attempt]) -> None:
        """Wait at an approval, unless it fails by an override."""
        while not self.waits:
            attempt = becomes(self.at)
            if attempt[0] == "Success":
                self.waits = True
                self.status = "Cancelling" if self.status == "Cancelling" else "Waiting"
            elif self._send(attempt):
                self.tried = 0
                break
            else:
                self.tried += 1
        self._take_status()

    def _take_status(self) -> None:
        if self.over:
            self.status = self.reading.status

    def stop(self) -> str | None:
        """Stop it, or return the error."""
        if self.status in ENDED:
            return "InvalidAutomationStatusUpdateException"
        self.due = False
        if self.status != "Cancelling":
            self._cancel()
        return None

    def signal(self, kind: str) -> str | None:
        """Send a signal, or return the error."""
        if not self.waits or self.status in ENDED:
            return "InvalidAutomationSignalException"
        self.due = False
        self._signal(("Success" if kind == "Approve" else "Failed", {}))
        return None


class Runs(RuleBasedStateMachine):
    """Calls of a caller, overrides of a test, and the results that the model expects."""

    ids = Bundle("ids")

    @initialize(document=documents(pausing=True))
    def begin(self, document: dict[str, Any]) -> None:
        """Begin with a registered runbook."""
        self.document = document
        self.steps = _by_name(document["mainSteps"])
        self.fake = AutomationFake(seed="runs", pace="step").__enter__()
        self.fake.add_runbook(document, name="Doc")
        self.client: Any = self.fake.client()
        self.models: dict[str, Model] = {}
        self.faults: list[list[Any]] = []
        self.outputs: dict[str, dict[str, Any]] = {}

    def teardown(self) -> None:
        """Restore everything."""
        if hasattr(self, "fake"):
            self.fake.__exit__(None, None, None)

    def becomes(self, name: str) -> Attempt:
        """Return the outcome of an attempt, from all overrides so far."""
        for fault in self.faults:
            if fault[0] == name and fault[2] != 0:
                if fault[2] is not None:
                    fault[2] -= 1
                return fault[1], {}
        return "Success", self.outputs.get(name, {})

    def call(self, method: str, **members: Any) -> str | None:
        """Call an operation, and return its error code."""
        try:
            getattr(self.client, method)(**members)
        except ClientError as error:
            refused: Any = error.response
            return str(refused["Error"]["Code"])
        return None

    @rule(target=ids)
    def start(self) -> str:
        """Start an execution."""
        execution_id: str = self.client.start_automation_execution(DocumentName="Doc")["AutomationExecutionId"]
        self.models[execution_id] = Model(self.document, self.steps)
        return execution_id

    @rule(data=st.data(), status=st.sampled_from(["Failed", "TimedOut"]), times=st.sampled_from([1, 2, None]))
    def fail_step(self, data: st.DataObject, status: str, times: int | None) -> None:
        """Let a step fail from now on."""
        name = data.draw(st.sampled_from(sorted(self.steps)))
        self.fake.fail_step(name, status=status, times=times)
        self.faults.append([name, status, times])

    @rule(data=st.data(), outputs=VALUES)
    def step_outputs(self, data: st.DataObject, outputs: dict[str, Any]) -> None:
        """Set the outputs of a step."""
        names = [name for name, step in self.steps.items() if "outputs" in step]
        if names:
            name = data.draw(st.sampled_from(sorted(names)))
            self.fake.step_outputs(name, outputs)
            self.outputs[name] = outputs

    @rule(execution_id=ids)
    def poll(self, execution_id: str) -> None:
        """A poll advances by one step."""
        assert self.call("get_automation_execution", AutomationExecutionId=execution_id) is None
        self.models[execution_id].poll(self.becomes)

    @rule(execution_id=ids)
    def advance(self, execution_id: str) -> None:
        """`advance` has the effect of a poll."""
        self.fake.execution(execution_id).advance()
        self.models[execution_id].go_on(self.becomes)

    @rule(execution_id=ids)
    def stop(self, execution_id: str) -> None:
        """A running execution can be stopped, and continues with onCancel."""
        assert self.call("stop_automation_execution", AutomationExecutionId=execution_id) == (
            self.models[execution_id].stop()
        )

    @rule(execution_id=ids, kind=st.sampled_from(["Approve", "Reject"]))
    def signal(self, execution_id: str, kind: str) -> None:
        """Only an approval waits, and only for a signal."""
        error = self.call("send_automation_signal", AutomationExecutionId=execution_id, SignalType=kind)
        assert error == self.models[execution_id].signal(kind)

    @invariant()
    def agrees(self) -> None:
        """The fake and the model have the same statuses of executions and steps."""
        for execution_id, model in getattr(self, "models", {}).items():
            execution = self.fake.execution(execution_id)
            assert execution.status == model.status
            shown = {name: execution.step(name)["StepStatus"] for name, step in self.steps.items() if step["outer"]}
            expected = {
                name: model.reading.statuses.get(name, "Pending") for name, step in self.steps.items() if step["outer"]
            }
            at = model.at if model.waits and model.status not in ENDED else None
            if at in expected:
                expected[at] = "Waiting"
            assert shown == expected


def _by_name(steps: list[dict[str, Any]], *, outer: bool = True) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for step in steps:
        found[step["name"]] = {**step, "outer": outer}
        found |= _by_name(step.get("inputs", {}).get("Steps", []), outer=False)
    return found


TestRuns = Runs.TestCase
TestRuns.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
