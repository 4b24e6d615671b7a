import pytest


def restart(ssm, instance_id):
    try:
        ssm.start_automation_execution(
            DocumentName="AWS-RestartEC2Instance",
            Parameters={"InstanceId": [instance_id]},
        )
    except ssm.exceptions.ClientError as error:
        return error.response["Error"]["Code"]
    return None


def test_any_documented_error_is_reported(
    ssm_automation, ssm_client, each_documented_error
):
    ssm_automation.fail_with(each_documented_error)

    assert restart(ssm_client, "i-0123456789abcdef0") == each_documented_error


@pytest.mark.ssm_automation_error("ThrottlingException", "ExpiredTokenException")
def test_errors_of_all_services_are_reported(ssm_client):
    assert restart(ssm_client, "i-0123456789abcdef0") == "ThrottlingException"
    assert restart(ssm_client, "i-0123456789abcdef0") == "ExpiredTokenException"


def test_one_instance_fails(ssm_automation, ssm_client):
    ssm_automation.fail_with(
        "InternalServerError",
        when={"Parameters": {"InstanceId": ["i-0bbbbbbbbbbbbbbbb"]}},
    )

    assert restart(ssm_client, "i-0aaaaaaaaaaaaaaaa") is None
    assert restart(ssm_client, "i-0bbbbbbbbbbbbbbbb") == "InternalServerError"
