"""What a failing test is told: hints, and the path of each execution."""

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


def test_steps_of_an_unregistered_runbook(run: Any) -> None:
    """If a test reads the steps of an unregistered runbook, a hint explains how to register it, and in no other."""
    result = run(
        SOURCE
        + """
def test_index(shown):
    shown["StepExecutions"][0]

def test_search(shown):
    find(shown)

def test_comparison(shown):
    assert [step["StepName"] for step in shown["StepExecutions"]] == ["a"]

def test_question(shown, ssm_client):
    ssm_client.describe_automation_step_executions(AutomationExecutionId=shown["AutomationExecutionId"])
    raise AssertionError

def test_status(shown):
    assert shown["AutomationExecutionStatus"] == "Failed"

def test_passes(shown):
    assert shown["StepExecutions"] == []

def test_something_else(ssm_client):
    [][0]

def test_targets(ssm_client):
    targets = [{"Key": "ParameterValues", "Values": ["a"]}]
    given = {"DocumentName": "Any", "TargetParameterName": "Id", "Targets": targets}
    execution_id = ssm_client.start_automation_execution(**given)["AutomationExecutionId"]
    shown = ssm_client.get_automation_execution(AutomationExecutionId=execution_id)["AutomationExecution"]
    shown["StepExecutions"][len(targets)]
"""
    )
    result.assert_outcomes(failed=7, passed=1)
    result.stdout.fnmatch_lines(["*SSM Automation: hints*", HINT] * 4)
    assert result.stdout.str().count("SSM Automation: hints") == 4


def test_outputs_without_a_value(run: Any) -> None:
    """Outputs without a value are listed below the failure, those of executed steps with their selectors."""
    result = run(
        """
        import pytest

        SCRIPT = {"Runtime": "python3.11", "Handler": "main", "Script": "def main(events, context): return {}"}
        OUTPUTS = [{"Name": name, "Selector": f"$.Payload.{name.lower()}", "Type": "String"} for name in ("Id", "Arn")]
        READ = {"Duration": "{{ get.Id }}{{ get.Arn }}{{ set.Id }}{{ bad.Id }}"}
        BAD = {**SCRIPT, "Script": "def main(events, context): return 1 / 0"}
        RUNBOOK = {"schemaVersion": "0.3", "mainSteps": [
            {"name": "get", "action": "aws:executeScript", "inputs": SCRIPT, "outputs": OUTPUTS},
            {"name": "set", "action": "aws:executeScript", "inputs": SCRIPT, "outputs": OUTPUTS},
            {"name": "bad", "action": "aws:executeScript", "inputs": BAD, "outputs": OUTPUTS, "onFailure": "Continue"},
            {"name": "use", "action": "aws:sleep", "inputs": READ},
        ]}

        @pytest.mark.ssm_automation(execute_steps=True)
        @pytest.mark.parametrize("given", [(), ("get",)])
        def test_it(ssm_automation, ssm_client, given):
            ssm_automation.add_runbook(RUNBOOK, name="Doc")
            for name in given:
                ssm_automation.step_outputs(name, {"Id": "id", "Arn": "arn"})
            ssm_automation.step_outputs("set", {"Arn": "arn"})
            ssm_client.start_automation_execution(DocumentName="Doc")
            (execution,) = ssm_automation.executions
            execution.finish()
            assert execution.status == "Cancelled"
        """
    )
    result.assert_outcomes(failed=2)
    nothing = "reads outputs whose selectors found nothing in the answers to executed steps"
    result.stdout.fnmatch_lines(
        [
            "*SSM Automation: hints*",
            f"Doc * {nothing}: get.Id ($.Payload.id), get.Arn ($.Payload.arn)",
            "Doc * reads outputs without a value (set them with fake.step_outputs): set.Id, bad.Id",
            "*SSM Automation: hints*",
            "Doc * reads outputs without a value (set them with fake.step_outputs): set.Id, bad.Id",
        ]
    )


def test_what_was_refused_is_explained(run: Any) -> None:
    """The service explains neither why it refuses a signal nor what the option `unknown_documents` refuses.

    Nothing refuses keys of targets that AWS does not document, so each is told once.
    """
    result = run(
        """
        import pytest

        RUNBOOK = {"schemaVersion": "0.3", "mainSteps": [
            {"name": "first", "action": "aws:sleep"}, {"name": "ask", "action": "aws:approve"},
        ]}

        @pytest.fixture(autouse=True)
        def _registered(ssm_automation):
            ssm_automation.add_runbook(RUNBOOK, name="Operations-Drain")

        def signal(ssm_client, execution_id):
            ssm_client.send_automation_signal(AutomationExecutionId=execution_id, SignalType="Approve")

        def test_walk(ssm_automation, ssm_client):
            ssm_client.start_automation_execution(DocumentName="Operations-Drain")
            ssm_automation.executions[0].run_to("first")
            signal(ssm_client, ssm_automation.executions[0].id)

        def test_begun(ssm_automation, ssm_client):
            ssm_client.start_automation_execution(DocumentName="Operations-Drain")
            signal(ssm_client, ssm_automation.executions[0].id)

        def test_unregistered(ssm_automation, ssm_client):
            signal(ssm_client, ssm_automation.add_execution("Doc", statuses=["InProgress"]).id)

        def test_ended(ssm_automation, ssm_client):
            signal(ssm_client, ssm_automation.add_execution("Doc").id)

        @pytest.mark.ssm_automation(unknown_documents="reject")
        @pytest.mark.parametrize("name", ["Doc", "Operations-Drian"])
        def test_rejected(ssm_client, name):
            ssm_client.start_automation_execution(DocumentName=name)

        def test_targets(ssm_client):
            for key in ("Env", "tag:Env", "Env"):
                targets = [{"Key": key, "Values": ["prod"]}]
                ssm_client.start_automation_execution(DocumentName="Doc", TargetParameterName="X", Targets=targets)
            raise AssertionError
        """
    )
    result.assert_outcomes(failed=7)
    call = "Approve #* was refused: the execution *-*"
    refused = 'The option unknown_documents="reject" refused'
    result.stdout.fnmatch_lines(
        [
            f"{call} is InProgress at step 'first'",
            f"{call} is Pending",
            f"{call} is InProgress",
            f"{call} has ended as Success",
            f"{refused} Doc, *Register * add_runbook*",
            f"{refused} Operations-Drian, which is not registered: did you mean 'Operations-Drain'?",
            "AWS does not document the target key 'Env' for Automation. *enforce=[[]'request:target_key'] refuses *",
        ]
    )


def test_sleeps_that_were_not_skipped_are_told(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test with `skip_sleep` that waits for the sleeps of a pool passes, and a line says that nothing was skipped."""
    monkeypatch.setattr("pytest_ssm_automation._clock.LONG_SECONDS", 0.01)
    result = run(
        """
        import pytest, time
        from concurrent.futures import ThreadPoolExecutor

        @pytest.mark.parametrize(("of_pool", "own"), [(0.02, []), (0.001, []), (0.02, [0])])
        def test_it(ssm_automation, of_pool, own):
            with ThreadPoolExecutor() as pool:
                pool.submit(time.sleep, of_pool)
                for seconds in own:
                    time.sleep(seconds)
        """,
        ini="ssm_automation_skip_sleep = true",
    )
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["*::test_it?0.02-own0?: *skip_sleep skipped nothing, but other threads slept for *"])
    assert result.stdout.str().count("skipped nothing") == 1


@pytest.mark.needs("account_id")
def test_a_poll_with_the_wrong_client_is_explained(run: Any) -> None:
    """If a test fails because an execution was not found, a hint shows its account and Region."""
    result = run(
        """
        def of(fake, account, region="us-east-1"):
            keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
            return fake.client(region, aws_account_id=account, **keys)

        def test_it(ssm_automation):
            ssm = of(ssm_automation, "111111111111")
            execution_id = ssm.start_automation_execution(DocumentName="Doc")["AutomationExecutionId"]
            of(ssm_automation, "222222222222").get_automation_execution(AutomationExecutionId=execution_id)

        def test_tags(ssm_automation):
            ssm_automation.add_execution("Doc", execution_id="mine")
            of(ssm_automation, "111111111111", "eu-west-1").list_tags_for_resource(
                ResourceType="Automation", ResourceId="mine"
            )

        def test_nothing_of_the_kind(ssm_client):
            ssm_client.get_automation_execution(AutomationExecutionId="0" * 36)
        """
    )
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(
        [
            "*SSM Automation: hints*",
            "GetAutomationExecution #2 (222222222222,*) asked the wrong account*: * is in 111111111111 us-east-1",
            "ListTagsForResource #1 (111111111111,*) asked the wrong account*: * mine is in 123456789012 us-east-1",
        ]
    )
    assert str(result.stdout).count("SSM Automation: hints") == 2


WAYS = """
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
        WAYS
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
        WAYS
        + """
def test_passes(run):
    run()

@pytest.mark.xfail(reason="it fails on purpose")
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
        WAYS
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
