from unittest.mock import patch

import boto3
from botocore.client import BaseClient
from botocore.exceptions import ClientError


def stop(instance_id):
    parameters = {"InstanceId": [instance_id]}
    try:
        boto3.client("ssm").start_automation_execution(
            DocumentName="AWS-StopEC2Instance", Parameters=parameters
        )
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "started"


def refuse(_client, operation_name, _arguments):
    if operation_name == "StartAutomationExecution":
        raise ClientError(
            {"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}},
            operation_name,
        )
    raise NotImplementedError(operation_name)  # no other call is expected


def test_with_a_patch():
    with patch.object(BaseClient, "_make_api_call", refuse):
        assert stop("i-0123456789abcdef0") == "ThrottlingException"


def test_with_the_fake(ssm_automation):
    ssm_automation.fail_with("ThrottlingException")

    assert stop("i-0123456789abcdef0") == "ThrottlingException"


def test_which_call_was_meant(ssm_automation):
    assert stop("i-0123456789abcdef0") == "started"

    [call] = ssm_automation.calls
    assert call.params["Parameters"] == {"InstanceId": ["i-0123456789abcdef0"]}
