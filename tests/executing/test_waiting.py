"""The actions that wait for AWS, and what moto does not do, with answers in an order."""

from __future__ import annotations

import io
import time
from typing import Any

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


END = "Please refer to Automation Service Troubleshooting Guide for more diagnosis details."


class Queue:
    """Answers of services, in order, in place of moto's.

    Attributes:
        asked: The operations, with their inputs.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: tuple[Any, ...]) -> None:
        """Give each step a client that answers `(service, method, response)`, or also checks the inputs."""
        self._stubbers: dict[str, Stubber] = {}
        session = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1")
        for service, method, response, *expected in answers:
            if service not in self._stubbers:
                self._stubbers[service] = Stubber(session.client(service))
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


def test_instances_are_running_once_their_checks_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """A state of `running` alone does not suffice."""

    def described(*states: str) -> Answer:
        instances = [{"InstanceId": "i-1", "State": {"Name": each}} for each in states]
        return "ec2", "describe_instances", {"Reservations": [{"Instances": instances}]}

    def checked(*checks: str) -> Answer:
        statuses = [{"InstanceStatus": {"Status": each}, "SystemStatus": {"Status": "ok"}} for each in checks]
        return "ec2", "describe_instance_status", {"InstanceStatuses": statuses}

    queue = Queue(
        monkeypatch,
        ("ec2", "start_instances", {}),
        described(),
        described("pending"),
        described("running"),
        checked(),
        described("running"),
        checked("initializing"),
        described("running"),
        checked("ok"),
    )
    statuses, _ = polled({"InstanceIds": ["i-1"], "DesiredState": "running"}, "changeInstanceState", polls=5)
    assert statuses == ["InProgress"] * 4 + ["Success"]
    queue.assert_empty()


def test_instances_that_stop_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are not ready to be used."""
    run_instances = ("ec2", "run_instances", {"Instances": [{"InstanceId": "i-1"}]})

    def described(name: str) -> Answer:
        return "ec2", "describe_instances", {"Reservations": [{"Instances": [{"State": {"Name": name}}]}]}

    Queue(
        monkeypatch,
        run_instances,
        described("pending"),
        described("terminated"),
    )
    statuses, run = polled({"ImageId": IMAGE, "IamInstanceProfileName": "p"}, "runInstances")
    assert statuses == ["InProgress", "Failed", "Failed", "Failed"]
    ready = "verifying launched instance(s) are ready to be used"
    assert run.step("it")["FailureMessage"] == (
        f"Step fails when it is {ready}. Instance i-1 entered unexpected state: terminated. {END}"
    )


def test_instances_that_are_not_launched(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message has the texts of AWS's page about troubleshooting."""
    Queue(monkeypatch, ("ec2", "run_instances", {"Error": "InvalidAMIID.NotFound"}))
    _, run = polled({"ImageId": "ami-1"}, "runInstances")
    assert run.step("it")["FailureMessage"] == (
        "Automation Step Execution fails when it is launching the instance(s). "
        "Get Exception from RunInstances API of ec2 Service. Exception Message from RunInstances API: "
        f"[told (Service: AmazonEC2; Status Code: 400; Error Code: InvalidAMIID.NotFound)]. {END}"
    )


def test_an_image_that_takes_long_or_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is waited for, also before it is found; a state that it can't leave fails the step."""
    made = ("ec2", "create_image", {"ImageId": "ami-1"})

    def images(*states: str) -> Answer:
        return "ec2", "describe_images", {"Images": [{"State": each} for each in states]}

    inputs = {"InstanceId": "i-1", "ImageName": "abc"}
    Queue(monkeypatch, made, images(), images("pending"), images("available"))
    assert polled(inputs, "createImage")[0] == ["InProgress", "InProgress", "Success", "Success"]
    Queue(monkeypatch, made, images("pending"), images("failed"))
    statuses, run = polled(inputs, "createImage")
    assert (statuses[1], run.text("it")) == ("Failed", "Image ami-1 is failed")


def test_a_stack_that_takes_long_or_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is waited for; the reason of a failure is in the message."""

    def stack(status: str, **members: Any) -> Answer:
        shown = {"StackName": "s", "StackId": "id", "CreationTime": "2026-01-01", "StackStatus": status, **members}
        return "cloudformation", "describe_stacks", {"Stacks": [shown]}

    made: Answer = ("cloudformation", "create_stack", {"StackId": "id"})
    deleted: Answer = ("cloudformation", "delete_stack", {})
    inputs = {"StackName": "s", "TemplateBody": "{}"}
    Queue(monkeypatch, made, stack("CREATE_IN_PROGRESS"), stack("CREATE_COMPLETE", StackStatusReason="done"))
    statuses, run = polled(inputs, "createStack")
    assert (statuses[:2], run.outputs("it")["StackStatusReason"]) == (["InProgress", "Success"], ["done"])
    Queue(monkeypatch, made, stack("ROLLBACK_IN_PROGRESS"), stack("ROLLBACK_COMPLETE", StackStatusReason="no"))
    assert polled(inputs, "createStack")[1].text("it") == "Stack id is ROLLBACK_COMPLETE: no"
    Queue(monkeypatch, made, stack("CREATE_FAILED"))
    assert polled(inputs, "createStack")[1].text("it") == "Stack id is CREATE_FAILED"
    Queue(monkeypatch, stack("CREATE_COMPLETE"), deleted, stack("DELETE_IN_PROGRESS"), stack("DELETE_COMPLETE"))
    assert polled({"StackName": "s"}, "deleteStack")[0][:2] == ["InProgress", "Success"]
    Queue(monkeypatch, stack("CREATE_COMPLETE"), deleted, stack("DELETE_FAILED"))
    assert polled({"StackName": "s"}, "deleteStack")[1].text("it") == "Stack id is DELETE_FAILED"
    Queue(monkeypatch, ("cloudformation", "describe_stacks", {"Error": "AccessDenied"}))
    assert polled({"StackName": "s"}, "deleteStack")[1].text("it").startswith("An error occurred (AccessDenied)")


COMMAND = {"DocumentName": "AWS-RunShellScript", "InstanceIds": ["i-1", "i-2"], "Parameters": {"commands": "date"}}


def command(*invocations: Members) -> list[Answer]:
    """Return the answers for a command."""
    sent = ("ssm", "send_command", {"Command": {"CommandId": COMMAND_ID}})
    return [sent, *(("ssm", "get_command_invocation", each) for each in invocations)]


def test_a_command_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is waited for on each instance; outputs are joined, the response code is the highest."""
    Queue(
        monkeypatch,
        *command(
            {"Status": "InProgress"},
            {"Status": "Success", "ResponseCode": 0, "StandardOutputContent": "one"},
            {"Status": "Success", "ResponseCode": 2, "StandardOutputContent": "two"},
        ),
    )
    statuses, run = polled(COMMAND, "runCommand", outputs={"Mine": "$.Output"})
    assert statuses[:2] == ["InProgress", "Success"]
    assert run.outputs("it") == {
        "Status": ["Success"],
        "ResponseCode": ["2"],
        "Output": ["one\ntwo"],
        "CommandId": [COMMAND_ID],
        "Mine": ["one\ntwo"],
    }


def test_a_command_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message has what it puts out, as AWS writes it, with errors after a line of their own."""
    told = "failed to run commands: exit status 1"
    Queue(monkeypatch, *command({"Status": "Failed", "ResponseCode": 1, "StandardErrorContent": told}))
    failed = polled(COMMAND, "runCommand")[1].step("it")["FailureMessage"]
    output = rf"\n----------ERROR-------\n{told}"
    payload = f'{{"Status":"Failed","ResponseCode":1,"Output":"{output}","CommandId":"{COMMAND_ID}"}}'
    shown = output.replace(r"\n", "\n")
    assert failed == (
        "Step fails when it is verifying the command has completed. "
        f"Command {COMMAND_ID} returns unexpected invocation result: \n{{Status=[Failed], ResponseCode=[1], "
        f"Output=[{shown}], OutputPayload=[{payload}], CommandId=[{COMMAND_ID}]}}. {END}"
    )


def test_a_command_on_targets(monkeypatch: pytest.MonkeyPatch) -> None:
    """The instances are those of its invocations."""
    sent, found = command({"Status": "Success", "StandardOutputContent": "one"})
    listed = ("ssm", "list_command_invocations", {"CommandInvocations": [{"InstanceId": "i-1"}]})
    Queue(monkeypatch, sent, listed, found)
    inputs = {"DocumentName": "AWS-RunShellScript", "Targets": [{"Key": "tag:Role", "Values": ["web"]}]}
    assert polled(inputs, "runCommand")[1].outputs("it")["Output"] == ["one"]


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


ARN = "arn:aws:states:us-east-1:123456789012:execution:m:e"


def machine(status: str, **members: Any) -> Answer:
    """Return a description of an execution."""
    shown = {"executionArn": ARN, "stateMachineArn": "m", "status": status, "startDate": "2026-01-01", **members}
    return "stepfunctions", "describe_execution", shown


def test_a_state_machine_is_executed(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is waited for; its description is what the step puts out, or why it failed."""
    started = ("stepfunctions", "start_execution", {"executionArn": ARN, "startDate": "2026-01-01"})
    inputs = {"stateMachineArn": "m", "input": '{"a": 1}'}
    Queue(monkeypatch, started, machine("RUNNING"), machine("SUCCEEDED", output='{"b": 2}'))
    statuses, run = polled(inputs, "executeStateMachine")
    assert statuses[:2] == ["InProgress", "Success"]
    assert {name: run.outputs("it")[name] for name in ("executionArn", "output", "status")} == {
        "executionArn": [ARN],
        "output": ['{"b": 2}'],
        "status": ["SUCCEEDED"],
    }
    for members, text in (({}, ""), ({"error": "E", "cause": "c"}, ". E: c")):
        Queue(monkeypatch, started, machine("FAILED", **members))
        assert polled(inputs, "executeStateMachine")[1].text("it") == f"The execution {ARN} is FAILED{text}"


@pytest.mark.parametrize("executes", [False, True])
def test_motos_state_machines(executes: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    """Without its option, moto leaves each running for ever, which the error says."""
    started = ("stepfunctions", "start_execution", {"executionArn": ARN, "startDate": "2026-01-01"})
    Queue(monkeypatch, started, machine("RUNNING"), machine("SUCCEEDED"))
    with moto.mock_aws(config={"stepfunctions": {"execute_state_machine": executes}}):
        if executes:
            assert polled({"stateMachineArn": "m"}, "executeStateMachine")[1].status == "Success"
            return
        with pytest.raises(FakeUsageError, match="execute_state_machine is on: mock_aws"):
            polled({"stateMachineArn": "m"}, "executeStateMachine")


STACK = {"StackName": "s", "CreationTime": "2026-01-01", "StackStatus": "CREATE_IN_PROGRESS"}
# What is answered to begin with, and then each time that the step looks.
GOING_ON: dict[str, tuple[list[Answer], str, Members]] = {
    "changeInstanceState": (
        [],
        "describe_instances",
        {"Reservations": [{"Instances": [{"State": {"Name": "pending"}}]}]},
    ),
    "createImage": (
        [("ec2", "create_image", {"ImageId": "ami-1"})],
        "describe_images",
        {"Images": [{"State": "pending"}]},
    ),
    "copyImage": ([("ec2", "copy_image", {"ImageId": "ami-1"})], "describe_images", {"Images": []}),
    "runInstances": (
        [("ec2", "run_instances", {"Instances": [{"InstanceId": "i-1"}]})],
        "describe_instances",
        {"Reservations": []},
    ),
    "waitForAwsResourceProperty": ([], "describe_instances", {"Reservations": []}),
    "deleteStack": (
        [("cloudformation", "describe_stacks", {"Stacks": [STACK]}), ("cloudformation", "delete_stack", {})],
        "describe_stacks",
        {"Stacks": [STACK]},
    ),
    "createStack": ([("cloudformation", "create_stack", {"StackId": "id"})], "describe_stacks", {"Stacks": [STACK]}),
    "runCommand": (command(), "get_command_invocation", {"Status": "InProgress"}),
    "executeStateMachine": (
        [("stepfunctions", "start_execution", {"executionArn": ARN, "startDate": "2026-01-01"})],
        *machine("RUNNING")[1:],
    ),
}


@pytest.mark.parametrize(
    ("action", "inputs"),
    [
        ("changeInstanceState", {"InstanceIds": ["i-1"], "DesiredState": "stopped", "CheckStateOnly": True}),
        ("createImage", {"InstanceId": "i-1", "ImageName": "abc"}),
        ("copyImage", {"SourceImageId": "ami-0", "SourceRegion": "us-east-1", "ImageName": "abc"}),
        ("runInstances", {"ImageId": IMAGE}),
        (
            "waitForAwsResourceProperty",
            {
                "Service": "ec2",
                "Api": "DescribeInstances",
                "PropertySelector": "$.Reservations[0]",
                "DesiredValues": [],
            },
        ),
        ("createStack", {"StackName": "s", "TemplateBody": "{}"}),
        ("deleteStack", {"StackName": "s"}),
        ("runCommand", COMMAND),
        ("executeStateMachine", {"stateMachineArn": "m"}),
    ],
)
def test_what_waits_can_be_stopped_and_times_out(action: str, inputs: Members, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stop cancels the step, and `timeoutSeconds` ends it, by the clock of the run."""
    begin, method, response = GOING_ON[action]
    answers = [*begin, *[(begin[0][0] if begin else "ec2", method, response)] * 3]
    for stops in (True, False):
        Queue(monkeypatch, *answers)
        with AutomationFake(execute_steps=True, skip_sleep=True) as fake:
            bench = Bench(fake)
            execution_id = bench.begin(step("it", action, inputs, timeoutSeconds=30))
            assert {bench.poll(execution_id)["StepExecutions"][0]["StepStatus"] for _ in range(2)} == {"InProgress"}
            if stops:
                bench.client.stop_automation_execution(AutomationExecutionId=execution_id)
            else:
                time.sleep(31)
            shown = [bench.poll(execution_id) for _ in range(2)][-1]
            status = "Cancelled" if stops else "TimedOut"
            assert (shown["AutomationExecutionStatus"], shown["StepExecutions"][0]["StepStatus"]) == (status, status)
