"""The walk of an execution along its registered runbook."""

from __future__ import annotations

from typing import Any

import pytest
from caller import poll, runbook, start, statuses

from pytest_ssm_automation import AutomationFake, AutomationFakeError, FakeUsageError, PolledTooOften
from pytest_ssm_automation._service import operations


def ended(fake: AutomationFake, content: dict[str, Any], region: str = "us-east-1", **given: Any) -> dict[str, Any]:
    """Run a runbook to its end, and return the response of a poll."""
    fake.add_runbook(content, name="Doc")
    client: Any = fake.client(region)
    execution_id = start(client, **given)
    statuses(client, execution_id, 3)
    return poll(client, execution_id)


def steps(shown: dict[str, Any]) -> dict[str, str]:
    """Give the status of each step by name."""
    return {step["StepName"]: step["StepStatus"] for step in shown["StepExecutions"]}


def branch(name: str, *choices: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Write a branch."""
    default = {"Default": members.pop("Default")} if "Default" in members else {}
    return {"name": name, "action": "aws:branch", "inputs": {"Choices": [*choices], **default}, **members}


def api(name: str, **inputs: Any) -> dict[str, Any]:
    """Write a call of an API, which takes any inputs."""
    return {"name": name, "action": "aws:executeAwsApi", "inputs": {"Service": "ec2", "Api": "Any", **inputs}}


def test_the_first_critical_failure_counts(fake: AutomationFake) -> None:
    """The run reports the failure from which all others follow."""
    content = runbook({"name": "a", "onFailure": "step:b"}, {"name": "b"})
    fake.add_runbook(content, name="Doc")
    fake.fail_step("a", "cause", status="TimedOut")
    fake.fail_step("b", "consequence")
    shown = ended(fake, content)
    assert (shown["AutomationExecutionStatus"], "cause" in shown["FailureMessage"]) == ("TimedOut", True)


ALWAYS = {"Variable": "yes", "StringEquals": "yes"}
SCRIPT = {"Runtime": "python3.11", "InputPayload": "{{ each.CurrentIteratorValue }}"}
LOOP: dict[str, Any] = runbook(
    {
        "name": "each",
        "action": "aws:loop",
        "inputs": {
            "Iterators": "{{ Names }}",
            "IteratorDataType": "String",
            "Steps": [
                {"name": "one", "action": "aws:executeScript", "inputs": SCRIPT},
                {"name": "two", "action": "aws:sleep", "inputs": {"Duration": "PT{{ each.CurrentIteration }}S"}},
            ],
        },
    },
    {"name": "last"},
    parameters={"Names": {"type": "StringList", "default": ["x", "y"]}},
)


def test_a_loop_shows_its_rounds(fake: AutomationFake) -> None:
    """Steps inside carry what they were repeated for."""
    shown = ended(fake, LOOP)
    listed = [(step["StepName"], step["StepStatus"]) for step in shown["StepExecutions"]]
    assert listed == [(name, "Success") for name in ("each", "one", "two", "one", "two", "last")]
    each, one, _, again, *_ = shown["StepExecutions"]
    assert each["Outputs"] == {"CurrentIteration": ["2"], "CurrentIteratorValue": ["y"]}
    assert each["Inputs"] == {"IteratorDataType": '"String"', "Iterators": '["x","y"]'}
    assert again["ParentStepDetails"] == {
        "StepExecutionId": each["StepExecutionId"],
        "StepName": "each",
        "Action": "aws:loop",
        "Iteration": 2,
        "IteratorValue": "y",
    }
    assert [step["Inputs"]["InputPayload"] for step in (one, again)] == ['"x"', '"y"']
    assert len({step["StepExecutionId"] for step in shown["StepExecutions"]}) == 6
    assert fake.executions[0].step("one") == again


def test_a_round_that_has_begun(fake: AutomationFake, client: Any) -> None:
    """While a loop works, the steps of its round are there, begun or not, and the inner step is the current one."""
    fake.add_runbook(LOOP, name="Doc")
    execution = fake.execution(start(client))
    execution.run_to("one")
    shown = poll(client, execution.id)
    assert [(step["StepName"], step["StepStatus"]) for step in shown["StepExecutions"]] == [
        ("each", "InProgress"), ("one", "InProgress"), ("two", "Pending"), ("last", "Pending")
    ]  # fmt: skip
    assert (shown["CurrentStepName"], shown["CurrentAction"]) == ("one", "aws:executeScript")


@pytest.mark.parametrize(
    ("inputs", "rounds"),
    [
        ({"MaxIterations": 3, "LoopCondition": ALWAYS}, 3),
        ({"MaxIterations": "{{ Most }}", "LoopCondition": ALWAYS}, 2),
        ({"MaxIterations": 101, "LoopCondition": ALWAYS}, 100),
        ({"LoopCondition": ALWAYS}, 100),
        ({"MaxIterations": 0, "LoopCondition": ALWAYS}, 0),
        ({"Iterators": ["a"]}, 1),
        ({"Iterators": []}, 0),
        ({"Iterators": "{{ unknown.Items }}"}, 0),
        ({"MaxIterations": 5, "LoopCondition": {"Variable": "{{ inner.Again }}", "BooleanEquals": True}}, 1),
    ],
)
def test_how_often_a_loop_turns(fake: AutomationFake, inputs: dict[str, Any], rounds: int) -> None:
    """MaxIterations, Iterators and LoopCondition limit a loop, and so does the maximum of 100 iterations."""
    inner = {"name": "inner", "action": "aws:executeScript"}
    loop = {"name": "loop", "action": "aws:loop", "inputs": {**inputs, "Steps": [inner]}}
    content = runbook(
        {"name": "unknown", "action": "aws:executeScript", "outputs": [{"Name": "Items", "Type": "StringList"}]},
        loop,
        parameters={"Most": {"type": "Integer", "default": 2}},
    )
    shown = ended(fake, content)
    assert sum(step["StepName"] == "inner" for step in shown["StepExecutions"]) == rounds
    assert shown["AutomationExecutionStatus"] == "Success"


@pytest.mark.parametrize(
    ("kind", "value", "wrong"),
    [
        ("Integer", True, "true"),
        ("Boolean", 1, "1"),
        ("Integer", "{{ Text }}", '"5"'),
        ("String", "{{ Text }}", None),
        ("StringList", ["a", 5], '["a", 5]'),
        ("MapList", [{}, "a"], '[{}, "a"]'),
        ("StringMap", [], "[]"),
        ("Number", "a", None),
        ("Integer", "{{ get.Anything }}", None),
    ],
)
def test_the_type_of_a_variable(fake: AutomationFake, kind: str, value: Any, wrong: str | None) -> None:
    """A value of another type fails the step; one that nobody knows, or an unknown type, does not."""
    get = {"name": "get", "action": "aws:executeScript"}
    update = {"name": "set", "action": "aws:updateVariable", "inputs": {"Name": "variable:V", "Value": value}}
    content = runbook(
        get, update, variables={"V": {"type": kind}}, parameters={"Text": {"type": "String", "default": "5"}}
    )
    shown = ended(fake, content)
    assert shown["AutomationExecutionStatus"] == ("Failed" if wrong else "Success")
    text = f"variable:V is of type {kind}, but its new value is not: {wrong}. "
    assert (text in shown.get("FailureMessage", "")) is bool(wrong)


def test_members_of_a_step(fake: AutomationFake, client: Any) -> None:
    """A step shows its declared properties and its result, with increasing times, and nothing else."""
    declared = {"name": "a", "action": "aws:changeInstanceState", "timeoutSeconds": 60, "nextStep": "b"}
    inputs = {"InstanceIds": ["{{ Id }}"], "DesiredState": "running"}
    parameters = {"Id": {"type": "String", "default": "i-1"}}
    fake.add_runbook(runbook({**declared, "inputs": inputs}, {"name": "b"}, parameters=parameters), name="Doc")
    execution_id = start(client)
    pending, running = (poll(client, execution_id)["StepExecutions"][0] for _ in range(2))
    assert pending == {
        "StepName": "a",
        "Action": "aws:changeInstanceState",
        "TimeoutSeconds": 60,
        "NextStep": "b",
        "StepStatus": "Pending",
        "StepExecutionId": pending["StepExecutionId"],
        "Inputs": {},
        "OverriddenParameters": {},
    }
    assert running == {
        **pending,
        "StepStatus": "InProgress",
        "ExecutionStartTime": running["ExecutionStartTime"],
        "Inputs": {"DesiredState": '"running"', "InstanceIds": '["i-1"]'},
    }
    assert list(running["Inputs"]) == ["DesiredState", "InstanceIds"]
    shown = poll(client, execution_id)
    first, last = shown["StepExecutions"]
    assert first == {
        **running,
        "StepStatus": "Success",
        "ExecutionEndTime": first["ExecutionEndTime"],
        "Outputs": {"InstanceStates": ["running"]},
        "ValidNextSteps": ["b"],
    }
    assert not {"ValidNextSteps", "FailureMessage"} & last.keys()
    names = ("ExecutionStartTime", "ExecutionEndTime")
    times = [shown[names[0]], *(step[name] for step in (first, last) for name in names), shown[names[1]]]
    assert times == sorted(set(times))
    assert all(time.microsecond and time.tzinfo for time in times)


def test_outputs_of_the_runbook(fake: AutomationFake) -> None:
    """All declared outputs are shown, with the reason if they have no value."""
    steps = [{"name": name, "action": "aws:createImage"} for name in "ab"]
    content = runbook(*steps, outputs=["a.ImageId", "b.ImageId"])
    fake.add_runbook(content, name="Doc")
    fake.fail_step("b", "no")
    assert ended(fake, content)["Outputs"] == {
        "a.ImageId": ["a.ImageId: not set by the test; call fake.step_outputs('a', {'ImageId': ...})"],
        "b.ImageId": ["No output available yet because the step is not successfully executed"],
    }


def test_variables_and_global_names(fake: AutomationFake) -> None:
    """References also name variables, with their types, the account and the partition of the Region."""
    read = {"Mode": "{{ variable:Mode }}", "Where": "{{ global:AWS_PARTITION }} {{ global:ACCOUNT_ID }}"}
    update = {"action": "aws:updateVariable", "inputs": {"Name": "variable:Mode", "Value": {"a": ["{{ Id }}"]}}}
    content = runbook(
        api("before", **read),
        {"name": "update", **update},
        api("after", **read),
        variables={"Mode": {"type": "StringMap", "default": {}}},
        parameters={"Id": {"type": "String", "default": "i-1"}},
    )
    before, _, after = (step["Inputs"] for step in ended(fake, content, "cn-north-1")["StepExecutions"])
    assert [before["Mode"], after["Mode"], after["Where"]] == ["{}", '{"a":["i-1"]}', '"aws-cn 123456789012"']


@pytest.mark.parametrize(
    "case",
    [
        ("String", "a", ["b"], '"a"', '"b"'),
        ("Integer", 5, ["6"], "5", "6"),
        ("Boolean", True, ["False"], "true", "false"),
        ("StringList", ["a"], ["b", "c"], '["a"]', '["b","c"]'),
        ("StringMap", {"a": 1}, ['{"b":2}'], '{"a":1}', '{"b":2}'),
        ("MapList", [{"a": 1}], ['[{"b":2}]'], '[{"a":1}]', '[{"b":2}]'),
        ("MapList", [{"a": 1}, {}], ['{"b":2}', "{}"], '[{"a":1},{}]', '[{"b":2},{}]'),
        ("String", None, ["b"], '""', '"b"'),
        ("Integer", "{{ssm:/n}}", ["6"], '"{{ssm:/n}}"', "6"),
    ],
)
def test_parameters_have_their_types(fake: AutomationFake, case: tuple[Any, ...]) -> None:
    """A reference to a parameter takes its value with the type that is declared."""
    kind, default, given, first, then = case
    content = runbook(api("a", P="{{ P }}"), parameters={"P": {"type": kind, "default": default}})
    shown = [ended(fake, content), ended(fake, content, Parameters={"P": given})]
    assert [each["StepExecutions"][0]["Inputs"]["P"] for each in shown] == [first, then]


def test_references_in_defaults(fake: AutomationFake) -> None:
    """They are resolved when a step or a condition reads the parameter, once; those in given values are not."""
    parameters = {
        "Name": {"type": "String", "default": "of-{{ Source }}-in-{{global:REGION}}-{{ Unknown }}"},
        "Source": {"type": "String", "default": "{{ Zone }}"},
        "Zone": {"type": "String", "default": "z"},
    }
    choice = {"Variable": "{{ Source }}", "StringEquals": "z", "NextStep": "use"}
    content = runbook(branch("choose", choice, Default="never"), {"name": "never"}, api("use", Name="{{ Name }}"))
    for given, shown in (
        ({}, "of-{{ Zone }}-in-us-east-1-{{ Unknown }}"),
        ({"Source": ["b"]}, "of-b-in-us-east-1-{{ Unknown }}"),
        ({"Name": ["{{ Zone }}"]}, "{{ Zone }}"),
    ):
        members: dict[str, Any] = {"Parameters": given} if given else {}
        run = ended(fake, content | {"parameters": parameters}, **members)
        assert run["Parameters"]["Zone"] == ["z"]
        assert run["StepExecutions"][2]["Inputs"].get("Name", f'"{shown}"') == f'"{shown}"'
        assert run["StepExecutions"][0]["Outputs"]["NextStep"] == ["never" if "Source" in given else "use"]


def test_what_nobody_has_given(fake: AutomationFake) -> None:
    """References without a value stay in the inputs, and the execution lists those that a runbook could have."""
    content = runbook(
        {"name": "get", "action": "aws:executeAwsApi"},
        branch("choose", {"Variable": "{{ get.Name }}", "StringEquals": "x", "NextStep": "use"}),
        api("use", Id="{{ get.Id }}", Text="of {{ get.Id }}", Word="{{ ab:cd }}"),
    )
    shown = ended(fake, content)
    assert shown["StepExecutions"][2]["Inputs"] == {
        "Api": '"Any"', "Id": '"{{ get.Id }}"', "Service": '"ec2"', "Text": '"of {{ get.Id }}"',
        "Word": '"{{ ab:cd }}"',
    }  # fmt: skip
    execution = fake.executions[0]
    assert execution.unresolved == ["get.Name", "get.Id"]
    assert repr(execution).endswith(": Success, outputs without a value: get.Name, get.Id>")


@pytest.mark.parametrize(("inside", "circle"), [(False, "c -> b -> c"), (True, "b -> c -> b")])
def test_a_run_in_a_circle_is_cut(fake: AutomationFake, client: Any, *, inside: bool, circle: str) -> None:
    """A runbook that goes round for ever, also inside a loop, is cut, and the message names the steps."""
    round_trip = [{"name": "b", "action": "aws:sleep"}, {"name": "c", "action": "aws:sleep", "nextStep": "b"}]
    loop = {"name": "loop", "action": "aws:loop", "inputs": {"Iterators": ["x"], "Steps": round_trip}}
    fake.add_runbook(runbook({"name": "a"}, *([loop] if inside else round_trip)), name="Doc")
    execution_id = start(client)
    statuses(client, execution_id, 2)
    with pytest.raises(AutomationFakeError, match=rf"aborted after 10000 steps\. It repeats {circle}$"):
        poll(client, execution_id)
    shown = poll(client, execution_id)
    assert (shown["AutomationExecutionStatus"], shown["FailureMessage"].endswith(circle)) == ("Failed", True)
    with pytest.raises(AssertionError, match=f"It repeats {circle}"):
        fake.verify()


def test_polling_for_ever_is_stopped(fake: AutomationFake, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A loop that takes no end for an end is stopped by what it can't swallow; listings don't count."""
    monkeypatch.setattr(operations, "MOST_POLLS", 3)
    fake.script(["Failed"])
    execution_id = start(client)
    for _ in range(5):
        client.describe_automation_executions()
    statuses(client, execution_id, 2)
    with pytest.raises(PolledTooOften, match="has ended as Failed, and was polled 3 times since"):
        poll(client, execution_id)
    assert not issubclass(PolledTooOften, Exception)


def test_run_to(fake: AutomationFake, client: Any) -> None:
    """The execution runs until the step is in progress, or waits for a signal, and the caller sees it there."""
    fake.add_runbook(runbook({"name": "a"}, {"name": "b", "action": "aws:pause"}, {"name": "c"}), name="Doc")
    execution = fake.execution(start(client))
    execution.run_to("a")
    assert poll(client, execution.id)["CurrentStepName"] == "a"
    execution.run_to("b")
    assert (execution.step("b")["StepStatus"], execution.status) == ("Waiting", "Waiting")
    with pytest.raises(FakeUsageError, match=r"is Waiting at step 'b', and has not reached step 'c'$"):
        execution.run_to("c")
    client.send_automation_signal(AutomationExecutionId=execution.id, SignalType="Resume", Payload={"StepName": ["b"]})
    execution.run_to("c")
    with pytest.raises(FakeUsageError, match="has ended as Success, and has not reached step 'a'"):
        execution.run_to("a")
    with pytest.raises(FakeUsageError, match=r"Unknown step of 'Doc' 'd'"):
        execution.run_to("d")
    with pytest.raises(FakeUsageError, match=r"Unknown step of 'Doc' 'd'"):
        execution.step("d")
    unknown = fake.execution(start(client, DocumentName="Unknown"))
    with pytest.raises(FakeUsageError, match="The steps of 'Unknown' are unknown: register it with add_runbook"):
        unknown.run_to("a")
    assert unknown.unresolved == []


@pytest.mark.parametrize("within", [False, True])
def test_jumps_into_loops_inside_loops(fake: AutomationFake, *, within: bool) -> None:
    """All the loops on the way begin their first round, and one that the jump comes from goes on."""
    inner = {
        "name": "inner",
        "action": "aws:loop",
        "inputs": {
            "Iterators": ["y"],
            "Steps": [{"name": "skipped", "action": "aws:sleep"}, {"name": "deep", "action": "aws:sleep"}],
        },
    }
    first = {"name": "first", "action": "aws:sleep", "nextStep": "deep"}
    jump, inside = ([], [first]) if within else ([first], [])
    outer = {"name": "outer", "action": "aws:loop", "inputs": {"Iterators": ["x"], "Steps": [*inside, inner]}}
    assert steps(ended(fake, runbook(*jump, outer))) == {
        "first": "Success", "outer": "Success", "inner": "Success", "skipped": "Pending", "deep": "Success"
    }  # fmt: skip
