"""The command `python -m pytest_ssm_automation record`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import moto
import pytest
from caller import runbook
from recordings.taking import api, content, ended, recorded

from pytest_ssm_automation import AutomationFake
from pytest_ssm_automation.__main__ import main
from pytest_ssm_automation._recordings.anonymous import anonymized

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

UNKNOWN = "4105a4fc-f944-11e6-9d32-8fb2db27a909"
JANE = "arn:aws:sts::999988887777:assumed-role/Admin/jane@example.com"


def starts(name: str, document_name: str, **parameters: Any) -> dict[str, Any]:
    """Write a step that starts an execution."""
    inputs = {"DocumentName": document_name, "RuntimeParameters": parameters}
    return {"name": name, "action": "aws:executeAutomation", "inputs": inputs}


RUNBOOK = runbook(*({"name": f"s{number}"} for number in range(60)))
PARENT = runbook(starts("start0", "Book"), starts("start1", "Book"))
VAULT = runbook(
    starts("start", "Secret", Password=["{{ Password }}"]),
    parameters={"Password": {"type": "String"}, "Plain": {"type": "String", "default": ""}},
)
SECRET = runbook(
    api(
        "get",
        {"Url": "https://u:{{ Password }}@host", "All": ["{{ Map }}"], "Port": "{{ Port }}"},
        outputs=[{"Name": "Token", "Type": "String", "Selector": "$.t"}],
    ),
    api("use", {"T": "{{ get.Token }}"}),
    parameters={
        "Password": {"type": "String"},
        "Map": {"type": "StringMap", "default": {}},
        "Port": {"type": "Integer", "default": 5},
    },
    outputs=["get.Token"],
)


@pytest.fixture
def fake() -> Iterator[AutomationFake]:
    """Give a fake with runbooks."""
    with AutomationFake() as fake:
        for name, runbook in (("Book", RUNBOOK), ("Parent", PARENT), ("Secret", SECRET), ("Vault", VAULT)):
            fake.add_runbook(runbook, name=name)
        yield fake


def test_an_execution_is_recorded(fake: AutomationFake, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file has the execution, all pages of its steps, and its runbook; what it may reveal is said."""
    execution_id = ended(fake, DocumentName="Book")
    path = recorded(tmp_path / "tests" / "runs", execution_id)
    found = content(path)
    assert list(found) == ["Region", "AutomationExecution", "StepExecutions", "Document"]
    assert found["AutomationExecution"]["AutomationExecutionId"] == execution_id
    assert found["AutomationExecution"]["ExecutedBy"] == ("arn:aws:sts::123456789012:assumed-role/test-role/test-user")
    assert [step["StepName"] for step in found["StepExecutions"]] == [step["name"] for step in RUNBOOK["mainSteps"]]
    assert found["StepExecutions"][0]["ExecutionStartTime"].endswith("+00:00")
    assert json.loads(found["Document"].pop("Content")) == RUNBOOK
    assert found["Document"] == {"Name": "Book", "DocumentVersion": "1", "DocumentFormat": "JSON"}
    out = capsys.readouterr().out
    assert out.startswith(f"Wrote {path}\nAccounts and principals were replaced. Parameters, inputs and outputs")
    read_only = {"GetAutomationExecution", "DescribeAutomationStepExecutions", "GetDocument"}
    assert {call.operation for call in fake.calls} == {"StartAutomationExecution", *read_only}


def test_children_are_recorded_on_demand(fake: AutomationFake, tmp_path: Path) -> None:
    """`--children` adds the executions that it started, oldest first, and those that they started."""
    execution_id = ended(fake, DocumentName="Parent")
    children = fake.execution(execution_id).children
    assert "Children" not in content(recorded(tmp_path / "without", execution_id))
    found = content(recorded(tmp_path, execution_id, "--children"))["Children"]
    assert [child["AutomationExecution"]["AutomationExecutionId"] for child in found] == [each.id for each in children]
    assert [len(child["StepExecutions"]) for child in found] == [60, 60]
    assert [child["Children"] for child in found] == [[], []]


def test_nothing_is_overwritten_without_force(
    fake: AutomationFake, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An existing file is kept, and the others are written; `--force` replaces it."""
    ids = [ended(fake, DocumentName="Book") for _ in range(2)]
    kept = tmp_path / f"{ids[0]}.json"
    kept.write_text("{}")
    command = ["record", *ids, "--to", str(tmp_path), "--region", "us-east-1"]
    assert main(command) == 1
    assert kept.read_text() == "{}"
    assert (tmp_path / f"{ids[1]}.json").exists()
    assert capsys.readouterr().err == f"Error: {ids[0]}: {kept} already exists; --force replaces it\n"
    assert main([*command, "--force"]) == 0
    assert content(kept)["Document"]["Name"] == "Book"


def test_one_that_has_not_ended_is_named(
    fake: AutomationFake, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What there is is written, and the command says that it is not all."""
    execution_id = fake.client().start_automation_execution(DocumentName="Book")["AutomationExecutionId"]
    recorded(tmp_path, execution_id)
    assert f"{execution_id} is Pending: record it again when it has ended\n" in capsys.readouterr().out


def test_an_error_of_aws_is_one_line(fake: AutomationFake, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """For an unknown execution, or one whose runbook is gone, a line is printed, and no file is written."""
    with moto.mock_aws():
        execution_id = ended(fake, DocumentName="Gone")
        assert main(["record", UNKNOWN, execution_id, "--to", str(tmp_path / "runs"), "--region", "us-east-1"]) == 1
    unknown, gone = capsys.readouterr().err.splitlines()
    assert unknown.startswith(f"Error: {UNKNOWN}: An error occurred (AutomationExecutionNotFoundException) when ")
    assert gone.startswith(f"Error: {execution_id}: An error occurred (InvalidDocument) when calling the GetDocument ")
    assert not (tmp_path / "runs").exists()


def test_the_runbook_may_be_anywhere(fake: AutomationFake, tmp_path: Path) -> None:
    """The runbook is that of whoever answers GetDocument, such as moto, in the version that ran."""
    with moto.mock_aws():
        boto3.client("ssm", region_name="us-east-1").create_document(
            Name="Other", Content="schemaVersion: '0.3'", DocumentFormat="YAML", DocumentType="Automation"
        )
        document = content(recorded(tmp_path, ended(fake, DocumentName="Other")))["Document"]
    assert document["DocumentVersion"] == "1"
    assert "schemaVersion" in document["Content"]


def test_accounts_and_principals_are_replaced() -> None:
    """Each is replaced by the same one wherever it occurs, also inside JSON; the caller and its account come first."""
    text = "arn:aws:iam::111122223333:user/team/bob"
    approvers = json.dumps([text, JANE, "arn:aws:iam::999988887777:role/Deploy"])
    quoted = r"'999988887777'".replace("'", r"\u0027")
    found = anonymized(
        {
            "AutomationExecution": {
                "AutomationExecutionId": "00000000-0000-0000-0000-999988887777",
                "Outputs": {"a.b": ["bucket-444455556666/x999988887777y", quoted, "deadbeef123456789012ff"]},
                "FailureMessage": f"{text}: {JANE} is not authorized",
                "ExecutedBy": JANE,
            },
            "StepExecutions": [
                {"Inputs": {"Approvers": approvers, "Next": "1\n999988887777", "jane": "jane@example.com"}}
            ],
            "Children": [{"AutomationExecution": {"ExecutedBy": "bob", "MaxErrors": 1, "None": None}}],
        }
    )
    jane, bob = (
        "arn:aws:sts::123456789012:assumed-role/test-role/test-user",
        "arn:aws:iam::210987654321:user/test-user-2",
    )
    assert found == {
        "AutomationExecution": {
            "AutomationExecutionId": "00000000-0000-0000-0000-999988887777",
            "Outputs": {
                "a.b": [
                    "bucket-111122223333/x123456789012y",
                    quoted.replace("999988887777", "123456789012"),
                    "deadbeef123456789012ff",
                ]
            },
            "FailureMessage": f"{bob}: {jane} is not authorized",
            "ExecutedBy": jane,
        },
        "StepExecutions": [
            {
                "Inputs": {
                    "Approvers": json.dumps([bob, jane, "arn:aws:iam::123456789012:role/Deploy"]),
                    "Next": "1\n123456789012",
                    "jane": "jane@example.com",
                }
            }
        ],
        "Children": [{"AutomationExecution": {"ExecutedBy": "test-user-2", "MaxErrors": 1, "None": None}}],
    }


def test_there_are_enough_accounts_and_names() -> None:
    """However many accounts and principals there are, no two become the same."""
    before = [f"arn:aws:iam::{number:012}:user/u{number}" for number in range(900, 912)]
    after = anonymized({"AutomationExecution": {"ExecutedBy": before[0], "Outputs": {"x": before}}})
    texts = after["AutomationExecution"]["Outputs"]["x"]
    assert (len(set(texts)), texts[5]) == (12, "arn:aws:iam::000000000006:user/test-user-6")


def test_values_are_emptied_on_demand(fake: AutomationFake, tmp_path: Path) -> None:
    """`--redact` empties a parameter or an output, wherever it occurs, and nothing else."""
    fake.step_outputs("get", {"Token": "abcd'=x"})
    parameters = {"Password": ["hunter2"], "Map": ['{"Key": "hunter2", "Short": "x", "None": "", "Size": 5}']}
    execution_id = ended(fake, DocumentName="Secret", Parameters=parameters)
    path = recorded(tmp_path, execution_id, *(f"--redact={name}" for name in ("Password", "Token", "Map", "Port")))
    found = content(path)
    assert "hunter2" not in path.read_text()
    assert "abcd" not in path.read_text()
    assert found["AutomationExecution"]["Parameters"] == {"Password": [""], "Map": [""], "Port": [""]}
    assert found["AutomationExecution"]["Outputs"] == {"get.Token": [""]}
    get, use = found["StepExecutions"]
    assert get["Inputs"] == {
        "All": '[{"Key":"","Short":"","None":"","Size":5}]',
        "Api": '"X"',
        "Port": "",
        "Service": '"ec2"',
        "Url": '"https://u:@host"',
    }
    assert get["Outputs"]["Token"] == [""]
    assert use["Inputs"]["T"] == '""'
    assert found["Redacted"] == ["Map", "Password", "Port", "Token"]


def test_values_are_emptied_in_children(fake: AutomationFake, tmp_path: Path) -> None:
    """A value that a child got is emptied there too, whatever has no value stays as it is."""
    fake.fail_step("get", "No hunter2 here.")
    execution_id = ended(fake, DocumentName="Vault", Parameters={"Password": ["hunter2"]})
    path = recorded(tmp_path, execution_id, "--children", *("--redact=Password", "--redact=Token", "--redact=Plain"))
    assert "hunter2" not in path.read_text()
    found = content(path)
    child = found["Children"][0]["AutomationExecution"]
    assert found["AutomationExecution"]["Parameters"] == {"Password": [""], "Plain": [""]}
    assert child["Parameters"]["Password"] == [""]
    assert child["Outputs"]["get.Token"] == [""]
    assert "No  here." in child["FailureMessage"]


def test_a_misspelt_name_is_not_passed_over(
    fake: AutomationFake, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is written if a name to empty does not exist, and the nearest one is named."""
    execution_id = ended(fake, DocumentName="Secret", Parameters={"Password": ["hunter2"]})
    assert main(["record", execution_id, "--to", str(tmp_path), "--region", "us-east-1", "--redact", "Pasword"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == (
        f"Error: {execution_id}: Unknown parameter or output 'Pasword'. Did you mean 'Password'? "
        "Allowed: Map, Password, Port, Token, get.Token.\n"
    )
    assert list(tmp_path.iterdir()) == []
