import boto3
import pytest
from moto import mock_aws

from howto_bake import bake

pytestmark = pytest.mark.ssm_automation(execute_steps=True, skip_sleep=True)


def test_sysprep_shuts_the_instance_down(ssm_automation):
    with mock_aws():
        ec2 = boto3.client("ec2", region_name="us-east-1")
        image_id = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
        launched = ec2.run_instances(ImageId=image_id, MinCount=1, MaxCount=1)
        instance_id = launched["Instances"][0]["InstanceId"]
        states = []

        def sysprep(run):
            ec2.stop_instances(InstanceIds=run.inputs["InstanceIds"])
            return {}

        def create_image(run):
            response = ec2.describe_instances(InstanceIds=[run.inputs["InstanceId"]])
            states.append(response["Reservations"][0]["Instances"][0]["State"]["Name"])
            return run.execute()

        ssm_automation.step_outputs(
            "GetInstance", lambda run: {**run.execute(), "Platform": "Windows"}
        )
        ssm_automation.step_outputs("Sysprep", sysprep)
        ssm_automation.step_outputs("CreateImage", create_image)

        assert bake(instance_id, mail=print) is not None

    assert states == ["stopped"]
