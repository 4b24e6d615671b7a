import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

REQUEST = {
    "DocumentName": "AWS-StopEC2Instance",
    "Parameters": {"InstanceId": ["i-0123456789abcdef0"]},
}


@pytest.mark.ssm_automation(transport="wire")
def test_botocore_tries_again(ssm_automation):
    ssm_automation.fail_with("ThrottlingException", times=2)
    ssm = boto3.client(
        "ssm", config=Config(retries={"mode": "standard", "total_max_attempts": 3})
    )

    response = ssm.start_automation_execution(**REQUEST)

    assert response["ResponseMetadata"]["RetryAttempts"] == 2
    assert [call.outcome for call in ssm_automation.calls] == [
        "failed",
        "failed",
        "started",
    ]


@pytest.mark.ssm_automation(transport="wire")
def test_botocore_gives_up(ssm_automation):
    ssm_automation.fail_with("InternalServerError", times=3)
    ssm = boto3.client(
        "ssm", config=Config(retries={"mode": "standard", "total_max_attempts": 3})
    )

    with pytest.raises(ClientError, match="InternalServerError"):
        ssm.start_automation_execution(**REQUEST)

    ssm_automation.assert_called("StartAutomationExecution", times=3)


@pytest.mark.ssm_automation(transport="wire")
def test_a_full_queue_is_not_tried_again(ssm_automation):
    ssm_automation.fail_with("AutomationExecutionLimitExceededException")

    with pytest.raises(ClientError):
        boto3.client("ssm").start_automation_execution(**REQUEST)

    ssm_automation.assert_called("StartAutomationExecution", times=1)
