import asyncio

import pytest

from howto_async_race import on_alarms


def test_one_alarm_starts_one_execution(ssm_automation):
    asyncio.run(on_alarms(1))

    ssm_automation.assert_no_duplicate_starts()


def test_five_alarms_start_five_executions(ssm_automation):
    asyncio.run(on_alarms(5))

    with pytest.raises(AssertionError, match="more than one"):
        ssm_automation.assert_no_duplicate_starts()
