import boto3
import pytest
from moto import mock_aws


@pytest.fixture
def ec2():
    with mock_aws():
        yield boto3.client("ec2", region_name="us-east-1")


@pytest.fixture
def instance_id(ec2):
    image_id = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    launched = ec2.run_instances(ImageId=image_id, MinCount=1, MaxCount=1)
    return launched["Instances"][0]["InstanceId"]


@pytest.fixture
def volume(ec2, instance_id):
    (found,) = ec2.describe_instances(InstanceIds=[instance_id])["Reservations"]
    volume_id = found["Instances"][0]["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]
    return boto3.resource("ec2", region_name="us-east-1").Volume(volume_id)


@pytest.fixture
def grow(ssm_automation, ssm_client, instance_id):
    def grow():
        response = ssm_client.start_automation_execution(
            DocumentName="Operations-Grow", Parameters={"InstanceId": [instance_id]}
        )
        execution = ssm_automation.execution(response["AutomationExecutionId"])
        while not execution.ended:
            execution.advance()
        return execution

    return grow
