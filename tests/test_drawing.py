"""Pictures of runbooks: the command `python -m pytest_ssm_automation draw`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pytest_ssm_automation.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path


def branch(*choices: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The members of a step that branches."""
    return {"action": "aws:branch", "inputs": {"Choices": [*choices]}, **more}


STEPS: dict[str, dict[str, Any]] = {
    "end": {"action": "aws:sleep", "onFailure": "step:Ask", "onCancel": "step:Stop"},
    "Choose": branch(
        {"Variable": "{{ end.Size }}", "NumericGreater": 5, "NextStep": "Ask"},
        {"And": [{"Variable": "a", "Contains": "b"}, {"Variable": "c", "EndsWith": "d"}], "NextStep": "Last"},
        {"Not": {"Or": [{"Variable": "a", "Contains": "]"}, {"Variable": "c", "EndsWith": "d"}]}, "NextStep": "end"},
    ),
    "Ask": {"action": "aws:approve", "onFailure": "Continue"},
    "Each": {
        "action": "aws:loop",
        "inputs": {
            "Iterators": ["a"],
            "Steps": [
                {"name": "Inner", "action": "aws:sleep"},
                {
                    "name": "Stay",
                    **branch({"Variable": "a" * 100, "StringEquals": "ü", "NextStep": "Inner"}, isEnd=True),
                },
            ],
        },
    },
    "Empty": {"action": "aws:loop", "inputs": {"Iterators": ["a"], "Steps": []}},
    "Default": {"action": "aws:branch", "inputs": {"Choices": [], "Default": "Last"}},
    "Stop": {"action": "aws:invokeLambdaFunction", "isEnd": True, "onFailure": "step:Last"},
    "Last": {"action": "aws:pause"},
}
CHART = """\
flowchart TD
    s0["end<br/>aws:sleep"]
    s1{"Choose<br/>aws:branch"}
    s2(["Ask<br/>aws:approve"])
    s3{{"Each<br/>aws:loop"}}
    s4["Inner<br/>aws:sleep"]
    s5{"Stay<br/>aws:branch"}
    s6{{"Empty<br/>aws:loop"}}
    s7{"Default<br/>aws:branch"}
    s8["Stop<br/>aws:invokeLambdaFunction"]
    s9(["Last<br/>aws:pause"])
    s0 --> s1
    s0 -.->|"on failure"| s2
    s0 -.->|"on cancel"| s8
    s1 -->|"end.Size NumericGreater 5"| s2
    s1 -->|"And#40;a Contains b, c EndsWith d#41;"| s9
    s1 -->|"Not#40;Or#40;a Contains #93;, c EndsWith d#41;#41;"| s0
    s1 -->|"otherwise"| s2
    s2 --> s3
    s3 -->|"each iteration"| s4
    s3 -->|"afterwards"| s6
    s4 --> s5
    s5 -->|"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa#8230;"| s4
    s5 -->|"otherwise"| s3
    s6 -->|"afterwards"| s7
    s7 --> s9
    s8 -.->|"on failure"| s9
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A runbook with every kind of step and of way."""
    path = tmp_path / "Acme-Everything.json"
    steps = [{"name": name, **step} for name, step in STEPS.items()]
    path.write_text(json.dumps({"schemaVersion": "0.3", "mainSteps": steps}), encoding="utf-8")
    return path


@pytest.mark.filterwarnings("ignore::pytest_ssm_automation.RunbookWarning")
def test_a_picture_has_every_way_that_a_walk_can_take(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Steps have the shape of their action, and ways the condition under which they are taken."""
    assert main(["draw", str(file)]) == 0
    assert capsys.readouterr() == (CHART, "")


def test_a_file_that_is_no_runbook_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command fails with one line that says what is wrong with the file."""
    path = tmp_path / "Acme-Nothing.yaml"
    path.write_text("schemaVersion: '0.3'\nmainSteps: 5\n", encoding="utf-8")
    assert main(["draw", str(path)]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"Error: Runbook 'Acme-Nothing' ({path}) is not valid:")
    assert captured.err.count("\n") == 1
