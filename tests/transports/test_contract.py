"""What holds over every transport: the same answers, the same exceptions, the same record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests
from botocore.exceptions import BotoCoreError, ClientError
from caller import runbook, start
from model import COMMON_ERRORS, CONNECTION_ERRORS, error_shapes
from reaching import TRANSPORTS, reached

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_ssm_automation import AutomationFake

KEYS = {"aws_access_key_id": "AKIDCONTRACT", "aws_secret_access_key": "secret"}
TOKEN = "01234567-89ab-cdef-0123-456789abcdef"
PARAMETERS = {"InstanceId": ["i-1"]}
BROKEN = (BotoCoreError, requests.ConnectionError, requests.Timeout)


@pytest.fixture(autouse=True)
def _one_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let clients of botocore try each call once."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")


@pytest.fixture(params=TRANSPORTS)
def pair(request: pytest.FixtureRequest) -> Iterator[tuple[AutomationFake, Any]]:
    """A fake and a client, over each transport."""
    with reached(request.param) as (fake, connect):
        yield fake, connect(KEYS)


def refusal(client: Any, **members: Any) -> dict[str, Any]:
    """Give the response of the error that a start is refused with, and the name of its class."""
    with pytest.raises(ClientError) as caught:
        start(client, **members)
    return {**caught.value.response, "class": caught.type.__name__}


def test_every_outcome_of_a_start(pair: tuple[AutomationFake, Any]) -> None:
    """A start, its repetition, a mismatch, a broken constraint, a lost response and all broken connections."""
    fake, client = pair
    execution_id = start(client, Parameters=PARAMETERS, ClientToken=TOKEN)
    assert start(client, Parameters=PARAMETERS, ClientToken=TOKEN.upper()) == execution_id
    assert refusal(client, DocumentName="Other", ClientToken=TOKEN)["Error"]["Code"] == "IdempotentParameterMismatch"
    assert refusal(client, MaxErrors="many")["Error"] == {
        "Code": "ValidationException",
        "Message": "1 validation error detected: Value 'many' at 'maxErrors' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: ^([1-9][0-9]*|[0]|[1-9][0-9]%|[0-9]%|100%)$",
    }
    fake.lose_response()
    for error in CONNECTION_ERRORS:
        fake.fail_with(error)
    for _ in ("ReadTimeoutError", *CONNECTION_ERRORS):
        with pytest.raises(BROKEN):
            start(client)
    assert [(call.outcome, call.error) for call in fake.calls] == [
        ("started", None),
        ("replayed", None),
        ("rejected", "IdempotentParameterMismatch"),
        ("rejected", "ValidationException"),
        ("lost", "ReadTimeoutError"),
        *(("failed", error) for error in CONNECTION_ERRORS),
    ]
    call = fake.calls[0]
    assert (call.region, call.access_key_id, call.attempt, call.execution_id) == (
        "us-east-1", "AKIDCONTRACT", 1, execution_id
    )  # fmt: skip
    fake.assert_started(exact=True, DocumentName="Doc", Parameters=PARAMETERS, ClientToken=TOKEN)
    fake.assert_rejected(constraint="MaxErrors:pattern", error="ValidationException", MaxErrors="many")
    assert [execution.call for execution in fake.executions] == [call, fake.calls[4]]
    start(client)
    with pytest.raises(AssertionError, match="ClientToken"):
        fake.assert_no_duplicate_starts()
    fake.verify()


def test_all_operations(pair: tuple[AutomationFake, Any]) -> None:
    """Executions are started, polled, listed, signalled, stopped and tagged, and registered runbooks described."""
    fake, client = pair
    fake.add_runbook(runbook({"name": "wait", "inputs": {"Duration": "PT1S"}}), name="Known")
    fake.script(["Waiting", "Waiting", "InProgress"])
    execution = {"AutomationExecutionId": start(client, DocumentName="Known")}
    resource = {"ResourceType": "Automation", "ResourceId": execution["AutomationExecutionId"]}
    shown = client.get_automation_execution(**execution)["AutomationExecution"]
    assert (shown["AutomationExecutionStatus"], shown["ExecutionStartTime"].tzinfo is None) == ("Waiting", False)
    assert "StepExecutions" in client.describe_automation_step_executions(**execution)
    assert len(client.describe_automation_executions()["AutomationExecutionMetadataList"]) == 1
    client.send_automation_signal(**execution, SignalType="Approve")
    client.stop_automation_execution(**execution)
    client.add_tags_to_resource(**resource, Tags=[{"Key": "a", "Value": "b"}])
    client.remove_tags_from_resource(**resource, TagKeys=["b"])
    assert client.list_tags_for_resource(**resource)["TagList"] == [{"Key": "a", "Value": "b"}]
    assert client.describe_document(Name="Known")["Document"]["Name"] == "Known"
    assert client.get_document(Name="Known", DocumentFormat="YAML")["DocumentFormat"] == "YAML"
    answer = client.list_document_versions(Name="Known")
    assert len(answer["DocumentVersions"]) == 1
    assert (answer["ResponseMetadata"]["HTTPStatusCode"], len(answer["ResponseMetadata"]["RequestId"])) == (200, 36)
    assert [(call.outcome, call.error) for call in fake.calls] == [("started", None), *[("answered", None)] * 11]


@pytest.mark.slow
@pytest.mark.parametrize("transport", TRANSPORTS[1:])
def test_every_error(transport: str) -> None:
    """Every error that can be sent has the same code, text, status, members and class, and the same record."""
    codes = sorted({*error_shapes(), *COMMON_ERRORS})
    wanted = _failures(TRANSPORTS[0], codes)
    assert {code for code, error in wanted.items() if error["class"] == code} == {*error_shapes()}
    if transport in {"requests", "endpoint"}:
        wanted = {code: {**error, "class": "ClientError"} for code, error in wanted.items()}
    assert _failures(transport, codes) == wanted


def _failures(transport: str, codes: list[str]) -> dict[str, dict[str, Any]]:
    failures: dict[str, dict[str, Any]] = {}
    with reached(transport) as (fake, connect):
        client = connect(KEYS)
        for code in codes:
            fake.fail_with(code)
            response = refusal(client)
            failures[code] = {**response, "ResponseMetadata": response["ResponseMetadata"]["HTTPStatusCode"]}
        assert [(call.outcome, call.error) for call in fake.calls] == [("failed", code) for code in codes]
    return failures


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_limits(transport: str) -> None:
    """A full account refuses, and options mean the same over every transport."""
    with reached(transport, execution_limit=1, unknown_documents="reject") as (fake, connect):
        fake.add_runbook(runbook({"name": "a"}, parameters={"Id": {"type": "String"}}), name="Known")
        client, known = connect(KEYS), {"DocumentName": "Known", "Parameters": {"Id": ["i-1"]}}
        start(client, **known)
        codes = [refusal(client, **members)["Error"]["Code"] for members in (known, {}, {"DocumentName": "Known"})]
    assert codes == [
        "AutomationExecutionLimitExceededException",
        "AutomationDefinitionNotFoundException",
        "InvalidAutomationExecutionParametersException",
    ]
