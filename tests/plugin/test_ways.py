"""The ways of executions below a test that fails."""

from __future__ import annotations

from typing import Any

SOURCE = """
import pytest

RUNBOOK = {"schemaVersion": "0.3", "mainSteps": [
    {"name": "get", "action": "aws:executeAwsApi", "inputs": {"Service": "ec2", "Api": "DescribeHosts"}},
    {"name": "use", "action": "aws:sleep", "inputs": {"Duration": "PT1S"}},
]}

@pytest.fixture
def run(ssm_automation, ssm_client):
    ssm_automation.add_runbook(RUNBOOK, name="Doc")
    def run(name="Doc"):
        execution_id = ssm_client.start_automation_execution(DocumentName=name)["AutomationExecutionId"]
        for _ in range(3):
            ssm_client.get_automation_execution(AutomationExecutionId=execution_id)
        return ssm_automation.execution(execution_id)
    return run
"""
TITLE = "*SSM Automation: the path of each execution*"


def test_a_failed_test_shows_where_each_run_went(run: Any) -> None:
    """It shows the same as `print(execution)`, also if strict mode fails it; none for other runbooks."""
    result = run(
        SOURCE
        + """
def test_it(ssm_automation, run):
    run("Other")
    ssm_automation.fail_step("get", "gone")
    print(run())
    assert False

def test_strict(ssm_automation, run):
    ssm_automation.fail_step("use", "gone", times=2)
    run()
"""
    )
    result.assert_outcomes(failed=2)
    way = ["Doc * in 123456789012 us-east-1: Failed", "  Failed  get  fail_step: gone", "  not reached: use"]
    strict = ["*strict mode found problems*", TITLE, "Doc *: Failed", "  Success  get  nothing said", "  Failed   use*"]
    result.stdout.fnmatch_lines(["*Captured stdout*", *way, TITLE, *way, *strict])
    result.stdout.no_fnmatch_line("Other *")


def test_other_tests_show_none(run: Any) -> None:
    """A test that passes, is expected to fail, fails in its setup, or starts no registered runbook, shows no way."""
    result = run(
        SOURCE
        + """
def test_passes(run):
    run()

@pytest.mark.xfail
def test_is_expected_to_fail(run):
    run()
    assert False

def test_starts_another_runbook(run):
    run("Other")
    assert False

@pytest.fixture
def broken(run):
    run()
    assert False

def test_is_not_set_up(broken):
    pass
""",
        "-rA",
    )
    result.assert_outcomes(passed=1, xfailed=1, failed=1, errors=1)
    result.stdout.no_fnmatch_line(TITLE)


def test_many_executions_fit_on_a_screen(run: Any) -> None:
    """Those that have not succeeded come first, and what does not fit is counted."""
    result = run(
        SOURCE
        + """
def test_it(ssm_automation, run):
    for _ in range(20):
        run()
    ssm_automation.fail_step("use", "gone")
    run()
    assert False
"""
    )
    result.assert_outcomes(failed=1)
    text = result.stdout.str().partition("the path of each execution")[2].partition("=====")[0]
    lines = text.splitlines()[1:]
    assert len(lines) == 37
    assert [line.rpartition(": ")[2] for line in lines if line.startswith("Doc ")] == ["Failed", *["Success"] * 11]
    assert lines[-1] == "... and 9 more executions"
