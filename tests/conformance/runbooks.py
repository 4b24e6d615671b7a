"""The runbooks that the suite runs: in an account they touch no resources."""

from __future__ import annotations

from typing import Any, Final

# The only actions that are run in an account.
HARMLESS: Final = frozenset(("aws:branch", "aws:pause", "aws:sleep", "aws:updateVariable"))

Runbook = dict[str, Any]


def _step(name: str, action: str = "aws:sleep", inputs: Runbook | None = None, **members: Any) -> Runbook:
    return {"name": name, "action": action, "inputs": {"Duration": "PT1S"} if inputs is None else inputs, **members}


def _runbook(*steps: Runbook, parameters: Runbook | None = None, **members: Any) -> Runbook:
    top: Runbook = {"schemaVersion": "0.3", "description": "Made by a test, and safe to delete.", **members}
    return {**top, "mainSteps": list(steps)} | ({"parameters": parameters} if parameters else {})


RUNBOOKS: Final[dict[str, Runbook]] = {
    "sleep": _runbook(_step("wait"), parameters={"Item": {"type": "String", "default": "none"}}),
    "steps": _runbook(_step("first"), _step("second"), outputs=["first.OutputPayload"]),
    "pause": _runbook(_step("before"), _step("hold", "aws:pause", {}), _step("after")),
    "parameters": _runbook(
        _step("wait"),
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
}


def actions(runbook: Runbook) -> set[str]:
    """Name the actions of a runbook's steps."""
    return {step["action"] for step in runbook["mainSteps"]}
