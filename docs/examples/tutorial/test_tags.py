from hypothesis import given
from hypothesis import strategies as st
from pytest_ssm_automation import AutomationFake

from backup import handler
from test_backup import EVENT


def test_a_percent_sign_is_replaced(ssm_automation):
    handler({**EVENT, "reason": "disk > 90%"}, None)

    ssm_automation.assert_started_once(Tags=[{"Key": "Reason", "Value": "disk _ 90_"}])


@given(reason=st.text())
def test_any_reason_starts_an_execution(reason):
    with AutomationFake(skip_sleep=True):
        assert handler({**EVENT, "reason": reason}, None)["status"] == "started"
