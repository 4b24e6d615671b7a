"""Under `freeze_time`, executions have the frozen time, and skipped sleeps advance it."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from freezegun import freeze_time


@freeze_time("2026-01-01")
@pytest.mark.ssm_automation(skip_sleep=True)
def test_frozen(ssm_automation, ssm_client):
    ssm_automation.script(["InProgress", "Success"])
    execution_id = ssm_client.start_automation_execution(DocumentName="Doc")["AutomationExecutionId"]
    ssm_client.get_automation_execution(AutomationExecutionId=execution_id)
    time.sleep(60)
    shown = ssm_client.get_automation_execution(AutomationExecutionId=execution_id)["AutomationExecution"]
    assert shown["ExecutionStartTime"] - datetime(2026, 1, 1, tzinfo=UTC) < timedelta(seconds=1)
    assert datetime.now(UTC) == datetime(2026, 1, 1, 0, 1, tzinfo=UTC)
