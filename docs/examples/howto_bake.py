"""Have a runbook make an image of an instance, and tell somebody if it does not."""

import time

import boto3

RUNNING = {"Pending", "InProgress", "Waiting", "Cancelling"}


def bake(instance_id, mail):
    ssm = boto3.client("ssm", region_name="us-east-1")
    execution_id = ssm.start_automation_execution(
        DocumentName="Operations-Bake", Parameters={"InstanceId": [instance_id]}
    )["AutomationExecutionId"]
    while True:
        response = ssm.get_automation_execution(AutomationExecutionId=execution_id)
        execution = response["AutomationExecution"]
        if execution["AutomationExecutionStatus"] not in RUNNING:
            break
        time.sleep(30)

    steps = {step["StepName"]: step for step in execution["StepExecutions"]}
    if execution["AutomationExecutionStatus"] != "Success":
        failed = next(
            step
            for step in steps.values()
            if step["StepStatus"] in {"Failed", "TimedOut"}
        )
        mail(
            f"{failed['StepName']} failed for {instance_id}: {failed['FailureMessage']}"
        )
        return None
    if steps["Sysprep"]["StepStatus"] == "Success":
        mail(f"{instance_id} was generalized and needs a new administrator password")
    return execution["Outputs"]["CreateImage.ImageId"][0]
