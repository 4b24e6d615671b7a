"""With its patches of botocore and PynamoDB, it traces calls, which are answered and blocked as usual."""

import boto3
import pytest
from aws_xray_sdk.core import patch, xray_recorder

from pytest_ssm_automation import AutomationFake, NetworkBlockedError


@pytest.fixture
def segment():
    xray_recorder.configure(sampling=False)
    with xray_recorder.in_segment("test") as segment:
        yield segment


# the patches stay: the first test makes them inside its fake, and the second meets them
@pytest.mark.parametrize("transport", ["stubber", "wire"])
def test_calls(segment, transport):
    with AutomationFake(transport=transport) as fake:
        patch(["botocore", "pynamodb"])
        fake.client().start_automation_execution(DocumentName="Doc")
        with pytest.raises(NetworkBlockedError):
            boto3.client("dynamodb", region_name="us-east-1").list_tables()
    fake.assert_started_once(DocumentName="Doc")
    start, listing = segment.subsegments
    assert start.aws["operation"] == "StartAutomationExecution"
    assert [each.aws["operation"] for each in (listing, *listing.subsegments)] == ["ListTables"] * 2
