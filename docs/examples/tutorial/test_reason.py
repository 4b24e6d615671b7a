import pytest

from backup import handler
from test_backup import EVENT


@pytest.mark.ssm_automation(skip_sleep=True)
def test_any_reason_is_answered():
    response = handler({**EVENT, "reason": "disk > 90%"}, None)

    assert response["status"] in {"started", "failed"}
