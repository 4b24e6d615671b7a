import boto3

EXECUTION = "EC2 Automation Execution Status-change Notification"


def handler(event, _context):
    """Roll back failed patches. EventBridge may deliver an event more than once."""
    detail = event["detail"]
    if event["detail-type"] != EXECUTION or detail["Definition"] != "Operations-Patch":
        return None
    if detail["Status"] not in {"Failed", "TimedOut"}:
        return None
    ssm = boto3.client("ssm", region_name=event["region"])
    response = ssm.start_automation_execution(
        DocumentName="Operations-RollBack",
        Parameters={"FailedExecutionId": [detail["ExecutionId"]]},
        ClientToken=detail["ExecutionId"],
    )
    return response["AutomationExecutionId"]
