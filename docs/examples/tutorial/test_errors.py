import pytest

from backup import handler
from test_backup import EVENT

pytestmark = pytest.mark.ssm_automation(skip_sleep=True)


def test_throttling_passes(ssm_automation):
    ssm_automation.fail_with("ThrottlingException", times=2)

    assert handler(EVENT, None)["status"] == "started"
    assert ssm_automation.sleeps == (1, 2)


def test_no_error_brings_it_down(ssm_automation, each_documented_error):
    ssm_automation.fail_with(each_documented_error, times=None)

    assert handler(EVENT, None) == {"status": "failed"}
    ssm_automation.assert_not_started()
