"""The walk of an execution along its registered runbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from caller import poll, start, statuses

if TYPE_CHECKING:
    from pytest_ssm_automation import AutomationFake


def runbook(*steps: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Write a runbook; a step is an `aws:sleep` unless it says otherwise."""
    return {"schemaVersion": "0.3", "mainSteps": [{"action": "aws:sleep", **step} for step in steps], **members}


def ended(fake: AutomationFake, client: Any, content: dict[str, Any], **parameters: list[str]) -> dict[str, Any]:
    """Run a runbook to its end, and give what a poll shows."""
    fake.add_runbook(content, name="Doc")
    given = {"Parameters": parameters} if parameters else {}
    execution_id = start(client, **given)
    statuses(client, execution_id, 3)
    return poll(client, execution_id)


def steps(shown: dict[str, Any]) -> dict[str, str]:
    """Give the status of each step by name."""
    return {step["StepName"]: step["StepStatus"] for step in shown["StepExecutions"]}


def branch(name: str, *choices: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Write a branch."""
    default = {"Default": members.pop("Default")} if "Default" in members else {}
    return {"name": name, "action": "aws:branch", "inputs": {"Choices": [*choices], **default}, **members}


def test_a_branch_runs_one_path(fake: AutomationFake, client: Any) -> None:
    """The steps of a path that is not taken stay Pending for good."""
    choice = {"Variable": "{{ Platform }}", "StringEquals": "Windows", "NextStep": "windows"}
    content = runbook(
        branch("choose", choice, Default="linux"),
        {"name": "windows", "isEnd": True},
        {"name": "linux"},
        parameters={"Platform": {"type": "String"}},
    )
    shown = ended(fake, client, content, Platform=["Windows"])
    assert shown["AutomationExecutionStatus"] == "Success"
    assert steps(shown) == {"choose": "Success", "windows": "Success", "linux": "Pending"}
    chosen = shown["StepExecutions"][0]
    assert chosen["Outputs"] == {"NextStep": ["windows"], "OutputPayload": ['{"NextStep":"windows"}']}
    assert chosen["ValidNextSteps"] == ["windows"]
    other = start(client, Parameters={"Platform": ["Linux"]})
    statuses(client, other, 3)
    assert steps(poll(client, other)) == {"choose": "Success", "windows": "Pending", "linux": "Success"}
