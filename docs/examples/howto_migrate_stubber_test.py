import boto3
import pytest
from botocore.stub import Stubber

EXECUTION_ID = "12345678-1234-1234-1234-123456789012"


def stop(ssm, instance_id):
    response = ssm.start_automation_execution(
        DocumentName="AWS-StopEC2Instance", Parameters={"InstanceId": [instance_id]}
    )
    return response["AutomationExecutionId"]


def test_with_stubber():
    ssm = boto3.client("ssm", region_name="us-east-1")
    with Stubber(ssm) as stubber:
        stubber.add_response(
            "start_automation_execution",
            {"AutomationExecutionId": EXECUTION_ID},
            {
                "DocumentName": "AWS-StopEC2Instance",
                "Parameters": {"InstanceId": ["i-0123456789abcdef0"]},
            },
        )
        stubber.add_client_error(
            "start_automation_execution", "ThrottlingException", "Rate exceeded", 400
        )

        assert stop(ssm, "i-0123456789abcdef0") == EXECUTION_ID
        with pytest.raises(ssm.exceptions.ClientError, match="Rate exceeded"):
            stop(ssm, "i-0123456789abcdef0")
        stubber.assert_no_pending_responses()


def test_with_the_fake(ssm_automation, ssm_client):
    ssm_automation.fail_with("ThrottlingException", after=1)

    execution_id = stop(ssm_client, "i-0123456789abcdef0")
    with pytest.raises(ssm_client.exceptions.ClientError, match="Rate exceeded"):
        stop(ssm_client, "i-0123456789abcdef0")

    execution = ssm_automation.assert_started_once(
        exact=True,
        DocumentName="AWS-StopEC2Instance",
        Parameters={"InstanceId": ["i-0123456789abcdef0"]},
    )
    assert execution_id == execution.id
