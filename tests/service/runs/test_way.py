"""The way of an execution, as `print(execution)` shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from caller import poll, start

from pytest_ssm_automation import StepFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_ssm_automation import AutomationFake, StepRun

Members = dict[str, Any]
API: Members = {"action": "aws:executeAwsApi", "inputs": {"Service": "ec2", "Api": "StopInstances"}}
GET: Members = {**API, "name": "get", "outputs": [{"Name": "N", "Selector": "$.N", "Type": "Integer"}]}
LAST: Members = {"name": "last", "action": "aws:sleep", "inputs": {"Duration": "PT1S"}}
CHOICES: list[Members] = [
    {"NextStep": "last", "Variable": "{{ get.N }}", "NumericGreater": 2},
    {
        "NextStep": "last",
        "And": [{"Variable": "x", "StringEquals": "y"}, {"Not": {"Variable": "z", "Contains": "z"}}],
    },
]
CHOOSE: Members = {"name": "choose", "action": "aws:branch", "inputs": {"Choices": CHOICES}}
LOOP: Members = {
    "name": "each",
    "action": "aws:loop",
    "inputs": {"Iterators": ["a", "b"], "IteratorDataType": "String", "Steps": [{**API, "name": "inner"}]},
}
VARIABLE: Members = {"name": "set", "action": "aws:updateVariable", "inputs": {"Name": "variable:v", "Value": "2"}}
START: Members = {"name": "other", "action": "aws:executeAutomation", "inputs": {"DocumentName": "Other"}}
ASK: Members = {"name": "ask", "action": "aws:approve", "inputs": {"Approvers": ["me"]}}
TRACEBACK = """Traceback (most recent call last):
  File "/tmp/1-2026-01-01-00-00-00/customer_script.py", line 3, in handler
    return events['Id']

KeyError - 'Id'"""
OPERANDS = "x' StringEquals 'y', Not('z' Contains 'z')"


def refuse(_run: StepRun) -> Members:
    """Put out nothing, for a reason of the test's own."""
    raise StepFailed("no room")


def run(client: Any, **members: Any) -> str:
    """Start an execution, poll it to its end or to where it waits, and return its id."""
    execution_id = start(client, **members)
    for _ in range(3):
        poll(client, execution_id)
    return execution_id


def steps(fake: AutomationFake) -> list[str]:
    """Write what is below the title."""
    return str(fake.executions[0]).splitlines()[1:]


@pytest.mark.parametrize(
    ("given", "prepare", "way"),
    [
        ([GET], None, ["  Success  get  nothing said"]),
        ([GET], lambda fake: fake.step_outputs("get", {"N": 3}), ["  Success  get  step_outputs: N=3"]),
        ([GET], lambda fake: fake.step_outputs("get", refuse), ["  Failed  get  step_outputs: no room"]),
        ([GET], lambda fake: fake.fail_step("get", "gone."), ["  Failed  get  fail_step: gone."]),
        (
            [GET],
            lambda fake: fake.fail_step("get", TRACEBACK),
            ["  Failed  get  fail_step: KeyError - 'Id' (line 3 of the script)"],
        ),
        (
            [{**GET, "maxAttempts": 3}],
            lambda fake: fake.fail_step("get", "busy", times=2),
            ["  Success  get  attempt 3 of 3, nothing said"],
        ),
        (
            [GET, CHOOSE, VARIABLE, LAST],
            lambda fake: fake.step_outputs("get", {"N": 3}),
            [
                "  Success  get     step_outputs: N=3",
                f"  Success  choose  took last (3 NumericGreater 2; And('{OPERANDS}))",
                "  Success  last    PT1S",
                "  not reached: set",
            ],
        ),
        (
            [{**CHOOSE, "inputs": {"Choices": CHOICES[1:], "Default": "set"}}, LAST, VARIABLE],
            None,
            [
                f"  Success  choose  took set by default (And('{OPERANDS}))",
                "  Success  set     variable:v = '2'",
                "  not reached: last",
            ],
        ),
        (
            [{**CHOOSE, "isEnd": True, "inputs": {"Choices": [{**CHOICES[0], "Variable": "1"}]}}, LAST],
            None,
            ["  Success  choose  took no choice ('1' NumericGreater 2)", "  not reached: last"],
        ),
        (
            [{**CHOOSE, "inputs": {"Choices": [{**CHOICES[0], "Variable": "1"}]}}, LAST],
            lambda fake: fake.fail_step("choose", "broken"),
            ["  Failed  choose  fail_step: broken", "  not reached: last"],
        ),
        (
            [LOOP],
            lambda fake: fake.step_outputs("inner", lambda run: {"OutputPayload": {"Number": run.iteration}}),
            [
                "  Success  each           2 iterations",
                "  Success  each[1].inner  step_outputs",
                "  Success  each[2].inner  step_outputs",
            ],
        ),
        ([ASK], None, ["  Waiting  ask  waits for a signal"]),
    ],
    ids=lambda value: value[0].strip() if isinstance(value, list) and isinstance(value[0], str) else "",
)
def test_a_step_shows_its_status_what_decided_it_and_what_came_of_it(
    fake: AutomationFake,
    client: Any,
    given: list[Members],
    prepare: Callable[[AutomationFake], Any] | None,
    way: list[str],
) -> None:
    """A line has the status, the name, what decided the result, the choice, and the outputs or the failure."""
    content = {"schemaVersion": "0.3", "variables": {"v": {"type": "String", "default": "1"}}, "mainSteps": given}
    fake.add_runbook(content, name="Doc")
    if prepare:
        prepare(fake)
    run(client)
    assert steps(fake) == way


def test_a_signal_and_the_execution_of_another_runbook_decide(fake: AutomationFake, client: Any) -> None:
    """An approval was decided by a signal; a step that starts an execution shows it while it runs and afterwards."""
    fake.add_runbook({"schemaVersion": "0.3", "mainSteps": [ASK, START]}, name="Doc")
    fake.add_runbook({"schemaVersion": "0.3", "mainSteps": [{**ASK, "name": "inner"}]}, name="Other")
    execution_id = run(client)
    client.send_automation_signal(AutomationExecutionId=execution_id, SignalType="Approve")
    poll(client, execution_id)
    poll(client, execution_id)
    (child,) = fake.executions[0].children
    asked = "  Success     ask    a signal"
    assert steps(fake) == [asked, f"  InProgress  other  execution {child.id} of Other (Waiting)"]
    where = f"123456789012 us-east-1, started by Doc {execution_id}"
    assert str(child) == f"Other {child.id} in {where}: Waiting\n  Waiting  inner  waits for a signal"

    fake.step_outputs("other", {"Status": "fine"})
    client.send_automation_signal(AutomationExecutionId=child.id, SignalType="Approve")
    poll(client, execution_id)
    poll(client, execution_id)
    assert steps(fake)[1].startswith(f"  Success  other  step_outputs, execution {child.id} of Other (Success): ")


def test_the_execution_of_another_runbook_fails(fake: AutomationFake, client: Any) -> None:
    """The step names the execution that it has started, and why that made it fail."""
    fake.add_runbook({"schemaVersion": "0.3", "mainSteps": [START]}, name="Doc")
    fake.add_runbook({"schemaVersion": "0.3", "mainSteps": [GET]}, name="Other")
    fake.fail_step("get")
    run(client)
    (child,) = fake.executions[0].children
    assert steps(fake)[0].startswith(f"  Failed  other  execution {child.id} of Other (Failed): ")


def test_the_end_of_a_script_is_in_the_title(fake: AutomationFake, client: Any) -> None:
    """If no step says why an execution failed, its title does."""
    fake.add_runbook({"schemaVersion": "0.3", "mainSteps": [GET]}, name="Doc")
    fake.script([*["InProgress"] * 3, "Failed"], failure_message="the account is closed")
    execution_id = run(client)
    title = f"Doc {execution_id} in 123456789012 us-east-1: "
    assert str(fake.executions[0]) == f"{title}InProgress\n  Success  get  nothing said"
    poll(client, execution_id)
    assert str(fake.executions[0]) == f"{title}Failed: the account is closed\n  Success  get  nothing said"


def test_executions_without_a_registered_runbook(fake: AutomationFake, client: Any) -> None:
    """They show the steps that a script lists, or the targets."""
    fake.script(
        ["Success"],
        when={"DocumentName": "Doc"},
        steps=[{"StepName": "a", "StepStatus": "Failed", "FailureMessage": "gone"}],
    )
    start(client)
    assert steps(fake) == ["  Failed  a  gone"]

    run(
        client,
        DocumentName="Fleet",
        TargetParameterName="Id",
        Targets=[{"Key": "ParameterValues", "Values": ["i-1", "i-2"]}],
    )
    title, *lines = str(fake.executions[1]).splitlines()
    assert (title.rpartition(": ")[2], lines) == ("InProgress", ["  InProgress  i-1", "  InProgress  i-2"])
    assert " on i-1, started by Fleet " in str(fake.executions[1].children[0])


def test_many_steps_are_cut_in_the_middle_and_long_lines_at_their_end(fake: AutomationFake, client: Any) -> None:
    """It fits on a screen: the first steps, the last ones, which tell the end, and the number of the others."""
    many = [{**GET, "name": f"get{number}"} for number in range(100)]
    fake.add_runbook({"schemaVersion": "0.3", "mainSteps": [*many, LAST]}, name="Doc")
    fake.fail_step("get98", "x" * 1000)
    run(client)
    lines = str(fake.executions[0]).splitlines()
    assert len(lines) == 40
    assert [line.split()[1] for line in (lines[1], lines[-3])] == ["get0", "get97"]
    assert [line for line in lines if "more steps" in line] == ["  ... 62 more steps ..."]
    assert (len(lines[-2]), lines[-2][-4:], lines[-1]) == (243, "x...", "  not reached: get99, last")
