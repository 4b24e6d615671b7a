from unittest.mock import ANY, MagicMock, patch

import boto3


class LimitExceededError(Exception):
    pass


def stop(instance_id):
    ssm = boto3.client("ssm")
    try:
        ssm.start_automation_execution(
            DocumentName="AWS-StopEC2Instance",
            Parameters={"InstanceId": [instance_id]},
            Tags=[{"Key": "Owner", "Value": "operations"}],
        )
    except ssm.exceptions.AutomationExecutionLimitExceededException:
        return False
    return True


def test_with_magicmock():
    ssm = MagicMock()
    ssm.exceptions.AutomationExecutionLimitExceededException = LimitExceededError
    ssm.start_automation_execution.side_effect = [
        {"AutomationExecutionId": "exec-1"},
        LimitExceededError,
    ]
    with patch.object(boto3, "client", return_value=ssm):
        assert stop("i-0123456789abcdef0")
        assert not stop("i-0123456789abcdef0")
    ssm.start_automation_execution.assert_called_with(
        DocumentName="AWS-StopEC2Instance",
        Parameters={"InstanceId": ["i-0123456789abcdef0"]},
        Tags=ANY,
    )


def test_with_the_fake(ssm_automation):
    ssm_automation.fail_with("AutomationExecutionLimitExceededException", after=1)

    assert stop("i-0123456789abcdef0")
    assert not stop("i-0123456789abcdef0")

    ssm_automation.assert_started_once(
        exact=True,
        DocumentName="AWS-StopEC2Instance",
        Parameters={"InstanceId": ["i-0123456789abcdef0"]},
        Tags=ANY,
    )
