import boto3
import pytest
from moto import mock_aws


@pytest.fixture
def sweep(ssm_automation, ssm_client):
    def sweep():
        started = ssm_client.start_automation_execution(DocumentName="Operations-Sweep")
        execution = ssm_automation.execution(started["AutomationExecutionId"])
        while not execution.ended:
            execution.advance()
        return execution

    return sweep


USED = {"VolumeId": "vol-1", "Attachments": [{"InstanceId": "i-1"}]}
FREE = {"VolumeId": "vol-2", "Attachments": []}


@pytest.mark.ssm_automation(execute_steps=["aws:executeScript"])
@pytest.mark.parametrize(
    ("volumes", "ids"), [([], []), ([USED], []), ([USED, FREE], ["vol-2"])]
)
def test_choose_alone(ssm_automation, sweep, volumes, ids):
    ssm_automation.step_outputs("ListVolumes", {"Volumes": volumes})
    ssm_automation.step_outputs("Delete", {})

    assert sweep().step("Choose")["Outputs"]["Ids"] == ids


@pytest.mark.ssm_automation(execute_steps=["aws:executeScript"])
def test_choose_fails(ssm_automation, sweep):
    ssm_automation.step_outputs("ListVolumes", {"Volumes": [{"VolumeId": "vol-1"}]})

    execution = sweep()

    assert execution.status == "Failed"
    assert "KeyError - 'Attachments'" in execution.failure_message


@pytest.mark.ssm_automation(execute_steps=True)
def test_the_whole_runbook(sweep, capsys):
    with mock_aws():
        ec2 = boto3.client("ec2", region_name="us-east-1")
        for _ in range(2):
            ec2.create_volume(AvailabilityZone="us-east-1a", Size=1)

        assert sweep().status == "Success"

        assert ec2.describe_volumes()["Volumes"] == []
    assert capsys.readouterr().out == "2 deleted in us-east-1\n"
