import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_ssm_automation import AutomationFake

from tutorial_first_test import EVENT
from tutorial_fixed import handler


@pytest.mark.ssm_automation(skip_sleep=True)
def test_one_event_makes_one_image(ssm_automation):
    ssm_automation.lose_response()

    assert handler(EVENT, None)["status"] == "started"
    ssm_automation.assert_no_duplicate_starts()


def test_a_percent_sign_is_replaced(ssm_automation):
    handler({**EVENT, "reason": "disk > 90%"}, None)

    ssm_automation.assert_started_once(Tags=[{"Key": "Reason", "Value": "disk _ 90_"}])


@given(st.text())
def test_any_reason_will_do(reason):
    with AutomationFake(skip_sleep=True):
        assert handler({**EVENT, "reason": reason}, None)["status"] == "started"
