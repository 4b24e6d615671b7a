import json

import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

URL = "https://ssm.eu-central-1.amazonaws.com/"
HEADERS = {
    "X-Amz-Target": "AmazonSSM.StartAutomationExecution",
    "Content-Type": "application/x-amz-json-1.1",
}
pytestmark = pytest.mark.usefixtures("ssm_automation_http")


def start_by_hand(document_name):
    request = AWSRequest(
        "POST", URL, data=json.dumps({"DocumentName": document_name}), headers=HEADERS
    )
    SigV4Auth(
        Credentials("AKIAIOSFODNN7EXAMPLE", "testing"), "ssm", "eu-central-1"
    ).add_auth(request)
    return requests.post(
        URL, data=request.data, headers=dict(request.headers), timeout=10
    )


def test_a_request_signed_by_hand(ssm_automation):
    response = start_by_hand("AWS-StopEC2Instance")

    execution = ssm_automation.assert_started_once(
        region="eu-central-1", DocumentName="AWS-StopEC2Instance"
    )
    assert response.json() == {"AutomationExecutionId": execution.id}


def test_a_refusal_has_a_body(ssm_automation):
    ssm_automation.fail_with("ThrottlingException")

    response = start_by_hand("AWS-StopEC2Instance")

    assert response.status_code == 400
    assert response.json() == {
        "__type": "ThrottlingException",
        "message": "Rate exceeded",
    }
