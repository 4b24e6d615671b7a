from __future__ import annotations

import copy
import dataclasses
import pickle
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ParamValidationError
from hypothesis.vendor.pretty import pretty

if TYPE_CHECKING:
    from pytest_ssm_automation import AutomationFake, Call

PARAMETERS = {"InstanceId": ["i-1"]}


@pytest.fixture
def call(fake: AutomationFake, client: Any) -> Call:
    """A start on the record."""
    client.start_automation_execution(DocumentName="Doc", Parameters=PARAMETERS)
    return fake.calls[0]


def test_the_repr_of_a_call_is_one_line(fake: AutomationFake, client: Any) -> None:
    """It shows the operation, its subject, the account and Region, and the outcome, also where hypothesis prints it."""
    fake.script(["Success"], execution_id="exec-1")
    client.start_automation_execution(DocumentName="Doc")
    client.get_automation_execution(AutomationExecutionId="exec-1")
    many: Any = ["Doc"] * 50
    with pytest.raises(ParamValidationError):
        fake.client("eu-central-1").start_automation_execution(DocumentName=many)
    fake.fail_with(KeyboardInterrupt, operation="DescribeAutomationExecutions")
    with pytest.raises(KeyboardInterrupt):
        client.describe_automation_executions()
    assert pretty(fake.calls[0]) == repr(fake.calls[0])
    where = "123456789012 eu-central-1"
    assert [repr(call) for call in fake.calls] == [
        "<Call StartAutomationExecution of Doc in 123456789012 us-east-1: started exec-1>",
        "<Call GetAutomationExecution of exec-1 in 123456789012 us-east-1: answered>",
        f"<Call StartAutomationExecution of {repr(many)[:100]}... in {where}: rejected ParamValidationError>",
        "<Call DescribeAutomationExecutions in 123456789012 us-east-1: failed KeyboardInterrupt>",
    ]


def test_a_call_says_all_about_a_request(fake: AutomationFake) -> None:
    """Operation, members, Region, endpoint, credentials, thread, time, attempt and outcome are on the record."""
    before = datetime.now(UTC)
    client: Any = fake.client("eu-central-1", aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="x")
    answer = client.start_automation_execution(DocumentName="Doc", Mode="Auto")

    (call,) = fake.calls
    assert call.operation == "StartAutomationExecution"
    assert call.params == {"DocumentName": "Doc", "Mode": "Auto"}
    assert call.region == "eu-central-1"
    assert call.endpoint_url == "https://ssm.eu-central-1.amazonaws.com"
    assert call.access_key_id == "AKIDEXAMPLE"
    assert call.thread == threading.current_thread().name
    assert before <= call.started_at <= datetime.now(UTC)
    assert call.attempt == 1
    assert call.outcome == "started"
    assert call.execution_id == answer["AutomationExecutionId"]
    assert (call.error, call.violations, call.acknowledged) == (None, (), False)


def test_a_call_never_changes(call: Call) -> None:
    """No field of a call can be set."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        call.outcome = "failed"  # type: ignore[misc]


def test_what_a_test_changes_changes_no_record(fake: AutomationFake, client: Any) -> None:
    """Members are copied in, and at each look out, at any depth; objects that can't be sent are the very same."""
    request: dict[str, Any] = {"DocumentName": "Doc", "Parameters": {"InstanceId": ["i-1"]}}
    lock = threading.Lock()
    refused: Any = {"DocumentName": lock, "Parameters": {"x": ("y", {"z": ["!"]})}}
    client.start_automation_execution(**request)
    with pytest.raises(ParamValidationError):
        client.start_automation_execution(**refused)
    request["Parameters"]["InstanceId"].append("i-2")
    fake.calls[0].params["Parameters"]["InstanceId"].append("i-3")
    fake.calls[1].params["Parameters"]["x"][1]["z"].clear()
    assert [call.params for call in fake.calls] == [{"DocumentName": "Doc", "Parameters": PARAMETERS}, refused]
    assert fake.calls[1].violations[0].value is lock


def test_calls_can_be_pickled_and_copied(call: Call) -> None:
    """A call can cross processes, as under xdist, and be copied."""
    assert pickle.loads(pickle.dumps(call)) == call  # noqa: S301 - it was pickled here
    assert copy.copy(call) == copy.deepcopy(call) == call


def test_credentials_are_not_refreshed_by_looking(fake: AutomationFake) -> None:
    """A client without credentials has no access key on the record."""
    from botocore import UNSIGNED
    from botocore.config import Config

    client: Any = fake.client(config=Config(signature_version=UNSIGNED))
    client._request_signer._credentials = None
    client.start_automation_execution(DocumentName="Doc")
    assert fake.calls[0].access_key_id is None
