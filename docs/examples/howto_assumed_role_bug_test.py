import boto3
import moto
import pytest

from howto_assumed_role import member_client, restart, wait
from howto_assumed_role_test import INSTANCES


def restart_in_members(instances):
    started = {}
    for account, instance_id in instances.items():
        ssm = member_client(account)
        started[account] = restart(ssm, instance_id)
    return {
        account: wait(ssm, execution_id) for account, execution_id in started.items()
    }


@pytest.mark.ssm_automation(skip_sleep=True)
def test_the_last_client_polls_for_all(ssm_automation):
    with moto.mock_aws():
        errors = boto3.client("ssm").exceptions
        with pytest.raises(errors.AutomationExecutionNotFoundException):
            restart_in_members(INSTANCES)

    (execution, _) = ssm_automation.executions
    ssm_automation.assert_called(
        "GetAutomationExecution",
        account="444455556666",
        AutomationExecutionId=execution.id,
    )
    assert execution.account == "111122223333"
