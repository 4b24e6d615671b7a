import asyncio

from aiobotocore.session import get_session


async def stop(instance_id):
    async with get_session().create_client("ssm") as ssm:
        response = await ssm.start_automation_execution(
            DocumentName="AWS-StopEC2Instance", Parameters={"InstanceId": [instance_id]}
        )
    return response["AutomationExecutionId"]


def test_the_instance_is_stopped(ssm_automation):
    execution_id = asyncio.run(stop("i-0123456789abcdef0"))

    execution = ssm_automation.assert_started_once(
        Parameters={"InstanceId": ["i-0123456789abcdef0"]}
    )
    assert execution_id == execution.id
