"""The markers for recordings and for steps of runbooks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

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


@pytest.fixture
def _recordings(pytester: pytest.Pytester) -> None:
    """Write a recording that succeeded, and one that failed."""
    for name, status in (("run.json", "Success"), ("failed.json", "Failed")):
        execution: dict[str, Any] = {
            "AutomationExecutionId": "4105a4fc-f944-11e6-9d32-8fb2db27a909",
            "DocumentName": "Bake",
            "AutomationExecutionStatus": status,
            "Parameters": {"Id": ["i-0"]},
            "StepExecutions": [{"StepName": "one", "Action": "aws:sleep", "StepStatus": "Success"}],
        }
        path: Path = pytester.path / name
        path.write_text(json.dumps({"AutomationExecution": execution}))


@pytest.mark.usefixtures("_recordings")
def test_the_marker_shows_a_recording(pytester: pytest.Pytester) -> None:
    """The nearest marker wins, a reset keeps it, and a failing test says what differs, and where it stood."""
    pytester.makepyfile(CODE)
    result = pytester.runpytest()
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(["*Approve * was refused: the execution * is InProgress at step 'one'*"])
    result.stdout.fnmatch_lines(
        ["*Bake * shows the recorded execution in run.json, which had other parameters: Id: recorded ?'i-0'?, *'i-1'*"]
    )


STEPS = """
import pytest

RUNBOOK = {
    "schemaVersion": "0.3",
    "outputs": ["get.Name"],
    "mainSteps": [
        {
            "name": "get",
            "action": "aws:executeAwsApi",
            "outputs": [{"Name": "Name", "Type": "String", "Selector": "$.N"}],
        },
    ],
}

@pytest.fixture
def run(ssm_automation):
    ssm_automation.add_runbook(RUNBOOK, name="Doc")
    client = ssm_automation.client()

    def run():
        execution_id = client.start_automation_execution(DocumentName="Doc")["AutomationExecutionId"]
        for _ in range(3):
            shown = client.get_automation_execution(AutomationExecutionId=execution_id)["AutomationExecution"]
        return shown

    return run
"""


def test_the_marker_says_what_the_methods_say(run: Any) -> None:
    """Outputs and failures of steps come from markers of the module, the class and the function alike."""
    result = run(
        STEPS
        + """
@pytest.mark.ssm_automation_step("get", outputs={"Name": "class"})
class TestIt:
    def test_class(self, run):
        assert run()["Outputs"] == {"get.Name": ["class"]}

    @pytest.mark.ssm_automation_step("get", outputs={"Name": "function"})
    def test_function(self, run):
        assert run()["Outputs"] == {"get.Name": ["function"]}

    @pytest.mark.ssm_automation_step("get", fails="no", status="TimedOut", times=1)
    def test_fails(self, run):
        assert run()["AutomationExecutionStatus"] == "TimedOut"
        assert run()["AutomationExecutionStatus"] == "Success"

@pytest.mark.ssm_automation_step("get", fails="no")
def test_brings_the_fixture_in(request):
    assert "ssm_automation" in request.fixturenames
"""
    )
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(["*fail_step('get', 'no') fired 0 times, expected at least once*", "  get"])
