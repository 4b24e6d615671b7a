from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

import boto3
import botocore.client
import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError
from botocore.httpsession import URLLib3Session
from botocore.stub import Stubber
from botocore.waiter import WaiterModel, create_waiter_with_client
from moto import mock_aws

from pytest_ssm_automation import AutomationFake, AutomationFakeError, NetworkBlockedError

KEYS = {"aws_access_key_id": "AKIDMODULE", "aws_secret_access_key": "x"}
# Made when the module is imported, long before any fake is.
MODULE_CLIENT: Any = boto3.client("ssm", region_name="us-east-1", **KEYS)
STORED_METHOD = MODULE_CLIENT.start_automation_execution
PATCHED = ((botocore.client.BaseClient, "_convert_to_request_dict"), (URLLib3Session, "send"))


def start(client: Any, name: str = "Doc") -> str:
    """Start an execution, and return its id."""
    execution_id: str = client.start_automation_execution(DocumentName=name)["AutomationExecutionId"]
    return execution_id


def handlers(client: Any) -> list[Any]:
    """List the event handlers of a client."""
    found: list[Any] = []
    nodes = [client.meta.events._emitter._handlers._root]
    while nodes:
        node = nodes.pop()
        nodes.extend(node["children"].values())
        found.extend(handler for part in node["values"] or () for handler in part)
    return found


def originals() -> list[Any]:
    """List what the classes of botocore have now."""
    return [owner.__dict__[name] for owner, name in PATCHED]


@pytest.mark.parametrize("transport", ["stubber", "wire"])
def test_whoever_calls_is_answered(transport: Literal["stubber", "wire"]) -> None:
    """Clients of any session and setting, made before the fake or under it, methods that were stored, other threads."""
    with AutomationFake(transport=transport) as fake, ThreadPoolExecutor(1, "worker") as pool:
        config = Config(retries={"mode": "standard", "max_attempts": 9})
        clients = [
            MODULE_CLIENT,
            boto3.client("ssm"),
            boto3.Session(region_name="eu-central-1").client("ssm"),
            botocore.session.Session().create_client("ssm", region_name="us-west-2"),
            boto3.client("ssm", endpoint_url="https://vpce-1.ssm.us-east-1.vpce.amazonaws.com"),
            boto3.client("ssm", region_name="ap-south-1", config=config),
            fake.client("us-gov-west-1"),
        ]
        ids = [start(client) for client in clients]
        ids.append(STORED_METHOD(DocumentName="Doc")["AutomationExecutionId"])
        ids.append(pool.submit(lambda: start(boto3.Session().client("ssm"))).result())
    assert ids == [execution.id for execution in fake.executions]
    regions = ["us-east-1", "us-east-1", "eu-central-1", "us-west-2", "us-east-1", "ap-south-1", "us-gov-west-1"]
    assert [call.region for call in fake.calls] == [*regions, "us-east-1", "us-east-1"]
    assert fake.calls[4].endpoint_url == "https://vpce-1.ssm.us-east-1.vpce.amazonaws.com"
    assert fake.calls[-1].thread == "worker_0"


def test_waiters_are_answered(fake: AutomationFake) -> None:
    """The calls of a custom waiter are answered too, until it fails or succeeds."""
    error = {"matcher": "error", "argument": "AutomationExecutionNotFoundException"}
    acceptors = [
        {**error, "expected": "AutomationExecutionNotFoundException", "state": "retry"},
        {**error, "expected": "InternalServerError", "state": "success"},
    ]
    poll = {"operation": "GetAutomationExecution", "delay": 0, "maxAttempts": 5, "acceptors": acceptors}
    waiter = create_waiter_with_client("Done", WaiterModel({"version": 2, "waiters": {"Done": poll}}), MODULE_CLIENT)
    operation = "GetAutomationExecution"
    fake.fail_with("AutomationExecutionNotFoundException", times=2, operation=operation)
    fake.fail_with("InternalServerError", operation=operation)
    waiter.wait(AutomationExecutionId="0" * 36)
    assert [call.operation for call in fake.calls] == [operation] * 3


@pytest.mark.parametrize("transport", ["stubber", "wire"])
@pytest.mark.parametrize("first", ["moto", "fake"])
def test_moto_serves_what_the_fake_does_not(first: str, transport: Literal["stubber", "wire"]) -> None:
    """With mock_aws inside the fake or outside, moto has the other operations and the fake its own."""
    contexts: list[Any] = [mock_aws(), AutomationFake(transport=transport)]
    outer, inner = contexts if first == "moto" else contexts[::-1]
    with outer, inner:
        fake = AutomationFake.current()
        if transport == "wire":
            fake.fail_with("ThrottlingException")  # which botocore tries again
        for client in (boto3.client("ssm", region_name="us-east-1"), MODULE_CLIENT):
            client.put_parameter(Name="/doc", Value="Doc", Type="String", Overwrite=True)
            name = client.get_parameter(Name="/doc")["Parameter"]["Value"]
            assert start(client, name) == fake.executions[-1].id
        fake.assert_started(times=2, DocumentName="Doc")
        fake.verify()


def test_a_fake_is_entered_once() -> None:
    """The same fake can't be active twice at a time, but again afterwards; outside it answers no calls."""
    fake = AutomationFake()
    with fake, pytest.raises(AutomationFakeError, match="already active; make another one for a nested block"):
        fake.__enter__()
    with fake:
        assert AutomationFake.current() is fake
    for use in (
        lambda: fake.__exit__(None, None, None),
        fake.client,
        fake.serve_requests,
        fake.serve_endpoint,
        lambda: fake.host_target_locations([]),
    ):
        with pytest.raises(AutomationFakeError, match="The fake must be active for this: with AutomationFake"):
            use()
    with pytest.raises(AutomationFakeError, match="No AutomationFake is active: request the fixture ssm_automation"):
        AutomationFake.current()


@pytest.mark.parametrize("transport", ["stubber", "wire"])
@pytest.mark.parametrize("error", [None, KeyboardInterrupt])
def test_everything_is_restored(error: type[BaseException] | None, transport: Literal["stubber", "wire"]) -> None:
    """Classes, clients and environment are as before, also when the body raises."""
    before, variables = originals(), dict(os.environ)
    client: Any = boto3.client("ssm", region_name="us-east-1", **KEYS)
    registered = handlers(client)
    try:
        with AutomationFake(transport=transport):
            start(client)
            start(MODULE_CLIENT)
            assert dict(os.environ) != variables
            if error:
                raise error
    except KeyboardInterrupt:
        pass
    assert originals() == before
    assert dict(os.environ) == variables
    assert handlers(client) == registered


def test_other_services_and_presigned_urls_are_left_alone(fake: AutomationFake) -> None:
    """A client of another service isn't touched at all, and presigning is not a call."""
    client: Any = boto3.client("sts")
    registered = handlers(client)
    with Stubber(client) as stubber:
        stubber.add_response("get_caller_identity", {"Account": "123456789012"})
        client.get_caller_identity()
    assert handlers(client) == registered
    url = MODULE_CLIENT.generate_presigned_url("start_automation_execution", Params={"DocumentName": "Doc"})
    assert url.startswith("https://ssm.us-east-1.amazonaws.com/")
    assert fake.calls == ()


def test_what_botocore_refuses_is_on_the_record(fake: AutomationFake) -> None:
    """A ParamValidationError is raised as ever; its request is recorded as it was, with every broken constraint."""
    parameters: dict[str, Any] = {"InstanceId": ["i-1", 5]}
    with pytest.raises(ParamValidationError, match="DocumentName"):
        MODULE_CLIENT.start_automation_execution(Mode="auto", Bogus=1, Parameters=parameters)
    parameters["InstanceId"].clear()
    (call,) = fake.calls
    assert (call.outcome, call.error) == ("rejected", "ParamValidationError")
    assert call.params == {"Mode": "auto", "Bogus": 1, "Parameters": {"InstanceId": ["i-1", 5]}}
    assert [violation.constraint for violation in call.violations] == [
        "DocumentName:required", "Parameters{value}[]:type", "Mode:enum", "request:unknown"
    ]  # fmt: skip


def test_a_client_without_validation_is_judged_by_the_service(fake: AutomationFake) -> None:
    """Where botocore's check is switched off the service refuses what botocore would have."""
    client: Any = boto3.client("ssm", config=Config(parameter_validation=False))
    with pytest.raises(ClientError, match="Value null at 'documentName' failed to satisfy constraint"):
        client.start_automation_execution(Mode="Auto")
    assert fake.calls[0].error == "ValidationException"


def test_a_relaxed_minimum_passes_botocores_check() -> None:
    """Constraints in `relax` also pass botocore's validation, and no others do."""
    with AutomationFake(relax=["Parameters{value}[]:min"]) as fake:
        request: dict[str, Any] = {"DocumentName": "Doc", "Parameters": {"Comment": [""]}}
        MODULE_CLIENT.start_automation_execution(**request)
        fake.assert_started_once(**request, exact=True)
        with pytest.raises(ParamValidationError, match="TargetParameterName"):
            MODULE_CLIENT.start_automation_execution(**request, TargetParameterName="")
        fake.assert_rejected(constraint="TargetParameterName:min")
        fake.verify()


@pytest.mark.parametrize("transport", ["stubber", "wire"])
def test_documents_that_are_not_registered_are_left_alone(transport: Literal["stubber", "wire"]) -> None:
    """DescribeDocument is the fake's only for runbooks that it knows: moto has others, and botocore its check."""
    content = {"schemaVersion": "0.3", "mainSteps": [{"name": "a", "action": "aws:sleep"}]}
    with AutomationFake(transport=transport) as fake:
        fake.add_runbook(content, name="Known")
        with mock_aws():
            how: Any = {"DocumentType": "Automation", "DocumentFormat": "JSON"}
            MODULE_CLIENT.create_document(Name="Mine", Content=json.dumps({**content, "parameters": {}}), **how)
            assert MODULE_CLIENT.describe_document(Name="Mine")["Document"]["Name"] == "Mine"
            with pytest.raises(ParamValidationError):
                MODULE_CLIENT.describe_document()
        assert len(fake.calls) == 0
        assert MODULE_CLIENT.describe_document(Name="Known")["Document"]["DocumentType"] == "Automation"
        with pytest.raises(NetworkBlockedError, match=r"ssm\.us-east-1\.amazonaws\.com"):
            MODULE_CLIENT.describe_document(Name="Mine")
        assert [call.operation for call in fake.calls] == ["DescribeDocument"]


def test_clients_are_not_kept_alive(fake: AutomationFake) -> None:
    """A fake that lives long, as with a fixture of session scope, doesn't pile clients up."""
    import gc
    import weakref

    client: Any = fake.client(config=Config())
    start(client)
    gone = weakref.ref(client)
    del client
    gc.collect()
    assert gone() is None
