"""The steps of executions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import model
import pytest
from caller import poll, polls, start

if TYPE_CHECKING:
    from pytest_ssm_automation import AutomationFake


def steps(client: Any, execution_id: str) -> list[dict[str, Any]]:
    """Poll an execution, and return its steps."""
    shown: list[dict[str, Any]] = poll(client, execution_id)["StepExecutions"]
    return shown


def test_a_step_that_has_not_run_has_only_its_name(fake: AutomationFake, client: Any) -> None:
    """Ids, times, inputs and outputs come when it runs, the end when it has ended."""
    given = {"StepName": "one", "Action": "aws:sleep", "Inputs": {"Duration": '"PT1S"'}, "Outputs": {"a": ["b"]}}
    fake.script(["Pending", "InProgress", "Success"], steps=[given])
    execution_id = start(client)
    pending, running, ended = (steps(client, execution_id)[0] for _ in range(3))
    assert pending == {"StepName": "one", "Action": "aws:sleep", "StepStatus": "Pending"}
    assert running.keys() == {*given, "StepStatus", "StepExecutionId", "ExecutionStartTime"}
    assert ended.keys() == {*running, "ExecutionEndTime"}
    assert running["StepExecutionId"] == ended["StepExecutionId"]
    assert ended["ExecutionEndTime"] >= ended["ExecutionStartTime"]
    assert ended["Inputs"] == {"Duration": '"PT1S"'}


ASKS = [{"StepName": "a"}, {"StepName": "b", "Action": "aws:approve"}, {"StepName": "c"}]


@pytest.mark.parametrize(
    ("script", "given", "letters"),
    [
        # The execution ends at the step that the test lets fail, and those before it have succeeded.
        ("InProgress Failed", [{}, {"StepStatus": "Failed"}, {}], "IPP SFP"),
        # Else at the current one.
        ("InProgress Failed", [{}, {}], "IP FP"),
        ("InProgress TimedOut", [{}, {}], "IP TP"),
        ("InProgress Cancelled", [{}, {}], "IP CP"),
        ("InProgress Exited", [{}, {}], "IP EP"),
        # A run may succeed though a step of it has failed.
        ("Success", [{"StepStatus": "Failed"}, {}], "FS"),
        # The approval is the step that waits.
        ("InProgress Waiting InProgress Success", ASKS, "IPP SWP SIP SSS"),
    ],
)
def test_scripted_steps(
    fake: AutomationFake, client: Any, script: str, given: list[dict[str, Any]], letters: str
) -> None:
    """They go as the script goes, and have the test's own status in the end."""
    fake.script(script.split(), steps=given)
    expected = [" ".join(pair) for pair in zip(script.split(), letters.split(), strict=True)]
    assert polls(client, start(client), len(expected)) == expected


def test_members_of_a_scripted_step(fake: AutomationFake, client: Any) -> None:
    """A step shows the members that the script gives; those without a name have different ids."""
    fake.script(["Success"], steps=[{"FailureMessage": "Why"}, {}])
    shown = steps(client, start(client))
    assert [step["StepName"] for step in shown] == ["step", "step"]
    assert shown[0]["FailureMessage"] == "Why"
    assert len({step["StepExecutionId"] for step in shown}) == 2


def test_a_step_ends_when_the_execution_has(fake: AutomationFake, client: Any) -> None:
    """While it waits, or is being cancelled, a step has begun and not ended."""
    fake.script(["Waiting", "Cancelling", "Cancelled"], steps=[{"StepName": "one"}])
    execution_id = start(client)
    seen = [steps(client, execution_id)[0] for _ in range(3)]
    assert [("ExecutionStartTime" in step, "ExecutionEndTime" in step) for step in seen] == [
        (True, False), (True, False), (True, True)
    ]  # fmt: skip


def test_items_may_have_steps_of_their_own(fake: AutomationFake, client: Any) -> None:
    """Steps in an item are shown as they are, completed by what they lack, by both operations alike."""
    frame = {
        "AutomationExecutionStatus": "InProgress",
        "StepExecutions": [{"StepName": "a", "StepStatus": "Success"}, {"StepName": "b", "StepStatus": "InProgress"}],
    }
    fake.script([frame, "Success"], steps=[{"StepName": "c"}])
    execution_id = start(client)
    described = client.describe_automation_step_executions(AutomationExecutionId=execution_id)["StepExecutions"]
    first, second = steps(client, execution_id), steps(client, execution_id)
    assert described == first
    assert [(step["StepName"], step["StepStatus"]) for step in first] == [("a", "Success"), ("b", "InProgress")]
    assert first[0]["StepExecutionId"]
    assert [step["StepName"] for step in second] == ["c"]


def test_an_item_may_show_only_some_steps(fake: AutomationFake, client: Any) -> None:
    """With StepExecutionsTruncated, GetAutomationExecution shows those of the item, the other operation shows all."""
    frame = {
        "AutomationExecutionStatus": "InProgress",
        "StepExecutionsTruncated": True,
        "StepExecutions": [{"StepName": "a"}],
    }
    fake.script([frame, "Success"], steps=[{"StepName": "a"}, {"StepName": "b"}])
    execution_id = start(client)
    described = client.describe_automation_step_executions(AutomationExecutionId=execution_id)["StepExecutions"]
    assert [step["StepName"] for step in described] == ["a", "b"]
    assert [step["StepName"] for step in steps(client, execution_id)] == ["a"]


@pytest.mark.parametrize("status", model.enum("AutomationExecutionStatus"))
def test_steps_have_a_status_that_makes_sense(fake: AutomationFake, client: Any, status: str) -> None:
    """Whatever the execution's status: before it begins no step has run, and when it has succeeded, all have."""
    fake.script([status], steps=[{}, {}])
    shown = [step["StepStatus"] for step in steps(client, start(client))]
    assert set(shown) <= set(model.enum("AutomationExecutionStatus"))
    if status in {"Success", "CompletedWithSuccess"}:
        assert shown == ["Success", "Success"]
    elif status in {"InProgress", "RunbookInProgress"}:
        assert shown == ["InProgress", "Pending"]
    elif status in {"Pending", "Scheduled", "PendingApproval", "Approved"}:
        assert shown == ["Pending", "Pending"]
    assert shown[1] in {"Pending", "Success"}


def test_the_step_of_a_map_shows_its_parameters(client: Any) -> None:
    """The step of a resource shows the parameters that it is about as plain text, and no outputs."""
    execution_id = start(client, Parameters={"A": ["é"]}, TargetMaps=[{"Id": ["i-1"], "Zone": ["a", "b"]}])
    seen = [steps(client, execution_id)[0] for _ in range(4)]
    assert set(seen[0]) == {"StepName", "Action", "StepStatus"}
    assert [(step["Inputs"], step["Outputs"]) for step in seen[1:]] == [({"Id": "i-1", "Zone": "a, b"}, {})] * 3


def test_inputs_of_a_location_are_json_text(client: Any) -> None:
    """The step of an account and Region shows its inputs as JSON text, and its result."""
    name = "arn:aws:ssm:us-east-1:123456789012:document/Mine"
    located = [{"Accounts": ["111122223333"], "Regions": ["us-east-1"]}]
    execution_id = start(client, DocumentName=name, Parameters={"A": ["é"]}, TargetLocations=located)
    seen = [steps(client, execution_id)[0] for _ in range(4)]
    assert json.loads(seen[1]["Inputs"]["DocumentName"]) == "Mine"
    assert json.loads(seen[1]["Inputs"]["RuntimeParameters"]) == {"A": ["é"]}
    assert seen[1]["Outputs"] == {}
    assert seen[3]["Outputs"] == {"ExecutionId": [seen[3]["StepExecutionId"]], "Status": ["Success"]}
