"""Executions that the steps of others start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from caller import poll, runbook, signal, start, statuses

from pytest_ssm_automation import AutomationFake, AutomationFakeError

if TYPE_CHECKING:
    from pytest_ssm_automation import Call, Execution

END = "Please refer to Automation Service Troubleshooting Guide for more diagnosis details."
REFUSED = "Step fails when it is Execute/Cancelling action. Fail to start automation, errorMessage: "
FIND = {"name": "find", "action": "aws:executeScript"}
CALL: dict[str, Any] = {
    "name": "call",
    "action": "aws:executeAutomation",
    "maxAttempts": 2,
    "inputs": {"DocumentName": "Child", "RuntimeParameters": {"Ids": ["{{ Id }}"], "Size": "{{ Id }}"}},
}
READ = {
    "name": "after",
    "action": "aws:deleteImage",
    "inputs": {"ImageId": "{{ call.Output }} of {{ call.ExecutionId }}"},
}
WORK = {"name": "work", "action": "aws:createImage", "inputs": {"InstanceId": "{{ Ids }}", "ImageName": "{{ Size }}"}}
PARAMETERS = {"Ids": {"type": "StringList"}, "Size": {"type": "String", "default": "m", "maxChars": 3}}


def register(fake: AutomationFake, call: dict[str, Any] = CALL, child: dict[str, Any] = WORK) -> None:
    """Register a runbook that starts another, and that one."""
    parameters = {"Id": {"type": "String", "default": "i-1"}}
    fake.add_runbook(runbook(FIND, call, READ, parameters=parameters), name="Doc")
    outputs = ["work.ImageId"] if child is WORK else []
    fake.add_runbook(runbook(child, parameters=PARAMETERS, outputs=outputs), name="Child")


def ended(fake: AutomationFake) -> Execution:
    """Start the runbook, and advance it to its end."""
    execution = fake.execution(start(fake.client()))
    for _ in range(3):
        execution.advance()
    return execution


def test_a_step_starts_a_child_that_walks(fake: AutomationFake, client: Any) -> None:
    """The runbook that the step names runs with its parameters, and its outputs are the step's."""
    register(fake)
    fake.step_outputs("work", {"ImageId": "ami-1"})
    execution = ended(fake)
    (child,) = execution.children
    assert (child.parent, child.call, child.status) == (execution, fake.calls[0], "Success")
    assert child.parameters == {"Ids": ["i-1"], "Size": ["i-1"]}
    assert child.step("work")["Inputs"] == {"ImageName": '"i-1"', "InstanceId": '["i-1"]'}
    outputs = {"ExecutionId": [child.id], "Status": ["Success"], "Output": ["ami-1"]}
    assert execution.step("call")["Outputs"] == outputs
    assert execution.step("after")["Inputs"] == {"ImageId": f'"[\\"ami-1\\"] of {child.id}"'}
    assert poll(client, child.id)["ParentAutomationExecutionId"] == execution.id
    assert fake.executions == [execution]


def test_each_attempt_starts_a_child(fake: AutomationFake) -> None:
    """The failure of a child fails its attempt; a step that the test fails starts none, and the test's outputs win."""
    register(fake)
    fake.step_outputs("call", {"Output": ["mine"]})
    fake.fail_step("work", "no", times=1)
    execution = ended(fake)
    assert [child.status for child in execution.children] == ["Failed", "Success"]
    outputs = execution.step("call")["Outputs"]
    assert (execution.status, outputs["Output"], outputs["Status"]) == ("Success", ["mine"], ["Success"])
    fake.fail_step("call", "no")
    failing = ended(fake)
    assert (failing.status, failing.children) == ("Failed", [])


def test_a_child_that_waits_holds_its_parent(fake: AutomationFake, client: Any) -> None:
    """The parent continues after an approval in the child; stopping the parent ends the child."""
    register(fake, child={"name": "ask", "action": "aws:approve"})
    first, second = (fake.execution(start(client)) for _ in range(2))
    for execution in (first, second):
        assert statuses(client, execution.id, 4) == ["Pending", "InProgress", "InProgress", "InProgress"]
        assert (execution.children[0].status, execution.step("call")["StepStatus"]) == ("Waiting", "InProgress")
    signal(client, first.children[0].id, "Approve")
    assert statuses(client, first.id, 1) == ["Success"]
    client.stop_automation_execution(AutomationExecutionId=second.id)
    assert statuses(client, second.id, 2) == ["Cancelling", "Cancelled"]
    assert second.children[0].status == "Cancelled"


def test_a_child_goes_at_the_pace_of_a_step() -> None:
    """With the pace of a step, a poll of the parent takes the child one step further."""
    with AutomationFake(pace="step") as fake:
        register(fake)
        execution = fake.execution(start(fake.client()))
        execution.run_to("call")
        seen: list[tuple[str, list[str]]] = []
        for _ in range(2):
            execution.advance()
            seen.append((execution.step("call")["StepStatus"], [child.status for child in execution.children]))
    assert seen == [("InProgress", ["InProgress"]), ("Success", ["Success"])]


VALUES = [{"Key": "ParameterValues", "Values": "a"}]
NAMED = {"Targets": VALUES, "TargetParameterName": "Ids"}
MAPS = {**NAMED, "TargetMaps": [{"Ids": ["a"]}]}


@pytest.mark.parametrize(
    ("inputs", "error"),
    [
        ({"Targets": VALUES}, "TargetParameterName is required if you specify Targets."),
        ({"TargetParameterName": "Ids"}, "Targets are required if you specify TargetParameterName."),
        (MAPS, "Both Targets and TargetMaps can't be specified together."),
        ({**NAMED, "Targets": VALUES * 2}, "Only one resource group or tag can be specified at a time"),
        ({**NAMED, "Targets": [5]}, "The request could not be read."),
        ({"Tags": [{"Key": str(key)} for key in range(6)]}, "You can specify a maximum of 5 tags for an automation."),
        ({"RuntimeParameters": {"Ids": "a", "Id": "a"}}, "Undefined execution inputs: [Id]"),
        (
            {"RuntimeParameters": {"Ids": "a", "Size": "large"}},
            'Parameter "Size" has value "large" of more',
        ),
        ({**NAMED, "MaxErrors": 1, "MaxConcurrency": 5, "Tags": [{"Key": "A", "Value": 5, "Else": 5}]}, None),
        ({"TargetMaps": [{"Ids": 5}], "RuntimeParameters": {}}, None),
        ({**NAMED, "Targets": "{{ find.Payload }}"}, None),
        ({"RuntimeParameters": {"Ids": ["x" * 600], "Size": ""}}, None),
        ({"DocumentName": "Chld"}, "Invalid document: Chld"),
        ({"DocumentVersion": "7"}, "{}"),
        ({"DocumentName": "{{ find.Name }}"}, None),
    ],
)
def test_a_start_that_is_refused_to_a_step(client: Any, inputs: dict[str, Any], error: str | None) -> None:
    """It is judged like that of a caller, but not by values nobody knows; numbers become text, and one item a list."""
    with AutomationFake(unknown_documents="reject") as fake:
        register(fake, {**CALL, "inputs": {"DocumentName": "Child", "RuntimeParameters": {"Ids": ["i"]}, **inputs}})
        execution = ended(fake)
        with pytest.raises(ClientError) as caught:
            start(fake.client(), DocumentName="Child", DocumentVersion="7")
    if error is None:
        assert execution.status == "Success"
    else:
        refused: Any = caught.value.response
        told = error.format(refused["Error"]["Message"])
        assert str(execution.failure_message).startswith(f"{REFUSED}{told}")
        assert str(execution.failure_message).endswith(END)
        assert execution.children == []


@pytest.mark.parametrize("inputs", [{"DocumentName": "Chld"}, {"DocumentName": "Child", "DocumentVersion": "7"}])
def test_a_child_of_an_unknown_runbook(fake: AutomationFake, inputs: dict[str, Any]) -> None:
    """Where it is not registered, or not in that version, the step is like any other."""
    register(fake, {**CALL, "inputs": inputs})
    execution = ended(fake)
    assert (execution.status, execution.children) == ("Success", [])


def test_what_a_fake_relaxes_is_relaxed_for_steps() -> None:
    """The option holds for the rules across members, and for the declarations of the runbook."""
    inputs = {"DocumentName": "Child", **MAPS, "RuntimeParameters": {"Id": ["b"]}}
    with AutomationFake(relax=("request:targets_exclude_target_maps", "runbook:Id:undeclared")) as fake:
        register(fake, {**CALL, "inputs": inputs})
        assert ended(fake).status == "Success"


def test_a_child_on_several_targets(fake: AutomationFake) -> None:
    """A step may start its child on targets; it ends when they have."""
    targets = [{"Key": "ParameterValues", "Values": ["a", "b"]}]
    register(fake, {**CALL, "inputs": {"DocumentName": "Child", **NAMED, "Targets": targets, "MaxConcurrency": "1"}})
    execution = ended(fake)
    assert execution.status == "Success"
    assert [child.target for child in execution.children[0].children] == ["a", "b"]


def test_a_run_that_is_stopped_while_it_starts_its_child(fake: AutomationFake, client: Any) -> None:
    """The child ends with it."""
    register(fake)
    parent = fake.execution(start(client))

    def stop(_: Call) -> bool:
        parent.finish("Cancelled")
        return True

    fake.script(["InProgress", "Success"], when=stop)
    parent.advance()
    parent.advance()
    assert (parent.status, [child.status for child in parent.children]) == ("Cancelled", ["Cancelled"])


def test_how_deep_executions_are_nested(fake: AutomationFake, client: Any) -> None:
    """As many levels as the limit says are walked, and one more is told."""
    for number in range(50):
        call = {**CALL, "inputs": {"DocumentName": f"Doc{number + 1}"}}
        fake.add_runbook(runbook(call), name=f"Doc{number}")
    fake.add_runbook(runbook(FIND), name="Doc50")
    allowed, deeper = (fake.execution(start(client, DocumentName=f"Doc{number}")) for number in (1, 0))
    for _ in range(2):
        allowed.advance()
    assert allowed.status == "Success"
    deeper.advance()
    with pytest.raises(AutomationFakeError, match="nested more than 50 deep: Doc0 -> Doc1 -> Doc2"):
        deeper.advance()
