"""Tests of remediation.py, which starts runbooks, without AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import moto
import pytest
import remediation
from botocore.exceptions import ClientError, ReadTimeoutError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_ssm_automation import AutomationFake

EVENT = {"id": "7bf73129-1428-4cd3-a780-95db273d1602", "instance": "i-0123456789abcdef0", "alarm": "web-cpu-high"}
ROLE = "arn:aws:iam::123456789012:role/automation"


@pytest.fixture
def parameter_store() -> Iterator[None]:
    """Let moto serve the parameter that names the role."""
    with moto.mock_aws():
        ssm = boto3.client("ssm", region_name="eu-central-1")
        ssm.put_parameter(Name="/automation/role", Value=ROLE, Type="String")
        yield


def test_handler_restarts_the_instance(ssm_automation: AutomationFake) -> None:
    """One alarm starts one execution for its instance, and the answer carries the execution's id."""
    answer = remediation.handler(EVENT, None)

    execution = ssm_automation.assert_started_once(
        DocumentName="AWS-RestartEC2Instance",
        Parameters={"InstanceId": ["i-0123456789abcdef0"]},
        Tags=[{"Key": "Alarm", "Value": "web-cpu-high"}],
    )
    assert answer == {"status": "started", "execution": execution.id}


def test_handler_survives(ssm_automation: AutomationFake, each_documented_error: str) -> None:
    """None of the errors that AWS documents brings the function down, and only a full queue is worth another try."""
    ssm_automation.fail_with(each_documented_error)

    status = "retry" if each_documented_error == "AutomationExecutionLimitExceededException" else "failed"
    assert remediation.handler(EVENT, None) == {"status": status}


@pytest.mark.ssm_automation(execution_limit=1)
def test_handler_waits_for_a_free_place(ssm_automation: AutomationFake) -> None:
    """While as many executions run as the account may have, the next alarm is to be tried again."""
    other = {**EVENT, "id": "0f0f4e1c-5f4c-4a37-8a5e-6b1f6f3a9d10", "instance": "i-0fedcba9876543210"}

    assert [remediation.handler(event, None)["status"] for event in (EVENT, other)] == ["started", "retry"]
    ssm_automation.assert_not_started(Parameters={"InstanceId": ["i-0fedcba9876543210"]})


@pytest.mark.ssm_automation_error("ThrottlingException")
def test_throttled_handler_asks_for_another_try() -> None:
    """Throttling is told from other errors by its code: it has no exception class of its own."""
    assert remediation.handler(EVENT, None) == {"status": "retry"}


@pytest.mark.ssm_automation_error("AccessDeniedException", "ReadTimeoutError")
def test_handler_logs_why_it_failed(caplog: pytest.LogCaptureFixture) -> None:
    """Both a refusal and a broken connection end as a failure, with the reason in the log."""
    assert remediation.handler(EVENT, None) == {"status": "failed"}
    assert "is not authorized to perform: ssm:StartAutomationExecution" in caplog.text

    assert remediation.handler(EVENT, None) == {"status": "failed"}
    assert "Read timeout on endpoint URL" in caplog.text


def test_throttling_passes(ssm_automation: AutomationFake) -> None:
    """A burst of throttling costs the two alarms that meet it, not those before and after."""
    ssm_automation.fail_with("ThrottlingException", times=2, after=1)
    events = [{**EVENT, "id": EVENT["id"][:-1] + digit} for digit in "1234"]

    answers = [remediation.handler(event, None)["status"] for event in events]

    assert answers == ["started", "retry", "retry", "started"]
    ssm_automation.assert_started(times=2)


def test_one_bad_instance_does_not_stop_the_others(ssm_automation: AutomationFake) -> None:
    """An error for one instance says nothing about the next."""
    ssm_automation.fail_with("InternalServerError", when={"Parameters": {"InstanceId": [EVENT["instance"]]}})
    other = {**EVENT, "id": "0f0f4e1c-5f4c-4a37-8a5e-6b1f6f3a9d10", "instance": "i-0fedcba9876543210"}

    assert [remediation.handler(event, None)["status"] for event in (EVENT, other)] == ["failed", "started"]


def test_alarm_with_a_percent_sign_is_refused(ssm_automation: AutomationFake) -> None:
    """A known bug: CloudWatch allows a percent sign in an alarm's name, but the value of a tag can't have one.

    The handler's broad `except` hides the refusal. Without `assert_rejected` the plugin would fail this test.
    """
    answer = remediation.handler({**EVENT, "alarm": "web-cpu-90%"}, None)

    assert answer == {"status": "failed"}
    call = ssm_automation.assert_rejected(constraint="Tags[].Value:pattern", times=1)
    assert [violation.value for violation in call.violations] == ["web-cpu-90%"]


def test_lost_response_restarts_only_once(ssm_automation: AutomationFake) -> None:
    """If AWS started the execution but its answer got lost, Lambda's second try of the event finds it."""
    ssm_automation.lose_response()

    assert remediation.handler(EVENT, None) == {"status": "failed"}
    answer = remediation.handler(EVENT, None)

    execution = ssm_automation.assert_started_once(ClientToken=EVENT["id"])
    assert answer == {"status": "started", "execution": execution.id}
    ssm_automation.assert_no_duplicate_starts()


@pytest.mark.usefixtures("parameter_store")
def test_fleet_is_restarted_in_its_region(ssm_automation: AutomationFake) -> None:
    """The helper starts exactly this request in the Region it was given, with the role that Parameter Store names."""
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
def test_refused_fleet_is_the_callers_business(ssm_automation: AutomationFake) -> None:
    """The helper hides nothing: whoever calls it gets AWS's own error, and nothing was started."""
    with pytest.raises(ClientError, match="not for you") as caught:
        remediation.restart_fleet("eu-central-1", "staging")

    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
    ssm_automation.assert_not_started()


@pytest.mark.usefixtures("parameter_store")
def test_restarting_a_fleet_again_is_not_safe_yet(ssm_automation: AutomationFake) -> None:
    """A known bug: without a ClientToken, trying again after a lost response restarts the fleet twice."""
    ssm_automation.lose_response()

    with pytest.raises(ReadTimeoutError):
        remediation.restart_fleet("eu-central-1", "staging")
    remediation.restart_fleet("eu-central-1", "staging")

    with pytest.raises(AssertionError, match="started more than one execution"):
        ssm_automation.assert_no_duplicate_starts()
