"""The actions that wait for AWS, and what moto does not do, with answers in an order."""

from __future__ import annotations

import io
import time
from functools import cache
from itertools import chain
from typing import Any, NamedTuple

import boto3
import moto
import pytest
from botocore.stub import Stubber
from executed import Bench, Members, Run, step

from pytest_ssm_automation import AutomationFake, FakeUsageError

pytestmark = pytest.mark.slow

IMAGE = "ami-12c6146b"
Answer = tuple[str, str, Members]
COMMAND_ID = "0a1b2c3d-0000-4000-8000-000000000000"


@cache
def session() -> Any:
    """Return a session that loads each service once."""
    return boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1")


class Queue:
    """Answers of services, in order, in place of moto's."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: tuple[Any, ...]) -> None:
        """Give each step a client that answers `(service, method, response)`, or also checks the inputs."""
        self._stubbers: dict[str, Stubber] = {}
        for service, method, response, *expected in answers:
            if service not in self._stubbers:
                self._stubbers[service] = Stubber(session().client(service))
                self._stubbers[service].activate()
            if "Error" in response:
                self._stubbers[service].add_client_error(method, response["Error"], "told")
            else:
                self._stubbers[service].add_response(method, response, *expected)
        monkeypatch.setattr(boto3, "client", lambda service, **_: self._stubbers[service].client)

    def assert_empty(self) -> None:
        """Assert that all answers were taken."""
        for stubber in self._stubbers.values():
            stubber.assert_no_pending_responses()


def polled(inputs: Members, action: str, *, polls: int = 4, **properties: Any) -> tuple[list[str], Run]:
    """Run a step without moto, and return its status at each poll."""
    with AutomationFake(execute_steps=True) as fake:
        bench = Bench(fake)
        execution_id = bench.begin(step("it", action, inputs, **properties))
        shown = [bench.poll(execution_id) for _ in range(polls)]
        return [each["StepExecutions"][0]["StepStatus"] for each in shown], Run(shown[-1], fake)


STACK = {"StackName": "s", "TemplateBody": "{}"}
MACHINE = {"stateMachineArn": "m", "input": '{"a": 1}'}
ARN = "arn:aws:states:us-east-1:123456789012:execution:m:e"


def instances(*states: str) -> Answer:
    """Return a description of instances."""
    found = [{"InstanceId": "i-1", "State": {"Name": each}} for each in states]
    return "ec2", "describe_instances", {"Reservations": [{"Instances": found}]}


def checks(*checks: str) -> Answer:
    """Return the status of the checks of instances."""
    found = [{"InstanceStatus": {"Status": each}, "SystemStatus": {"Status": "ok"}} for each in checks]
    return "ec2", "describe_instance_status", {"InstanceStatuses": found}


def images(*states: str) -> Answer:
    """Return a description of images."""
    return "ec2", "describe_images", {"Images": [{"State": each} for each in states]}


def stack(status: str, **members: Any) -> Answer:
    """Return a description of a stack."""
    shown = {"StackName": "s", "StackId": "id", "CreationTime": "2026-01-01", "StackStatus": status, **members}
    return "cloudformation", "describe_stacks", {"Stacks": [shown]}


def invocation(status: str, **members: Any) -> Answer:
    """Return an invocation of a command."""
    return "ssm", "get_command_invocation", {"Status": status, **members}


def machine(status: str, **members: Any) -> Answer:
    """Return a description of an execution of a state machine."""
    shown = {"executionArn": ARN, "stateMachineArn": "m", "status": status, "startDate": "2026-01-01", **members}
    return "stepfunctions", "describe_execution", shown


STARTED: Answer = ("ec2", "start_instances", {})
LAUNCHED: Answer = ("ec2", "run_instances", {"Instances": [{"InstanceId": "i-1"}]})
IMAGED: Answer = ("ec2", "create_image", {"ImageId": "ami-1"})
CREATED: Answer = ("cloudformation", "create_stack", {"StackId": "id"})
DELETED: Answer = ("cloudformation", "delete_stack", {})
SENT: Answer = ("ssm", "send_command", {"Command": {"CommandId": COMMAND_ID}})
LISTED: Answer = ("ssm", "list_command_invocations", {"CommandInvocations": [{"InstanceId": "i-1"}]})
BEGUN: Answer = ("stepfunctions", "start_execution", {"executionArn": ARN, "startDate": "2026-01-01"})
IMAGE_INPUTS = {"InstanceId": "i-1", "ImageName": "abc"}
LOOK = {"Service": "ec2", "Api": "DescribeInstances", "PropertySelector": "$.Reservations[0].Instances..State.Name"}


class Wait(NamedTuple):
    """A step that has to wait.

    Attributes:
        action: Its action.
        inputs: Its inputs.
        begin: What is answered to begin with.
        looks: What is answered each time that it looks.
        end: Some of its outputs, or why it fails.
    """

    action: str
    inputs: Members
    begin: list[Answer]
    looks: list[list[Answer]]
    end: Members | str = {}  # noqa: RUF012 - nothing changes it


WAITS: dict[str, Wait] = {
    "instances whose checks have not passed": Wait(
        "changeInstanceState",
        {"InstanceIds": ["i-1"], "DesiredState": "running"},
        [STARTED],
        [
            *([instances()], [instances("pending")], [instances("running"), checks()]),
            *([instances("running"), checks("initializing")], [instances("running"), checks("ok")]),
        ],
    ),
    "instances that are only checked": Wait(
        "changeInstanceState",
        {"InstanceIds": ["i-1"], "DesiredState": "stopped", "CheckStateOnly": True},
        [],
        [[instances("running")], [instances("stopped")]],
    ),
    "instances that stop at once": Wait(
        "runInstances",
        {"ImageId": IMAGE, "IamInstanceProfileName": "p"},
        [LAUNCHED],
        [[instances("pending")], [instances("terminated")]],
        "Instance i-1 entered unexpected state: terminated",
    ),
    "a property": Wait(
        "waitForAwsResourceProperty",
        {**LOOK, "DesiredValues": ["running"]},
        [],
        [[instances()], [instances("pending")], [instances("running")]],
    ),
    "an image": Wait("createImage", IMAGE_INPUTS, [IMAGED], [[images()], [images("pending")], [images("available")]]),
    "a failed image": Wait(
        "copyImage",
        {"SourceImageId": "ami-0", "SourceRegion": "us-east-1", "ImageName": "abc"},
        [("ec2", "copy_image", {"ImageId": "ami-1"})],
        [[images("pending")], [images("failed")]],
        "Image ami-1 is failed",
    ),
    "a stack": Wait(
        "createStack",
        STACK,
        [CREATED],
        [[stack("CREATE_IN_PROGRESS")], [stack("CREATE_COMPLETE", StackStatusReason="done")]],
        {"StackId": ["id"], "StackStatus": ["CREATE_COMPLETE"], "StackStatusReason": ["done"]},
    ),
    "a stack that is rolled back": Wait(
        "createStack",
        STACK,
        [CREATED],
        [[stack("ROLLBACK_IN_PROGRESS")], [stack("ROLLBACK_COMPLETE", StackStatusReason="no")]],
        "Stack id is ROLLBACK_COMPLETE: no",
    ),
    "a deleted stack": Wait(
        "deleteStack",
        {"StackName": "s"},
        [stack("CREATE_COMPLETE"), DELETED],
        [[stack("DELETE_IN_PROGRESS")], [stack("DELETE_COMPLETE")]],
    ),
    "a stack that is not deleted": Wait(
        "deleteStack",
        {"StackName": "s"},
        [stack("CREATE_COMPLETE"), DELETED],
        [[stack("DELETE_IN_PROGRESS")], [stack("DELETE_FAILED")]],
        "Stack id is DELETE_FAILED",
    ),
    "a command on targets": Wait(
        "runCommand",
        {"DocumentName": "AWS-RunShellScript", "Targets": [{"Key": "tag:Role", "Values": ["web"]}]},
        [SENT, LISTED],
        [[invocation("InProgress")], [invocation("Success", StandardOutputContent="one")]],
        {"Output": ["one"]},
    ),
    "a state machine": Wait(
        "executeStateMachine",
        MACHINE,
        [BEGUN],
        [[machine("RUNNING")], [machine("SUCCEEDED", output='{"b": 2}')]],
        {"executionArn": [ARN], "output": ['{"b": 2}'], "status": ["SUCCEEDED"]},
    ),
    "a failed state machine": Wait(
        "executeStateMachine",
        MACHINE,
        [BEGUN],
        [[machine("RUNNING")], [machine("FAILED", error="E", cause="c")]],
        f"The execution {ARN} is FAILED. E: c",
    ),
}


@pytest.mark.parametrize("name", WAITS)
def test_what_takes_long_is_waited_for(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step looks once at each poll, until what it waits for is there, or can't come any more; it says which."""
    action, inputs, begin, looks, end = WAITS[name]
    queue = Queue(monkeypatch, *begin, *chain(*looks))
    declared = {"outputs": {"Mine": "$.Output"}} if "Output" in end else {}
    statuses, run = polled(inputs, action, polls=len(looks) + 1, **declared)
    ended = ["Failed" if isinstance(end, str) else "Success"] * 2
    assert statuses == ["InProgress"] * (len(looks) - 1) + ended
    if isinstance(end, str):
        assert run.text("it") == end
    else:
        assert run.outputs("it").items() >= end.items()
        assert run.outputs("it").get("Mine") == end.get("Output")
    queue.assert_empty()


@pytest.mark.parametrize(
    ("inputs", "sent"),
    [
        ({"InputPayload": {"a": 1}, "Payload": "not used"}, '{"a": 1}'),
        ({"Payload": '{"b": 2}', "LogType": "Tail", "Qualifier": ""}, '{"b": 2}'),
        ({}, None),
    ],
)
def test_a_function_is_invoked(inputs: Members, sent: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its payload, errors included, is what the step puts out."""
    answer = {"StatusCode": 200, "FunctionError": "Unhandled", "Payload": io.BytesIO(b'{"errorMessage": "no"}')}
    expected = {
        "FunctionName": "f",
        **({"LogType": "Tail"} if "LogType" in inputs else {}),
        **({"Payload": sent} if sent else {}),
    }
    Queue(monkeypatch, ("lambda", "invoke", answer, expected))
    run = polled({"FunctionName": "f", **inputs}, "invokeLambdaFunction", outputs={"Mine": "$.StatusCode"})[1]
    assert run.outputs("it") == {
        "StatusCode": ["200"],
        "FunctionError": ["Unhandled"],
        "Payload": ['{"errorMessage": "no"}'],
        "Mine": ["200"],
    }


@pytest.mark.parametrize(
    ("inputs", "use_docker", "answer", "is_run"),
    [
        ({}, True, "Simple Lambda happy path OK", False),
        ({}, False, "null", True),
        ({"Payload": "{}"}, False, "{}", False),
        ({"InputPayload": {"a": 1}}, False, '{"a": 1}', False),
        ({"InputPayload": {"a": 1}}, True, '{"a": 1}', True),
        ({"InputPayload": {"a": 1}}, False, '{"queued": 1}', True),
    ],
)
def test_a_function_that_moto_does_not_run_is_no_success(
    inputs: Members,
    use_docker: bool,  # noqa: FBT001
    answer: str,
    is_run: bool,  # noqa: FBT001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without Docker, moto returns the payload or a text of its own, unless the test has queued another response."""
    Queue(monkeypatch, ("lambda", "invoke", {"StatusCode": 200, "Payload": io.BytesIO(answer.encode())}))
    with moto.mock_aws(config={"lambda": {"use_docker": use_docker}}):
        if is_run:
            assert polled({"FunctionName": "f", **inputs}, "invokeLambdaFunction")[1].status == "Success"
            return
        with pytest.raises(FakeUsageError, match=r"it \(aws:invokeLambdaFunction\): moto runs no function here"):
            polled({"FunctionName": "f", **inputs}, "invokeLambdaFunction")


def test_a_stack_that_can_not_be_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not taken for one that is gone."""
    Queue(monkeypatch, ("cloudformation", "describe_stacks", {"Error": "AccessDenied"}))
    assert polled({"StackName": "s"}, "deleteStack")[1].text("it").startswith("An error occurred (AccessDenied)")


@pytest.mark.parametrize("executes", [False, True])
def test_motos_state_machines(executes: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    """Without its option, moto leaves each running for ever, which the error says."""
    Queue(monkeypatch, BEGUN, machine("RUNNING"), machine("SUCCEEDED"))
    with moto.mock_aws(config={"stepfunctions": {"execute_state_machine": executes}}):
        if executes:
            assert polled({"stateMachineArn": "m"}, "executeStateMachine")[1].status == "Success"
            return
        with pytest.raises(FakeUsageError, match="execute_state_machine is on: mock_aws"):
            polled({"stateMachineArn": "m"}, "executeStateMachine")


@pytest.mark.parametrize("name", WAITS)
def test_what_waits_can_be_stopped_and_times_out(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stop cancels the step, and `timeoutSeconds` ends it, by the clock of the run."""
    action, inputs, begin, looks, _ = WAITS[name]
    for status in ("Cancelled", "TimedOut"):
        Queue(monkeypatch, *begin, *looks[0] * 3)
        with AutomationFake(execute_steps=True, skip_sleep=True) as fake:
            bench = Bench(fake)
            execution_id = bench.begin(step("it", action, inputs, timeoutSeconds=30))
            assert {bench.poll(execution_id)["StepExecutions"][0]["StepStatus"] for _ in range(2)} == {"InProgress"}
            if status == "Cancelled":
                bench.client.stop_automation_execution(AutomationExecutionId=execution_id)
            else:
                time.sleep(31)
            shown = [bench.poll(execution_id) for _ in range(2)][-1]
            assert (shown["AutomationExecutionStatus"], shown["StepExecutions"][0]["StepStatus"]) == (status, status)
