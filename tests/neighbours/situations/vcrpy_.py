"""Inside a cassette, the fake answers Automation requests, and they are not recorded."""

import vcr


def test_cassette(ssm_automation, ssm_client, tmp_path):
    with vcr.use_cassette(str(tmp_path / "cassette.yaml")) as cassette:
        ssm_client.start_automation_execution(DocumentName="Doc")
    ssm_automation.assert_started_once(DocumentName="Doc")
    assert len(cassette) == 0
