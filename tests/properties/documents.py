"""Runbooks of all kinds of flow, for properties: jumps forward and back, loops, branches, failures."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

CHILD = "Child"
OUTPUTS = [
    {"Name": "Flag", "Type": "Boolean", "Selector": "$.F"},
    {"Name": "Word", "Type": "String", "Selector": "$.W"},
    {"Name": "Number", "Type": "Integer", "Selector": "$.N"},
]
VALUES = st.fixed_dictionaries(
    {},
    optional={"Flag": st.booleans(), "Word": st.sampled_from(["", "a", "ab", "B"]), "Number": st.integers(-1, 2)},
)


@st.composite
def conditions(draw: Any, readable: list[str], depth: int = 2) -> dict[str, Any]:
    """Draw a condition."""
    if depth and draw(st.integers(0, 3)) == 0:
        joined = draw(st.sampled_from(["And", "Or", "Not"]))
        least = 1 if joined == "Not" else 2
        inner = draw(st.lists(conditions(readable, depth - 1), min_size=least, max_size=1 if joined == "Not" else 3))
        return {joined: inner[0] if joined == "Not" and draw(st.booleans()) else inner}
    name = draw(st.sampled_from(readable))
    kind = name.rpartition(".")[2]
    operator, values = {
        "Flag": ("BooleanEquals", [True, False, "true"]),
        "Number": (draw(st.sampled_from(["NumericEquals", "NumericGreater", "NumericLesserOrEquals"])), [0, 1, "1"]),
    }.get(
        kind,
        (
            draw(st.sampled_from(["StringEquals", "EqualsIgnoreCase", "StartsWith", "EndsWith", "Contains"])),
            ["Success", "Failed"] if kind == "Status" else ["a", "b", ""],
        ),
    )
    return {"Variable": f"{{{{ {name} }}}}", operator: draw(st.sampled_from(values))}


@st.composite
def _steps(draw: Any, name: str, loops: dict[str, list[str]], readable: list[str], more: list[str]) -> dict[str, Any]:
    """Draw a step, and those inside it."""
    every = [each.removesuffix(".Flag") for each in readable if each.endswith(".Flag")]
    actions = ["aws:executeAwsApi", "aws:executeAwsApi", "aws:branch", "aws:updateVariable", "aws:sleep"]
    action = "aws:loop" if name in loops else draw(st.sampled_from(actions + more))
    made: dict[str, Any] = {"name": name, "action": action}
    if action == "aws:executeAwsApi":
        made["outputs"] = OUTPUTS
    elif action == "aws:updateVariable":
        made["inputs"] = {"Name": "variable:Word", "Value": draw(st.sampled_from(["a", "b"]))}
    elif action == "aws:branch":
        choices = draw(st.lists(conditions(readable), min_size=1, max_size=2))
        made["inputs"] = {"Choices": [{**each, "NextStep": draw(st.sampled_from(every))} for each in choices]}
        if draw(st.booleans()):
            made["inputs"]["Default"] = draw(st.sampled_from(every))
    elif action == "aws:executeAutomation":
        value = draw(st.sampled_from(["a", "{{ P }}", "{{ variable:Word }}"]))
        made["inputs"] = {"DocumentName": CHILD, "RuntimeParameters": {"P": [value]}}
    elif action == "aws:loop":
        made["inputs"] = draw(_rounds(loops[name], readable, more))
    jumps = [f"step:{each}" for each in every]
    members: dict[str, list[Any]] = {
        "nextStep": every,
        "onFailure": ["Abort", "Continue", *jumps],
        "isCritical": [True, False],
        "isEnd": [True, False],
        "maxAttempts": [1, 2],
        "onCancel": ["Abort", *jumps],
    }
    for key, values in members.items():
        if draw(st.integers(0, 3)) == 0:
            made[key] = draw(st.sampled_from(values))
    return made


@st.composite
def _rounds(draw: Any, inner: list[str], readable: list[str], more: list[str]) -> dict[str, Any]:
    """Draw the inputs of a loop."""
    inputs: dict[str, Any] = {"Steps": [draw(_steps(each, {}, readable, more)) for each in inner]}
    if draw(st.booleans()):
        return {**inputs, "Iterators": draw(st.lists(st.sampled_from(["x", "y"]), max_size=3))}
    return {**inputs, "LoopCondition": draw(conditions(readable)), "MaxIterations": draw(st.integers(1, 3))}


@st.composite
def documents(draw: Any, *, pausing: bool = False, starting: bool = False) -> dict[str, Any]:
    """Draw a runbook whose steps can lead anywhere, wait for approvals, and start the runbook `CHILD`."""
    outer = [f"s{number}" for number in range(draw(st.integers(1, 5)))]
    loops = {
        name: [f"{name}i{n}" for n in range(draw(st.integers(1, 3)))] for name in outer if draw(st.integers(0, 3)) == 0
    }
    every = [name for each in outer for name in (each, *loops.get(each, ()))]
    kinds = ["Flag", "Word", "Number", *["Status"] * starting]
    readable = [f"{name}.{kind}" for name in every for kind in kinds] + ["variable:Word", "P"]
    more = ["aws:approve"] * pausing + ["aws:executeAutomation"] * 2 * starting

    return {
        "schemaVersion": "0.3",
        "parameters": {"P": {"type": "String", "default": draw(st.sampled_from(["a", "B"]))}},
        "variables": {"Word": {"type": "String", "default": "b"}},
        "mainSteps": [draw(_steps(name, loops, readable, more)) for name in outer],
    }
