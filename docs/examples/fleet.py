"""Restart a whole fleet at once, by aiobotocore."""

import asyncio

from aiobotocore.session import get_session


async def restart_all(instance_ids):
    """Start one execution for each instance, all at the same time, and give their ids in the same order."""
    async with get_session().create_client("ssm", region_name="eu-central-1") as ssm:
        answers = await asyncio.gather(
            *(
                ssm.start_automation_execution(
                    DocumentName="AWS-RestartEC2Instance", Parameters={"InstanceId": [instance_id]}
                )
                for instance_id in instance_ids
            )
        )
    return [answer["AutomationExecutionId"] for answer in answers]
