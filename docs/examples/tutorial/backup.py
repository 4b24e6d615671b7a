import logging
import time

import boto3
from botocore.exceptions import BotoCoreError, ClientError

log = logging.getLogger(__name__)
ssm = boto3.client("ssm")


def handler(event, _context):
    for wait in (1, 2, 4):
        try:
            started = ssm.start_automation_execution(
                DocumentName="AWS-CreateImage",
                Parameters={"InstanceId": [event["instance"]]},
                Tags=[{"Key": "Reason", "Value": event["reason"]}],
            )
        except (BotoCoreError, ClientError):
            log.exception("No image of %s yet", event["instance"])
            time.sleep(wait)
        else:
            return {"status": "started", "execution": started["AutomationExecutionId"]}
    return {"status": "failed"}
