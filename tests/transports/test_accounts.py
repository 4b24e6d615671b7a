"""All state is kept per account and Region; a client's credentials determine the account."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from caller import has, poll, start
from reaching import TRANSPORTS, Keys, reached

from pytest_ssm_automation import AutomationFake, FakeUsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT_ID = "123456789012"
ONE, OTHER = "111111111111", "222222222222"
TOKEN = "01234567-89ab-cdef-0123-456789abcdef"
NOT_FOUND = "AutomationExecutionNotFoundException"


def assume(account: str) -> Keys:
    """Assume a role of an account with moto's STS, and return the keywords of its client."""
    sts = boto3.client("sts", region_name="us-east-1")
    role = sts.assume_role(RoleArn=f"arn:aws:iam::{account}:role/operations", RoleSessionName="session")
    return {
        "aws_access_key_id": role["Credentials"]["AccessKeyId"],
        "aws_secret_access_key": role["Credentials"]["SecretAccessKey"],
        "aws_session_token": role["Credentials"]["SessionToken"],
    }


@pytest.fixture(params=TRANSPORTS)
def pair(request: pytest.FixtureRequest) -> Iterator[tuple[AutomationFake, Any, Any]]:
    """A fake and the clients of two assumed roles, over each transport."""
    with reached(request.param) as (fake, client):
        yield fake, client(assume(ONE)), client(assume(OTHER))


def test_the_same_token_starts_in_each_account(pair: tuple[AutomationFake, Any, Any]) -> None:
    """A ClientToken is one account's: another account starts its own, and only a repetition there is a replay."""
    fake, one, other = pair
    first, second = start(one, ClientToken=TOKEN), start(other, ClientToken=TOKEN)
    assert first != second
    assert start(one, ClientToken=TOKEN.upper()) == first
    assert [(call.account, call.outcome) for call in fake.calls] == [
        (ONE, "started"),
        (OTHER, "started"),
        (ONE, "replayed"),
    ]
    assert [execution.account for execution in fake.executions] == [ONE, OTHER]
    assert start(other, ClientToken=TOKEN) == second


def test_polling_with_the_wrong_client(pair: tuple[AutomationFake, Any, Any]) -> None:
    """An execution of one account is unknown in the other, for all operations and listings."""
    fake, one, other = pair
    execution_id = start(one)
    shown = poll(one, execution_id)
    assert shown["ExecutedBy"] == f"arn:aws:sts::{ONE}:assumed-role/test-role/test-session"
    for ask in (
        other.get_automation_execution,
        other.describe_automation_step_executions,
        other.stop_automation_execution,
        partial(other.send_automation_signal, SignalType="Approve"),
    ):
        with pytest.raises(ClientError, match=NOT_FOUND):
            ask(AutomationExecutionId=execution_id)
    assert one.describe_automation_executions()["AutomationExecutionMetadataList"]
    assert other.describe_automation_executions()["AutomationExecutionMetadataList"] == []
    fake.assert_called("GetAutomationExecution", times=1, account=OTHER, AutomationExecutionId=execution_id)


def test_an_added_execution(pair: tuple[AutomationFake, Any, Any]) -> None:
    """One that a test adds is in the account that it names, or seen from every account."""
    fake, one, other = pair
    execution = fake.add_execution("Doc", account=ONE)
    everywhere = fake.add_execution("Doc")
    assert (execution.account, everywhere.account) == (ONE, ACCOUNT_ID)
    assert poll(one, execution.id)["ExecutedBy"].startswith(f"arn:aws:sts::{ONE}:")
    with pytest.raises(ClientError, match=NOT_FOUND):
        poll(other, execution.id)
    for client, ids in ((one, [everywhere.id, execution.id]), (other, [everywhere.id])):
        assert poll(client, everywhere.id)["AutomationExecutionId"] == everywhere.id
        listed = client.describe_automation_executions()["AutomationExecutionMetadataList"]
        assert [each["AutomationExecutionId"] for each in listed] == ids


@pytest.fixture
def clients(fake: AutomationFake) -> tuple[Any, Any]:
    """Clients of two accounts on the fixture `fake`."""
    if not has("account_id"):
        pytest.skip("credentials of this botocore know no account")
    return client_of(fake, ONE), client_of(fake, OTHER)


def client_of(fake: AutomationFake, account: str, region: str = "us-east-1") -> Any:
    """Make a client whose credentials name their account."""
    return fake.client(region, aws_access_key_id="key", aws_secret_access_key="secret", aws_account_id=account)


@pytest.mark.needs("account_id")
def test_the_limit_is_each_accounts() -> None:
    """What runs in one account leaves the others, and the other Regions, their own limit."""
    with AutomationFake(execution_limit=2) as fake:
        one, other, abroad = (client_of(fake, *where) for where in ((ONE,), (OTHER,), (ONE, "eu-west-1")))
        for client in (one, other, abroad):
            first, _ = start(client), start(client)
            with pytest.raises(ClientError, match="AutomationExecutionLimitExceededException"):
                start(client)
            fake.execution(first).finish()
            start(client)


def test_a_page_is_continued_in_its_own_account(fake: AutomationFake, clients: tuple[Any, Any]) -> None:
    """A token of one account's listing is invalid in another account."""
    one, other = clients
    for client in (one, other):
        start(client), start(client)
    token = one.describe_automation_executions(MaxResults=1)["NextToken"]
    with pytest.raises(ClientError, match="InvalidNextToken"):
        other.describe_automation_executions(MaxResults=1, NextToken=token)
    listed = one.describe_automation_executions(MaxResults=1, NextToken=token)["AutomationExecutionMetadataList"]
    assert [each["AutomationExecutionId"] for each in listed] == [fake.executions[0].id]


def test_pages_with_executions_of_every_account(fake: AutomationFake, clients: tuple[Any, Any]) -> None:
    """Page by page each is listed once, the newest first, also where some are seen from every account."""
    one, other = clients
    wanted = []
    for number in range(12):
        start(other)
        fake.add_execution("Abroad", region="eu-west-1")
        wanted.append(start(one) if number % 3 else fake.add_execution("Doc").id)
    pages = one.get_paginator("describe_automation_executions").paginate(PaginationConfig={"PageSize": 5})
    seen = [[each["AutomationExecutionId"] for each in page["AutomationExecutionMetadataList"]] for page in pages]
    assert [len(page) for page in seen] == [5, 5, 2]
    assert [each for page in seen for each in page] == wanted[::-1]


def test_an_id_can_exist_once_in_each_account(fake: AutomationFake) -> None:
    """The same id is refused in the same account and Region, and everywhere if every account would see both."""
    fake.add_execution("Doc", execution_id="mine", account=ONE)
    fake.add_execution("Doc", execution_id="mine", account=OTHER)
    fake.add_execution("Doc", execution_id="mine", region="eu-west-1")
    fake.add_execution("Doc", execution_id="ours")
    refused: list[tuple[dict[str, Any], str]] = [
        ({"account": ONE}, f"account {ONE} and us-east-1"),
        ({}, "us-east-1"),
        ({"account": ONE, "region": "eu-west-1"}, f"account {ONE} and eu-west-1"),
    ]
    for given, where in refused:
        with pytest.raises(FakeUsageError) as caught:
            fake.add_execution("Doc", execution_id="mine", **given)
        assert str(caught.value) == f"An execution 'mine' already exists in {where}"
    assert fake.execution("mine").region == "eu-west-1"


def test_a_scripted_id_is_given_once_in_each_account(fake: AutomationFake, clients: tuple[Any, Any]) -> None:
    """The first execution in each account gets the id of the script."""
    fake.script(["Success"], execution_id="mine")
    assert [start(client) for client in clients] == ["mine", "mine"]
    assert all(start(client) != "mine" for client in clients)


def test_locations_start_in_their_accounts(fake: AutomationFake, clients: tuple[Any, Any]) -> None:
    """A child runs in the account of its location, and is visible only there."""
    unit = "ou-abcd-12345678"
    start(clients[0], TargetLocations=[{"Accounts": [OTHER, unit], "Regions": ["us-east-1"]}])
    (parent,) = fake.executions
    parent.advance()
    parent.children[0].finish()
    assert [(child.target, child.account) for child in parent.children] == [
        (f"{OTHER}/us-east-1", OTHER),
        (f"{unit}/us-east-1", ONE),
    ]
    child = parent.children[0].id
    assert poll(clients[1], child)["ExecutedBy"].startswith(f"arn:aws:sts::{OTHER}:")
    with pytest.raises(ClientError, match=NOT_FOUND):
        poll(clients[0], child)
    with pytest.raises(ClientError, match=NOT_FOUND):
        poll(clients[1], parent.id)


def test_assertions_name_the_account(fake: AutomationFake, clients: tuple[Any, Any]) -> None:
    """With `account`, each assertion only considers that account."""
    one, other = clients
    first, second = start(one), start(other)
    start(fake.client())
    assert fake.assert_started_once(account=ONE).id == first
    assert fake.assert_started(account=OTHER, region="us-east-1").id == second
    fake.assert_not_started(account="333333333333")
    fake.assert_called("StartAutomationExecution", account=ONE, times=1)
    with pytest.raises(ClientError):
        one.start_automation_execution(DocumentName="Doc", MaxErrors="x")
    fake.assert_rejected(account=ONE, constraint="MaxErrors:pattern")
    with pytest.raises(AssertionError):
        fake.assert_rejected(account=OTHER)
    with pytest.raises(AssertionError) as caught:
        fake.assert_started(account="333333333333", region="us-east-1", DocumentName="Doc")
    assert str(caught.value) == (
        "StartAutomationExecution was not called as expected.\n\n"
        "Expected:  DocumentName='Doc', in 333333333333, in us-east-1\n"
        f"Closest of 4 calls, #1 ({ONE}, us-east-1, thread MainThread):\n"
        f"  account: expected '333333333333', got '{ONE}'\n"
        f"Then #2 ({OTHER}, us-east-1, thread MainThread):\n"
        f"  account: expected '333333333333', got '{OTHER}'\n"
        "Then #3 (us-east-1, thread MainThread):\n"
        f"  account: expected '333333333333', got '{ACCOUNT_ID}'"
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"account": "1111"}, "Expected account to be a string of 12 digits"),
        ({"account": 111111111111}, "Write it as a string, '111111111111'"),
        *(
            ({"region": region}, "Expected region to be a string or None, but got region=")
            for region in (5, ["us-east-1"], b"us-east-1")
        ),
    ],
)
def test_what_is_no_account_or_region_is_refused(fake: AutomationFake, given: dict[str, Any], message: str) -> None:
    """One that no client could have would otherwise let an assertion pass for nothing."""
    asks: tuple[Any, ...] = (
        fake.assert_started,
        fake.assert_started_once,
        fake.assert_not_started,
        partial(fake.assert_called, "GetAutomationExecution"),
        fake.assert_rejected,
        partial(fake.add_execution, "Doc"),
        *([partial(fake.add_runbook, {"mainSteps": []}, name="Doc")] if "region" in given else []),
    )
    for ask in asks:
        with pytest.raises(FakeUsageError, match=message):
            ask(**given)
    assert not fake.executions


def test_duplicates_are_each_accounts(fake: AutomationFake, clients: tuple[Any, Any]) -> None:
    """Equal starts in two accounts are not duplicates, unless the test says so."""
    for client in clients:
        start(client)
    fake.assert_no_duplicate_starts()
    fake.assert_no_duplicate_starts(across_regions=True)
    with pytest.raises(AssertionError, match=rf"#2 \({OTHER}, us-east-1, thread MainThread\) started"):
        fake.assert_no_duplicate_starts(across_accounts=True)
    start(client_of(fake, ONE, "eu-west-1"), DocumentName="Elsewhere")
    start(client_of(fake, OTHER), DocumentName="Elsewhere")
    with pytest.raises(AssertionError, match="Elsewhere"):
        fake.assert_no_duplicate_starts(across_regions=True, across_accounts=True)
    with pytest.raises(AssertionError) as caught:
        fake.assert_no_duplicate_starts(across_accounts=True)
    assert "Elsewhere" not in str(caught.value)


def test_a_fault_can_be_one_accounts(fake: AutomationFake, clients: tuple[Any, Any]) -> None:
    """The call that `when` is asked about has an account, and the text of AccessDeniedException names it twice."""
    fake.fail_with("ThrottlingException", when=lambda call: call.account == OTHER)
    start(clients[0])
    with pytest.raises(ClientError, match="Rate exceeded"):
        start(clients[1])
    fake.fail_with("AccessDeniedException")
    fake.fail_with("AccessDeniedException", operation="GetAutomationExecution")
    with pytest.raises(ClientError, match=f"User: arn:aws:sts::{ONE}:assumed-role/"):
        start(clients[0])
    with pytest.raises(ClientError, match=f"resource: arn:aws:ssm:us-east-1:{OTHER}:automation-execution/"):
        poll(clients[1], TOKEN)


def test_runbooks_are_known_to_every_account(fake: AutomationFake, clients: tuple[Any, Any]) -> None:
    """A registered runbook can be started from every account, and is described as owned by the one that asks."""
    fake.add_runbook({"schemaVersion": "0.3", "mainSteps": [{"name": "a", "action": "aws:sleep"}]}, name="Mine")
    owners = [client.describe_document(Name="Mine")["Document"]["Owner"] for client in clients]
    assert owners == [ONE, OTHER]
