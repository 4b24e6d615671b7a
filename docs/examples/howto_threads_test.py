import asyncio

import boto3


async def stop_all(instance_ids):
    ssm = boto3.client("ssm")

    async def stop(instance_id):
        return await asyncio.to_thread(
            ssm.start_automation_execution,
            DocumentName="AWS-StopEC2Instance",
            Parameters={"InstanceId": [instance_id]},
        )

    return await asyncio.gather(*map(stop, instance_ids))


def test_every_instance_is_stopped(ssm_automation):
    asyncio.run(stop_all(["i-0aaaaaaaaaaaaaaaa", "i-0bbbbbbbbbbbbbbbb"]))

    ssm_automation.assert_started(times=2, DocumentName="AWS-StopEC2Instance")
    ssm_automation.assert_started_once(
        Parameters={"InstanceId": ["i-0bbbbbbbbbbbbbbbb"]}
    )
