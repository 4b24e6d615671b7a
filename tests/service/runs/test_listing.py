"""Listings: filters, order and pages."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import model
import pytest
from botocore.exceptions import ReadTimeoutError
from caller import start

from pytest_ssm_automation import AutomationFake

Names = dict[str, str]


def listed(client: Any, filters: dict[str, list[str]] | None = None, **given: Any) -> list[str]:
    """List executions, and return their ids."""
    if filters:
        given["Filters"] = [{"Key": key, "Values": values} for key, values in filters.items()]
    answer = client.describe_automation_executions(**given)
    return [each["AutomationExecutionId"] for each in answer["AutomationExecutionMetadataList"]]


@pytest.fixture
def names(fake: AutomationFake, client: Any) -> Names:
    """Executions of many kinds, by names of the test's own."""
    fake.script(
        ["InProgress", "InProgress"],
        when={"Tags": [{"Key": "Env", "Value": "prod"}]},
        steps=[{"StepName": "a", "Action": "aws:sleep"}],
    )
    fake.script(
        [
            {
                "AutomationExecutionStatus": "Failed",
                "AutomationSubtype": "ChangeRequest",
                "OpsItemId": "oi-1",
                "ExecutionStartTime": datetime(2020, 1, 1, tzinfo=UTC),
            }
        ],
        when={"DocumentName": "AWS-Stop"},
    )
    made = {
        "tagged": start(client, DocumentName="AWS-Start", Tags=[{"Key": "Env", "Value": "prod"}]),
        "change": start(client, DocumentName="AWS-Stop"),
        "group": start(client, TargetParameterName="Id", Targets=[{"Key": "ResourceGroup", "Values": ["mine"]}]),
        "abroad": start(client, TargetLocations=[{"Accounts": ["123456789012"], "Regions": ["us-east-1"]}]),
    }
    execution = fake.execution(made["abroad"])
    execution.advance()
    made["child"] = execution.children[0].id
    return made


@pytest.mark.parametrize("key", model.enum("AutomationExecutionFilterKey"))
def test_every_key_of_the_model_is_a_filter(client: Any, key: str) -> None:
    """Each is taken, whatever the installed model knows."""
    status = key in {"ExecutionStatus", "AutomationType", "AutomationSubtype"}
    value = model.enum(key.replace("Execution", "AutomationExecution"))[0] if status else "2020-01-01"
    assert listed(client, {key: [value]}) == []


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"DocumentNamePrefix": ["AWS-"]}, ["change", "tagged"]),
        ({"DocumentNamePrefix": ["AWS-Stop", "Do"]}, ["child", "abroad", "group", "change"]),
        ({"DocumentNamePrefix": ["aws-"]}, []),
        ({"ExecutionStatus": ["Failed"]}, ["change"]),
        ({"ExecutionStatus": ["Failed", "Pending"]}, ["child", "group", "change"]),
        ({"CurrentAction": ["aws:sleep"]}, ["tagged"]),
        ({"StartTimeBefore": ["2020-01-02T00:00:00Z"]}, ["change"]),
        ({"StartTimeBefore": ["2020-01-01T00:00:00"]}, ["change"]),
        ({"StartTimeBefore": ["2019-12-31"]}, []),
        ({"StartTimeAfter": ["2020-01-02T00:00:00+01:00"]}, ["child", "abroad", "group", "tagged"]),
        ({"AutomationType": ["Local"]}, ["child", "group", "change", "tagged"]),
        ({"AutomationType": ["CrossAccount"]}, ["abroad"]),
        ({"AutomationSubtype": ["ChangeRequest"]}, ["change"]),
        ({"OpsItemId": ["oi-1"]}, ["change"]),
        ({"TagKey": ["Env"]}, ["tagged"]),
        ({"TargetResourceGroup": ["mine"]}, ["group"]),
        ({"TargetResourceGroup": ["yours"]}, []),
        ({"DocumentNamePrefix": ["AWS-"], "ExecutionStatus": ["InProgress"]}, ["tagged"]),
        ({"DocumentNamePrefix": ["AWS-"], "ExecutionStatus": ["Waiting"]}, []),
        ({"DocumentNamePrefix": ["Do"], "ParentExecutionId": ["unknown"]}, []),
    ],
)
def test_filters_of_executions(client: Any, names: Names, filters: dict[str, list[str]], expected: list[str]) -> None:
    """Of one filter's values any will do, and all filters have to; the newest comes first."""
    assert listed(client, filters) == [names[name] for name in expected]


def test_filters_by_id(client: Any, names: Names) -> None:
    """An id finds its execution, started by whom it may be; an unknown one finds nothing."""
    assert listed(client, {"ExecutionId": [names["child"], names["group"]]}) == [names["child"], names["group"]]
    assert listed(client, {"ParentExecutionId": [names["abroad"]]}) == [names["child"]]
    assert listed(client, {"ParentExecutionId": [names["abroad"]], "ExecutionStatus": ["Failed"]}) == []
    assert listed(client, {"ExecutionId": ["unknown"]}) == []
    assert listed(client, {"ParentExecutionId": [names["group"]]}) == []


STEPS: list[dict[str, Any]] = [
    {
        "StepName": "one",
        "Action": "aws:sleep",
        "StepStatus": "Success",
        "StepExecutionId": "id-1",
        "ExecutionStartTime": datetime(2020, 1, 1, tzinfo=UTC),
    },
    {
        "StepName": "two",
        "Action": "aws:branch",
        "StepStatus": "Failed",
        "ParentStepDetails": {"StepExecutionId": "id-1", "Iteration": 2, "IteratorValue": "x"},
    },
    {"StepName": "three", "Action": "aws:sleep", "StepStatus": "Pending"},
]


@pytest.mark.parametrize(
    ("key", "values", "expected"),
    [
        *((key, ["2020-01-01"], None) for key in model.enum("StepExecutionFilterKey") if "Status" not in key),
        ("StartTimeBefore", ["2020-01-02"], ["one"]),
        ("StartTimeAfter", ["2020-01-02"], ["two"]),
        ("StepExecutionStatus", ["Success", "Pending"], ["one", "three"]),
        ("StepExecutionId", ["id-1"], ["one"]),
        ("StepName", ["two"], ["two"]),
        ("Action", ["aws:sleep"], ["one", "three"]),
        ("ParentStepExecutionId", ["id-1"], ["two"]),
        ("ParentStepIteration", ["2"], ["two"]),
        ("ParentStepIteratorValue", ["x"], ["two"]),
    ],
)
def test_filters_of_steps(
    fake: AutomationFake, client: Any, key: str, values: list[str], expected: list[str] | None
) -> None:
    """Each key of the model finds the steps that have one of the values; a step that has not run has no times."""
    execution = fake.add_execution("Doc", statuses=["Failed"], steps=STEPS)
    for given, order in (({}, 1), ({"ReverseOrder": False}, 1), ({"ReverseOrder": True}, -1)):
        answer = client.describe_automation_step_executions(
            AutomationExecutionId=execution.id, Filters=[{"Key": key, "Values": values}], **given
        )
        assert expected is None or [step["StepName"] for step in answer["StepExecutions"]] == expected[::order]


@pytest.mark.parametrize(
    ("operation", "status"),
    [
        ("describe_automation_executions", "ExecutionStatus"),
        ("describe_automation_step_executions", "StepExecutionStatus"),
    ],
)
def test_filters_that_are_refused(operation: str, status: str) -> None:
    """Unknown and repeated keys, and invalid values, raise the errors that both operations document."""
    twice = {"Key": "StartTimeBefore", "Values": ["2020-01-01"]}
    wrong: list[tuple[str, list[Any]]] = [
        ("InvalidFilterKey", [{"Key": "Colour", "Values": ["red"]}]),
        ("InvalidFilterKey", [twice, twice]),
        ("InvalidFilterValue", [{"Key": "StartTimeAfter", "Values": ["yesterday"]}]),
        ("InvalidFilterValue", [{"Key": status, "Values": ["Succes"]}]),
    ]
    ids = ("DescribeAutomationExecutions/Filters[].Key:enum", "DescribeAutomationStepExecutions/Filters[].Key:enum")
    with AutomationFake(relax=ids) as fake:
        client: Any = fake.client()
        given = {} if status == "ExecutionStatus" else {"AutomationExecutionId": fake.add_execution("Doc").id}
        for error, filters in wrong:
            with pytest.raises(getattr(client.exceptions, error)):
                getattr(client, operation)(Filters=filters, **given)
        fake.verify()


def test_fifty_are_a_page_by_default(client: Any) -> None:
    """Without MaxResults a page has fifty, and the token leads to the rest."""
    ids = [start(client) for _ in range(51)][::-1]
    first = client.describe_automation_executions()
    assert len(first["AutomationExecutionMetadataList"]) == 50
    assert listed(client, NextToken=first["NextToken"]) == ids[50:]


def test_what_starts_between_pages_shifts_nothing(client: Any) -> None:
    """New executions neither repeat nor displace any on the pages to come, and the token may be used again."""
    ids = [start(client) for _ in range(4)][::-1]
    token = client.describe_automation_executions(MaxResults=2)["NextToken"]
    for _ in range(3):
        start(client)
        start(client, DocumentName="Other")
        assert listed(client, NextToken=token) == ids[2:]


def test_a_filter_by_state_finds_what_has_reached_it(fake: AutomationFake, client: Any) -> None:
    """What was shown before advances first, if it matches the other filters and comes before the token's place."""
    for name in ("Doc", "Other", "Doc", "Doc"):
        start(client, DocumentName=name)

    def listed_as(status: str, **members: Any) -> tuple[list[str], str | None]:
        filters = [{"Key": "ExecutionStatus", "Values": [status]}, {"Key": "DocumentNamePrefix", "Values": ["Doc"]}]
        answer = client.describe_automation_executions(Filters=filters, **members)
        return [each["AutomationExecutionId"] for each in answer["AutomationExecutionMetadataList"]], answer.get(
            "NextToken"
        )

    ids = [each.id for each in fake.executions if each.document_name == "Doc"][::-1]
    assert listed_as("Success") == listed_as("InProgress") == ([], None)
    first, token = listed_as("Pending", MaxResults=1)
    assert first == ids[:1]
    assert listed_as("Pending", NextToken=token) == (ids[1:], None)
    assert listed_as("InProgress", NextToken=token) == (ids[1:], None)
    assert [each.status for each in fake.executions] == ["InProgress", "Pending", "InProgress", "Pending"]
    assert listed_as("InProgress") == (ids[:1], None)
    assert [each.status for each in fake.executions] == ["Success", "Pending", "Success", "InProgress"]


def test_a_refused_failed_or_lost_listing(fake: AutomationFake, client: Any) -> None:
    """A refused or a failed one advances nothing; a lost one does, and the next one shows where it led."""
    execution = fake.execution(start(client))
    client.describe_automation_executions()
    operation = "DescribeAutomationExecutions"
    fake.fail_with("InternalServerError", operation=operation)
    with pytest.raises(client.exceptions.InternalServerError):
        client.describe_automation_executions()
    with pytest.raises(client.exceptions.InvalidFilterValue):
        client.describe_automation_executions(Filters=[{"Key": "ExecutionStatus", "Values": ["Done"]}])
    assert execution.status == "Pending"
    fake.lose_response(operation=operation)
    with pytest.raises(ReadTimeoutError):
        client.describe_automation_executions()
    assert execution.status == "InProgress"
    client.describe_automation_executions()
    assert execution.status == "InProgress"


def test_pages_of_steps(fake: AutomationFake, client: Any) -> None:
    """Steps come in pages too, in either order."""
    names = [f"step-{number}" for number in range(5)]
    execution = fake.add_execution("Doc", steps=[{"StepName": name} for name in names])
    paginator = client.get_paginator("describe_automation_step_executions")
    for reverse in (False, True):
        pages = list(
            paginator.paginate(
                AutomationExecutionId=execution.id, ReverseOrder=reverse, PaginationConfig={"PageSize": 2}
            )
        )
        assert [len(page["StepExecutions"]) for page in pages] == [2, 2, 1]
        found = [step["StepName"] for page in pages for step in page["StepExecutions"]]
        assert found == (names[::-1] if reverse else names)


def test_a_token_is_for_its_listing(fake: AutomationFake, client: Any) -> None:
    """A token of another operation, of another execution or Region, or of none is the documented error."""
    one, other = (fake.add_execution("Doc", steps=[{}, {}]).id for _ in range(2))
    of_executions = client.describe_automation_executions(MaxResults=1)["NextToken"]
    of_steps = client.describe_automation_step_executions(AutomationExecutionId=one, MaxResults=1)["NextToken"]
    forged = base64.b64encode(b"DescribeAutomationExecutions us-east-1 -1").decode()
    endless = base64.b64encode(b"DescribeAutomationExecutions us-east-1 " + b"9" * 5000).decode()
    for token in (endless, of_steps, "x", "é", "", forged, of_executions[:-4], base64.b64encode(b"\xff").decode()):
        with pytest.raises(client.exceptions.InvalidNextToken):
            client.describe_automation_executions(NextToken=token)
    for execution_id, token in ((one, of_executions), (other, of_steps), (one, "x")):
        with pytest.raises(client.exceptions.InvalidNextToken):
            client.describe_automation_step_executions(AutomationExecutionId=execution_id, NextToken=token)
    abroad: Any = fake.client("eu-central-1")
    with pytest.raises(abroad.exceptions.InvalidNextToken):
        abroad.describe_automation_executions(NextToken=of_executions)
    assert listed(client, NextToken=of_executions) == [one]


def test_a_token_from_before_a_reset(fake: AutomationFake, client: Any) -> None:
    """A token beyond the end starts with the newest execution."""
    for _ in range(9):
        start(client)
    token = client.describe_automation_executions(MaxResults=1)["NextToken"]
    fake.reset()
    execution_id = start(client)
    assert listed(client, NextToken=token) == [execution_id]
