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
