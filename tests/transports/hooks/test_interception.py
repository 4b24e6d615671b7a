from __future__ import annotations

import json
import os
import threading
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

from pytest_ssm_automation import AutomationFake, AutomationFakeError
from pytest_ssm_automation._transports.hooks import interception

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


def test_a_client_made_before_is_answered(fake: AutomationFake) -> None:
    """A client of a module that was imported before the test is answered."""
    assert start(MODULE_CLIENT) == fake.executions[0].id


def test_a_stored_method_is_answered(fake: AutomationFake) -> None:
    """A stored bound method of such a client is answered too."""
    assert STORED_METHOD(DocumentName="Doc")["AutomationExecutionId"] == fake.executions[0].id


def test_clients_of_any_session_are_answered(fake: AutomationFake) -> None:
    """Whoever makes a client, with which settings, while the fake is active."""
    clients = [
        boto3.client("ssm"),
        boto3.Session(region_name="eu-central-1").client("ssm"),
        botocore.session.Session().create_client("ssm", region_name="us-west-2"),
        boto3.client("ssm", endpoint_url="https://vpce-1.ssm.us-east-1.vpce.amazonaws.com"),
        boto3.client("ssm", region_name="ap-south-1", config=Config(retries={"mode": "standard", "max_attempts": 9})),
        fake.client("us-gov-west-1"),
    ]
    assert [start(client) for client in clients] == [execution.id for execution in fake.executions]
    assert [call.region for call in fake.calls] == [
        "us-east-1", "eu-central-1", "us-west-2", "us-east-1", "ap-south-1", "us-gov-west-1"
    ]  # fmt: skip
    assert fake.calls[3].endpoint_url == "https://vpce-1.ssm.us-east-1.vpce.amazonaws.com"


def test_a_client_of_an_assumed_role_is_answered(fake: AutomationFake) -> None:
    """Moto's STS hands out credentials, and the client made with them is answered by the fake."""
    with mock_aws():
        sts: Any = boto3.client("sts", region_name="us-east-1")
        role = sts.assume_role(RoleArn="arn:aws:iam::123456789012:role/ops", RoleSessionName="session")["Credentials"]
        client = boto3.client(
            "ssm",
            aws_access_key_id=role["AccessKeyId"],
            aws_secret_access_key=role["SecretAccessKey"],
            aws_session_token=role["SessionToken"],
        )
        start(client)
    assert fake.calls[0].access_key_id == role["AccessKeyId"]


def test_a_client_in_another_thread_is_answered(fake: AutomationFake) -> None:
    """A thread that the code under test starts makes its own client."""
    worker = threading.Thread(target=lambda: start(boto3.Session().client("ssm")), name="worker-1")
    worker.start()
    worker.join()
    assert [call.thread for call in fake.calls] == ["worker-1"]


def test_paginators_are_answered(fake: AutomationFake) -> None:
    """A paginator's requests reach the fake as all others do."""
    fake.fail_with("InvalidFilterKey", operation="DescribeAutomationExecutions")
    pages = MODULE_CLIENT.get_paginator("describe_automation_executions").paginate()
    with pytest.raises(MODULE_CLIENT.exceptions.InvalidFilterKey):
        list(pages)


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


def test_another_clients_stubber_is_left_alone(fake: AutomationFake) -> None:
    """A Stubber of the user's on a client of another service answers as without the fake."""
    s3: Any = boto3.client("s3")
    with Stubber(s3) as stubber:
        stubber.add_response("list_buckets", {"Buckets": []})
        assert start(MODULE_CLIENT)
        assert s3.list_buckets()["Buckets"] == []
        stubber.assert_no_pending_responses()


@pytest.mark.parametrize("before", [True, False], ids=["stubber-first", "fake-first"])
def test_the_users_stubber_on_the_same_client_wins(fake: AutomationFake, *, before: bool) -> None:
    """While it is active, for what it claims, whether the fake has met the client before or not."""
    client: Any = boto3.client("ssm")
    if not before:
        start(client)
    seen = len(fake.calls)
    stubber = Stubber(client)
    stubber.add_response("start_automation_execution", {"AutomationExecutionId": "1" * 36})
    with stubber:
        assert start(client) == "1" * 36
    assert len(fake.calls) == seen
    assert start(client) == fake.executions[-1].id


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


def test_fakes_may_end_in_any_order() -> None:
    """An outer fake may end first; everything is restored when the last one ends."""
    before = originals()
    outer, inner = AutomationFake(), AutomationFake()
    outer.__enter__()
    inner.__enter__()
    outer.__exit__(None, None, None)
    start(MODULE_CLIENT)
    assert (len(outer.calls), len(inner.calls)) == (0, 1)
    assert originals() != before
    inner.__exit__(None, None, None)
    assert originals() == before


def test_a_fake_is_entered_once() -> None:
    """The same fake can't be active twice at a time, but again afterwards; and it is left as often as entered."""
    fake = AutomationFake()
    with fake, pytest.raises(AutomationFakeError, match="already active; make another one for a nested block"):
        fake.__enter__()
    with fake:
        assert AutomationFake.current() is fake
    with pytest.raises(AutomationFakeError, match="must be active for this"):
        fake.__exit__(None, None, None)


def test_none_is_current_outside() -> None:
    """Without an active fake, `current` raises, and the message says how to make one."""
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
            assert (len(handlers(client)) > len(registered)) == (transport == "wire")
            assert dict(os.environ) != variables
            if error:
                raise error
    except KeyboardInterrupt:
        pass
    assert originals() == before
    assert dict(os.environ) == variables
    assert handlers(client) == registered


def test_a_call_that_races_the_end_of_a_fake_is_let_alone() -> None:
    """What had passed the wrapper when the fake ended is neither answered, nor tapped, nor guarded."""
    model = MODULE_CLIENT.meta.service_model.operation_model("StartAutomationExecution")
    assert interception._stubbing(MODULE_CLIENT, model, {}) is None
    interception._tap(MODULE_CLIENT)
    assert MODULE_CLIENT not in interception._taps


def test_presigned_urls_are_left_alone(fake: AutomationFake) -> None:
    """Presigning is not a call, so it is neither answered nor recorded."""
    url = MODULE_CLIENT.generate_presigned_url("start_automation_execution", Params={"DocumentName": "Doc"})
    assert url.startswith("https://ssm.us-east-1.amazonaws.com/")
    assert fake.calls == ()


def test_other_services_are_left_alone(fake: AutomationFake) -> None:
    """A client of another service isn't touched at all."""
    client: Any = boto3.client("sts")
    registered = handlers(client)
    with Stubber(client) as stubber:
        stubber.add_response("get_caller_identity", {"Account": "123456789012"})
        client.get_caller_identity()
    assert handlers(client) == registered
    assert fake.calls == ()


def test_what_botocore_refuses_is_on_the_record(fake: AutomationFake) -> None:
    """A ParamValidationError is raised as ever, and its request is recorded with every broken constraint."""
    with pytest.raises(ParamValidationError, match="DocumentName"):
        MODULE_CLIENT.start_automation_execution(Mode="auto", Bogus=1)
    (call,) = fake.calls
    assert (call.outcome, call.error, call.params) == ("rejected", "ParamValidationError", {"Mode": "auto", "Bogus": 1})
    assert [violation.constraint for violation in call.violations] == [
        "DocumentName:required", "Mode:enum", "request:unknown"
    ]  # fmt: skip


def test_what_was_refused_is_recorded_as_it_was(fake: AutomationFake) -> None:
    """What the caller does with its arguments after a ParamValidationError changes nothing on the record."""
    request: dict[str, Any] = {"Parameters": {"InstanceId": ["i-1", 5]}, "Tags": [{"Key": "a", "Value": 7}]}
    with pytest.raises(ParamValidationError):
        MODULE_CLIENT.start_automation_execution(DocumentName="Doc", **request)
    request["Parameters"]["InstanceId"].clear()
    request["Tags"].clear()
    assert fake.calls[0].params == {
        "DocumentName": "Doc", "Parameters": {"InstanceId": ["i-1", 5]}, "Tags": [{"Key": "a", "Value": 7}]
    }  # fmt: skip


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


def test_documents_that_are_not_registered_are_left_alone(fake: AutomationFake) -> None:
    """DescribeDocument is the fake's only for runbooks that it knows: moto has others, and botocore its check."""
    with mock_aws():
        content = json.dumps({"schemaVersion": "0.3", "description": "", "parameters": {}, "mainSteps": []})
        MODULE_CLIENT.create_document(Name="Mine", Content=content, DocumentType="Automation", DocumentFormat="JSON")
        assert MODULE_CLIENT.describe_document(Name="Mine")["Document"]["Name"] == "Mine"
        with pytest.raises(ParamValidationError):
            MODULE_CLIENT.describe_document()
    assert fake.calls == ()
    fake.verify()


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
