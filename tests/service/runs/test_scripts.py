"""Scripts of statuses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import model
import pytest
from caller import poll, start, statuses

from pytest_ssm_automation import AutomationFake, Call, FakeUsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

STATUSES = model.enum("AutomationExecutionStatus")


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_can_be_scripted(fake: AutomationFake, client: Any, status: str) -> None:
    """Whatever the model's enumeration allows can be scripted, shown and found."""
    fake.script([status])
    execution_id = start(client)
    assert statuses(client, execution_id, 2) == [status] * 2
    listed = client.describe_automation_executions(Filters=[{"Key": "ExecutionStatus", "Values": [status]}])
    assert [each["AutomationExecutionId"] for each in listed["AutomationExecutionMetadataList"]] == [execution_id]
    assert fake.execution(execution_id).ended is (status in model.ENDED)


@pytest.mark.parametrize("status", ["Succes", "success", "SUCCESS"])
def test_a_status_that_there_is_not(fake: AutomationFake, status: str) -> None:
    """The message suggests the nearest one, wherever the status stands."""
    message = rf"Unknown status '{status}'\. Did you mean 'Success'\? Allowed: Approved, "
    ends: dict[str, Any] = {"AutomationExecutionStatus": "Success", "StepExecutions": [{"StepStatus": status}]}
    for items in (["Pending", status], [{"AutomationExecutionStatus": status}], [ends]):
        with pytest.raises(FakeUsageError, match=message):
            fake.script(items)
    with pytest.raises(FakeUsageError, match=message):
        fake.add_execution("Doc", statuses=[status])
    with pytest.raises(FakeUsageError, match=message):
        fake.script(["Pending"], steps=[{"StepStatus": status}])


STATUS = "AutomationExecutionStatus"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"statuses": []}, r"Expected a list of at least one status, but got statuses=\[\]"),
        ({"statuses": "Success"}, r"Expected a list of .* status, but got statuses='Success': write \['Success'\]"),
        ({"statuses": [5]}, f"Expected each item of statuses to be a status, or members with {STATUS}, but got 5"),
        ({"statuses": [{"Outputs": {}}]}, f"members with {STATUS}, but got {{'Outputs': {{}}}}"),
        (
            {"statuses": [{STATUS: "Success", "Output": {}}]},
            "Unknown member of .* 'Output'. Did you mean 'Outputs'",
        ),
        ({"statuses": [{STATUS: "Success", "Outputs": {"a": "b"}}]}, "Invalid item of statuses"),
        ({"statuses": [{STATUS: "Success", "Mode": "Manual"}]}, "Unknown ExecutionMode 'Manual'"),
        ({"statuses": ["InProgress", "Failed", "Pending"]}, "Pending can't follow Failed, which ends"),
        ({"outputs": {"a": "b"}}, "Invalid outputs"),
        ({"steps": [{"Name": "a"}]}, "Invalid steps"),
        ({"steps": [{"Inputs": {"a": {"b": "c"}}}]}, "Invalid steps"),
        ({"steps": {"StepName": "a"}}, "Invalid steps"),
        ({"execution_id": ""}, "Expected execution_id to be a non-empty string, but got execution_id=''"),
        ({"execution_id": 5}, "Expected execution_id to be a non-empty string"),
        ({"failure_message": 5}, "Expected failure_message to be a non-empty string"),
        ({"when": 5}, "Expected when to be part of a request or a function of the call, but got when=5"),
        ({"when": {"DocumentNam": "x"}}, "Unknown member of StartAutomationExecution 'DocumentNam'"),
    ],
)
def test_arguments_of_the_wrong_kind(fake: AutomationFake, given: dict[str, Any], message: str) -> None:
    """Whatever could never be what the service answers is a mistake of the test."""
    with pytest.raises(FakeUsageError, match=message):
        fake.script(**{"statuses": ["Success"], **given})


def test_what_has_ended_goes_on_no_more(fake: AutomationFake, client: Any) -> None:
    """Nothing comes after an end but more of the same."""
    fake.script(["Failed", {"AutomationExecutionStatus": "Failed", "FailureMessage": "Late"}])
    execution_id = start(client)
    first, second = poll(client, execution_id), poll(client, execution_id)
    assert second == {**first, "FailureMessage": "Late"}


def test_when_is_a_function_of_the_call(fake: AutomationFake, client: Any) -> None:
    """The function sees the call, which knows its Region."""
    seen: list[Call] = []

    def when(call: Call) -> bool:
        seen.append(call)
        return call.region == "eu-central-1"

    fake.script(["Failed"], when=when)
    abroad = fake.client("eu-central-1")
    assert statuses(abroad, start(abroad), 1) == ["Failed"]
    assert statuses(client, start(client), 1) == ["Pending"]
    assert [call.operation for call in seen] == ["StartAutomationExecution"] * 2


def test_a_later_script_wins(fake: AutomationFake, client: Any) -> None:
    """The latest script with these members applies; executions that were started before do not change."""
    fake.script(["Failed"])
    before = start(client)
    fake.script(["Cancelled"])
    fake.script(["TimedOut"], when={"DocumentName": "Other", "Parameters": {"A": ["b"]}})
    assert statuses(client, before, 1) == ["Failed"]
    for members, status in (({"A": ["b"]}, "TimedOut"), ({"A": ["c"]}, "Cancelled"), ({}, "Cancelled")):
        given = {"Parameters": members} if members else {}
        assert statuses(client, start(client, DocumentName="Other", **given), 1) == [status]


def test_items_may_be_members(fake: AutomationFake, client: Any) -> None:
    """A mapping sets members of the answer as long as its status lasts."""
    busy = MappingProxyType({"AutomationExecutionStatus": "InProgress", "CurrentStepName": "two", "ExecutedBy": "me"})
    frames: list[Mapping[str, Any]] = [busy, {"AutomationExecutionStatus": "Failed", "FailureMessage": "Why"}]
    fake.script(frames)
    first, second = (poll(client, execution_id) for execution_id in [start(client)] for _ in range(2))
    assert (first["CurrentStepName"], first["ExecutedBy"]) == ("two", "me")
    assert "CurrentStepName" not in second
    assert second["ExecutedBy"] != "me"
    assert second["FailureMessage"] == "Why"


def test_outputs_and_messages_come_at_the_end(fake: AutomationFake, client: Any) -> None:
    """Outputs show once it has ended, the failure message once it has failed."""
    fake.script(["InProgress", "Failed"], outputs={"o": ["p"]}, failure_message="Because")
    execution_id = start(client)
    running, ended = poll(client, execution_id), poll(client, execution_id)
    assert running["Outputs"] == {}
    assert "FailureMessage" not in running
    assert (ended["Outputs"], ended["FailureMessage"]) == ({"o": ["p"]}, "Because")
    fake.script(["Success"], failure_message="Because")
    assert "FailureMessage" not in poll(client, start(client))


def test_outputs_of_an_item_show_at_once(fake: AutomationFake, client: Any) -> None:
    """A test that puts outputs into an item means them, in the answer and on the execution alike."""
    fake.script([{"AutomationExecutionStatus": "InProgress", "Outputs": {"a": ["b"]}}])
    execution_id = start(client)
    assert poll(client, execution_id)["Outputs"] == fake.execution(execution_id).outputs == {"a": ["b"]}


def test_the_script_is_copied(fake: AutomationFake, client: Any) -> None:
    """What the test does to its lists later changes nothing."""
    names: list[str | Mapping[str, Any]] = ["Success"]
    outputs = {"o": ["p"]}
    fake.script(names, outputs=outputs)
    names[0] = "Failed"
    outputs["o"].append("q")
    shown = poll(client, start(client))
    assert (shown["AutomationExecutionStatus"], shown["Outputs"]) == ("Success", {"o": ["p"]})


def test_an_id_is_for_the_first(fake: AutomationFake, client: Any) -> None:
    """A fixed id is used once in each Region; later executions have new ids."""
    fake.script(["Success"], execution_id="exec-1")
    first, second = start(client), start(client)
    assert first == "exec-1"
    assert len(second) == 36
    assert start(fake.client("eu-central-1")) == "exec-1"
    assert [each.region for each in fake.executions] == ["us-east-1", "us-east-1", "eu-central-1"]


@pytest.mark.parametrize(
    "given",
    [
        datetime(2030, 1, 2, 3, 4, 5, 6000, UTC),
        datetime(2030, 1, 2, 4, 4, 5, 6000, timezone(timedelta(hours=1))),
        "2030-01-02T03:04:05.006Z",
        datetime(2030, 1, 2, 3, 4, 5, 6000, UTC).timestamp(),
    ],
)
def test_times_may_be_written_as_botocore_takes_them(fake: AutomationFake, client: Any, given: Any) -> None:
    """However a test writes a time, callers get a datetime that knows its zone, and filters can compare it."""
    fake.script(
        [{"AutomationExecutionStatus": "Success", "ExecutionStartTime": given}],
        steps=[{"StepName": "a", "ExecutionStartTime": given}],
    )
    shown = poll(client, start(client))
    assert shown["ExecutionStartTime"] == shown["StepExecutions"][0]["ExecutionStartTime"]
    assert shown["ExecutionStartTime"] == datetime(2030, 1, 2, 3, 4, 5, 6000, UTC)
    after = [{"Key": "StartTimeAfter", "Values": ["2029-01-01T00:00:00Z"]}]
    assert len(client.describe_automation_executions(Filters=after)["AutomationExecutionMetadataList"]) == 1
