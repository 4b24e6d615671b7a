import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

pytestmark = pytest.mark.ssm_automation(skip_sleep=True)


def wait(ssm, execution_id, patience=timedelta(minutes=10)):
    deadline = datetime.now(UTC) + patience
    while datetime.now(UTC) < deadline:
        response = ssm.get_automation_execution(AutomationExecutionId=execution_id)
        execution = response["AutomationExecution"]
        if "ExecutionEndTime" in execution:
            return execution
        time.sleep(30)
    raise TimeoutError(f"{execution_id} still runs after {patience}")


def test_a_deadline_of_datetime_arrives(ssm_automation, ssm_client):
    ssm_automation.script(["InProgress"])
    response = ssm_client.start_automation_execution(DocumentName="Patch")
    execution_id = response["AutomationExecutionId"]

    with pytest.raises(TimeoutError, match="still runs after 0:10:00"):
        wait(ssm_client, execution_id)

    assert ssm_automation.slept == 600


def test_the_run_takes_as_long_as_the_caller_waited(ssm_automation, ssm_client):
    ssm_automation.script(["InProgress", "InProgress", "InProgress", "Success"])
    response = ssm_client.start_automation_execution(DocumentName="Patch")
    execution_id = response["AutomationExecutionId"]

    execution = wait(ssm_client, execution_id)

    took = execution["ExecutionEndTime"] - execution["ExecutionStartTime"]
    assert timedelta(seconds=60) <= took < timedelta(seconds=95)


def test_asyncio_sleeps_are_skipped_too(ssm_automation):
    async def heartbeat():
        for _ in range(1000):
            await asyncio.sleep(20)

    async def main():
        await asyncio.wait_for(heartbeat(), timeout=300)

    with pytest.raises(TimeoutError):
        asyncio.run(main())

    assert set(ssm_automation.sleeps) == {20}
