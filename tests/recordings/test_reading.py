"""The file of a recorded execution: what is read, and what is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from caller import poll, start, statuses

from pytest_ssm_automation import AutomationFake, FakeUsageError

if TYPE_CHECKING:
    from pathlib import Path

STEP = {"StepName": "wait", "Action": "aws:sleep", "StepStatus": "Success", "ExecutionStartTime": 1739390346.154}
EXECUTION = {
    "AutomationExecutionId": "4105a4fc-f944-11e6-9d32-8fb2db27a909",
    "DocumentName": "Bake",
    "DocumentVersion": "1",
    "AutomationExecutionStatus": "Success",
    "ExecutionStartTime": "2025-02-12T14:59:05.719000-05:00",
    "StepExecutions": [STEP],
    "StepExecutionsTruncated": False,
}
CONTENT = {"schemaVersion": "0.3", "mainSteps": [{"name": "wait", "action": "aws:sleep"}]}
DOCUMENT = {"Name": "Bake", "Content": json.dumps(CONTENT), "DocumentFormat": "JSON"}
CHILD = {**EXECUTION, "AutomationExecutionId": "5105a4fc-f944-11e6-9d32-8fb2db27a909"}
WHOLE = {
    "AutomationExecution": EXECUTION,
    "StepExecutions": [STEP, {**STEP, "StepName": "last"}],
    "Document": DOCUMENT,
    "Children": [{"AutomationExecution": CHILD}],
    "Redacted": ["Password"],
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give the path of a file."""
    return tmp_path / "run.json"


def read_recording(path: Any) -> dict[str, Any]:
    """Replay a recording, and return what a caller sees in the end."""
    with AutomationFake() as fake:
        fake.replay(path)
        execution_id = start(fake.client(), DocumentName="Bake")
        statuses(fake.client(), execution_id, 4)
        return poll(fake.client(), execution_id)


def test_a_recording_is_read(file: Path) -> None:
    """All members are read as they are; the separate list of steps wins."""
    file.write_text(json.dumps({**WHOLE, "ResponseMetadata": {}}))
    shown = read_recording(str(file))
    assert (shown["DocumentName"], shown["AutomationExecutionStatus"]) == ("Bake", "Success")
    assert [step["StepName"] for step in shown["StepExecutions"]] == ["wait", "last"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_output_of_the_cli_is_a_recording(file: Path, encoding: str) -> None:
    """`aws ssm get-automation-execution > file` is enough, also in the encoding of Windows PowerShell."""
    execution = {**EXECUTION, "FailureMessage": None, "Targets": None}
    file.write_text(json.dumps({"AutomationExecution": execution}), encoding=encoding)
    shown = read_recording(file)
    assert [step["StepName"] for step in shown["StepExecutions"]] == ["wait"]
    assert "FailureMessage" not in shown


def test_members_that_aws_has_added_are_left_out(file: Path) -> None:
    """A member that the installed botocore does not know is ignored, as botocore ignores it in a response."""
    file.write_text(json.dumps({"AutomationExecution": {**EXECUTION, "BrandNew": {"A": 1}}}))
    assert "BrandNew" not in read_recording(file)


DAMAGES: list[tuple[list[Any], Any, str | None]] = [
    (["AutomationExecution"], None, "AutomationExecution: missing"),
    (["AutomationExecution", "Outputs"], {"a.b": "c"}, "AutomationExecution.Outputs.a.b: expected a list, got 'c'"),
    (
        ["AutomationExecution", "ExecutionEndTime"],
        "soon",
        "AutomationExecution.ExecutionEndTime: expected a time, got 'soon'",
    ),
    (
        ["AutomationExecution", "ExecutionEndTime"],
        True,
        "AutomationExecution.ExecutionEndTime: expected a time, got True",
    ),
    (
        ["AutomationExecution", "ExecutionEndTime"],
        1e300,
        "AutomationExecution.ExecutionEndTime: expected a time, got 1e",
    ),
    (["AutomationExecution", "Autput"], {}, None),
    (["Region"], 5, "Region: expected a string, got 5"),
    (
        ["AutomationExecution", "FailureMesage"],
        "No",
        "AutomationExecution.FailureMesage: unknown; did you mean 'FailureMessage'?",
    ),
    (["StepExecutions", 1, "StepStatus"], None, "StepExecutions[1].StepStatus: missing"),
    (
        ["StepExecutions", 1, "StepStatus"],
        "Succes",
        "StepExecutions[1].StepStatus: 'Succes' is not a AutomationExecutionStatus; did you mean 'Success'?",
    ),
    (["StepExecutions", 0, "IsEnd"], 1, "StepExecutions[0].IsEnd: expected true or false, got 1"),
    (["StepExecutions", 0, "MaxAttempts"], True, "StepExecutions[0].MaxAttempts: expected a whole number, got True"),
    (["StepExecutions"], {}, "StepExecutions: expected a list, got {}"),
    (["Document", "DocumentFormat"], "XML", "Document.DocumentFormat: 'XML' is not a DocumentFormat; expected one of"),
    (["Children", 0, "AutomationExecution"], None, "Children[0].AutomationExecution: missing"),
    (["Children", 0], 5, "Children[0]: expected an object, got 5"),
    (["Children", 0, "AutomationExecution", "StepExecutions"], None, "Children[0].StepExecutions: missing"),
    (["Children", 0, "StepExecution"], [], "Children[0].StepExecution: unknown; did you mean 'StepExecutions'?"),
    (["Redacted"], "x" * 200, f"Redacted: expected a list, got '{'x' * 99}..."),
]


@pytest.mark.parametrize(("place", "value", "line"), DAMAGES)
def test_each_missing_or_wrong_member_is_named(file: Path, place: list[Any], value: Any, line: str | None) -> None:
    """A damaged file is refused with the path of the member, what it has and what is allowed."""
    whole = json.loads(json.dumps(WHOLE))
    inside: Any = whole
    for each in place[:-1]:
        inside = inside[each]
    inside[place[-1]] = value
    file.write_text(json.dumps(whole))
    if line is None:
        read_recording(file)
        return
    with pytest.raises(FakeUsageError) as caught:
        read_recording(file)
    first, *lines = str(caught.value).split("\n  ")
    assert first == f"{file} is not a recorded execution:"
    assert [each[: len(line)] for each in lines] == [line]


def test_all_problems_are_named_at_once(file: Path) -> None:
    """A file that is wrong in several places is refused with all of them."""
    file.write_text('{"AutomationExecution": {"StepExecutions": [{}]}}')
    with pytest.raises(FakeUsageError) as caught:
        read_recording(file)
    assert [line.removesuffix(": missing") for line in str(caught.value).split("\n  ")[1:]] == [
        "AutomationExecution.AutomationExecutionId",
        "AutomationExecution.DocumentName",
        "AutomationExecution.AutomationExecutionStatus",
        "AutomationExecution.StepExecutions[0].StepName",
        "AutomationExecution.StepExecutions[0].Action",
        "AutomationExecution.StepExecutions[0].StepStatus",
    ]


def test_steps_that_are_not_all_are_refused(file: Path) -> None:
    """The response of an execution with many steps lacks some, and the message says how to get them."""
    file.write_text(json.dumps({"AutomationExecution": {**EXECUTION, "StepExecutionsTruncated": True}}))
    with pytest.raises(FakeUsageError, match="are not all; add the output of aws ssm describe-automation-step-exec"):
        read_recording(file)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"{", "run.json is not JSON: line 1, column 2: Expecting property name"),
        (b"[" * 200, "run.json is not JSON: it is nested too deeply"),
        (b'"\xff"', "run.json is not JSON: 'utf-8' codec can't decode"),
        (b"[]", "the file: expected an object, got []"),
        (None, "run.json cannot be read: No such file or directory"),
    ],
)
def test_what_is_no_json_object_is_refused(file: Path, raw: bytes | None, message: str) -> None:
    """A file that cannot be read, or has something else in it, is refused with the reason."""
    if raw is not None:
        file.write_bytes(raw)
    with pytest.raises(FakeUsageError) as caught:
        read_recording(file)
    assert message in str(caught.value)


def test_what_is_no_path_is_refused() -> None:
    """A mapping is not a path."""
    with pytest.raises(FakeUsageError, match=r"Expected the path of a recorded execution, but got \{\} \(type=dict\)"):
        read_recording({})
