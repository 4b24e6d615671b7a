"""A caller with aioboto3, which pins an older aiobotocore and botocore."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from pytest_ssm_automation import AutomationFake

aioboto3: Any = pytest.importorskip("aioboto3", reason="aioboto3 is not installed")


@pytest.mark.parametrize("transport", ["stubber", "wire"])
def test_a_client_of_aioboto3_is_answered(transport: str) -> None:
    """Starts and polls of an aioboto3 client reach the fake, and an invalid request is refused."""

    async def main() -> str:
        async with aioboto3.Session().client("ssm", region_name="eu-west-1") as ssm:
            started = await ssm.start_automation_execution(DocumentName="Doc")
            shown = await ssm.get_automation_execution(AutomationExecutionId=started["AutomationExecutionId"])
            with pytest.raises(ssm.exceptions.ClientError, match="maxErrors"):
                await ssm.start_automation_execution(DocumentName="Doc", MaxErrors="many")
            status: str = shown["AutomationExecution"]["AutomationExecutionStatus"]
            return status

    with AutomationFake(transport=transport) as fake:
        assert asyncio.run(main()) == "Pending"
        fake.assert_started_once(DocumentName="Doc", region="eu-west-1")


@pytest.mark.parametrize("transport", ["stubber", "wire"])
def test_concurrent_calls_interleave(transport: str) -> None:
    """Calls of an aioboto3 client let other tasks run, so that a race of the code shows."""

    async def start_unless_running(ssm: Any) -> None:
        shown = await ssm.describe_automation_executions()
        if not shown["AutomationExecutionMetadataList"]:
            await ssm.start_automation_execution(DocumentName="Doc")

    async def race() -> None:
        async with aioboto3.Session().client("ssm", region_name="eu-west-1") as ssm:
            await asyncio.gather(*(start_unless_running(ssm) for _ in range(5)))

    with AutomationFake(transport=transport) as fake:
        asyncio.run(race())
        fake.assert_started(times=5, DocumentName="Doc")
