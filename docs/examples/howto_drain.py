import boto3

BATCH = 10


def start(document, target_group, instance_ids, **parameters):
    response = boto3.client("ssm").start_automation_execution(
        DocumentName=document,
        Parameters={
            "TargetGroup": [target_group],
            "InstanceIds": instance_ids,
            **parameters,
        },
    )
    return response["AutomationExecutionId"]


def drain(target_group, instance_ids, mode="graceful"):
    """Drain instances in batches, since the runbook takes a few at a time."""
    batches = [
        instance_ids[first : first + BATCH]
        for first in range(0, len(instance_ids), BATCH)
    ]
    return [
        start("Operations-Drain", target_group, batch, Mode=[mode]) for batch in batches
    ]
