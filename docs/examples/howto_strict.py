from botocore.exceptions import ClientError


def restart(ssm, **request):
    try:
        ssm.start_automation_execution(DocumentName="AWS-RestartEC2Instance", **request)
    except ClientError:
        return False
    return True


def test_an_error_is_reported(ssm_automation, ssm_client):
    ssm_automation.fail_with("ThrottlingException")

    assert restart(ssm_client, Mode="interactive") is False
