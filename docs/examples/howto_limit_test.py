import pytest
from botocore.exceptions import ClientError

from howto_limit import patch

INSTANCES = [f"i-{number:017x}" for number in range(12)]

pytestmark = pytest.mark.ssm_automation(execution_limit=5)


def test_at_most_five_run_at_once(ssm_automation):
    patch(INSTANCES)

    ssm_automation.assert_started(times=12)


def test_a_sixth_is_refused():
    with pytest.raises(ClientError, match="AutomationExecutionLimitExceeded"):
        patch(INSTANCES, at_once=6)
