import boto3
import moto
import pytest
from howto_assumed_role import member_client, restart, wait


def restart_in_members(instances):
    started = {}
    for account, instance_id in instances.items():
        ssm = member_client(account)
        started[account] = restart(ssm, instance_id)
    return {account: wait(ssm, execution_id) for account, execution_id in started.items()}


@pytest.mark.ssm_automation(skip_sleep=True)
def test_the_last_client_polls_for_all(ssm_automation):
    with moto.mock_aws(), pytest.raises(boto3.client("ssm").exceptions.AutomationExecutionNotFoundException):
        restart_in_members({"111122223333": "i-0123456789abcdef0", "444455556666": "i-0fedcba9876543210"})

    (execution, _) = ssm_automation.executions
    ssm_automation.assert_called("GetAutomationExecution", account="444455556666", AutomationExecutionId=execution.id)
    assert execution.account == "111122223333"
