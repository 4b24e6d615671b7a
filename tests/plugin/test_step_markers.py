"""The marker for outputs and failures of steps."""

from __future__ import annotations

from typing import Any

import pytest

SOURCE = """
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
        SOURCE
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


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        (
            "'get', 'put', fails='x'",
            "The marker ssm_automation_step takes the name of one step, but got ('get', 'put')",
        ),
        ("fails='x'", "The marker ssm_automation_step takes the name of one step, but got none"),
        ("", "The marker ssm_automation_step takes the name of one step, but got none"),
        ("'get', name='put', fails='x'", "takes the name of one step, but got ('get',)"),
        ("'get'", "Expected outputs or fails for step 'get', but got neither"),
        ("'get', fail='x'", "Unknown argument of ssm_automation_step 'fail'. Did you mean 'fails'?"),
        ("'get', fails='x', status='Fail'", "Did you mean 'Failed'?"),
    ],
)
def test_a_malformed_marker_fails_at_setup(run: Any, marker: str, message: str) -> None:
    """It fails before the test runs."""
    result = run(SOURCE + f"@pytest.mark.ssm_automation_step({marker})\ndef test_it():\n    pass\n")
    result.assert_outcomes(errors=1)
    assert message in result.stdout.str()
