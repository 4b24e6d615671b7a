"""Recordings of the form that AWS publishes: output of the AWS CLI, with times as numbers and shortened ids.

The form is that of the example of `aws ssm get-automation-execution`, and of responses in tests of AWS's own solutions.
Sources: https://docs.aws.amazon.com/cli/latest/reference/ssm/get-automation-execution.html and
https://github.com/aws-solutions/automated-security-response-on-aws
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pytest_ssm_automation import AutomationFake, recordings

if TYPE_CHECKING:
    from pathlib import Path

STARTED: dict[str, Any] = {
    "AutomationExecutionId": "1f0c8a52-0b7e-4d0c-9a51-7c3e1EXAMPLE",
    "DocumentName": "AWS-StartEC2Instance",
    "DocumentVersion": "1",
    "ExecutionStartTime": 1583737233.748,
    "ExecutionEndTime": 1583737234.719,
    "AutomationExecutionStatus": "Success",
    "StepExecutions": [
        {
            "StepName": "startInstances",
            "Action": "aws:changeInstanceState",
            "ExecutionStartTime": 1583737234.134,
            "ExecutionEndTime": 1583737234.672,
            "StepStatus": "Success",
            "Inputs": {"DesiredState": '"running"', "InstanceIds": '["i-0123456789EXAMPLE"]'},
            "Outputs": {"InstanceStates": ["running"]},
            "StepExecutionId": "2a6f3c1e-5d4b-4c3a-8b2f-9e1d0EXAMPLE",
            "OverriddenParameters": {},
        }
    ],
    "StepExecutionsTruncated": False,
    "Parameters": {"AutomationAssumeRole": [""], "InstanceId": ["i-0123456789EXAMPLE"]},
    "Outputs": {},
    "Mode": "Auto",
    "ExecutedBy": "arn:aws:sts::11112EXAMPLE:assumed-role/role/session",
    "Targets": [],
    "ResolvedTargets": {"ParameterValues": [], "Truncated": False},
}
START: dict[str, Any] = {
    "schemaVersion": "0.3",
    "parameters": {
        "InstanceId": {"type": "StringList"},
        "AutomationAssumeRole": {"type": "String", "default": ""},
    },
    "mainSteps": [
        {
            "name": "startInstances",
            "action": "aws:changeInstanceState",
            "inputs": {"InstanceIds": "{{ InstanceId }}", "DesiredState": "running"},
        }
    ],
}


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """Give a file."""
    path = tmp_path / "run.json"
    path.write_text(json.dumps({"AutomationExecution": STARTED}))
    return path


def test_it_is_shown_as_it_is(published: Path) -> None:
    """Whatever is in the file is shown, but for ids, times and the caller."""
    with AutomationFake() as fake:
        fake.replay(published)
        client = fake.client()
        started = client.start_automation_execution(DocumentName=STARTED["DocumentName"])["AutomationExecutionId"]
        shown: Any = None
        for _ in range(3):
            shown = client.get_automation_execution(AutomationExecutionId=started)["AutomationExecution"]
    own = {"AutomationExecutionId", "ExecutedBy", "ExecutionStartTime", "ExecutionEndTime", "StepExecutions"}
    assert {name: value for name, value in shown.items() if name not in own} == {
        name: value for name, value in STARTED.items() if name not in own
    }
    (step,), (recorded,) = shown["StepExecutions"], STARTED["StepExecutions"]
    assert {name: step[name] for name in recorded.keys() - own} == {
        name: recorded[name] for name in recorded.keys() - own
    }
    took = recorded["ExecutionEndTime"] - recorded["ExecutionStartTime"]
    assert (step["ExecutionEndTime"] - step["ExecutionStartTime"]).total_seconds() == pytest.approx(took, abs=1e-3)


def test_the_walk_shows_the_same(published: Path) -> None:
    """The walk of the runbook that ran differs in nothing."""
    assert recordings.compare(published, runbook=START) == ()
