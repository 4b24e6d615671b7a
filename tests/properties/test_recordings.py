"""What `record` writes, `replay` shows and `compare` finds equal, whatever the runbook and its steps do."""

from __future__ import annotations

from itertools import cycle, repeat
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st
from properties.documents import documents
from recordings.taking import EndlessError, ended, same

from pytest_ssm_automation import AutomationFake, recordings, strategies
from pytest_ssm_automation._recordings.taking import record, written
from pytest_ssm_automation._service.runbooks.loading import load_runbook

pytestmark = pytest.mark.filterwarnings("ignore::pytest_ssm_automation.RunbookWarning")
FILTERED = [HealthCheck.filter_too_much, HealthCheck.too_slow]
SIGNALS = st.lists(st.sampled_from(["Approve", "Reject"]), min_size=1, max_size=4)


@settings(max_examples=settings().max_examples // 5, suppress_health_check=FILTERED)
@given(documents(pausing=True), st.data())
def test_a_recorded_execution_does_not_differ(document: dict[str, Any], data: st.DataObject) -> None:
    """The walk of a recorded runbook does not differ, if no step ran twice: its first result is not recorded.

    Shown again, it can be recorded again, and but for ids, times and the caller the file is the same.
    """
    runbook = load_runbook(document, name="Doc")
    walk = data.draw(strategies.walks(runbook))
    with AutomationFake(runbooks=[runbook], steps=walk) as fake, TemporaryDirectory() as folder:
        try:
            execution_id = ended(fake, cycle(data.draw(SIGNALS)), DocumentName="Doc")
        except EndlessError:
            reject()
        execution = fake.execution(execution_id)
        ends = [event for event in execution.events if {"StepName", "EndTime"} <= event["detail"].keys()]
        assume(len(ends) == len([step for step in execution.steps if "ExecutionEndTime" in step]))
        path = Path(folder) / "run.json"
        taken = record(fake.client(), execution_id)
        path.write_text(written(taken), encoding="utf-8")
        found = recordings.compare(path)
        fake.reset()
        fake.replay(path)
        again = record(fake.client(), ended(fake, repeat("Approve"), DocumentName="Doc"))
    assert found == ()
    assert same(again) == same(taken)
