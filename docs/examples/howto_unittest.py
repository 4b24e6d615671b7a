import boto3


def restart(instance_id):
    ssm = boto3.client("ssm", region_name="us-east-1")
    ssm.start_automation_execution(
        DocumentName="AWS-RestartEC2Instance",
        Parameters={"InstanceId": [instance_id]},
    )
