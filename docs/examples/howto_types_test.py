from __future__ import annotations

from typing import TYPE_CHECKING

from dirty_equals import IsStr

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient
    from pytest_ssm_automation import AutomationFake


def test_it_restarts_the_instance(
    ssm_automation: AutomationFake, ssm_client: SSMClient
) -> None:
    ssm_client.start_automation_execution(
        DocumentName="AWS-RestartEC2Instance",
        Parameters={"InstanceId": ["i-0123456789abcdef0"]},
    )

    ssm_automation.assert_started_once(
        DocumentName="AWS-RestartEC2Instance",
        Parameters={"InstanceId": [IsStr(regex="i-[0-9a-f]+")]},
    )
