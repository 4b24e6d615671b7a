import boto3
import pytest
from moto import mock_aws

from howto_bake import bake

pytestmark = pytest.mark.ssm_automation(execute_steps=True, skip_sleep=True)


@pytest.fixture
def ec2():
    with mock_aws():
        yield boto3.client("ec2", region_name="us-east-1")


@pytest.fixture
def instance_id(ec2):
    image_id = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    launched = ec2.run_instances(ImageId=image_id, MinCount=1, MaxCount=1)
    return launched["Instances"][0]["InstanceId"]


def test_an_image_is_made_and_the_instance_runs(ec2, instance_id):
    image_id = bake(instance_id, mail=print)

    (image,) = ec2.describe_images(ImageIds=[image_id])["Images"]
    assert image["Name"] == f"image-of-{instance_id}"
    (reservation,) = ec2.describe_instances(InstanceIds=[instance_id])["Reservations"]
    assert reservation["Instances"][0]["State"]["Name"] == "running"


@pytest.mark.usefixtures("ec2")
def test_what_moto_refuses_is_what_the_caller_reads():
    mails = []

    assert bake("i-0aaaaaaaaaaaaaaaa", mail=mails.append) is None

    assert "GetInstance failed for i-0aaaaaaaaaaaaaaaa" in mails[0]
    assert "InvalidInstanceID.NotFound" in mails[0]


def test_the_test_changes_the_outputs_of_a_step(ssm_automation, instance_id):
    ssm_automation.step_outputs(
        "GetInstance", lambda run: {**run.execute(), "Platform": "Windows"}
    )
    mails = []

    bake(instance_id, mail=mails.append)

    assert f"{instance_id} was generalized" in mails[0]
