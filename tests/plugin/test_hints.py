"""Hints of failing tests about unregistered runbooks, outputs without a value, and refused signals."""

from __future__ import annotations

from typing import Any

import pytest

SOURCE = """
import pytest

@pytest.fixture
def shown(ssm_automation, ssm_client):
    execution_id = ssm_client.start_automation_execution(DocumentName="AWS-Bake")["AutomationExecutionId"]
    for _ in range(3):
        answer = ssm_client.get_automation_execution(AutomationExecutionId=execution_id)
    return answer["AutomationExecution"]

def find(shown):
    return next(step for step in shown["StepExecutions"] if step["StepStatus"] == "Failed")
"""
HINT = "*AWS-Bake is not registered, so its executions have no steps. Register the runbook with add_runbook()*"


@pytest.mark.parametrize(
    "line",
    [
        'shown["StepExecutions"][0]',
        "find(shown)",
        'assert [step["StepName"] for step in shown["StepExecutions"]] == ["a"]',
        "assert not ssm_client.describe_automation_step_executions(AutomationExecutionId=execution_id)",
    ],
)
def test_steps_of_an_unregistered_runbook(run: Any, line: str) -> None:
    """If a test reads the steps of an unregistered runbook, a hint explains how to register it."""
    first = 'execution_id = shown["AutomationExecutionId"]'
    result = run(SOURCE + f"\ndef test_it(shown, ssm_client):\n    {first}\n    {line}\n")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*SSM Automation: hints*", HINT])


@pytest.mark.parametrize(
    "test",
    [
        'def test_it(shown):\n    assert shown["AutomationExecutionStatus"] == "Failed"',
        'def test_it(shown):\n    assert shown["StepExecutions"] == []',
        "def test_it(ssm_client):\n    [][0]",
    ],
)
def test_no_hint_where_none_applies(run: Any, test: str) -> None:
    """A test that passes, or fails for something else, gets no hint."""
    run(SOURCE + "\n" + test + "\n").stdout.no_fnmatch_line("*SSM Automation: hints*")


def test_outputs_that_nobody_gave(run: Any) -> None:
    """Outputs without a value are listed below the failure."""
    result = run(
        """
        RUNBOOK = {"schemaVersion": "0.3", "mainSteps": [
            {"name": "get", "action": "aws:executeAwsApi"},
            {"name": "use", "action": "aws:sleep", "inputs": {"Duration": "{{ get.Id }}"}},
        ]}

        def test_it(ssm_automation, ssm_client):
            ssm_automation.add_runbook(RUNBOOK, name="Doc")
            ssm_client.start_automation_execution(DocumentName="Doc")
            (execution,) = ssm_automation.executions
            execution.finish()
            assert execution.status == "Failed"
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*SSM Automation: hints*",
            "Doc * reads outputs without a value (set them with fake.step_outputs): get.Id",
        ]
    )


def test_a_selector_that_found_nothing(run: Any) -> None:
    """An output of an executed step is not the test's to set: the hint names the selector."""
    result = run(
        """
        import pytest

        SCRIPT = {"Runtime": "python3.11", "Handler": "main", "Script": "def main(events, context): return {}"}
        OUTPUTS = [{"Name": name, "Selector": f"$.Payload.{name.lower()}", "Type": "String"} for name in ("Id", "Arn")]
        READ = {"Duration": "{{ get.Id }}{{ get.Arn }}{{ set.Id }}"}
        RUNBOOK = {"schemaVersion": "0.3", "mainSteps": [
            {"name": "get", "action": "aws:executeScript", "inputs": SCRIPT, "outputs": OUTPUTS},
            {"name": "set", "action": "aws:executeScript", "inputs": SCRIPT, "outputs": OUTPUTS},
            {"name": "use", "action": "aws:sleep", "inputs": READ},
        ]}

        @pytest.mark.ssm_automation(execute_steps=True)
        def test_it(ssm_automation, ssm_client):
            ssm_automation.add_runbook(RUNBOOK, name="Doc")
            ssm_automation.step_outputs("set", {"Arn": "arn"})
            ssm_client.start_automation_execution(DocumentName="Doc")
            (execution,) = ssm_automation.executions
            execution.finish()
            assert execution.status == "Cancelled"
        """
    )
    result.assert_outcomes(failed=1)
    nothing = "reads outputs whose selectors found nothing in the answers to executed steps"
    result.stdout.fnmatch_lines(
        [
            f"Doc * {nothing}: get.Id ($.Payload.id), get.Arn ($.Payload.arn)",
            "Doc * reads outputs without a value (set them with fake.step_outputs): set.Id",
        ]
    )


def test_refused_signals(run: Any) -> None:
    """The service does not explain why it refuses a signal. A hint shows where the execution is."""
    result = run(
        """
        RUNBOOK = {"schemaVersion": "0.3", "mainSteps": [
            {"name": "first", "action": "aws:sleep"}, {"name": "ask", "action": "aws:approve"},
        ]}

        def signal(ssm_client, execution_id):
            ssm_client.send_automation_signal(AutomationExecutionId=execution_id, SignalType="Approve")

        def test_walk(ssm_automation, ssm_client):
            ssm_automation.add_runbook(RUNBOOK, name="Doc")
            execution_id = ssm_client.start_automation_execution(DocumentName="Doc")["AutomationExecutionId"]
            ssm_automation.execution(execution_id).run_to("first")
            signal(ssm_client, execution_id)

        def test_unregistered(ssm_automation, ssm_client):
            signal(ssm_client, ssm_automation.add_execution("Doc", statuses=["InProgress"]).id)

        def test_ended(ssm_automation, ssm_client):
            signal(ssm_client, ssm_automation.add_execution("Doc").id)
        """
    )
    result.assert_outcomes(failed=3)
    call = "Approve #* was refused: the execution *-*"
    result.stdout.fnmatch_lines(
        [call + " is InProgress at step 'first'", call + " is InProgress", call + " has ended as Success"]
    )


def test_the_option_that_refused_a_document_is_named(run: Any) -> None:
    """A test that fails by `unknown_documents="reject"` is told the option, and what to write or register instead."""
    result = run(
        """
        import pytest

        @pytest.mark.ssm_automation(unknown_documents="reject")
        @pytest.mark.parametrize("name", ["Doc", "Operations-Drian"])
        def test_it(ssm_automation, ssm_client, name):
            step = {"name": "wait", "action": "aws:pause", "inputs": {}}
            ssm_automation.add_runbook({"schemaVersion": "0.3", "mainSteps": [step]}, name="Operations-Drain")
            ssm_client.start_automation_execution(DocumentName=name)
        """
    )
    result.assert_outcomes(failed=2)
    refused = 'The option unknown_documents="reject" refused'
    result.stdout.fnmatch_lines(
        [
            f"{refused} Doc, *Register * add_runbook*",
            f"{refused} Operations-Drian, which is not registered: did you mean 'Operations-Drain'?",
        ]
    )


def test_odd_keys_of_targets_are_told(run: Any) -> None:
    """A test that fails is told of keys that AWS does not document, each once, because nothing refuses them."""
    result = run(
        """
        def test_it(ssm_client):
            for key in ("Env", "tag:Env", "Env"):
                targets = [{"Key": key, "Values": ["prod"]}]
                ssm_client.start_automation_execution(DocumentName="Doc", TargetParameterName="X", Targets=targets)
            raise AssertionError
        """
    )
    result.assert_outcomes(failed=1)
    told = (
        "AWS does not document the target key 'Env' for Automation. *enforce=['request:target_key'] refuses such keys."
    )
    result.stdout.fnmatch_lines([told.replace("[", "[[]")])


@pytest.mark.parametrize(
    ("test", "told"),
    [
        ("pool.submit(time.sleep, 0.02)", 1),
        ("pool.submit(time.sleep, 0.001)", 0),
        ("pool.submit(time.sleep, 0.02); time.sleep(0)", 0),
    ],
)
def test_sleeps_that_were_not_skipped_are_told(run: Any, monkeypatch: pytest.MonkeyPatch, test: str, told: int) -> None:
    """A test with `skip_sleep` that waits for the sleeps of a pool passes, and a line says that nothing was skipped."""
    monkeypatch.setattr("pytest_ssm_automation._clock.LONG_SECONDS", 0.01)
    result = run(
        f"""
        import time
        from concurrent.futures import ThreadPoolExecutor

        def test_it(ssm_automation):
            with ThreadPoolExecutor() as pool:
                {test}
        """,
        ini="ssm_automation_skip_sleep = true",
    )
    result.assert_outcomes(passed=1)
    lines = [line for line in result.outlines if "skip_sleep skipped nothing, but other threads slept for" in line]
    assert len(lines) == told
