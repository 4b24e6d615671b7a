"""Approvals and pauses: their decisions, their outputs, and what a test sets for them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from caller import poll, signal, start, statuses

from pytest_ssm_automation import StepFailed

if TYPE_CHECKING:
    from pytest_ssm_automation import AutomationFake

SCRIPT = {"Runtime": "python3.11", "Handler": "run", "Script": "def run(events, context): ..."}
READS = {
    "name": "tell",
    "action": "aws:executeScript",
    "inputs": {**SCRIPT, "InputPayload": "{{ ask.ApprovalStatus }}"},
}


def register(fake: AutomationFake, *after: dict[str, Any], action: str = "aws:approve", **ask: Any) -> None:
    """Register a runbook that asks, and then tells what came of it."""
    approvers = {"Approvers": ["arn:aws:iam::123456789012:role/boss"]} if action == "aws:approve" else {}
    inputs = {**approvers, **ask.pop("inputs", {})}
    steps = [{"name": "ask", "action": action, "inputs": inputs, **ask}, *after]
    parameters = {"Most": {"type": "Integer", "default": 2}}
    fake.add_runbook({"schemaVersion": "0.3", "parameters": parameters, "mainSteps": steps}, name="Doc")


def asked(client: Any, polls: int = 3) -> str:
    """Start an execution, and poll it until it waits."""
    execution_id = start(client)
    statuses(client, execution_id, polls)
    return execution_id


def test_the_outputs_of_an_approval(fake: AutomationFake, client: Any) -> None:
    """They show whether it waits, and each decision with who made it, when and why; later steps can read them."""
    register(fake, READS)
    execution_id = asked(client)
    [ask, _] = poll(client, execution_id)["StepExecutions"]
    assert (ask["StepStatus"], ask["Outputs"]) == (
        "Waiting",
        {"ApprovalStatus": ["Waiting"], "ApproverDecisions": []},
    )
    signal(client, execution_id, "Approve", Comment=["Fine."])
    [ask, tell] = poll(client, execution_id)["StepExecutions"]
    assert ask["Outputs"]["ApprovalStatus"] == ["Approved"]
    [decision] = map(json.loads, ask["Outputs"]["ApproverDecisions"])
    time = decision.pop("ApprovalDecisionTime")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", time)
    approver = "arn:aws:sts::123456789012:assumed-role/test-role/test-session"
    assert decision == {"Approver": approver, "Decision": "Approve", "Comment": "Fine."}
    assert tell["Inputs"]["InputPayload"] == '"Approved"'


@pytest.mark.parametrize(
    ("needed", "approvals"), [(None, 1), (1, 1), (3, 3), ("2", 2), ("{{ Most }}", 2), (0, 1), ("{{ tell.Payload }}", 1)]
)
def test_approvals_that_are_required(fake: AutomationFake, client: Any, needed: Any, approvals: int) -> None:
    """It waits until as many have approved as MinRequiredApprovals says; the last one counts like the first."""
    register(fake, READS, inputs={} if needed is None else {"MinRequiredApprovals": needed})
    execution_id = asked(client)
    for number in range(approvals):
        assert statuses(client, execution_id, 2) == ["Waiting", "Waiting"]
        shown = poll(client, execution_id)["StepExecutions"][0]
        assert (len(shown["Outputs"]["ApproverDecisions"]), shown["Outputs"]["ApprovalStatus"]) == (number, ["Waiting"])
        signal(client, execution_id, "Approve")
    assert statuses(client, execution_id, 2) == ["InProgress", "Success"]


def test_scripts_approve_too(fake: AutomationFake, client: Any) -> None:
    """Where a script lets it go on, it is approved; where it waits, the approvals that are required count."""
    register(fake, READS, inputs={"MinRequiredApprovals": 2})
    fake.script(["InProgress", "Success"])
    passed = start(client)
    statuses(client, passed, 2)
    assert poll(client, passed)["StepExecutions"][0]["Outputs"]["ApprovalStatus"] == ["Approved"]
    fake.script(["Waiting"])
    waiting = asked(client, 1)
    for expected in ("Waiting", "InProgress"):
        signal(client, waiting, "Approve")
        assert statuses(client, waiting, 1) == [expected]


@pytest.mark.parametrize(("action", "status"), [("aws:approve", "Failed"), ("aws:pause", "TimedOut")])
def test_a_failure_that_is_set(fake: AutomationFake, client: Any, action: str, status: str) -> None:
    """`fail_step` fails approvals and pauses as well, once they begin, and as often as it says."""
    register(fake, action=action)
    fault = fake.fail_step("ask", "No", times=1, status=status)
    execution_id = start(client)
    assert statuses(client, execution_id, 3) == ["Pending", "InProgress", status]
    assert (fault.fired, ". No. " in poll(client, execution_id)["FailureMessage"]) == (1, True)
    assert statuses(client, start(client), 3) == ["Pending", "InProgress", "Waiting"]


def test_outputs_that_are_set(fake: AutomationFake, client: Any) -> None:
    """`step_outputs` sets those of an approval, once it is approved; a function is called once, and may fail it."""
    register(fake, READS)
    calls: list[str] = []

    def decided(run: Any) -> dict[str, Any]:
        calls.append(run.name)
        return {"ApproverDecisions": [{"Approver": "boss"}]}

    fake.step_outputs("ask", decided)
    execution_id = asked(client, 5)
    signal(client, execution_id, "Approve")
    outputs = poll(client, execution_id)["StepExecutions"][0]["Outputs"]
    assert outputs == {"ApprovalStatus": ["Approved"], "ApproverDecisions": ['{"Approver":"boss"}']}
    assert calls == ["ask"]
    fake.execution(asked(client, 3)).finish()
    assert calls == ["ask", "ask"]

    def refused(_: Any) -> dict[str, Any]:
        raise StepFailed("Nobody is there", "TimedOut")

    fake.step_outputs("ask", refused)
    assert statuses(client, start(client), 3) == ["Pending", "InProgress", "TimedOut"]
