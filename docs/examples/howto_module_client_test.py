import boto3
import pytest

ssm = boto3.client("ssm")


def stop(instance_id):
    ssm.start_automation_execution(
        DocumentName="AWS-StopEC2Instance", Parameters={"InstanceId": [instance_id]}
    )


def test_instance_is_stopped(ssm_automation):
    stop("i-0123456789abcdef0")

    ssm_automation.assert_started_once(DocumentName="AWS-StopEC2Instance")


@pytest.fixture
def stopped(ssm_automation):
    stop("i-0123456789abcdef0")
    return ssm_automation.executions[0]


def test_stopping_goes_on_after_the_fixture(stopped):
    assert stopped.status == "Pending"
