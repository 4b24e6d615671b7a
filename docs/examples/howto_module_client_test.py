import boto3
import pytest

ssm = boto3.client("ssm")


def stop(instance_id):
    ssm.start_automation_execution(DocumentName="AWS-StopEC2Instance", Parameters={"InstanceId": [instance_id]})


@pytest.fixture
def stopped():
    stop("i-0123456789abcdef0")


@pytest.mark.ssm_automation
@pytest.mark.usefixtures("stopped")
def test_instance_is_stopped(ssm_automation):
    ssm_automation.assert_started_once(DocumentName="AWS-StopEC2Instance")
