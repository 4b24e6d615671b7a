"""Tests of remediation.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import moto
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

import remediation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_ssm_automation import AutomationFake

EVENT = {
    "id": "7bf73129-1428-4cd3-a780-95db273d1602",
    "instance": "i-0123456789abcdef0",
    "alarm": "web-cpu-high",
}
ROLE = "arn:aws:iam::123456789012:role/automation"


@pytest.fixture
def parameter_store() -> Iterator[None]:
    """Let moto serve the parameter that names the role."""
    with moto.mock_aws():
        ssm = boto3.client("ssm", region_name="eu-central-1")
        ssm.put_parameter(Name="/automation/role", Value=ROLE, Type="String")
        yield


def test_handler_restarts_the_instance(ssm_automation: AutomationFake) -> None:
    """An alarm starts one execution for its instance, whose id is returned."""
    response = remediation.handler(EVENT, None)

    execution = ssm_automation.assert_started_once(
        DocumentName="AWS-RestartEC2Instance",
        Parameters={"InstanceId": ["i-0123456789abcdef0"]},
        Tags=[{"Key": "Alarm", "Value": "web-cpu-high"}],
    )
    assert response == {"status": "started", "execution": execution.id}


def test_handler_survives(
    ssm_automation: AutomationFake, each_documented_error: str
) -> None:
    """No documented error crashes the function; only a reached limit is retried."""
    ssm_automation.fail_with(each_documented_error)

    status = (
        "retry"
        if each_documented_error == "AutomationExecutionLimitExceededException"
        else "failed"
    )
    assert remediation.handler(EVENT, None) == {"status": status}


@pytest.mark.ssm_automation(execution_limit=1)
def test_handler_retries_at_the_limit(ssm_automation: AutomationFake) -> None:
    """If the account has reached its limit of executions, the alarm is retried."""
    other = {
        **EVENT,
        "id": "0f0f4e1c-5f4c-4a37-8a5e-6b1f6f3a9d10",
        "instance": "i-0fedcba9876543210",
    }

    assert remediation.handler(EVENT, None)["status"] == "started"
    assert remediation.handler(other, None)["status"] == "retry"
    ssm_automation.assert_not_started(
        Parameters={"InstanceId": ["i-0fedcba9876543210"]}
    )


@pytest.mark.ssm_automation_error("ThrottlingException")
def test_throttled_handler_asks_for_a_retry() -> None:
    """Throttling is recognized by its code: it has no exception class."""
    assert remediation.handler(EVENT, None) == {"status": "retry"}


@pytest.mark.ssm_automation_error("AccessDeniedException", "ReadTimeoutError")
def test_handler_logs_why_it_failed(caplog: pytest.LogCaptureFixture) -> None:
    """After a refusal or a broken connection, the reason is in the log."""
    assert remediation.handler(EVENT, None) == {"status": "failed"}
    assert "is not authorized to perform: ssm:StartAutomationExecution" in caplog.text

    assert remediation.handler(EVENT, None) == {"status": "failed"}
    assert "Read timeout on endpoint URL" in caplog.text


def test_throttling_passes(ssm_automation: AutomationFake) -> None:
    """Throttling affects two alarms, and not those before and after."""
    ssm_automation.fail_with("ThrottlingException", times=2, after=1)
    events = [{**EVENT, "id": EVENT["id"][:-1] + digit} for digit in "1234"]

    responses = [remediation.handler(event, None)["status"] for event in events]

    assert responses == ["started", "retry", "retry", "started"]
    ssm_automation.assert_started(times=2)


def test_one_bad_instance_does_not_stop_the_others(
    ssm_automation: AutomationFake,
) -> None:
    """An error for one instance does not affect the next."""
    ssm_automation.fail_with(
        "InternalServerError", when={"Parameters": {"InstanceId": [EVENT["instance"]]}}
    )
    other = {
        **EVENT,
        "id": "0f0f4e1c-5f4c-4a37-8a5e-6b1f6f3a9d10",
        "instance": "i-0fedcba9876543210",
    }

    assert remediation.handler(EVENT, None)["status"] == "failed"
    assert remediation.handler(other, None)["status"] == "started"


def test_alarm_with_a_percent_sign_is_refused(ssm_automation: AutomationFake) -> None:
    """A known bug: an alarm may have a percent sign in its name, a tag may not.

    The handler's broad `except` hides the refusal. Without `assert_rejected`,
    strict mode would fail this test.
    """
    response = remediation.handler({**EVENT, "alarm": "web-cpu-90%"}, None)

    assert response == {"status": "failed"}
    call = ssm_automation.assert_rejected(constraint="Tags[].Value:pattern", times=1)
    assert [violation.value for violation in call.violations] == ["web-cpu-90%"]


def test_lost_response_restarts_only_once(ssm_automation: AutomationFake) -> None:
    """If the response was lost, Lambda's retry gets the same execution."""
    ssm_automation.lose_response()

    assert remediation.handler(EVENT, None) == {"status": "failed"}
    response = remediation.handler(EVENT, None)

    execution = ssm_automation.assert_started_once(ClientToken=EVENT["id"])
    assert response == {"status": "started", "execution": execution.id}
    ssm_automation.assert_no_duplicate_starts()


@pytest.mark.usefixtures("parameter_store")
def test_fleet_is_restarted_in_its_region(ssm_automation: AutomationFake) -> None:
    """The helper uses the Region that it was given, and the role in Parameter Store."""
    execution_id = remediation.restart_fleet("eu-central-1", "staging")

    execution = ssm_automation.assert_started_once(
        region="eu-central-1",
        exact=True,
        DocumentName="AWS-RestartEC2Instance",
        Parameters={"AutomationAssumeRole": [ROLE]},
        TargetParameterName="InstanceId",
        Targets=[{"Key": "tag:Environment", "Values": ["staging"]}],
        MaxConcurrency="25%",
        MaxErrors="1",
    )
    assert execution_id == execution.id
    ssm_automation.assert_not_started(region="us-east-1")


@pytest.mark.usefixtures("parameter_store")
@pytest.mark.ssm_automation_error("AccessDeniedException", message="not for you")
def test_helper_raises_a_refusal(ssm_automation: AutomationFake) -> None:
    """The helper raises AWS's own error, and starts nothing."""
    with pytest.raises(ClientError, match="not for you") as caught:
        remediation.restart_fleet("eu-central-1", "staging")

    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
    ssm_automation.assert_not_started()


@pytest.mark.usefixtures("parameter_store")
def test_helper_has_no_client_token_yet(
    ssm_automation: AutomationFake,
) -> None:
    """A known bug: a retry after a lost response restarts the fleet twice."""
    ssm_automation.lose_response()

    with pytest.raises(ReadTimeoutError):
        remediation.restart_fleet("eu-central-1", "staging")
    remediation.restart_fleet("eu-central-1", "staging")

    with pytest.raises(AssertionError, match="started more than one execution"):
        ssm_automation.assert_no_duplicate_starts()
