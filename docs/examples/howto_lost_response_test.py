import uuid

import boto3
import pytest
from botocore.exceptions import ReadTimeoutError


def start_with_retry(ssm, **request):
    request["ClientToken"] = str(uuid.uuid4())
    try:
        return ssm.start_automation_execution(**request)
    except ReadTimeoutError:
        return ssm.start_automation_execution(**request)


def test_the_second_attempt_finds_the_first(ssm_automation, ssm_client):
    ssm_automation.lose_response()

    response = start_with_retry(ssm_client, DocumentName="AWS-UpdateLinuxAmi")

    assert [call.outcome for call in ssm_automation.calls] == ["lost", "replayed"]
    assert response["AutomationExecutionId"] == ssm_automation.assert_started_once().id
    ssm_automation.assert_no_duplicate_starts()


@pytest.mark.ssm_automation(transport="wire")
def test_botocore_retries_without_a_token(ssm_automation):
    ssm_automation.lose_response()

    boto3.client("ssm").start_automation_execution(DocumentName="AWS-UpdateLinuxAmi")

    with pytest.raises(AssertionError, match="started more than one execution"):
        ssm_automation.assert_no_duplicate_starts()
