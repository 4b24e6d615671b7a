import pytest


@pytest.fixture(autouse=True)
def automation_is_faked(ssm_automation):
    return ssm_automation
