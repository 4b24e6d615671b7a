import time

import pytest

pytestmark = pytest.mark.ssm_automation(skip_sleep=True)


def run(ssm, **request):
    execution_id = ssm.start_automation_execution(**request)["AutomationExecutionId"]
    deadline = time.monotonic() + 600
    while time.monotonic() < deadline:
        response = ssm.get_automation_execution(AutomationExecutionId=execution_id)
        execution = response["AutomationExecution"]
        if execution["AutomationExecutionStatus"] == "Success":
            return execution["Outputs"]
        if execution["AutomationExecutionStatus"] == "Failed":
            raise RuntimeError(execution["FailureMessage"])
        time.sleep(30)
    raise TimeoutError(execution_id)


def test_it_waits_for_the_outputs(ssm_automation, ssm_client):
    ssm_automation.script(
        ["Pending", "InProgress", "InProgress", "Success"],
        outputs={"createImage.ImageId": ["ami-0123456789abcdef0"]},
    )

    outputs = run(ssm_client, DocumentName="AWS-CreateImage")

    assert outputs == {"createImage.ImageId": ["ami-0123456789abcdef0"]}
    assert ssm_automation.sleeps == (30, 30, 30)


def test_it_says_why_it_failed(ssm_automation, ssm_client):
    ssm_automation.script(
        ["InProgress", "Failed"], failure_message="The instance is gone."
    )

    with pytest.raises(RuntimeError, match="The instance is gone"):
        run(ssm_client, DocumentName="AWS-CreateImage")


def test_it_gives_up_after_ten_minutes(ssm_automation, ssm_client):
    ssm_automation.script(["InProgress"])

    with pytest.raises(TimeoutError):
        run(ssm_client, DocumentName="AWS-CreateImage")

    assert ssm_automation.slept == 600
