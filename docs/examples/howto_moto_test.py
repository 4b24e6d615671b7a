import boto3
import moto
import pytest


def restart_as_configured(instance_id):
    ssm = boto3.client("ssm")
    runbook = ssm.get_parameter(Name="/operations/runbook")["Parameter"]["Value"]
    return ssm.start_automation_execution(
        DocumentName=runbook, Parameters={"InstanceId": [instance_id]}
    )


@pytest.fixture
def parameter_store(ssm_client):
    with moto.mock_aws():
        ssm_client.put_parameter(
            Name="/operations/runbook", Value="AWS-RestartEC2Instance", Type="String"
        )
        yield


@pytest.mark.usefixtures("parameter_store")
def test_the_configured_runbook_is_started(ssm_automation):
    restart_as_configured("i-0123456789abcdef0")

    ssm_automation.assert_started_once(DocumentName="AWS-RestartEC2Instance")
