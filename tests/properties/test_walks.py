"""Properties of `strategies.walks`: its draws are valid and printable, and reach every step."""

from __future__ import annotations

from typing import Any

import pytest
from caller import load
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st
from properties.documents import documents

from pytest_ssm_automation import AutomationFake, Runbook, strategies

# The steps of a drawn runbook lead anywhere, also by onCancel.
pytestmark = pytest.mark.filterwarnings("ignore::pytest_ssm_automation.RunbookWarning")
ENDED = {"Success", "Failed", "TimedOut"}


def api(name: str, *outputs: tuple[str, str], **members: Any) -> dict[str, Any]:
    """Write a step that puts something out."""
    declared = [{"Name": each, "Type": kind, "Selector": "$.x"} for each, kind in outputs]
    return {"name": name, "action": "aws:executeAwsApi", "outputs": declared, **members}


def branch(name: str, *choices: tuple[dict[str, Any], str], **inputs: Any) -> dict[str, Any]:
    """Write a branch."""
    listed = [{**condition, "NextStep": target} for condition, target in choices]
    return {"name": name, "action": "aws:branch", "inputs": {"Choices": listed, **inputs}, "isEnd": True}


def end(name: str, **members: Any) -> dict[str, Any]:
    """Write a step at which the run ends."""
    return {"name": name, "action": "aws:sleep", "isEnd": True, **members}


REACHABLE: dict[str, dict[str, Any]] = {
    "branches": {
        "mainSteps": [
            api("get", ("Word", "String"), ("Number", "Integer"), ("Flag", "Boolean"), ("Names", "StringList")),
            branch(
                "choose",
                ({"Variable": "{{ get.Word }}", "StringEquals": "Windows"}, "windows"),
                ({"Variable": "{{ get.Number }}", "NumericGreater": 7}, "many"),
                ({"Not": {"Variable": "{{ get.Flag }}", "BooleanEquals": True}}, "unset"),
                Default="other",
            ),
            *(end(name) for name in ("windows", "many", "unset", "other")),
        ],
    },
    "failures": {
        "mainSteps": [
            {"name": "first", "action": "aws:sleep", "onFailure": "step:repair"},
            end("done"),
            {"name": "repair", "action": "aws:sleep", "onFailure": "step:last", "nextStep": "done"},
            end("last"),
        ],
    },
    "loops": {
        "mainSteps": [
            api("list", ("Items", "StringList")),
            {
                "name": "each",
                "action": "aws:loop",
                "inputs": {"Iterators": "{{ list.Items }}", "Steps": [{"name": "inner", "action": "aws:sleep"}]},
            },
            {
                "name": "again",
                "action": "aws:loop",
                "inputs": {
                    "MaxIterations": 3,
                    "LoopCondition": {"Variable": "{{ try.Status }}", "StringEquals": "PENDING"},
                    "Steps": [api("try", ("Status", "String")), {"name": "wait", "action": "aws:sleep"}],
                },
            },
        ],
    },
    "variables": {
        "variables": {"Mode": {"type": "String", "default": "none"}},
        "parameters": {"Wanted": {"type": "String", "default": "special"}},
        "mainSteps": [
            api("get", ("Mode", "String")),
            {
                "name": "set",
                "action": "aws:updateVariable",
                "inputs": {"Name": "variable:Mode", "Value": "{{ get.Mode }}"},
            },
            branch(
                "choose",
                ({"Variable": "{{ variable:Mode }}", "StringEquals": "{{ Wanted }}"}, "special"),
                Default="plain",
            ),
            end("special"),
            end("plain"),
        ],
    },
    "undeclared outputs": {
        "outputs": ["run.Output", "run.CommandId"],
        "mainSteps": [
            {"name": "run", "action": "aws:runCommand"},
            branch("choose", ({"Variable": "{{ run.Output }}", "Contains": "reboot"}, "reboot"), Default="done"),
            end("reboot"),
            end("done"),
        ],
    },
    "odd comparisons": {
        "mainSteps": [
            api("get", ("Number", "Integer"), ("Text", "String"), ("Free", "Integer")),
            branch(
                "choose",
                ({"Variable": "{{ get.Number }}", "NumericGreater": "inf"}, "never"),
                ({"Variable": "{{ get.Number }}", "StringEquals": "many"}, "never"),
                ({"Variable": "{{ get.Text }}", "StringEquals": True}, "true"),
                ({"Or": [{"Variable": "{{ get.Number }}", "NumericEquals": each} for each in ("12", "13")]}, "twelve"),
                Default="other",
            ),
            *(end(name) for name in ("true", "twelve", "other")),
            {"name": "never", "action": "aws:sleep", "isEnd": True},
        ],
    },
    "a circle": {
        "mainSteps": [
            api("check", ("Ready", "Boolean")),
            branch("ready", ({"Variable": "{{ check.Ready }}", "BooleanEquals": True}, "done"), Default="check"),
            end("done"),
        ],
    },
}


def ran(runbook: Runbook, walk: list[dict[str, Any]]) -> tuple[str, set[str]]:
    """Run a runbook with these overrides, and return its status and the steps that ran."""
    with AutomationFake(runbooks=[runbook], steps=walk) as fake:
        client = fake.client()
        client.start_automation_execution(DocumentName=runbook.name)
        execution = fake.executions[0]
        for _ in range(3):
            execution.advance()
        return execution.status, {step["StepName"] for step in execution.steps if step["StepStatus"] != "Pending"}


@pytest.mark.slow
@pytest.mark.parametrize("name", REACHABLE)
def test_every_step_is_reached(name: str) -> None:
    """For each step, a walk is drawn that reaches it."""
    runbook = load({"schemaVersion": "0.3", **REACHABLE[name]}, name="Doc")
    wanted = {step for step, _ in runbook.steps}
    wanted |= {"inner", "try", "wait"} if name == "loops" else set()
    wanted -= {"never"}
    reached: set[str] = set()

    @settings(max_examples=150, database=None, suppress_health_check=[HealthCheck.filter_too_much])
    @given(strategies.walks(runbook))
    def try_walk(walk: list[dict[str, Any]]) -> None:
        reached.update(ran(runbook, walk)[1])

    try_walk()
    assert reached == wanted


@pytest.mark.slow
@settings(max_examples=50, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(documents(), st.data())
def test_what_is_drawn_can_be_said_and_ends(document: dict[str, Any], data: st.DataObject) -> None:
    """Whatever the runbook, a fake takes the walk, the run ends, and the walk can be pasted into a test."""
    runbook = load(document, name="Doc")
    strategy = strategies.walks(runbook)
    walk = data.draw(strategy)
    assert eval(repr(walk), {}) == walk  # noqa: S307 - its own
    assert ran(runbook, walk)[0] in ENDED


@pytest.mark.slow
def test_a_walk_shrinks_to_steps_that_succeed() -> None:
    """The simplest walk has no failure."""
    runbook = load({"schemaVersion": "0.3", **REACHABLE["branches"]}, name="Doc")
    assert find(strategies.walks(runbook), lambda _: True) == [
        {"name": "get", "outputs": {"Flag": False, "Names": [], "Number": 6, "Word": "Windows"}}
    ]
