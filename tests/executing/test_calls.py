"""Calls of steps are the steps', and the test's word goes before them."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import moto
import pytest
from executed import Bench, api, prop, step, wait

from pytest_ssm_automation import AutomationFake, FakeUsageError, StepFailed, StepRun

START = api(
    "start",
    "ssm",
    "StartAutomationExecution",
    DocumentName="Other",
    Parameters={"A": "b"},
    outputs={"Id": "$.AutomationExecutionId"},
)
GET = api(
    "get",
    "ssm",
    "GetAutomationExecution",
    AutomationExecutionId="{{ start.Id }}",
    outputs={"Status": "$.AutomationExecution.AutomationExecutionStatus"},
)
DECLARED = {"A": {"type": "String"}}
PUT = api("put", "ssm", "PutParameter", Name="a", Value="v", Type="String", Overwrite=True)


def test_calls_of_steps_are_recorded_as_theirs(bench: Bench) -> None:
    """They are among `calls`, with the execution and the step; assertions, counts and duplicates look past them."""
    bench.register(PUT, name="Other", parameters=DECLARED)
    run = bench.run(START, GET, {**START, "name": "again"})
    own = [call for call in bench.fake.calls if call.step]
    assert [(call.operation, call.step and call.step.name) for call in own] == [
        ("StartAutomationExecution", "start"),
        ("GetAutomationExecution", "get"),
        ("StartAutomationExecution", "again"),
    ]
    assert all(call.step and call.step.execution is run.execution for call in own)
    assert run.outputs("get") == {"Status": ["Pending"]}
    assert bench.fake.assert_started_once(DocumentName="Doc") is run.execution
    assert bench.fake.assert_started_once() is run.execution
    bench.fake.assert_not_started(DocumentName="Other")
    bench.fake.assert_no_duplicate_starts()
    bench.fake.assert_called("GetAutomationExecution", times=len(bench.fake.calls) - len(own) - 1)
    assert repr(bench.fake).startswith(f"<AutomationFake stubber, {len(bench.fake.calls) - 3} calls, 3 executions")


def test_faults_are_for_the_caller(bench: Bench) -> None:
    """No call of a step uses one up, or is counted by `after`."""
    bench.register(PUT, name="Other", parameters=DECLARED)
    execution_id = bench.begin(START)
    fault = bench.fake.fail_with("ThrottlingException", after=1)
    bench.poll(execution_id)
    bench.poll(execution_id)
    assert bench.fake.execution(execution_id).status == "Success"
    assert fault.fired == 0


def test_what_a_step_sends_wrongly_is_no_mistake_of_the_caller(bench: Bench) -> None:
    """The step fails, and strict checks of requests look past it."""
    run = bench.run(api("bad", "ssm", "StartAutomationExecution", DocumentName="Other", Mode="Odd"))
    assert run.text("bad").startswith("An error occurred (ValidationException)")
    bench.fake.assert_requests_valid()
    bench.fake.verify()


@pytest.mark.parametrize("transport", ["stubber", "wire"])
def test_steps_may_poll_executions_of_the_same_fake(transport: str, make_bench: Any) -> None:
    """A step starts an execution and polls it to its end; so does a function of the test that executes its step."""
    bench = make_bench(transport=transport)
    bench.register(PUT, name="Other", parameters=DECLARED)
    polls = [{**GET, "name": f"get{number}"} for number in range(4)]
    seen: list[Any] = []

    def another_thread(run: StepRun) -> dict[str, Any]:
        with ThreadPoolExecutor(1) as pool:
            seen.append(pool.submit(run.execute).result())
        return {**seen[0], "Status": "changed"}

    bench.register(START, *polls, name="Twice")
    bench.fake.step_outputs("get3", another_thread, runbook="Twice")
    execution_id = bench.client.start_automation_execution(DocumentName="Twice")["AutomationExecutionId"]
    shown = [bench.poll(execution_id) for _ in range(3)][-1]
    assert shown["AutomationExecutionStatus"] == "Success"
    assert seen[0]["Status"] == "Success"
    assert shown["StepExecutions"][-1]["Outputs"]["Status"] == ["changed"]


def test_the_test_goes_first(bench: Bench) -> None:
    """`fail_step` before `step_outputs`, and both before the execution, attempt by attempt."""
    steps = [api(name, "ssm", "GetParameter", Name="absent", maxAttempts=2, onFailure="Continue") for name in "abc"]
    bench.begin(PUT)
    failing = {**PUT, "name": "d", "maxAttempts": 2}
    execution_id = bench.begin(*steps, failing)
    bench.fake.step_outputs("a", {})
    bench.fake.fail_step("b", "told")
    bench.fake.fail_step("d", "once", times=1)
    bench.poll(execution_id)
    shown = {each["StepName"]: each for each in bench.poll(execution_id)["StepExecutions"]}
    assert {name: each["StepStatus"] for name, each in shown.items()} == {
        "a": "Success",
        "b": "Failed",
        "c": "Failed",
        "d": "Success",
    }
    assert "ParameterNotFound" in shown["c"]["FailureMessage"]
    assert "OutputPayload" in shown["d"]["Outputs"]


def test_a_function_of_the_test_executes_its_step(make_bench: Any) -> None:
    """`execute` works without the option, gives what the step puts out, and raises what fails it."""
    bench = make_bench(execute_steps=False)
    seen: list[StepRun] = []

    def function(run: StepRun) -> dict[str, Any]:
        seen.append(run)
        try:
            return run.execute()
        except StepFailed as failed:
            return {"Value": failed.message}

    get = api("get", "ssm", "GetParameter", Name="none", outputs={"Value": "$.Parameter.Value"})
    execution_id = bench.begin(get, {**get, "name": "again"})
    bench.fake.step_outputs("get", function)
    bench.fake.step_outputs("again", StepRun.execute)
    bench.poll(execution_id)
    shown = bench.poll(execution_id)
    assert shown["StepExecutions"][0]["Outputs"]["Value"][0].startswith("An error occurred (ParameterNotFound)")
    assert shown["StepExecutions"][1]["FailureMessage"].startswith(
        "Step fails when it is Execute/Cancelling action. An error"
    )
    assert (seen[0].account, seen[0].region) == ("123456789012", "us-east-1")
    assert seen[0].declared_outputs == (("Value", "$.Parameter.Value", "String"),)
    assert seen[0].declared_outputs[0].selector == "$.Parameter.Value"


def test_a_function_that_executes_a_wait(make_bench: Any) -> None:
    """It looks a hundred times, since it can't come back; then it says so."""
    bench = make_bench(execute_steps=False)
    execution_id = bench.begin(wait("never"))
    bench.fake.step_outputs("look", StepRun.execute)
    with pytest.raises(FakeUsageError, match="Step 'look' is still waiting after 100 looks"):
        bench.poll(execution_id)


def test_a_step_run_of_the_tests_own_executes_nothing(bench: Bench) -> None:
    """Only the fake's can."""
    run = StepRun(bench.run(PUT).execution, "put", "aws:executeAwsApi", {}, 1, None)
    with pytest.raises(FakeUsageError, match="Only a StepRun that the fake has made can execute its step"):
        run.execute()


def test_a_script_of_statuses_executes_nothing(bench: Bench) -> None:
    """It says how the run goes."""
    bench.fake.script(["InProgress", "Success"])
    assert bench.run(api("get", "ssm", "GetParameter", Name="absent")).status == "Success"


def test_a_mistake_in_an_execution_that_a_step_has_started(bench: Bench) -> None:
    """The error is that of the inner step, once."""
    bench.register({"name": "hook", "action": "aws:invokeWebhook"}, name="Other", parameters=DECLARED)
    execution_id = bench.begin(START, *({**GET, "name": f"get{number}"} for number in range(3)))
    with pytest.raises(FakeUsageError, match="1 step of Other can't be executed"):
        bench.poll(execution_id)


def test_other_errors_of_an_executor_are_shown(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours is no failed step."""
    execution_id = bench.begin(PUT)
    monkeypatch.setattr("pytest_ssm_automation._executing.actions.resources.typed", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        bench.poll(execution_id)


def test_the_list_of_actions() -> None:
    """Only they are executed; others are the test's word. What is misspelt or not executed is refused."""
    with moto.mock_aws(), AutomationFake(execute_steps=["aws:assertAwsResourceProperty"]) as fake:
        run = Bench(fake).run(
            {**PUT, "onFailure": "Continue"}, step("hook", "invokeWebhook", {"IntegrationName": "hook"}), prop("$.A")
        )
        assert [each["StepStatus"] for each in run.shown["StepExecutions"]] == ["Success", "Success", "Failed"]
        assert run.outputs("put") == {}
    for given in ("aws:executeAwsAp", "aws:invokeWebhook", "aws:branch"):
        with pytest.raises(FakeUsageError, match=f"Unknown action of execute_steps '{given}'.*Allowed: aws:"):
            AutomationFake(execute_steps=[given])
    for wrong in ("aws:executeAwsApi", 1):
        with pytest.raises(FakeUsageError, match="Expected execute_steps to be"):
            AutomationFake(execute_steps=wrong)  # type: ignore[arg-type]  # it is wrong on purpose


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """The option says what to install."""
    monkeypatch.setitem(sys.modules, "jsonpath_ng", None)
    text = r"needs jsonpath-ng: install pytest-ssm-automation\[execute\]"
    for given in (True, ["aws:executeAwsApi"]):
        with pytest.raises(FakeUsageError, match=text):
            AutomationFake(execute_steps=given)
