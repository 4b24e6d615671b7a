import boto3
from botocore.exceptions import ClientError


def restart_everywhere(instance_id, regions):
    """Return the Regions in which the instance could not be restarted."""
    missed = []
    for region in regions:
        ssm = boto3.client("ssm", region_name=region)
        try:
            ssm.start_automation_execution(
                DocumentName="AWS-RestartEC2Instance",
                Parameters={"InstanceId": [instance_id], "Force": ["true"]},
            )
        except ClientError:
            missed.append(region)
    return missed
