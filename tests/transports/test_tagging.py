"""The tags of executions, over every transport; those of other resources are not the fake's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError, ParamValidationError
from botocore.stub import Stubber
from caller import start
from reaching import TRANSPORTS, reached

from pytest_ssm_automation import AutomationFake, FakeUsageError, NetworkBlockedError

if TYPE_CHECKING:
    from collections.abc import Iterator

KEYS = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "aws_session_token": "token"}
ENV, TEAM = {"Key": "Env", "Value": "prod"}, {"Key": "Team", "Value": "ops"}
UNKNOWN = "01234567-89ab-cdef-0123-456789abcdef"


@pytest.fixture(params=TRANSPORTS)
def pair(request: pytest.FixtureRequest) -> Iterator[tuple[AutomationFake, Any]]:
    """A fake and a client, over each transport, together with moto."""
    with reached(request.param) as (fake, client):
        yield fake, client(KEYS)


def of(execution_id: str) -> dict[str, str]:
    """Name an execution as a resource."""
    return {"ResourceType": "Automation", "ResourceId": execution_id}


def tags(client: Any, execution_id: str) -> list[dict[str, str]]:
    """List the tags of an execution."""
    listed: list[dict[str, str]] = client.list_tags_for_resource(**of(execution_id))["TagList"]
    return listed


def code(call: Any, **members: Any) -> str:
    """Give the code of the error that a call is refused with."""
    with pytest.raises(ClientError) as caught:
        call(**members)
    return str(caught.value.response["Error"]["Code"])


def test_tags_from_the_start_on(pair: tuple[AutomationFake, Any]) -> None:
    """The tags of the start are listed in their order, added to, replaced and removed, and the calls are recorded.

    An unknown id and a sixth tag are ordinary answers, and no mistakes.
    """
    fake, client = pair
    execution_id = start(client, Tags=[ENV, TEAM])
    changes = [{"Key": "Env", "Value": "test"}, *({"Key": f"Key{number}", "Value": ""} for number in range(3))]
    client.add_tags_to_resource(**of(execution_id), Tags=changes)
    assert tags(client, execution_id) == [changes[0], TEAM, *changes[1:]]
    assert code(client.add_tags_to_resource, **of(execution_id), Tags=[{"Key": "x", "Value": ""}]) == "TooManyTagsError"
    client.remove_tags_from_resource(**of(execution_id), TagKeys=["Env", "Never", "Key1"])
    assert tags(client, execution_id) == [TEAM, changes[1], changes[3]]
    assert code(client.list_tags_for_resource, **of(UNKNOWN)) == "InvalidResourceId"
    assert fake.executions[0].request["Tags"] == [ENV, TEAM]
    call = fake.assert_called("RemoveTagsFromResource", times=1, TagKeys=["Env", "Never", "Key1"])
    assert (call.outcome, call.execution_id) == ("answered", execution_id)
    fake.assert_rejected(error="InvalidResourceId", ResourceId=UNKNOWN)
    fake.assert_rejected(error="TooManyTagsError", times=1)
    fake.verify()


def test_requests_are_checked(pair: tuple[AutomationFake, Any]) -> None:
    """What the model forbids is refused and noted, and can be expected; faults can be injected, as elsewhere."""
    fake, client = pair
    execution_id = start(client)
    assert code(client.add_tags_to_resource, **of(execution_id), Tags=[{"Key": "<", "Value": "x" * 300}]) == (
        "ValidationException"
    )
    assert tags(client, execution_id) == []
    with pytest.raises(AssertionError, match=r"AddTagsToResource/Tags\[\]\.Value:max"):
        fake.verify()
    call = fake.assert_rejected(constraint="AddTagsToResource/Tags[].Key:pattern", times=1)
    assert [each.constraint for each in call.violations] == [
        "AddTagsToResource/Tags[].Key:pattern",
        "AddTagsToResource/Tags[].Value:max",
    ]
    fake.fail_with("TooManyUpdates", operation="AddTagsToResource", when={"ResourceId": execution_id})
    assert code(client.add_tags_to_resource, **of(execution_id), Tags=[ENV]) == "TooManyUpdates"
    fake.verify()


@pytest.mark.parametrize("transport", ["stubber", "wire"])
def test_what_botocore_refuses(transport: str) -> None:
    """Botocore's validation errors are recorded only for executions."""
    with AutomationFake(transport=transport) as fake:
        client: Any = fake.client()
        for members in ({"ResourceType": "Automation"}, {"ResourceType": "Document"}, {"ResourceId": "x"}, {}):
            with pytest.raises(ParamValidationError):
                client.list_tags_for_resource(**members)
        (call,) = fake.calls
        assert (call.params, call.error) == ({"ResourceType": "Automation"}, "ParamValidationError")
        fake.assert_rejected(constraint="ListTagsForResource/ResourceId:required")
        with pytest.raises(ParamValidationError):
            client._make_api_call("ListTagsForResource", [])
        with pytest.raises(ParamValidationError):
            client.list_tags_for_resource(ResourceType=["Automation"], ResourceId="x")
        assert len(fake.calls) == 1


@pytest.mark.parametrize("transport", ["stubber", "wire"])
def test_other_resources_are_left_to_others(transport: str) -> None:
    """Tags of a parameter are moto's or a Stubber's; without them the request is blocked, and never recorded."""
    import moto

    parameter = {"ResourceType": "Parameter", "ResourceId": "/mine"}
    with AutomationFake(transport=transport) as fake:
        with moto.mock_aws():
            client: Any = boto3.client("ssm", region_name="us-east-1")
            client.put_parameter(Name="/mine", Value="x", Type="String", Tags=[ENV])
            client.add_tags_to_resource(**parameter, Tags=[TEAM])
            client.remove_tags_from_resource(**parameter, TagKeys=["Env"])
            assert client.list_tags_for_resource(**parameter)["TagList"] == [TEAM]
        client = fake.client()
        with Stubber(client) as stubber:
            stubber.add_response("list_tags_for_resource", {"TagList": [ENV]}, parameter)
            assert client.list_tags_for_resource(**parameter)["TagList"] == [ENV]
        with pytest.raises(NetworkBlockedError, match="Answer it with moto or a Stubber"):
            client.list_tags_for_resource(**parameter)
        fake.assert_blocked()
        assert list(fake.calls) == []


def test_other_resources_over_http() -> None:
    """A caller that signs its own requests gets moto's answer, too; at the endpoint, their resources are unknown."""
    members = {"ResourceType": "Parameter", "ResourceId": "/mine"}
    with reached("requests") as (fake, client):
        boto3.client("ssm", region_name="us-east-1").put_parameter(Name="/mine", Value="x", Type="String", Tags=[ENV])
        assert client(KEYS).list_tags_for_resource(**members)["TagList"] == [ENV]
        assert not [call for call in fake.calls if call.operation == "ListTagsForResource"]
    with reached("endpoint") as (_, client):
        assert code(client(KEYS).list_tags_for_resource, **members) == "InvalidResourceId"


@pytest.mark.needs("account_id")
def test_tags_are_each_accounts_and_regions(fake: AutomationFake) -> None:
    """The tags of an execution can be read and changed only in its account and Region."""
    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
    execution_id = start(fake.client(), Tags=[ENV])
    for client in (fake.client("eu-west-1"), fake.client(aws_account_id="111111111111", **keys)):
        assert code(client.list_tags_for_resource, **of(execution_id)) == "InvalidResourceId"


def test_added_executions_have_tags(fake: AutomationFake, client: Any) -> None:
    """One that a test adds has none at first; and a reset forgets all."""
    fake.add_execution("Doc", execution_id="mine")
    assert tags(client, "mine") == []
    client.add_tags_to_resource(**of("mine"), Tags=[ENV])
    assert tags(client, "mine") == [ENV]
    fake.reset()
    fake.add_execution("Doc", execution_id="mine")
    assert tags(client, "mine") == []


def test_slips_are_shown(fake: AutomationFake) -> None:
    """A misspelt member of a tag operation is refused at once."""
    misspelt: Any = {"ResourceID": "x"}
    with pytest.raises(FakeUsageError, match="Did you mean 'ResourceId'"):
        fake.assert_called("ListTagsForResource", **misspelt)
    with pytest.raises(FakeUsageError, match="Did you mean 'ListTagsForResource'"):
        fake.fail_with("ThrottlingException", operation="ListTagsForResources")
