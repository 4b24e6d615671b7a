"""Runbooks of drawn steps are executed under moto, against a model of its parameters that fits on a page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import boto3
import moto
import pytest
from caller import poll, start
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from pytest_ssm_automation import AutomationFake

pytestmark = pytest.mark.slow

NAMES: Final = ("a", "b")
REGIONS: Final = ("us-east-1", "eu-west-1")
# Reads a parameter, and writes it with one more letter, before it may raise.
LONGER: Final = """
import boto3
def handler(events, context):
    ssm = boto3.client("ssm")
    value = ssm.get_parameter(Name=events["Name"])["Parameter"]["Value"]
    ssm.put_parameter(Name=events["Name"], Value=value + "x", Type="String", Overwrite=True)
    return [value][events["Index"]]
"""
State = dict[str, str]


class Step(NamedTuple):
    """A drawn step. Its value is what it puts, asserts or waits for, or whether its script raises."""

    kind: str
    name: str
    value: str
    attempts: int
    goes_on: bool

    def declared(self, number: int) -> dict[str, Any]:
        """Write it as a runbook does."""
        look = {"Api": "GetParameters", "Names": [self.name], "PropertySelector": "$.Parameters[0].Value"}
        look = {**look, "DesiredValues": [self.value]}
        script = {"Runtime": "python3.11", "Handler": "handler", "Script": LONGER}
        actions: dict[str, tuple[str, dict[str, Any]]] = {
            "put": (
                "executeAwsApi",
                {"Api": "PutParameter", "Value": self.value, "Type": "String", "Overwrite": "true"},
            ),
            "delete": ("executeAwsApi", {"Api": "DeleteParameter"}),
            "assert": ("assertAwsResourceProperty", look),
            "wait": ("waitForAwsResourceProperty", look),
            "script": ("executeScript", {**script, "InputPayload": {"Name": self.name, "Index": int(self.raises)}}),
        }
        action, inputs = actions[self.kind]
        named = {"Name": self.name} if self.kind in {"put", "delete"} else {}
        service = {} if self.kind == "script" else {"Service": "ssm"}
        failure = {"onFailure": "Continue" if self.goes_on else "Abort", "maxAttempts": self.attempts}
        return {"name": f"step{number}", "action": f"aws:{action}", "inputs": {**service, **inputs, **named}, **failure}

    @property
    def raises(self) -> bool:
        """Whether its script raises."""
        return self.value == "w"

    def attempt(self, state: State) -> bool | None:
        """Change the state as an attempt does; return whether it succeeds, or `None` if it has to wait."""
        value = state.get(self.name)
        if self.kind == "put":
            state[self.name] = self.value
        elif self.kind == "delete":
            return state.pop(self.name, None) is not None
        elif self.kind == "assert":
            return value == self.value
        elif self.kind == "wait":
            return True if value == self.value else None
        elif value is None:
            return False
        else:
            state[self.name] = value + "x"
            return not self.raises
        return True

    def execute(self, state: State) -> str | None:
        """Change the state as the step does; return its status, or `None` if it has to wait."""
        for _ in range(self.attempts):
            done = self.attempt(state)
            if done is not False:
                return "Success" if done else None
        return "Failed"


STEPS: Final = st.builds(
    Step,
    st.sampled_from(["put", "delete", "assert", "wait", "script"]),
    st.sampled_from(NAMES),
    st.sampled_from("vw"),
    st.integers(1, 3),
    st.booleans(),
)


@dataclass
class Run:
    """The model of a run."""

    region: str
    steps: list[Step]
    ended: list[str] = field(default_factory=list)
    status: str = "InProgress"

    def poll(self, state: State) -> None:
        """Go on until a step has to wait, or the run has ended."""
        while self.status == "InProgress" and len(self.ended) < len(self.steps):
            step = self.steps[len(self.ended)]
            status = step.execute(state)
            if status is None:
                return
            self.ended.append(status)
            if status == "Failed" and not step.goes_on:
                self.status = "Failed"
        if self.status == "InProgress":
            self.status = "Success"

    @property
    def shown(self) -> list[str]:
        """The statuses of all steps."""
        left = len(self.steps) - len(self.ended)
        going_on = [self.status] if left and self.status in {"InProgress", "Cancelled"} else []
        return [*self.ended, *going_on, *["Pending"] * (left - len(going_on))]


class Executed(RuleBasedStateMachine):
    """Runs, and the test itself, change the parameters of two Regions."""

    runs_of = Bundle("runs_of")

    @initialize()
    def begin(self) -> None:
        """Begin with a new moto and a new fake."""
        self.moto = moto.mock_aws()
        self.moto.start()
        self.fake = AutomationFake(seed="executed", execute_steps=True).__enter__()
        self.clients: dict[str, Any] = {region: boto3.client("ssm", region_name=region) for region in REGIONS}
        self.states: dict[str, State] = {region: {} for region in REGIONS}
        self.runs: dict[str, Run] = {}

    def teardown(self) -> None:
        """Restore everything."""
        self.fake.__exit__(None, None, None)
        self.moto.stop()

    @rule(target=runs_of, region=st.sampled_from(REGIONS), steps=st.lists(STEPS, min_size=1, max_size=5))
    def start(self, region: str, steps: list[Step]) -> str:
        """Start a run, which is at its first step."""
        name = f"Doc-{len(self.runs)}"
        declared = [step.declared(number) for number, step in enumerate(steps)]
        self.fake.add_runbook({"schemaVersion": "0.3", "mainSteps": declared}, name=name)
        execution_id = start(self.clients[region], DocumentName=name)
        for _ in range(2):
            poll(self.clients[region], execution_id)
        self.runs[execution_id] = Run(region, steps)
        return execution_id

    @rule(execution_id=runs_of)
    def poll(self, execution_id: str) -> None:
        """A poll executes what can be executed, and shows it."""
        run = self.runs[execution_id]
        run.poll(self.states[run.region])
        shown = poll(self.clients[run.region], execution_id)
        assert shown["AutomationExecutionStatus"] == run.status
        assert [step["StepStatus"] for step in shown["StepExecutions"]] == run.shown

    @rule(execution_id=runs_of)
    def stop(self, execution_id: str) -> None:
        """A run that is stopped executes nothing more."""
        run = self.runs[execution_id]
        if run.status == "InProgress":
            self.clients[run.region].stop_automation_execution(AutomationExecutionId=execution_id)
            poll(self.clients[run.region], execution_id)
            poll(self.clients[run.region], execution_id)
            run.status = "Cancelled"

    @rule(region=st.sampled_from(REGIONS), name=st.sampled_from(NAMES), value=st.sampled_from("vw"))
    def put(self, region: str, name: str, value: str) -> None:
        """The test puts a parameter, for which a run may wait."""
        self.clients[region].put_parameter(Name=name, Value=value, Type="String", Overwrite=True)
        self.states[region][name] = value

    @invariant()
    def agrees(self) -> None:
        """Moto's parameters are those of the model, and all calls of the caller are the caller's."""
        for region, state in self.states.items():
            found = self.clients[region].get_parameters(Names=[*NAMES])["Parameters"]
            assert {each["Name"]: each["Value"] for each in found} == state
        assert all(call.step is None for call in self.fake.calls)


TestExecuted = Executed.TestCase
TestExecuted.settings = settings(max_examples=settings().max_examples // 15, stateful_step_count=12, deadline=None)
