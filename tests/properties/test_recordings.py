"""What `record` writes, `replay` shows and `compare` finds equal, whatever the runbook and its steps do."""

from __future__ import annotations

from itertools import cycle, repeat
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import pytest
from caller import load
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st
from properties.documents import CHILD, documents
from recordings.taking import EndlessError, content, ended, family, recorded, same

from pytest_ssm_automation import AutomationFake, AutomationFakeError, Execution, recordings, strategies

pytestmark = pytest.mark.filterwarnings("ignore::pytest_ssm_automation.RunbookWarning")
FILTERED = [HealthCheck.filter_too_much, HealthCheck.too_slow]
SIGNALS = st.lists(st.sampled_from(["Approve", "Reject"]), min_size=1, max_size=4)
VALUES = st.lists(st.sampled_from(["a", "B", "c"]), min_size=1, unique=True)
LOCATION = {"Accounts": ["123456789012"], "Regions": ["eu-west-1", "us-east-1"]}
LIMITS: dict[str, st.SearchStrategy[Any]] = {
    "MaxConcurrency": st.sampled_from(["1", "2", "50%"]),
    "MaxErrors": st.sampled_from(["0", "1", "50%"]),
}


def _by(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(members, optional=LIMITS)


REQUESTS = st.one_of(
    st.just({}),
    _by(
        TargetParameterName=st.just("P"),
        Targets=VALUES.map(lambda values: [{"Key": "ParameterValues", "Values": values}]),
    ),
    _by(TargetParameterName=st.just("P"), Targets=st.just([{"Key": "tag:A", "Values": ["b"]}])),
    _by(TargetMaps=VALUES.map(lambda values: [{"P": [value]} for value in values])),
    _by(TargetLocations=st.just([LOCATION])),
).map(lambda members: {"DocumentName": "Doc", **members})


@settings(max_examples=settings().max_examples // 15, suppress_health_check=FILTERED)
@given(documents(pausing=True, starting=True), documents(pausing=True), REQUESTS, st.data())
def test_a_recorded_execution_does_not_differ(
    document: dict[str, Any], child: dict[str, Any], request: dict[str, Any], data: st.DataObject
) -> None:
    """The walk of a recorded runbook does not differ, if no step ran twice: its first result is not recorded.

    It may start others, on targets or by steps, which are recorded with it or not. Shown again, it can be recorded
    again, and but for ids, times and the caller the file is the same.
    """
    runbooks = [load(document, name="Doc"), load(child, name=CHILD)]
    steps = [{**said, "runbook": runbook.name} for runbook in runbooks for said in data.draw(strategies.walks(runbook))]
    children = data.draw(st.booleans())
    few = patch("pytest_ssm_automation._service.runs.walks.walk.MOST_STEPS", 500)
    with few, AutomationFake(runbooks=runbooks, steps=steps) as fake, TemporaryDirectory() as folder:
        fake.resolve_targets(lambda target: ["a", "B"])
        try:
            execution_id = ended(fake, cycle(data.draw(SIGNALS)), **request)
        except (EndlessError, AutomationFakeError):
            reject()
        execution = fake.execution(execution_id)
        assume(all(map(_ran_once, family(execution) if children else [execution])))
        options = ["--children"] if children else []
        path = recorded(Path(folder), execution_id, *options)
        found = recordings.compare(path)
        fake.reset()
        fake.replay(path)
        again = recorded(Path(folder), ended(fake, repeat("Approve"), **request), *options)
        taken = [same(content(each)) for each in (path, again)]
    assert found == ()
    assert taken[0] == taken[1]


def _ran_once(execution: Execution) -> bool:
    """Return whether each step has ended once at most."""
    ends = [event for event in execution.events if {"StepName", "EndTime"} <= event["detail"].keys()]
    return len(ends) == len([step for step in execution.steps if "ExecutionEndTime" in step])
