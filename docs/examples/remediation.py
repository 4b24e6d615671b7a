"""Restart instances by runbook: a Lambda function, and a helper for whole fleets."""

from __future__ import annotations

import logging
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

log = logging.getLogger(__name__)
ssm = boto3.client("ssm")


def handler(event: dict[str, str], context: object) -> dict[str, str]:  # noqa: ARG001 - Lambda passes it
    """Restart the instance that an alarm is about.

    An EventBridge rule turns the alarm into
    `{"id": ..., "instance": ..., "alarm": ...}`. Lambda retries an event with the
    same id, so the id serves as the ClientToken.
    """
    try:
        started = ssm.start_automation_execution(
            DocumentName="AWS-RestartEC2Instance",
            Parameters={"InstanceId": [event["instance"]]},
            ClientToken=event["id"],
            Tags=[{"Key": "Alarm", "Value": event["alarm"]}],
        )
    except ssm.exceptions.AutomationExecutionLimitExceededException:
        return {"status": "retry"}
    except ClientError as error:
        if error.response["Error"]["Code"] == "ThrottlingException":
            return {"status": "retry"}
        log.exception("Refused")
        return {"status": "failed"}
    except Exception:  # the function must never crash
        log.exception("No response")
        return {"status": "failed"}
    return {"status": "started", "execution": started["AutomationExecutionId"]}


def restart_fleet(region: str, environment: str) -> str:
    """Restart all instances of an environment, a quarter at a time."""
    config = Config(read_timeout=5, retries={"total_max_attempts": 2})
    client: Any = boto3.client("ssm", region_name=region, config=config)
    role = client.get_parameter(Name="/automation/role")["Parameter"]["Value"]
    started = client.start_automation_execution(
        DocumentName="AWS-RestartEC2Instance",
        Parameters={"AutomationAssumeRole": [role]},
        TargetParameterName="InstanceId",
        Targets=[{"Key": "tag:Environment", "Values": [environment]}],
        MaxConcurrency="25%",
        MaxErrors="1",
    )
    execution_id: str = started["AutomationExecutionId"]
    return execution_id
