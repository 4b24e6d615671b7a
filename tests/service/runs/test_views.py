"""Responses match the shapes of the model."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from botocore.validate import ParamValidator

from pytest_ssm_automation._service.checks import model
from pytest_ssm_automation._service.checks.patterns import compile_pattern

if TYPE_CHECKING:
    from pytest_ssm_automation import AutomationFake

RUNBOOK: dict[str, Any] = {
    "schemaVersion": "0.3",
    "description": "Asks, then acts",
    "parameters": {"Id": {"type": "String", "default": "i-0"}},
    "mainSteps": [{"name": "ask", "action": "aws:approve"}, {"name": "act", "action": "aws:sleep"}],
}
STARTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "registered": {"DocumentName": "arn:aws:ssm:us-east-1:123456789012:document/Run", "DocumentVersion": "$LATEST"},
    "interactive": {"Mode": "Interactive"},
    "targets": {
        "TargetParameterName": "Id",
        "Targets": [{"Key": "ParameterValues", "Values": ["a", "b"]}],
        "MaxConcurrency": "1",
        "MaxErrors": "50%",
    },
    "maps": {"TargetMaps": [{"Id": ["a"]}, {"Id": ["b"], "Size": ["c"]}]},
    "locations": {
        "TargetLocations": [{"Accounts": ["111111111111"], "Regions": ["us-east-1", "eu-west-1"]}],
        "AlarmConfiguration": {"Alarms": [{"Name": "CPU"}]},
    },
    "everything": {
        "Parameters": {"Id": ["i-1"]},
        "Tags": [{"Key": "Env", "Value": "prod"}],
        "TargetLocationsURL": "https://bucket.s3.us-east-1.amazonaws.com/locations.json",
    },
}
OUTPUTS = {operation: model.output_shape(operation) for operation in (*model.OPERATIONS, *model.DOCUMENT_OPERATIONS)}


def mismatches(shape: Any, value: Any, path: str = "") -> list[str]:
    """Say where a value has not what a shape's patterns and enumerations want, or a time has no zone or fraction."""
    if shape.type_name == "structure":
        return [found for name in value for found in mismatches(shape.members[name], value[name], f"{path}.{name}")]
    if shape.type_name == "list":
        return [found for item in value for found in mismatches(shape.member, item, f"{path}[]")]
    if shape.type_name == "map":
        pairs = ((shape.key, key, "key") for key in value), ((shape.value, item, "value") for item in value.values())
        return [found for kind in pairs for inner, item, what in kind for found in mismatches(inner, item, path + what)]
    if isinstance(value, datetime):
        return [] if value.tzinfo and value.microsecond else [f"{path}: {value}"]
    pattern, names = shape.metadata.get("pattern"), shape.metadata.get("enum")
    wrong = (pattern and not compile_pattern(pattern).fullmatch(value)) or (names and value not in names)
    return [f"{path}: {value!r}"] if wrong else []


def check(operation: str, answer: dict[str, Any]) -> None:
    """Check an answer against its shape."""
    members = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
    report = ParamValidator().validate(members, OUTPUTS[operation])
    assert not report.has_errors(), report.generate_report()
    assert mismatches(OUTPUTS[operation], members) == []


def check_all(client: Any, execution_id: str) -> None:
    """Poll an execution by every operation that shows it."""
    given = {"AutomationExecutionId": execution_id}
    check("DescribeAutomationStepExecutions", client.describe_automation_step_executions(**given))
    check("GetAutomationExecution", client.get_automation_execution(**given))
    for key in ("ExecutionId", "ParentExecutionId"):
        filters = [{"Key": key, "Values": [execution_id]}]
        check("DescribeAutomationExecutions", client.describe_automation_executions(Filters=filters))


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.needs(*STARTS[name])) for name in STARTS],
)
def test_every_answer_has_the_shape_of_its_operation(fake: AutomationFake, client: Any, name: str) -> None:
    """From the start to the end, and through stop and signal, all that is answered is what the model promises."""
    fake.add_runbook(RUNBOOK, name="Run")
    answers = [client.start_automation_execution(**{"DocumentName": "Doc", **STARTS[name]}) for _ in range(3)]
    for answer in answers:
        check("StartAutomationExecution", answer)
    polled, signalled, stopped = (answer["AutomationExecutionId"] for answer in answers)
    for _ in range(6):
        check_all(client, polled)
    if name in {"interactive", "registered"}:
        for _ in range(3):
            check_all(client, signalled)
        given = {"interactive": ("Resume", {"StepName": ["any"]}), "registered": ("Reject", {})}[name]
        answer = client.send_automation_signal(
            AutomationExecutionId=signalled, SignalType=given[0], **({"Payload": given[1]} if given[1] else {})
        )
        check("SendAutomationSignal", answer)
    check("StopAutomationExecution", client.stop_automation_execution(AutomationExecutionId=stopped))
    for execution_id in (signalled, stopped):
        for _ in range(3):
            check_all(client, execution_id)


@pytest.mark.parametrize("status", model.enum("AutomationExecutionStatus"))
def test_answers_of_every_status_have_their_shape(fake: AutomationFake, client: Any, status: str) -> None:
    """Responses with any scripted status match the model."""
    fake.script([status], steps=[{"StepName": "a", "Inputs": {"x": "{}"}}, {}], outputs={"o": ["p"]})
    check_all(client, client.start_automation_execution(DocumentName="Doc")["AutomationExecutionId"])


def test_answers_about_documents_have_their_shape(fake: AutomationFake, client: Any) -> None:
    """Registered runbooks are described as documents are."""
    fake.add_runbook(RUNBOOK, name="Run")
    check("DescribeDocument", client.describe_document(Name="Run"))
    for form in ("JSON", "YAML", "TEXT"):
        check("GetDocument", client.get_document(Name="Run", DocumentFormat=form))
    check("ListDocumentVersions", client.list_document_versions(Name="Run"))


def test_the_check_sees_what_is_wrong() -> None:
    """The check of these tests finds wrong responses."""
    shape = OUTPUTS["GetAutomationExecution"]
    wrong = {"DocumentName": "a/b", "AutomationExecutionStatus": "Done", "ExecutionStartTime": datetime(2030, 1, 1)}  # noqa: DTZ001
    assert len(mismatches(shape, {"AutomationExecution": wrong})) == 3


def test_what_a_plain_execution_shows(fake: AutomationFake, client: Any) -> None:
    """GetAutomationExecution answers these members, and none that has no value."""
    execution_id = client.start_automation_execution(DocumentName="Doc", Parameters={"A": ["b"]})
    shown = client.get_automation_execution(AutomationExecutionId=execution_id["AutomationExecutionId"])
    assert shown["AutomationExecution"] == {
        "AutomationExecutionId": fake.executions[0].id,
        "DocumentName": "Doc",
        "DocumentVersion": "1",
        "ExecutionStartTime": fake.executions[0].started_at,
        "AutomationExecutionStatus": "Pending",
        "StepExecutions": [],
        "StepExecutionsTruncated": False,
        "Parameters": {"A": ["b"]},
        "Outputs": {},
        "Mode": "Auto",
        "ExecutedBy": "arn:aws:sts::123456789012:assumed-role/test-role/test-session",
        "Targets": [],
        "ResolvedTargets": {"ParameterValues": [], "Truncated": False},
    }


def test_members_that_the_installed_model_lacks(
    fake: AutomationFake, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With an older botocore, answers have nothing that its model does not know."""
    known = model.members("AutomationExecution") - {"TargetsSummary"}
    monkeypatch.setattr(model, "members", lambda _: known)
    execution_id = client.start_automation_execution(DocumentName="Doc", **STARTS["targets"])["AutomationExecutionId"]
    shown = client.get_automation_execution(AutomationExecutionId=execution_id)["AutomationExecution"]
    assert "ProgressCounters" in shown
    assert "TargetsSummary" not in shown
