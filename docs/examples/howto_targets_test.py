import time

import pytest

pytestmark = pytest.mark.ssm_automation(skip_sleep=True)

WEB = ["i-0aaaaaaaaaaaaaaaa", "i-0bbbbbbbbbbbbbbbb", "i-0cccccccccccccccc"]


def run(ssm, **request):
    started = ssm.start_automation_execution(
        DocumentName="AWS-RestartEC2Instance", **request
    )
    while True:
        response = ssm.get_automation_execution(
            AutomationExecutionId=started["AutomationExecutionId"]
        )
        execution = response["AutomationExecution"]
        if execution["AutomationExecutionStatus"] in {"Success", "Failed"}:
            return execution
        time.sleep(30)


def restart(ssm, environment):
    return run(
        ssm,
        TargetParameterName="InstanceId",
        Targets=[{"Key": "tag:Environment", "Values": [environment]}],
        MaxConcurrency="1",
        MaxErrors="0",
    )


def test_every_instance_with_the_tag_is_restarted(ssm_automation, ssm_client):
    ssm_automation.resolve_targets(
        lambda target: WEB if target["Values"] == ["web"] else []
    )

    execution = restart(ssm_client, "web")

    assert execution["AutomationExecutionStatus"] == "Success"
    assert execution["ProgressCounters"]["SuccessSteps"] == 3
    assert [child.target for child in ssm_automation.executions[0].children] == WEB


def test_after_a_failure_no_other_instance_is_touched(ssm_automation, ssm_client):
    ssm_automation.resolve_targets(lambda _: WEB)
    ssm_automation.script(
        ["InProgress", "Failed"], when={"Parameters": {"InstanceId": [WEB[1]]}}
    )

    execution = restart(ssm_client, "web")

    assert execution["AutomationExecutionStatus"] == "Failed"
    assert [child.target for child in ssm_automation.executions[0].children] == WEB[:2]
