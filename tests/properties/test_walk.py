"""The walk of a runbook against a second, independent reading of the flow rules."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from caller import start
from flow_oracle import read
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from properties.documents import VALUES, documents

from pytest_ssm_automation import AutomationFake, StepFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    from flow_oracle import Attempt

    from pytest_ssm_automation import StepRun

# The steps of a drawn runbook lead anywhere, also by onCancel.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::pytest_ssm_automation.RunbookWarning")]

ATTEMPTS = st.tuples(st.sampled_from(["Success", "Success", "Success", "Failed", "TimedOut"]), VALUES)
MOST_STEPS = 300


def outcomes(attempts: list[Attempt], declaring: set[str]) -> Callable[[str], Attempt]:
    """Return a function that returns the outcome of each attempt: those drawn, repeatedly."""
    numbers = count()

    def outcome(name: str) -> Attempt:
        status, outputs = attempts[next(numbers) % len(attempts)]
        return status, outputs if name in declaring and status == "Success" else {}

    return outcome


def _steps(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for step in steps for each in (step, *_steps(step.get("inputs", {}).get("Steps", [])))]


@settings(max_examples=400)
@given(documents(), st.lists(ATTEMPTS, min_size=1, max_size=8))
def test_both_readings_agree(document: dict[str, Any], attempts: list[Attempt]) -> None:
    """The same steps run, in the same order, and end the same way, as does the run."""
    steps = {step["name"]: "outputs" in step for step in _steps(document["mainSteps"])}
    declaring = {name for name, declares in steps.items() if declares}
    values = {"P": document["parameters"]["P"]["default"], "variable:Word": "b"}
    expected = read(document, values, outcomes(attempts, declaring), MOST_STEPS)
    assume(expected is not None)
    assert expected
    said = outcomes(attempts, declaring)

    def outputs(run: StepRun) -> dict[str, Any]:
        status, given = said(run.name)
        if status != "Success":
            raise StepFailed("drawn", status)
        return given

    with AutomationFake(seed="walk") as fake:
        fake.add_runbook(document, name="Doc")
        for name in steps:
            fake.step_outputs(name, outputs)
        execution = fake.execution(start(fake.client()))
        for _ in range(2):
            execution.advance()
        changes = [(each["detail"].get("StepName"), each["detail"]["Status"]) for each in execution.events]
        of_steps = [each for each in changes if each[0]]
        assert [each for each in of_steps if each[1] != "InProgress"] == expected.ran
        assert (execution.status, dict(of_steps)) == (expected.status, expected.statuses)
