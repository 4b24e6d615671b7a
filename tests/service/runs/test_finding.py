"""Finding the executions of a page."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from caller import poll, runbook, start

from pytest_ssm_automation import AutomationFake
from pytest_ssm_automation._service.runs.listings.filters import EXECUTION_FILTERS, passes
from pytest_ssm_automation._service.runs.shown.views import metadata_members

if TYPE_CHECKING:
    from collections.abc import Mapping

RUNBOOK = runbook({"name": "wait"}, {"name": "ask", "action": "aws:approve"})
SCRIPTED = {
    "AutomationExecutionStatus": "InProgress",
    "AutomationSubtype": "ChangeRequest",
    "OpsItemId": "oi-1",
    "DocumentName": "Other",
    "ExecutionStartTime": datetime(2020, 1, 1, tzinfo=UTC),
    "StepExecutions": [{"StepName": "a", "Action": "aws:branch", "StepStatus": "InProgress"}],
}
REQUESTS: list[dict[str, Any]] = [
    {},
    {"DocumentName": "AWS-Stop"},
    {"DocumentName": "arn:aws:ssm:us-east-1:123456789012:document/AWS-Start"},
    {"DocumentName": "Scripted"},
    {"DocumentName": "Steps"},
    {"Tags": [{"Key": "Env", "Value": "x"}, {"Key": "Team", "Value": "x"}]},
    {"TargetParameterName": "Id", "Targets": [{"Key": "ResourceGroup", "Values": ["mine"]}]},
    {"TargetParameterName": "Id", "Targets": [{"Key": "ParameterValues", "Values": ["a", "b"]}]},
    {"TargetLocations": [{"Accounts": ["123456789012"], "Regions": ["us-east-1"]}]},
]
ASKED: Mapping[str, list[str]] = {
    "DocumentNamePrefix": ["AWS-", "AWS-Stop", "Doc", "Other", "x"],
    "ExecutionStatus": ["Pending", "InProgress", "Waiting", "Success", "Failed", "Cancelling"],
    "CurrentAction": ["aws:sleep", "aws:approve", "aws:branch", "aws:executeAutomation"],
    "AutomationType": ["Local", "CrossAccount"],
    "AutomationSubtype": ["ChangeRequest"],
    "OpsItemId": ["oi-1", "x"],
    "TagKey": ["Env", "Team", "New", "x"],
    "TargetResourceGroup": ["mine", "x"],
    "StartTimeBefore": ["2026-01-01T00:00:20", "2020-06-01"],
    "StartTimeAfter": ["2026-01-01T00:00:10", "2020-01-01"],
}


def act(fake: AutomationFake, client: Any, chance: random.Random, clock: Any, *, in_order: bool) -> None:
    """Do something that changes what filters find. In order, each execution starts later, and shows that."""
    kind = chance.randrange(6)
    if kind < 2 or not fake.executions:
        request = chance.choice(REQUESTS)
        if in_order and request.get("DocumentName") == "Scripted":
            request = {}
        start(client, **request)
        clock.shift(chance.choice([0.5, 2, 2, 2 if in_order else -1]))
        return
    execution = chance.choice(fake.executions)
    resource = {"ResourceType": "Automation", "ResourceId": execution.id}
    if kind == 2:
        execution.advance()
    elif kind == 3:
        poll(client, execution.id)
        if not execution.ended:
            client.stop_automation_execution(AutomationExecutionId=execution.id)
    elif kind == 4:
        client.add_tags_to_resource(**resource, Tags=[{"Key": "New", "Value": "x"}])
    else:
        client.remove_tags_from_resource(**resource, TagKeys=["Env", "New"])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("often", [1, 15])
def test_all_is_found(seed: int, often: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever happens to executions before and after they are indexed, filters find what a look at all finds."""
    chance = random.Random(seed)
    if seed % 4 > 1:  # as among thousands of executions
        finding = "pytest_ssm_automation._service.runs.listings.finding"
        monkeypatch.setattr(f"{finding}._FEW", 3)
        monkeypatch.setattr(f"{finding}._FEW_SETS", 1)
    with (
        AutomationFake(seed="finding") as fake,
        time_machine.travel(datetime(2026, 1, 1, tzinfo=UTC), tick=False) as clock,
    ):
        client = fake.client()
        fake.add_runbook(RUNBOOK, name="Steps")
        fake.script([SCRIPTED, "Success"], when={"DocumentName": "Scripted"})
        fake.script(["InProgress", "Failed"], when={"DocumentName": "AWS-Stop"})
        for number in range(40 * often):
            act(fake, client, chance, clock, in_order=seed % 2 == 0)
            if number % often:
                continue
            keys = chance.sample([*ASKED], chance.choice([0, 1, 1, 2]))
            filters: Any = [
                {"Key": key, "Values": chance.sample(ASKED[key], min(len(ASKED[key]), chance.choice([1, 1, 2])))}
                for key in keys
            ]
            pages = client.get_paginator("describe_automation_executions")
            listed = pages.paginate(**({"Filters": filters} if filters else {})).build_full_result()
            state = fake._service.state
            expected = [
                run.id
                for run in reversed(state.store.all)
                if passes({**metadata_members(run), "TagKeys": state.tags_of(run)}, filters, EXECUTION_FILTERS)
            ]
            assert [each["AutomationExecutionId"] for each in listed["AutomationExecutionMetadataList"]] == expected
