import boto3


def restart(instance_id):
    response = boto3.client("ssm").start_automation_execution(
        DocumentName="AWS-RestartEC2Instance", Parameters={"InstanceId": [instance_id]}
    )
    return response["AutomationExecutionId"]
