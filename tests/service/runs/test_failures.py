"""The failure messages of steps and of the executions that they end; the facts in tests/conformance have more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from caller import poll, start, statuses

if TYPE_CHECKING:
    from pytest_ssm_automation import AutomationFake

END = "Please refer to Automation Service Troubleshooting Guide for more diagnosis details."


def runbook(action: str) -> dict[str, Any]:
    """Write a runbook of one step inside a loop, whose message is that of its inner step."""
    inner = {"name": "step", "action": action}
    loop = {"name": "loop", "action": "aws:loop", "inputs": {"Iterators": ["x"], "Steps": [inner]}}
    return {"schemaVersion": "0.3", "mainSteps": [loop]}


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (None, f"Step fails when it is Poll action status for completion. {END}"),
        ("Automation Step Execution fails when it is launching the instance(s). No.", "{}. " + END),
        ("Internal Server Error", "{}. " + END),
    ],
)
def test_a_message_has_the_frame_of_the_service(
    fake: AutomationFake, client: Any, message: str | None, expected: str
) -> None:
    """A prefix comes once, no text is made up, and a loop and the execution have the message of the step."""
    fake.add_runbook(runbook("aws:executeAutomation"), name="Doc")
    fake.fail_step("step", message)
    execution_id = start(client)
    statuses(client, execution_id, 2)
    shown = poll(client, execution_id)
    assert [each.get("FailureMessage") for each in (shown, *shown["StepExecutions"])] == [expected.format(message)] * 3


@pytest.mark.parametrize("status", ["Failed", "TimedOut", "CompletedWithFailure", "Cancelled", "Success", "Exited"])
def test_a_scripted_end_has_a_message_if_it_is_a_failure(fake: AutomationFake, client: Any, status: str) -> None:
    """Without a message of the test there is a default one, which names the status."""
    fake.script([status])
    message = poll(client, start(client)).get("FailureMessage")
    fails = status in {"Failed", "TimedOut", "CompletedWithFailure"}
    assert message == (f"The execution ended as {status}." if fails else None)


FOUND = [
    {"Name": "Ids", "Selector": "$.I", "Type": "StringList"},
    {"Name": "Map", "Selector": "$.M", "Type": "StringMap"},
    {"Name": "Maps", "Selector": "$.M", "Type": "MapList"},
    {"Name": "Text", "Selector": "$.T", "Type": "String"},
]
OTHERS = {"Ids": ["a", "b"], "Map": {"a": "b"}, "Maps": [{"a": "b"}], "Text": "P8D"}
STATE = {"InstanceIds": ["i-1"], "DesiredState": "{{ find.Text }}"}


def typed(given: str, shown: str, expected: str) -> str:
    """Write the text for a value of another type."""
    return f"Input {shown} is of type {given}, but expected type is {expected}."


@pytest.mark.parametrize(
    ("action", "inputs", "text"),
    [
        ("aws:deleteImage", {"ImageId": "{{ find.Ids }}"}, typed("ArrayList", "[a, b]", "String")),
        ("aws:deleteImage", {"ImageId": "{{ find.Map }}"}, typed("LinkedHashMap", "{a=b}", "String")),
        ("aws:deleteImage", {"ImageId": "{{ find.Maps }}"}, typed("ArrayList", "[{a=b}]", "String")),
        ("aws:deleteImage", {"ImageId": "{{ find.Nobody }}"}, None),
        ("aws:deleteImage", {"ImageId": "{{ One }}"}, None),
        ("aws:runCommand", {"DocumentName": "A", "InstanceIds": "{{ find.Text }}"}, None),
        ("aws:executeAwsApi", {"Service": "ec2", "Api": "A", "Any": "{{ find.Map }}"}, None),
        ("aws:loop", {"Iterators": "{{ find.Text }}", "Steps": []}, typed("String", "P8D", "StringList")),
        ("aws:loop", {"Iterators": "{{ find.Ids }}", "Steps": []}, None),
        ("aws:sleep", {"Duration": "{{ find.Text }}"}, "Duration: P8D is longer than 7 days"),
        (
            "aws:changeInstanceState",
            STATE,
            "DesiredState: P8D is not one of running, stopped, terminated",
        ),
    ],
)
def test_inputs_that_do_not_fit(
    fake: AutomationFake, client: Any, action: str, inputs: dict[str, Any], text: str | None
) -> None:
    """A reference whose value the input can't take fails the step; a list of one is as good as its item."""
    find = {"name": "find", "action": "aws:executeAwsApi", "inputs": {"Service": "a", "Api": "b"}, "outputs": FOUND}
    parameters = {"One": {"type": "StringList", "default": ["ami-1"]}}
    steps = [find, {"name": "use", "action": action, "inputs": inputs}]
    fake.add_runbook({"schemaVersion": "0.3", "parameters": parameters, "mainSteps": steps}, name="Doc")
    fake.step_outputs("find", OTHERS)
    execution_id = start(client)
    statuses(client, execution_id, 3)
    message = poll(client, execution_id)["StepExecutions"][1].get("FailureMessage")
    assert message == (text and f"Step fails when it is validating and resolving the step inputs. {text}. {END}")
