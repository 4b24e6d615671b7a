"""The six operations, as any client meets them."""

from __future__ import annotations

from typing import Any

import model
import pytest
from botocore import xform_name
from botocore.exceptions import ClientError, ParamValidationError, ReadTimeoutError
from caller import poll, start

from pytest_ssm_automation import AutomationFake

ABSENT = "00000000-0000-4000-8000-000000000000"
ARN = "arn:aws:ssm:us-east-1:123456789012"
TOKEN = "01234567-89ab-cdef-ABCD-EF0123456789"
NAMES = {operation: xform_name(operation) for operation in model.OPERATIONS}
OF_ONE = [name for name in NAMES if "AutomationExecutionId" in model.input_shape(name).members]
RUNBOOK: dict[str, Any] = {
    "schemaVersion": "0.3",
    "parameters": {"InstanceId": {"type": "String"}, "Times": {"type": "Integer", "default": 1}},
    "mainSteps": [{"name": "ask", "action": "aws:approve"}, {"name": "act", "action": "aws:sleep"}],
}


def call(client: Any, operation: str, **members: Any) -> Any:
    """Call an operation by its name in the model, with defaults for required members."""
    needed: dict[str, Any] = {"DocumentName": "Doc"} if operation.startswith("Start") else {}
    if operation in OF_ONE:
        needed["AutomationExecutionId"] = ABSENT
    if operation.startswith("Send"):
        needed["SignalType"] = "Approve"
    return getattr(client, NAMES[operation])(**{**needed, **members})


def code(error: Any) -> str:
    """Give the code of a client's error."""
    return str(error.response["Error"]["Code"])


def refusal(client: Any, operation: str, **members: Any) -> str:
    """Call an operation that is refused, and return the error code."""
    with pytest.raises(ClientError) as caught:
        call(client, operation, **members)
    assert caught.value.operation_name == operation
    return code(caught.value)


def status(client: Any, execution_id: str) -> str:
    """Poll an execution, and return its status."""
    return str(poll(client, execution_id)["AutomationExecutionStatus"])


@pytest.mark.parametrize("operation", NAMES)
def test_each_is_checked_by_botocore(fake: AutomationFake, client: Any, operation: str) -> None:
    """Wrong types and unknown members raise botocore's own error, and are recorded."""
    fault = fake.fail_with("ThrottlingException", operation=operation)
    for members in ({"Nope": 1}, {next(iter(model.input_shape(operation).members)): 5}):
        with pytest.raises(ParamValidationError):
            call(client, operation, **members)
    assert [(each.operation, each.outcome, each.error) for each in fake.calls] == [
        (operation, "rejected", "ParamValidationError")
    ] * 2
    assert all(each.violations for each in fake.calls)
    assert fault.fired == 0


@pytest.mark.parametrize(
    ("operation", "members", "constraint"),
    [
        ("StartAutomationExecution", {"Mode": "auto"}, "Mode:enum"),
        (
            "GetAutomationExecution",
            {"AutomationExecutionId": "x" * 37},
            "GetAutomationExecution/AutomationExecutionId:max",
        ),
        ("DescribeAutomationExecutions", {"MaxResults": 51}, "DescribeAutomationExecutions/MaxResults:max"),
        (
            "DescribeAutomationStepExecutions",
            {"Filters": [{"Key": "Name", "Values": ["x"]}]},
            "DescribeAutomationStepExecutions/Filters[].Key:enum",
        ),
        ("StopAutomationExecution", {"Type": "cancel"}, "StopAutomationExecution/Type:enum"),
        ("SendAutomationSignal", {"SignalType": "Go"}, "SendAutomationSignal/SignalType:enum"),
    ],
)
def test_each_is_checked_by_the_service(
    fake: AutomationFake, client: Any, operation: str, members: dict[str, Any], constraint: str
) -> None:
    """What botocore lets through though the model forbids it is a ValidationException, before anything else."""
    fault = fake.fail_with("ThrottlingException", operation=operation)
    assert refusal(client, operation, **members) == "ValidationException"
    assert [violation.constraint for violation in fake.calls[0].violations] == [constraint]
    assert fault.fired == 0


@pytest.mark.parametrize(
    ("operation", "error"), [(name, error) for name in NAMES for error in (*model.documented_errors(name), "NoError")]
)
def test_each_documented_error_can_be_injected(fake: AutomationFake, client: Any, operation: str, error: str) -> None:
    """Each operation can fail with each error that it documents, as the client's own exception class."""
    error = "ThrottlingException" if error == "NoError" else error
    fault = fake.fail_with(error, operation=operation)
    with pytest.raises(getattr(client.exceptions, error, ClientError)) as caught:
        call(client, operation)
    assert code(caught.value) == error
    assert (fake.calls[-1].operation, fake.calls[-1].outcome, fake.calls[-1].error) == (operation, "failed", error)
    assert fault.fired == 1


def test_a_fault_is_for_its_operation(fake: AutomationFake, client: Any) -> None:
    """A fault of one operation does not affect others, and `when` accepts the members of its operation."""
    execution_id = start(client)
    fake.fail_with("InternalServerError", operation="StopAutomationExecution", when={"Type": "Complete"})
    assert status(client, execution_id) == "Pending"
    client.stop_automation_execution(AutomationExecutionId=execution_id)
    assert refusal(client, "StopAutomationExecution", Type="Complete") == "InternalServerError"


def test_a_lost_response_to_a_stop(fake: AutomationFake, client: Any) -> None:
    """The service has stopped the execution, though the caller could not know."""
    execution_id = start(client)
    fake.lose_response(operation="StopAutomationExecution")
    with pytest.raises(ReadTimeoutError):
        client.stop_automation_execution(AutomationExecutionId=execution_id)
    assert status(client, execution_id) == "Cancelling"
    assert (fake.calls[1].outcome, fake.calls[1].execution_id) == ("lost", execution_id)


def test_a_lost_replay_starts_nothing(fake: AutomationFake, client: Any) -> None:
    """A replay with a lost response does not count as a start in any assertion."""
    execution_id = start(client, ClientToken=TOKEN)
    fake.lose_response()
    with pytest.raises(ReadTimeoutError):
        start(client, ClientToken=TOKEN)
    assert fake.assert_started_once(ClientToken=TOKEN).id == execution_id
    fake.assert_no_duplicate_starts()


@pytest.mark.parametrize("operation", NAMES)
def test_each_is_recorded(fake: AutomationFake, client: Any, operation: str) -> None:
    """Each call is in `calls`, with its request and the execution that it is about."""
    execution = fake.add_execution("Doc", statuses=["Waiting"])
    members: dict[str, Any] = {"AutomationExecutionId": execution.id} if operation in OF_ONE else {}
    call(client, operation, **members)
    found = fake.assert_called(operation, times=1, region="us-east-1", **members)
    assert found is fake.calls[0]
    expected = {"StartAutomationExecution": fake.executions[-1].id, "DescribeAutomationExecutions": None}
    assert found.execution_id == expected.get(operation, execution.id)
    assert found.outcome == ("started" if operation == "StartAutomationExecution" else "answered")


@pytest.mark.parametrize(
    ("kind", "member"), [("StartStep", "StepName"), ("Resume", "StepName"), ("StopStep", "StepExecutionId")]
)
def test_a_signal_for_a_step_names_one(fake: AutomationFake, client: Any, kind: str, member: str) -> None:
    """These signals have to name a step, and one that the execution has."""
    steps = [{"StepName": "one", "StepExecutionId": "1"}, {"StepName": "two"}]
    execution = fake.add_execution("Doc", statuses=["Waiting"], steps=steps)
    given = {"AutomationExecutionId": execution.id, "SignalType": kind}
    assert refusal(client, "SendAutomationSignal", **given) == "InvalidAutomationSignalException"
    payloads: tuple[dict[str, list[str]], ...] = ({"Comment": ["x"]}, {member: []})
    for payload in payloads:
        assert refusal(client, "SendAutomationSignal", Payload=payload, **given) == "InvalidAutomationSignalException"
    assert (
        refusal(client, "SendAutomationSignal", Payload={member: ["x"]}, **given) == "AutomationStepNotFoundException"
    )
    known = execution.steps[0][member]
    client.send_automation_signal(Payload={member: [known]}, **given)
    assert execution.status == ("Cancelled" if kind == "StopStep" else "InProgress")


def test_a_scripted_id_that_aws_would_never_give(fake: AutomationFake, client: Any) -> None:
    """`exec-1` can be used with every operation, though botocore's own check refuses its length."""
    fake.script(["Waiting"], execution_id="exec-1")
    assert start(client) == "exec-1"
    assert status(client, "exec-1") == "Waiting"
    client.describe_automation_step_executions(AutomationExecutionId="exec-1")
    client.send_automation_signal(AutomationExecutionId="exec-1", SignalType="Approve")
    client.stop_automation_execution(AutomationExecutionId="exec-1")
    listed = client.describe_automation_executions(Filters=[{"Key": "ExecutionId", "Values": ["exec-1"]}])
    assert listed["AutomationExecutionMetadataList"][0]["AutomationExecutionId"] == "exec-1"
    fake.verify()


def test_another_impossible_id_is_refused_by_botocore(fake: AutomationFake, client: Any) -> None:
    """Only ids that the test has chosen are let through, and only their length is forgiven."""
    fake.script(["Waiting"], execution_id="exec-1")
    for given in ({"AutomationExecutionId": "exec-1"}, {"AutomationExecutionId": "exec-2"}):
        with pytest.raises(ParamValidationError):
            client.get_automation_execution(**given)
    start(client)
    with pytest.raises(ParamValidationError):
        client.get_automation_execution(AutomationExecutionId="exec-1", Nope=1)


def test_a_refused_start_leaves_its_token_free() -> None:
    """A token whose request was refused has started nothing, and may be used for another request."""
    with AutomationFake(execution_limit=1, seed="refused") as fake:
        running = fake.add_execution("Doc", statuses=["InProgress"])
        error = refusal(fake.client(), "StartAutomationExecution", ClientToken=TOKEN)
        assert error == "AutomationExecutionLimitExceededException"
        running.finish()
        assert start(fake.client(), DocumentName="Other", ClientToken=TOKEN) == fake.assert_started_once().id


def test_ended_executions_free_the_limit() -> None:
    """The limit counts what runs until its end was shown, or the test has finished it, in each Region."""
    with AutomationFake(execution_limit=1, seed="limit") as fake:
        client: Any = fake.client()
        first = start(client, ClientToken=TOKEN)
        for end in (
            lambda: [status(client, first) for _ in range(3)],
            lambda: fake.executions[-1].finish("Failed"),
            lambda: (
                client.stop_automation_execution(AutomationExecutionId=fake.executions[-1].id),
                [status(client, fake.executions[-1].id) for _ in range(2)],
            ),
        ):
            assert refusal(client, "StartAutomationExecution") == "AutomationExecutionLimitExceededException"
            assert start(client, ClientToken=TOKEN) == first  # a replay starts nothing
            end()
            start(client)
        fake.executions[-1].finish()
        fake.add_execution("Doc", statuses=["InProgress"])
        assert refusal(client, "StartAutomationExecution") == "AutomationExecutionLimitExceededException"
        start(fake.client("eu-central-1"))
        fake.verify()


def test_children_count_for_no_limit() -> None:
    """Executions on targets do not count for the limit."""
    with AutomationFake(execution_limit=2, seed="children") as fake:
        client = fake.client()
        targets = {"TargetParameterName": "Id", "Targets": [{"Key": "ParameterValues", "Values": ["a", "b"]}]}
        parent = start(client, **targets)
        assert [status(client, parent) for _ in range(2)] == ["Pending", "InProgress"]
        assert len(fake.execution(parent).children) == 2
        start(client)
        assert refusal(client, "StartAutomationExecution") == "AutomationExecutionLimitExceededException"


@pytest.mark.parametrize(
    ("name", "version", "expected"),
    [
        ("Run", None, "2"),
        ("Run", "$DEFAULT", "2"),
        ("Run", "$LATEST", "10"),
        ("Run", "1", "1"),
        (f"{ARN}:document/Run", None, "2"),
        (f"{ARN}:document/Run", "1", "1"),
        (f"{ARN}:document/Run:10", None, "10"),
        ("arn:aws-us-gov:ssm:us-east-1::automation-definition/Run:1", "$LATEST", "10"),
    ],
)
def test_versions(fake: AutomationFake, client: Any, name: str, version: str | None, expected: str) -> None:
    """Names and ARNs, with a version or without, mean what they mean in AWS; the default is the first registered."""
    for number in (2, "10", 1):
        fake.add_runbook(RUNBOOK, name="Run", version=number)
    given = {"DocumentVersion": version} if version else {}
    execution_id = start(client, DocumentName=name, Parameters={"InstanceId": ["i"]}, **given)
    shown = poll(client, execution_id)
    assert (shown["DocumentName"], shown["DocumentVersion"]) == ("Run", expected)
    assert shown["Parameters"] == {"InstanceId": ["i"], "Times": ["1"]}


def test_unknown_versions_and_documents() -> None:
    """Unknown versions are refused, and so are unknown documents if the option says so."""
    with AutomationFake(unknown_documents="reject", seed="unknown") as fake:
        fake.add_runbook(RUNBOOK, name="Run")
        client = fake.client()
        versions = {"DocumentName": "Run", "DocumentVersion": "9", "Parameters": {"InstanceId": ["i"]}}
        error = refusal(client, "StartAutomationExecution", **versions)
        assert error == "AutomationDefinitionVersionNotFoundException"
        for name in ("Doc", f"{ARN}:document/Run-Other"):
            error = refusal(client, "StartAutomationExecution", DocumentName=name)
            assert error == "AutomationDefinitionNotFoundException"
        fake.verify()
