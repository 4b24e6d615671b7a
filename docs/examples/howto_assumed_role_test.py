import boto3
import moto
import pytest

ROLE = "arn:aws:iam::111122223333:role/operations"


def restart_in(role, instance_id):
    credentials = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="operations")["Credentials"]
    ssm = boto3.client(
        "ssm",
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )
    ssm.start_automation_execution(DocumentName="AWS-RestartEC2Instance", Parameters={"InstanceId": [instance_id]})
    return credentials


@pytest.fixture
def aws():
    with moto.mock_aws():
        yield


@pytest.mark.usefixtures("aws")
def test_it_is_the_role_that_restarts(ssm_automation):
    credentials = restart_in(ROLE, "i-0123456789abcdef0")

    execution = ssm_automation.assert_started_once(DocumentName="AWS-RestartEC2Instance")
    assert execution.call.access_key_id == credentials["AccessKeyId"]


@pytest.mark.usefixtures("aws")
def test_the_role_may_be_refused(ssm_automation):
    own_key = boto3.Session().get_credentials().access_key
    ssm_automation.fail_with("AccessDeniedException", when=lambda call: call.access_key_id != own_key)

    with pytest.raises(boto3.client("ssm").exceptions.ClientError, match="is not authorized to perform"):
        restart_in(ROLE, "i-0123456789abcdef0")
