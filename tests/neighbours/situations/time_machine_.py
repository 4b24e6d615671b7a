"""Under `time_machine.travel`, executions have the travelled time, and skipped sleeps advance it."""

import time
from datetime import UTC, datetime, timedelta

import pytest
import time_machine


@time_machine.travel("2026-01-01T00:00:00+00:00", tick=False)
@pytest.mark.ssm_automation(skip_sleep=True)
def test_travelling(ssm_client):
    execution_id = ssm_client.start_automation_execution(DocumentName="Doc")["AutomationExecutionId"]
    time.sleep(60)
    shown = ssm_client.get_automation_execution(AutomationExecutionId=execution_id)["AutomationExecution"]
    assert shown["ExecutionStartTime"] - datetime(2026, 1, 1, tzinfo=UTC) < timedelta(seconds=1)
    assert datetime.now(UTC) == datetime(2026, 1, 1, 0, 1, tzinfo=UTC)
