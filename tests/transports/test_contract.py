"""What holds over every transport: the same answers, the same exceptions, the same record."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from conformance.signing import SigningClient
from model import COMMON_ERRORS, CONNECTION_ERRORS, error_shapes

from pytest_ssm_automation import AutomationFake
from pytest_ssm_automation._transports.http.endpoint import Endpoint

if TYPE_CHECKING:
    from collections.abc import Iterator

TRANSPORTS = ("stubber", "wire", "http", "endpoint")
KEYS = {"aws_access_key_id": "AKIDCONTRACT", "aws_secret_access_key": "secret"}
TOKEN = "01234567-89ab-cdef-0123-456789abcdef"
RUNBOOK = {
    "schemaVersion": "0.3",
    "parameters": {"InstanceId": {"type": "String"}},
    "mainSteps": [{"name": "wait", "action": "aws:sleep", "inputs": {"Duration": "PT1S"}}],
}


@contextmanager
def serving(transport: str, **options: Any) -> Iterator[tuple[AutomationFake, Any]]:
    """Give a fake, and a client that reaches it over a transport in one attempt."""
    config = Config(retries={"total_max_attempts": 1})
    if transport in {"stubber", "wire"}:
        with AutomationFake(transport=transport, seed="contract", **options) as fake:
            yield fake, fake.client(config=config, **KEYS)
    elif transport == "http":
        with AutomationFake(seed="contract", **options) as fake:
            fake.serve_requests()
            yield fake, SigningClient()
    else:  # not active, so that botocore really connects
        fake = AutomationFake(seed="contract", **options)
        endpoint = Endpoint(fake._service)
        try:
            yield fake, boto3.client("ssm", region_name="us-east-1", endpoint_url=endpoint.url, config=config, **KEYS)
        finally:
            endpoint.close()


@pytest.fixture(params=TRANSPORTS)
def reached(request: pytest.FixtureRequest) -> Iterator[tuple[AutomationFake, Any]]:
    """A fake and a client, over each transport."""
    with serving(request.param) as pair:
        yield pair


def refusal(call: Any, **members: Any) -> dict[str, Any]:
    """Give the response of the error that a call is refused with."""
    with pytest.raises(ClientError) as caught:
        call(**members)
    return {**caught.value.response}


def test_a_start_and_its_record(reached: tuple[AutomationFake, Any]) -> None:
    """A start returns the id of the execution, and is recorded with its members, Region and key."""
    fake, client = reached
    answer = client.start_automation_execution(DocumentName="Doc", Parameters={"InstanceId": ["i-1"]}, Mode="Auto")
    execution = fake.assert_started_once(
        exact=True, DocumentName="Doc", Parameters={"InstanceId": ["i-1"]}, Mode="Auto"
    )
    assert answer["AutomationExecutionId"] == execution.id
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert len(answer["ResponseMetadata"]["RequestId"]) == 36
    (call,) = fake.calls
    assert (call.outcome, call.region, call.access_key_id, call.attempt, call.execution_id, call.error) == (
        "started", "us-east-1", "AKIDCONTRACT", 1, execution.id, None
    )  # fmt: skip


def test_a_life(reached: tuple[AutomationFake, Any]) -> None:
    """An execution advances with each poll, and all members of the responses have the right type."""
    fake, client = reached
    fake.script(["Pending", "InProgress", "Success"], outputs={"Result": ["done"]})
    execution_id = client.start_automation_execution(DocumentName="Doc")["AutomationExecutionId"]
    seen = [
        client.get_automation_execution(AutomationExecutionId=execution_id)["AutomationExecution"] for _ in range(3)
    ]
    assert [each["AutomationExecutionStatus"] for each in seen] == ["Pending", "InProgress", "Success"]
    assert seen[2]["Outputs"] == {"Result": ["done"]}
    assert seen[2]["ExecutionEndTime"] >= seen[2]["ExecutionStartTime"]
    assert seen[2]["ExecutionStartTime"].tzinfo is not None
    assert [call.outcome for call in fake.calls] == ["started", "answered", "answered", "answered"]


def test_pages(reached: tuple[AutomationFake, Any]) -> None:
    """A list comes page by page, newest first."""
    _, client = reached
    ids = [client.start_automation_execution(DocumentName="Doc")["AutomationExecutionId"] for _ in range(5)]
    found: list[list[str]] = []
    how: dict[str, str] = {}
    while True:
        page = client.describe_automation_executions(MaxResults=2, **how)
        found.append([each["AutomationExecutionId"] for each in page["AutomationExecutionMetadataList"]])
        if "NextToken" not in page:
            break
        how = {"NextToken": page["NextToken"]}
    assert found == [[ids[4], ids[3]], [ids[2], ids[1]], [ids[0]]]


def test_the_remaining_operations(reached: tuple[AutomationFake, Any]) -> None:
    """Steps are listed, signals are sent, executions are stopped, and registered runbooks are described."""
    fake, client = reached
    fake.add_runbook(RUNBOOK, name="Known")
    fake.script(["Waiting", "InProgress"])
    started = client.start_automation_execution(DocumentName="Known", Parameters={"InstanceId": ["i-1"]})
    execution = {"AutomationExecutionId": started["AutomationExecutionId"]}
    assert "StepExecutions" in client.describe_automation_step_executions(**execution)
    client.send_automation_signal(**execution, SignalType="Approve")
    client.stop_automation_execution(**execution)
    assert client.describe_document(Name="Known")["Document"]["Name"] == "Known"
    assert client.get_document(Name="Known", DocumentFormat="YAML")["DocumentFormat"] == "YAML"
    assert len(client.list_document_versions(Name="Known")["DocumentVersions"]) == 1
    assert [call.error for call in fake.calls] == [None] * 7


@pytest.mark.slow
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_every_error(transport: str) -> None:
    """Every error that can be sent has the same code, text, status and modeled members, and the same record."""
    codes = sorted({*error_shapes(), *COMMON_ERRORS})
    with serving("stubber") as (fake, client):
        wanted = [_failure(fake, client, code) for code in codes]
    with serving(transport) as (fake, client):
        assert [_failure(fake, client, code) for code in codes] == wanted
        assert [(call.outcome, call.error) for call in fake.calls] == [("failed", code) for code in codes]


def _failure(fake: AutomationFake, client: Any, code: str) -> dict[str, Any]:
    fake.fail_with(code)
    response = refusal(client.start_automation_execution, DocumentName="Doc")
    return {**response, "ResponseMetadata": response["ResponseMetadata"]["HTTPStatusCode"]}


@pytest.mark.parametrize("transport", ["stubber", "wire", "endpoint"])
def test_documented_errors_are_typed(transport: str, each_documented_error: str) -> None:
    """A client of botocore raises its own exception for each documented error."""
    with serving(transport) as (fake, client):
        fake.fail_with(each_documented_error, message="Mine")
        with pytest.raises(getattr(client.exceptions, each_documented_error), match="Mine"):
            client.start_automation_execution(DocumentName="Doc")


def test_what_the_service_refuses(reached: tuple[AutomationFake, Any]) -> None:
    """A broken constraint has the same text and the same record everywhere."""
    fake, client = reached
    error = refusal(client.start_automation_execution, DocumentName="Doc", MaxErrors="many")
    assert error["Error"] == {
        "Code": "ValidationException",
        "Message": "1 validation error detected: Value 'many' at 'maxErrors' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: ^([1-9][0-9]*|[0]|[1-9][0-9]%|[0-9]%|100%)$",
    }
    fake.assert_rejected(constraint="MaxErrors:pattern", error="ValidationException", MaxErrors="many")
    fake.verify()


def test_tokens(reached: tuple[AutomationFake, Any]) -> None:
    """The same token starts nothing new, and with another request it is a mismatch."""
    fake, client = reached
    ids = [
        client.start_automation_execution(DocumentName="Doc", ClientToken=token)["AutomationExecutionId"]
        for token in (TOKEN, TOKEN.upper())
    ]
    error = refusal(client.start_automation_execution, DocumentName="Other", ClientToken=TOKEN)
    assert error["Error"]["Code"] == "IdempotentParameterMismatch"
    assert ids[0] == ids[1]
    assert [call.outcome for call in fake.calls] == ["started", "replayed", "rejected"]


def test_a_lost_response(reached: tuple[AutomationFake, Any]) -> None:
    """The service has started the execution, and the caller gets a connection error of its library."""
    fake, client = reached
    fake.lose_response()
    with pytest.raises((BotoCoreError, requests.ConnectionError, requests.Timeout)):
        client.start_automation_execution(DocumentName="Doc")
    assert [call.outcome for call in fake.calls] == ["lost"]
    client.start_automation_execution(DocumentName="Doc")
    with pytest.raises(AssertionError, match="ClientToken"):
        fake.assert_no_duplicate_starts()


@pytest.mark.parametrize("error", CONNECTION_ERRORS)
def test_connection_errors(reached: tuple[AutomationFake, Any], error: str) -> None:
    """A broken connection is an error of the caller's own library, and starts nothing."""
    fake, client = reached
    fake.fail_with(error)
    with pytest.raises((BotoCoreError, requests.ConnectionError, requests.Timeout)):
        client.start_automation_execution(DocumentName="Doc")
    assert [(call.outcome, call.error) for call in fake.calls] == [("failed", error)]
    assert fake.executions == ()


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_limits(transport: str) -> None:
    """A full account refuses, and options mean the same over every transport."""
    with serving(transport, execution_limit=1, unknown_documents="reject", runbooks=()) as (fake, client):
        fake.add_runbook(RUNBOOK, name="Known")
        known = {"DocumentName": "Known", "Parameters": {"InstanceId": ["i-1"]}}
        client.start_automation_execution(**known)
        codes = [
            refusal(client.start_automation_execution, **members)["Error"]["Code"]
            for members in (known, {"DocumentName": "Unknown"}, {"DocumentName": "Known"})
        ]
    assert codes == [
        "AutomationExecutionLimitExceededException",
        "AutomationDefinitionNotFoundException",
        "InvalidAutomationExecutionParametersException",
    ]
