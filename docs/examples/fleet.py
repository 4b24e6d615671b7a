"""Restart a whole fleet at once, by aiobotocore."""

import asyncio

from aiobotocore.session import get_session


async def restart_all(instance_ids):
    """Start an execution for each instance, all at once, and return their ids."""
    async with get_session().create_client("ssm", region_name="eu-central-1") as ssm:
        responses = await asyncio.gather(
            *(
                ssm.start_automation_execution(
                    DocumentName="AWS-RestartEC2Instance",
                    Parameters={"InstanceId": [instance_id]},
                )
                for instance_id in instance_ids
            )
        )
    return [response["AutomationExecutionId"] for response in responses]
