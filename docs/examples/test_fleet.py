import pytest

from fleet import restart_all

INSTANCES = [f"i-{number:017x}" for number in range(100)]


@pytest.mark.asyncio
async def test_every_instance_is_restarted_once(ssm_automation):
    ids = await restart_all(INSTANCES)

    assert ids == [
        ssm_automation.assert_started_once(
            Parameters={"InstanceId": [instance]}, region="eu-central-1"
        ).id
        for instance in INSTANCES
    ]


@pytest.mark.asyncio
@pytest.mark.ssm_automation(transport="wire")
@pytest.mark.ssm_automation_error("ThrottlingException", times=2)
async def test_throttled_starts_are_tried_again(ssm_automation):
    assert len(await restart_all(INSTANCES)) == len(ssm_automation.executions) == 100
