"""What EventBridge delivers of executions and steps."""

from __future__ import annotations

import json
import locale
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from caller import poll, runbook, start

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_ssm_automation import AutomationFake

RUNBOOK = runbook({"name": "wait"}, {"name": "ask", "action": "aws:approve"}, {"name": "last"})


def told(events: Sequence[Mapping[str, Any]]) -> list[tuple[str | None, str]]:
    """Give the step and the status of each event."""
    return [(event["detail"].get("StepName"), event["detail"]["Status"]) for event in events]


def test_steps_have_events(fake: AutomationFake, client: Any) -> None:
    """Of a registered runbook, each change of a step is an event, between those of the execution."""
    fake.add_runbook(RUNBOOK, name="Mine")
    execution_id = start(client, DocumentName="Mine")
    execution = fake.execution(execution_id)
    for _ in range(3):
        poll(client, execution_id)
    client.send_automation_signal(AutomationExecutionId=execution_id, SignalType="Approve")
    for _ in range(2):
        poll(client, execution_id)
    steps = [each for each in told(execution.events) if each[0]]
    assert steps == [
        ("wait", "InProgress"),
        ("wait", "Success"),
        ("ask", "InProgress"),
        ("ask", "Waiting"),
        ("ask", "Success"),
        ("last", "InProgress"),
        ("last", "Success"),
    ]
    run = [status for step, status in told(execution.events) if step is None]
    assert run == ["Pending", "InProgress", "Waiting", "InProgress", "Success"]
    moments = [event["time"] for event in execution.events]
    assert moments == sorted(moments)


@pytest.mark.needs("account_id")
@time_machine.travel(datetime(2016, 11, 29, 19, 43, 20, 100_000, tzinfo=UTC), tick=False)
def test_the_members_of_an_event(fake: AutomationFake) -> None:
    """They have the members, formats and types of AWS's examples."""
    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "aws_account_id": "111122223333"}
    client = fake.client("eu-west-1", **keys)
    fake.add_runbook(RUNBOOK, name="Mine", version=3)
    execution_id = start(client, DocumentName="arn:aws:ssm:eu-west-1:111122223333:document/Mine")
    execution = fake.execution(execution_id)
    execution.advance()
    with time_machine.travel(datetime(2016, 11, 29, 19, 43, 25, 853_000, tzinfo=UTC), tick=False):
        execution.finish("Failed")
    arn = "arn:aws:ssm:eu-west-1:111122223333"
    common = {
        "version": "0",
        "source": "aws.ssm",
        "account": "111122223333",
        "region": "eu-west-1",
        "resources": [f"{arn}:automation-execution/{execution_id}", f"{arn}:automation-definition/Mine:3"],
    }
    first, last = execution.events[0], execution.events[-1]
    ids = [event["id"] for event in execution.events]
    assert len({uuid.UUID(each) for each in ids}) == len(execution.events)
    assert first == {
        **common,
        "id": ids[0],
        "time": "2016-11-29T19:43:20Z",
        "detail-type": "EC2 Automation Execution Status-change Notification",
        "detail": {
            "ExecutionId": execution_id,
            "Definition": "Mine",
            "DefinitionVersion": 3.0,
            "Status": "Pending",
            "StartTime": "Nov 29, 2016 7:43:20 PM",
            "Time": 0.0,
            "ExecutedBy": "arn:aws:sts::111122223333:assumed-role/test-role/test-session",
        },
    }
    assert last["detail"] | {"Time": 0.0} == first["detail"] | {
        "Status": "Failed",
        "EndTime": "Nov 29, 2016 7:43:25 PM",
    }
    assert 5753.0 <= last["detail"]["Time"] < 5800.0
    step = next(event for event in execution.events if event["detail"].get("StepName") == "wait")
    assert step["detail-type"] == "EC2 Automation Step Status-change Notification"
    assert step["detail"]["Action"] == "aws:sleep"
    assert "ExecutedBy" not in step["detail"]
    assert {type(step["detail"][name]) for name in ("DefinitionVersion", "Time")} == {float}
    assert json.loads(json.dumps([*fake.events])) == [*fake.events]


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (datetime(2024, 1, 2, 0, 5, 6, 1000, UTC), "Jan 2, 2024 12:05:06 AM"),
        (datetime(2024, 12, 31, 11, 59, 59, 1000, UTC), "Dec 31, 2024 11:59:59 AM"),
        (datetime(2024, 6, 15, 12, 0, 0, 1000, UTC), "Jun 15, 2024 12:00:00 PM"),
        (datetime(2024, 2, 29, 13, 10, 9, 1000, UTC), "Feb 29, 2024 1:10:09 PM"),
    ],
)
def test_times_are_written_in_english(
    fake: AutomationFake, monkeypatch: pytest.MonkeyPatch, moment: datetime, written: str
) -> None:
    """Twelve hours, no leading zero for hour and day, and no locale."""
    monkeypatch.setattr(locale, "getlocale", lambda *_: ("de_DE", "UTF-8"))
    with time_machine.travel(moment, tick=False):
        fake.add_execution("Doc")
    assert fake.events[-1]["detail"]["StartTime"] == written


def test_events_of_a_fan_out(fake: AutomationFake, client: Any) -> None:
    """Each target is a step, whose events follow those of the execution on it."""
    fake.script(["InProgress", "Failed"], when=lambda call: call.params.get("Parameters") == {"Id": ["two"]})
    targets = [{"Key": "ParameterValues", "Values": ["one", "two"]}]
    execution_id = start(client, TargetParameterName="Id", Targets=targets)
    execution = fake.execution(execution_id)
    while not execution.ended:
        poll(client, execution_id)
    events = told(execution.events)
    assert [event for event in events if event[0] == "one"] == [("one", "InProgress"), ("one", "Success")]
    assert [event for event in events if event[0] == "two"] == [("two", "InProgress"), ("two", "Failed")]
    step = next(event for event in execution.events if "StepName" in event["detail"])
    assert step["detail"]["Action"] == "aws:executeAutomation"
    assert step["detail"]["ExecutionId"] == execution_id
    children = [told(child.events) for child in execution.children]
    assert children[1] == [(None, "InProgress"), (None, "Failed")]
    assert len(fake.events) == len(execution.events) + sum(map(len, children))


def test_events_of_all_come_in_their_order(fake: AutomationFake, client: Any) -> None:
    """Events of several executions are mixed as they happened."""
    one, other = start(client), start(client)
    for execution_id in (other, one):
        for _ in range(2):
            poll(client, execution_id)
    names = {one: "one", other: "other"}
    assert [(names[event["detail"]["ExecutionId"]], event["detail"]["Status"]) for event in fake.events] == [
        ("one", "Pending"),
        ("other", "Pending"),
        ("other", "InProgress"),
        ("one", "InProgress"),
    ]


def test_events_are_what_was_shown(fake: AutomationFake, client: Any) -> None:
    """A poll that shows a new status is an event, and so is a stop after it; views of the events never change."""
    execution_id = start(client)
    seen = [told(fake.events)]
    for _ in range(2):
        poll(client, execution_id)
        seen.append(told(fake.events))
    before = fake.events
    client.stop_automation_execution(AutomationExecutionId=execution_id)
    whole = [(None, "Pending"), (None, "InProgress"), (None, "Cancelling")]
    assert [*seen, told(before), told(fake.events)] == [whole[:1], whole[:1], whole[:2], whole[:2], whole]
    assert fake.events == fake.execution(execution_id).events


def test_an_event_is_the_callers(fake: AutomationFake) -> None:
    """What a handler does to an event changes nothing."""
    fake.add_execution("Doc")
    event: Any = fake.events[0]
    event["detail"].clear()
    event["resources"].clear()
    assert fake.events[0]["detail"]["Definition"] == "Doc"
    assert len(fake.events[0]["resources"]) == 2


def test_partitions(fake: AutomationFake) -> None:
    """ARNs have the partition of the Region."""
    fake.add_execution("Doc", region="cn-north-1")
    event = fake.events[0]
    assert [arn.partition(":ssm:")[0] for arn in event["resources"]] == ["arn:aws-cn", "arn:aws-cn"]
    assert event["detail"]["ExecutedBy"].startswith("arn:aws-cn:sts::")
