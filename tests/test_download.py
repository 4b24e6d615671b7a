"""The command `python -m pytest_ssm_automation download`."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import boto3
import moto
import pytest
from botocore import handlers
from botocore.exceptions import ClientError

from pytest_ssm_automation import AutomationFake
from pytest_ssm_automation.__main__ import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RUNBOOK: dict[str, Any] = {"schemaVersion": "0.3", "mainSteps": [{"name": "Wait", "action": "aws:sleep"}]}
YAML = "# as written\nschemaVersion: '0.3'\nmainSteps:\n  - {name: Wait, action: 'aws:sleep'}\n"
NAME = "My-Runbook"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder that does not exist yet."""
    return tmp_path / "tests" / "runbooks"


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Give a client of moto's SSM, with credentials in the environment."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with moto.mock_aws():
        yield boto3.client("ssm", region_name="eu-west-1")


def create(client: Any, name: str, content: str, form: str = "JSON", kind: str = "Automation") -> None:
    """Create a document."""
    client.create_document(Name=name, Content=content, DocumentFormat=form, DocumentType=kind)


def download(folder: Path, *arguments: str) -> int:
    """Run the command in this process."""
    return main(["download", *arguments, "--to", str(folder), "--region", "eu-west-1"])


def test_documents_are_written_by_their_format(client: Any, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each document is a file of its name, whose text is that of AWS, byte by byte."""
    create(client, "One-Book", json.dumps(RUNBOOK))
    create(client, "Two-Book", YAML, "YAML")
    assert download(folder, "One-Book", "Two-Book") == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        "One-Book.json": json.dumps(RUNBOOK).encode(),
        "Two-Book.yaml": YAML.encode(),
    }
    captured = capsys.readouterr()
    assert captured.out == f"Wrote {folder / 'One-Book.json'}\nWrote {folder / 'Two-Book.yaml'}\n"
    assert captured.err == ""


@pytest.mark.slow
def test_nothing_is_overwritten_without_force(client: Any, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file with the same name is kept, whatever its format, unless `--force` replaces it."""
    create(client, NAME, YAML, "YAML")
    folder.mkdir(parents=True)
    kept = folder / f"{NAME}.json"
    kept.write_text("{}")
    assert download(folder, NAME) == 1
    assert capsys.readouterr().err == f"Error: {NAME}: {kept} already exists; --force replaces it\n"
    assert [path.name for path in folder.iterdir()] == [kept.name]
    assert download(folder, NAME, "--force") == 0
    assert [path.name for path in folder.iterdir()] == [f"{NAME}.yaml"]
    assert download(folder, NAME, "--force") == 0
    assert (folder / f"{NAME}.yaml").read_text() == YAML


def test_versions_and_arns(client: Any, folder: Path) -> None:
    """`--version` chooses the version; a document given by its ARN is written under its bare name."""
    create(client, NAME, YAML, "YAML")
    client.update_document(Name=NAME, Content=YAML + "outputs: []\n", DocumentFormat="YAML", DocumentVersion="$LATEST")
    assert download(folder, NAME, "--version", "$LATEST") == 0
    assert (folder / f"{NAME}.yaml").read_text().endswith("outputs: []\n")
    with AutomationFake(runbooks=[folder]):
        assert download(folder / "shared", f"arn:aws:ssm:eu-west-1:111122223333:document/{NAME}") == 0
    assert (folder / "shared" / f"{NAME}.yaml").read_text() == (folder / f"{NAME}.yaml").read_text()


def test_an_error_is_one_line(client: Any, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One of AWS, a document of another type or one of the file system; the other documents are written."""
    create(client, NAME, YAML, "YAML")
    create(client, "Shell", '{"schemaVersion": "2.2", "mainSteps": []}', kind="Command")
    assert download(folder, "None-Such", "Shell", NAME) == 1
    unknown, other = capsys.readouterr().err.splitlines()
    assert unknown.startswith(
        "Error: None-Such: An error occurred (InvalidDocument) when calling the GetDocument operation"
    )
    assert other == "Error: Shell: a document of type Command is not an Automation runbook"
    assert [path.name for path in folder.iterdir()] == [f"{NAME}.yaml"]
    assert download(folder / f"{NAME}.yaml" / "below", NAME) == 1
    assert capsys.readouterr().err.startswith(f"Error: {NAME}: [Errno ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--region", "eu-west-1", "--profile", "nobody"], "Error: The config profile (nobody) could not be found\n"),
        ([], "Error: You must specify a region.\n"),
        (["--region", "eu-west-1"], "Error: Unable to locate credentials\n"),
    ],
)
def test_what_botocore_lacks_is_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    """Without a profile, a Region or credentials, nothing is sent or written, and a line says what is missing."""
    assert main(["download", "One", "Two", "--to", str(folder), *arguments]) == 1
    assert capsys.readouterr().err.endswith(message)
    assert not folder.exists()


def test_a_process_downloads_from_the_endpoint_of_a_fake(folder: Path) -> None:
    """Run as a command, it writes what is registered, and what it has written can be registered again."""
    with AutomationFake() as fake:
        fake.add_runbook(YAML, name=NAME, region="eu-west-1")
        fake.serve_endpoint()
        command = [sys.executable, "-m", "pytest_ssm_automation", "download", NAME, "None-Such", "--to", str(folder)]
        result = subprocess.run([*command, "--region", "eu-west-1"], capture_output=True, text=True, check=False)
        assert [(call.operation, call.error) for call in fake.calls] == [
            ("DescribeDocument", None),
            ("GetDocument", None),
            ("DescribeDocument", "InvalidDocument"),
            ("GetDocument", "InvalidDocument"),
        ]
    path = folder / f"{NAME}.yaml"
    assert (result.returncode, result.stdout) == (1, f"Wrote {path}\n")
    assert result.stderr.startswith("Error: None-Such: An error occurred (InvalidDocument)")
    assert result.stderr.count("\n") == 1
    assert path.read_text(encoding="utf-8") == YAML
    with AutomationFake(runbooks=[folder], unknown_documents="reject") as fake:
        fake.client().start_automation_execution(DocumentName=NAME)


def test_whoever_may_not_describe_a_document_gets_json(
    client: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where DescribeDocument is denied the format is not known, and GetDocument converts the content to JSON."""

    def deny(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "DescribeDocument")

    create(client, NAME, YAML, "YAML")
    denied = ("before-call.ssm.DescribeDocument", deny)
    monkeypatch.setattr(handlers, "BUILTIN_HANDLERS", [*handlers.BUILTIN_HANDLERS, denied])
    assert download(folder, NAME) == 0
    assert json.loads((folder / f"{NAME}.json").read_text()) == RUNBOOK


def test_the_help_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    """`--help` shows every option, and a command that works; a command is needed."""
    for arguments in (["download", "--help"], []):
        with pytest.raises(SystemExit):
            main(arguments)
    captured = capsys.readouterr()
    for word in ("--to FOLDER", "--region", "--profile", "--version", "--force", "--to tests/runbooks"):
        assert word in captured.out
    assert "COMMAND" in captured.err
