"""With the markers `vcr` and `block_network`, the fake answers Automation requests, and they are not recorded."""

import pytest


@pytest.mark.vcr
@pytest.mark.block_network
def test_recorded(ssm_automation, ssm_client, vcr):
    ssm_client.start_automation_execution(DocumentName="Doc")
    ssm_automation.assert_started_once(DocumentName="Doc")
    assert len(vcr) == 0
