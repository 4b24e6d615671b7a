import asyncio

from aiobotocore.session import get_session


async def patch_once(ssm):
    running = await ssm.describe_automation_executions(
        Filters=[{"Key": "DocumentNamePrefix", "Values": ["Patch"]}]
    )
    if not running["AutomationExecutionMetadataList"]:
        await ssm.start_automation_execution(DocumentName="Patch")


async def on_alarms(count):
    """Handle all alarms at once."""
    async with get_session().create_client("ssm") as ssm:
        await asyncio.gather(*(patch_once(ssm) for _ in range(count)))
