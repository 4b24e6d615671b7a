import boto3
import pytest
from moto import mock_aws

from howto_bake import bake

pytestmark = pytest.mark.ssm_automation(skip_sleep=True)


@pytest.fixture
def ec2():
    with mock_aws():
        yield boto3.client("ec2", region_name="us-east-1")


@pytest.fixture
def instance_id(ec2):
    (image,) = ec2.describe_images(Owners=["amazon"])["Images"][:1]
    reservation = ec2.run_instances(ImageId=image["ImageId"], MinCount=1, MaxCount=1)
    return reservation["Instances"][0]["InstanceId"]


def test_the_runbook_acts_on_the_instance(ssm_automation, ec2, instance_id):
    def state():
        response = ec2.describe_instances(InstanceIds=[instance_id])
        return response["Reservations"][0]["Instances"][0]["State"]["Name"]

    def stop(run):
        ec2.stop_instances(InstanceIds=run.inputs["InstanceIds"])
        return {}

    def create_image(run):
        assert state() == "stopped"
        image = ec2.create_image(
            InstanceId=run.inputs["InstanceId"], Name=run.inputs["ImageName"]
        )
        return {"ImageId": image["ImageId"]}

    def restart(run):
        ec2.start_instances(InstanceIds=run.inputs["InstanceIds"])
        return {}

    ssm_automation.step_outputs("Stop", stop)
    ssm_automation.step_outputs("CreateImage", create_image)
    ssm_automation.step_outputs("Restart", restart)

    image_id = bake(instance_id, mail=print)

    (image,) = ec2.describe_images(ImageIds=[image_id])["Images"]
    assert image["Name"] == f"image-of-{instance_id}"
    assert state() == "running"
