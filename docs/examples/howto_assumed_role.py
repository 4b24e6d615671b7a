import time

import boto3


def member_client(account):
    sts = boto3.client("sts")
    role = sts.assume_role(
        RoleArn=f"arn:aws:iam::{account}:role/operations", RoleSessionName="restart"
    )
    return boto3.client(
        "ssm",
        aws_access_key_id=role["Credentials"]["AccessKeyId"],
        aws_secret_access_key=role["Credentials"]["SecretAccessKey"],
        aws_session_token=role["Credentials"]["SessionToken"],
    )


def restart(ssm, instance_id):
    parameters = {"InstanceId": [instance_id]}
    response = ssm.start_automation_execution(
        DocumentName="AWS-RestartEC2Instance", Parameters=parameters
    )
    return response["AutomationExecutionId"]


def wait(ssm, execution_id):
    while True:
        response = ssm.get_automation_execution(AutomationExecutionId=execution_id)
        execution = response["AutomationExecution"]
        if execution["AutomationExecutionStatus"] not in {"Pending", "InProgress"}:
            return execution["AutomationExecutionStatus"]
        time.sleep(15)


def restart_in_members(instances):
    """Restart an instance in each member account, and return each status."""
    started = []
    for account, instance_id in instances.items():
        ssm = member_client(account)
        started.append((account, ssm, restart(ssm, instance_id)))
    return {account: wait(ssm, execution_id) for account, ssm, execution_id in started}
