import json
from pathlib import Path

import boto3

RECORDED = json.loads(Path(__file__).with_name("recorded_polls.json").read_text())


def why_it_failed(execution_id):
    ssm = boto3.client("ssm")
    response = ssm.get_automation_execution(AutomationExecutionId=execution_id)
    execution = response["AutomationExecution"]
    failed = [
        step["StepName"]
        for step in execution["StepExecutions"]
        if step["StepStatus"] == "Failed"
    ]
    return ", ".join(failed)


def test_the_failed_step_is_named(ssm_automation, ssm_client):
    ssm_automation.script(RECORDED)
    execution_id = ssm_client.start_automation_execution(
        DocumentName="AWS-CreateImage"
    )["AutomationExecutionId"]

    assert why_it_failed(execution_id) == ""
    assert why_it_failed(execution_id) == "createImage"
