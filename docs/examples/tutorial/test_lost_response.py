import pytest

from backup import handler
from test_backup import EVENT


@pytest.mark.ssm_automation(skip_sleep=True)
def test_one_event_makes_one_image(ssm_automation):
    ssm_automation.lose_response()

    assert handler(EVENT, None)["status"] == "started"
    ssm_automation.assert_no_duplicate_starts()
