"""The marker `ssm_automation_replay`, and what a failing test says of a recording."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

STEPS = [{"StepName": "one", "Action": "aws:sleep", "StepStatus": "Success"}]
CODE = """
import pytest

class TestIt:
    pytestmark = [pytest.mark.ssm_automation_replay("run.json"), pytest.mark.ssm_automation(pace="step")]

    def start(self, fake, **parameters):
        client = fake.client()
        given = {"Parameters": parameters} if parameters else {}
        started = client.start_automation_execution(DocumentName="Bake", **given)["AutomationExecutionId"]
        for _ in range(3):
            shown = client.get_automation_execution(AutomationExecutionId=started)["AutomationExecution"]
        return shown["AutomationExecutionStatus"]

    def test_shown(self, ssm_automation):
        assert self.start(ssm_automation) == "Success"
        ssm_automation.reset()
        assert self.start(ssm_automation) == "Success"

    @pytest.mark.ssm_automation_replay(path="failed.json", when={"DocumentName": "Bake"})
    def test_nearest(self, ssm_automation):
        assert self.start(ssm_automation) == "Failed"

    def test_refused(self, ssm_automation):
        client = ssm_automation.client()
        started = client.start_automation_execution(DocumentName="Bake", Parameters={"Id": ["i-0"]})
        started.pop("ResponseMetadata")
        for _ in range(2):
            client.get_automation_execution(**started)
        client.send_automation_signal(**started, SignalType="Approve")

    def test_other(self, ssm_automation):
        assert self.start(ssm_automation, Id=["i-1"]) == "Failed"
"""


@pytest.fixture(autouse=True)
def recordings(pytester: pytest.Pytester) -> None:
    """Write a recording that succeeded, and one that failed."""
    for name, status in (("run.json", "Success"), ("failed.json", "Failed")):
        execution: dict[str, Any] = {
            "AutomationExecutionId": "4105a4fc-f944-11e6-9d32-8fb2db27a909",
            "DocumentName": "Bake",
            "AutomationExecutionStatus": status,
            "Parameters": {"Id": ["i-0"]},
            "StepExecutions": STEPS,
        }
        path: Path = pytester.path / name
        path.write_text(json.dumps({"AutomationExecution": execution}))


def test_the_marker_shows_a_recording(pytester: pytest.Pytester) -> None:
    """The nearest marker wins, a reset keeps it, and a failing test says what differs, and where it stood."""
    pytester.makepyfile(CODE)
    result = pytester.runpytest()
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(["*Approve * was refused: the execution * is InProgress at step 'one'*"])
    result.stdout.fnmatch_lines(
        ["*Bake * shows the recorded execution in run.json, which had other parameters: Id: recorded ?'i-0'?, *'i-1'*"]
    )


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ("", "The marker ssm_automation_replay takes the path of one recording, but got none"),
        ("'a.json', 'b.json'", "takes the path of one recording, but got ('a.json', 'b.json')"),
        ("'run.json', whn={}", "Unknown argument of the marker ssm_automation_replay 'whn'. Did you mean 'when'?"),
        ("'gone.json'", "gone.json cannot be read: No such file or directory"),
        ("'run.json', when={'Name': ''}", "Unknown member of StartAutomationExecution 'Name'."),
    ],
)
def test_a_wrong_marker_fails_at_setup(pytester: pytest.Pytester, marker: str, message: str) -> None:
    """What the marker cannot take is told before the test begins."""
    pytester.makepyfile(f"import pytest\n@pytest.mark.ssm_automation_replay({marker})\ndef test_it(): pass")
    result = pytester.runpytest()
    result.assert_outcomes(errors=1)
    assert message in result.stdout.str()
