import boto3

ENDED = {"Success", "Failed", "TimedOut", "Cancelled"}


def patch(instance_ids, *, at_once=5):
    ssm = boto3.client("ssm", region_name="us-east-1")
    waiting, running = list(instance_ids), []
    while waiting or running:
        while waiting and len(running) < at_once:
            started = ssm.start_automation_execution(
                DocumentName="AWS-PatchInstanceWithRollback",
                Parameters={"InstanceId": [waiting.pop(0)]},
            )
            running.append(started["AutomationExecutionId"])
        running = [each for each in running if status(ssm, each) not in ENDED]


def status(ssm, execution_id):
    found = ssm.get_automation_execution(AutomationExecutionId=execution_id)
    return found["AutomationExecution"]["AutomationExecutionStatus"]
