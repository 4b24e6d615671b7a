"""The runbooks of the suite."""

from __future__ import annotations

from typing import Any, Final

# The only actions that run in an AWS account: they touch no resources.
HARMLESS: Final = frozenset(("aws:branch", "aws:executeAutomation", "aws:pause", "aws:sleep", "aws:updateVariable"))

# The most steps that a runbook has, for the cost of a live run.
MOST_STEPS: Final = 15

Runbook = dict[str, Any]


def step(name: str, action: str = "aws:sleep", inputs: Runbook | None = None, **members: Any) -> Runbook:
    """Write a step; by default it sleeps for a second."""
    return {"name": name, "action": action, "inputs": {"Duration": "PT1S"} if inputs is None else inputs, **members}


def runbook(*steps: Runbook, parameters: Runbook | None = None, **members: Any) -> Runbook:
    """Write a runbook."""
    top: Runbook = {"schemaVersion": "0.3", "description": "Made by a test, and safe to delete.", **members}
    return {**top, "mainSteps": list(steps)} | ({"parameters": parameters} if parameters else {})


def repeat(*inner: Runbook, items: int = 2, **members: Any) -> Runbook:
    """Write a loop."""
    return step("repeat", "aws:loop", {"Iterators": [f"i{n}" for n in range(items)], "Steps": [*inner]}, **members)


def _branch(name: str, *choices: Runbook, default: str | None = None, **members: Any) -> Runbook:
    inputs: Runbook = {"Choices": list(choices), **({"Default": default} if default else {})}
    return step(name, "aws:branch", inputs, **members)


_TEXT: Final = {"type": "String", "default": "Windows Server"}
_NUMBER: Final = {"type": "Integer", "default": 5}
_SWITCH: Final = {"type": "Boolean", "default": True}
_BOSS: Final = {"Approvers": ["arn:aws:iam::111122223333:user/Boss"]}
_NOTE: Final = {"Note": {"type": "String", "default": ""}}
_FALSE: Final[tuple[Runbook, ...]] = (
    {"Variable": "{{ Text }}", "StringEquals": "windows server"},
    {"Variable": "{{ Text }}", "EqualsIgnoreCase": "windows"},
    {"Variable": "{{ Text }}", "StartsWith": "Server"},
    {"Variable": "{{ Text }}", "EndsWith": "Windows"},
    {"Variable": "{{ Text }}", "Contains": "Linux"},
    {"Variable": "{{ Number }}", "NumericEquals": 4},
    {"Variable": "{{ Number }}", "NumericGreater": 5},
    {"Variable": "{{ Number }}", "NumericLesser": 5},
    {"Variable": "{{ Number }}", "NumericGreaterOrEquals": 6},
    {"Variable": "{{ Number }}", "NumericLesserOrEquals": 4},
    {"Variable": "{{ Switch }}", "BooleanEquals": False},
)
# Each is true of the parameters' defaults.
_CONDITIONS: Final[tuple[Runbook, ...]] = (
    {"Variable": "{{ Text }}", "StringEquals": "Windows Server"},
    {"Variable": "{{ Text }}", "EqualsIgnoreCase": "windows server"},
    {"Variable": "{{ Text }}", "StartsWith": "Windows"},
    {"Variable": "{{ Text }}", "EndsWith": "Server"},
    {"Variable": "{{ Text }}", "Contains": "dows S"},
    {"Variable": "{{ Number }}", "NumericEquals": 5},
    {"Variable": "{{ Number }}", "NumericGreater": 4},
    {"Variable": "{{ Number }}", "NumericLesser": 6},
    {"Variable": "{{ Number }}", "NumericGreaterOrEquals": 5},
    {"Variable": "{{ Number }}", "NumericLesserOrEquals": 5},
    {"Variable": "{{ Switch }}", "BooleanEquals": True},
    {"And": [{"Variable": "{{ Text }}", "Contains": "Server"}, {"Not": {"Or": list(_FALSE)}}]},
    {"Or": [{"Variable": "{{ Text }}", "StringEquals": "Linux"}, {"Variable": "{{ Number }}", "NumericEquals": 5}]},
)

RUNBOOKS: Final[dict[str, Runbook]] = {
    "sleep": runbook(step("wait"), parameters={"Item": {"type": "String", "default": "none"}}),
    "steps": runbook(step("first"), step("second")),
    "pause": runbook(step("before"), step("hold", "aws:pause", {}), step("after")),
    "parameters": runbook(
        step("wait"),
        parameters={
            "Required": {"type": "String"},
            "Choice": {"type": "String", "allowedValues": ["Install", "Uninstall"], "default": "Install"},
            "Short": {"type": "String", "maxChars": 3, "default": "abc"},
            "Word": {"type": "String", "allowedPattern": "^[a-z]+$", "default": "abc"},
            "Few": {"type": "StringList", "maxItems": 2, "default": ["a"]},
            "Number": {"type": "Integer", "default": 1},
            "Switch": {"type": "Boolean", "default": True},
            "Map": {"type": "StringMap", "default": {"a": "b"}},
            "Instance": {"type": "AWS::EC2::Instance::Id", "default": "i-00000000000000000"},
            "Instances": {"type": "List<AWS::EC2::Instance::Id>", "default": ["i-00000000000000000"]},
        },
    ),
    "role": runbook(
        step("wait"),
        assumeRole="{{ AutomationAssumeRole }}",
        parameters={"AutomationAssumeRole": {"type": "String", "default": ""}},
    ),
    # left and right are two paths; by default it takes the left one, and ends there
    "branch": runbook(
        _branch("choose", {"Variable": "{{ Path }}", "StringEquals": "left", "NextStep": "left"}, default="right"),
        step("left", timeoutSeconds=60, maxAttempts=2, onFailure="Continue", isCritical=False, isEnd=True),
        _branch("right", {"Variable": "{{ Path }}", "StringEquals": "up", "NextStep": "up"}, isEnd=True),
        step("up"),
        parameters={"Path": {"type": "String", "default": "left"}},
        outputs=["right.NextStep"],
    ),
    "operators": runbook(
        *(
            _branch(f"test{place}", {**condition, "NextStep": f"test{place + 1}"}, default="wrong")
            for place, condition in enumerate(_CONDITIONS)
        ),
        step(f"test{len(_CONDITIONS)}", isEnd=True),
        step("wrong"),
        parameters={"Text": _TEXT, "Number": _NUMBER, "Switch": _SWITCH},
    ),
    "variables": runbook(
        step("text", "aws:updateVariable", {"Name": "variable:Count", "Value": "{{ Number }}"}),
        step("mixed", "aws:updateVariable", {"Name": "variable:Note", "Value": "in {{ global:REGION }}"}),
        step("read", "aws:updateVariable", {"Name": "variable:Count", "Value": "{{ variable:Count }}"}),
        step("own", "aws:updateVariable", {"Name": "variable:Note", "Value": "{{ automation:EXECUTION_ID }}"}),
        parameters={"Number": _NUMBER},
        variables={"Count": {"type": "Integer", "default": 1}, **_NOTE},
    ),
    "cancel": runbook(
        step("hold", "aws:pause", {}, onCancel="step:tidy", isEnd=True),
        # AWS lets onCancel lead to no aws:sleep and no aws:pause
        step("tidy", "aws:updateVariable", {"Name": "variable:Note", "Value": "tidy"}, isEnd=True),
        variables=_NOTE,
    ),
    "cancelwait": runbook(
        step("hold", "aws:pause", {}, onCancel="step:tidy", isEnd=True),
        step("tidy", "aws:updateVariable", {"Name": "variable:Note", "Value": "tidy"}),
        step("sure", "aws:pause", {}),
        variables=_NOTE,
    ),
    "defaults": runbook(
        step("read", "aws:updateVariable", {"Name": "variable:Note", "Value": "{{ Name }}"}),
        parameters={
            "Name": {"type": "String", "default": "of {{ Source }} in {{ global:REGION }}"},
            "Source": {"type": "String", "default": "this"},
        },
        variables=_NOTE,
    ),
    "dated": runbook(
        step(
            "tell", "aws:updateVariable", {"Name": "variable:Note", "Value": "{{ global:DATE }} {{ global:DATE_TIME }}"}
        ),
        variables=_NOTE,
    ),
    "late": runbook(
        step("rest", "aws:sleep", {"Duration": "{{ Wait }}"}),
        parameters={"Wait": {"type": "String", "default": "ten minutes"}},
    ),
    "approvals": runbook(
        step("ask", "aws:approve", {**_BOSS, "MinRequiredApprovals": 2}, onFailure="Continue"), step("after")
    ),
    "approve": runbook(step("ask", "aws:approve", _BOSS), step("after")),
}


def actions(runbook: Runbook) -> set[str]:
    """Name the actions of a runbook's steps."""
    return {step["action"] for step in runbook["mainSteps"]}
