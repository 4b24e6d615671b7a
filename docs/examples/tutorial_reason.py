import pytest

from tutorial_backup import handler
from tutorial_first_test import EVENT


@pytest.mark.ssm_automation(skip_sleep=True)
def test_any_reason_is_answered():
    response = handler({**EVENT, "reason": "disk > 90%"}, None)

    assert response["status"] in {"started", "failed"}
