import boto3
import pytest
from botocore.exceptions import BotoCoreError, ClientError


def start(ssm, **request):
    try:
        return ssm.start_automation_execution(
            DocumentName="AWS-RestartEC2Instance", **request
        )["AutomationExecutionId"]
    except (BotoCoreError, ClientError):
        return None


def copy_report():
    try:
        boto3.client("s3").list_buckets()
    except BotoCoreError:
        return False
    return True


def test_a_refusal_is_expected(ssm_automation, ssm_client):
    assert start(ssm_client, Mode="interactive") is None

    ssm_automation.assert_rejected(constraint="Mode:enum")


def test_a_blocked_request_is_expected(ssm_automation):
    assert copy_report() is False

    ssm_automation.assert_blocked("https://s3.amazonaws.com", times=1)


@pytest.mark.xfail(reason="sends lower case until the next release", strict=True)
def test_a_known_bug(ssm_client):
    assert start(ssm_client, Mode="interactive") is None


@pytest.fixture
def worker(ssm_automation, ssm_client):
    yield start
    ssm_automation.fail_with("InternalServerError")
    assert start(ssm_client) is None  # what the worker does when it is stopped


def test_stopping_survives_an_error(worker, ssm_client):
    assert worker(ssm_client)


@pytest.mark.ssm_automation(strict=False)
def test_nothing_is_judged(ssm_client):
    assert start(ssm_client, Mode="interactive") is None
