"""The walk of a runbook against a second, independent reading of the flow rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from flow_oracle import Reading, read
from hypothesis import given, settings
from hypothesis import strategies as st
from properties.documents import VALUES, documents

from pytest_ssm_automation._service.runbooks.findings import Findings
from pytest_ssm_automation._service.runbooks.reading.flows import list_steps, read_flow
from pytest_ssm_automation._service.runs.results import StepResult
from pytest_ssm_automation._service.runs.walks.walk import MOST_STEPS, Walk

if TYPE_CHECKING:
    from pytest_ssm_automation._service.runs.walks.visits import Visit

pytestmark = pytest.mark.slow

START = datetime(2030, 1, 1, tzinfo=UTC)
ATTEMPTS = st.tuples(st.sampled_from(["Success", "Success", "Success", "Failed", "TimedOut"]), VALUES)


def walk_of(document: dict[str, Any], note: Any = lambda *_: None) -> Walk:
    """Stand before the first step of a runbook, with a clock that goes by itself."""
    found = Findings()
    flow = read_flow(document, list_steps(document, found), found)
    assert found.problems == []
    ticks = count(1)
    values = {"P": document["parameters"]["P"]["default"]}
    return Walk(flow, values, lambda: START + timedelta(milliseconds=next(ticks)), note)


def becomes(attempts: list[Any]) -> Any:
    """Return a function that returns the outcome of each attempt: those drawn, repeatedly."""
    places = count()
    return lambda name: attempts[next(places) % len(attempts)]


def outcome_of(walk: Walk, attempt: tuple[str, dict[str, Any]]) -> StepResult:
    """Make the outcome of an attempt for the walk."""
    step = walk.at.step if walk.at else None
    outputs = attempt[1] if step and step.outputs and attempt[0] == "Success" else {}
    return StepResult(attempt[0], outputs)


def reading_of(document: dict[str, Any], attempts: list[Any], most: int) -> Reading | None:
    """Read the runbook the other way, which knows the outputs of steps that declare some."""
    declared = {step["name"] for step in _steps(document["mainSteps"]) if "outputs" in step}
    said = becomes(attempts)

    def attempt(name: str) -> tuple[str, dict[str, Any]]:
        status, outputs = said(name)
        return status, outputs if name in declared else {}

    return read(document, {"P": document["parameters"]["P"]["default"], "variable:Word": "b"}, attempt, most)


def _steps(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for step in steps for each in (step, *_steps(step.get("inputs", {}).get("Steps", [])))]


@settings(max_examples=400)
@given(documents(), st.lists(ATTEMPTS, min_size=1, max_size=8))
def test_both_readings_agree(document: dict[str, Any], attempts: list[Any]) -> None:
    """The same steps run, in the same order, and end the same way, as does the run."""
    expected = reading_of(document, attempts, 300)
    ran: list[tuple[str, str]] = []

    def note(visit: Visit, status: str, _: datetime) -> None:
        if status != "InProgress":
            ran.append((visit.step.name, status))

    walk = walk_of(document, note)
    said = becomes(attempts)
    walk.begin()
    for _ in range(301):
        if walk.ended:
            break
        assert walk.due
        walk.settle(outcome_of(walk, said(walk.due.step.name)))
    assert walk.ended is (expected is not None)
    if expected:
        assert ran == expected.ran
        assert walk.status == expected.status
        latest = {walk.flow.steps[place].name: visit.status for place, visit in walk.latest.items()}
        assert latest == expected.statuses


@settings(max_examples=60)
@given(documents(), st.lists(ATTEMPTS, min_size=1, max_size=4))
def test_every_walk_ends_or_is_cut(document: dict[str, Any], attempts: list[Any]) -> None:
    """A runbook that turns in a circle is cut, and the message has the circle."""
    walk = walk_of(document)
    said = becomes(attempts)
    walk.begin()
    for _ in range(2 * MOST_STEPS + 2):
        if walk.ended:
            break
        assert walk.due
        walk.settle(outcome_of(walk, said(walk.due.step.name)))
    assert walk.ended
    if walk.cut:
        assert walk.status == "Failed"
        circle = walk.cut.partition("It repeats ")[2].split(" -> ")
        assert circle[0] == circle[-1]
        assert set(circle) <= set(walk.flow.places)
