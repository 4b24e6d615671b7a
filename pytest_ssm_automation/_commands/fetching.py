"""The subcommands `download` and `record`, which write files of what they read from AWS."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import botocore.session
from botocore.exceptions import BotoCoreError, ClientError

from .._errors import FakeUsageError
from .._recordings.taking import record, written
from .._service.runbooks.library import bare_name
from .._service.runbooks.reading.files import SUFFIXES
from .._service.runs.scripts import ENDED
from .printing import complain

if TYPE_CHECKING:
    from .printing import AddCommand

_DOWNLOAD: Final = """\
example:
  python -m pytest_ssm_automation download AWS-RestartEC2Instance My-Runbook --to tests/runbooks

and in the ini file of pytest:
  ssm_automation_runbooks = tests/runbooks
"""
_RECORD: Final = """\
example:
  python -m pytest_ssm_automation record 4105a4fc-f944-11e6-9d32-8fb2db27a909 --to tests/runs

and in a test:
  @pytest.mark.ssm_automation_replay("tests/runs/4105a4fc-f944-11e6-9d32-8fb2db27a909.json")
"""
_REPLACED: Final = (
    "Accounts and principals were replaced. Parameters, inputs and outputs are in the files: "
    "read them before you publish one, and empty values with --redact NAME."
)


class _NotWrittenError(Exception):
    """A file was not written, for a reason other than an error of AWS."""


def add_to(add: AddCommand) -> None:
    """Add the subcommands."""
    parser = add(
        "download",
        help="download runbooks to files",
        description="Download runbooks of AWS, or your own, with your AWS credentials and GetDocument. "
        "Each document keeps its format.",
        epilog=_DOWNLOAD,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="+", metavar="NAME", help="the name or ARN of a document")
    _add_options(parser, "NAME.json or NAME.yaml")
    parser.add_argument("--version", help="the version of the documents: a number or $LATEST; default: $DEFAULT")
    parser.set_defaults(run=_write_each, write=_write_runbook, note=None)
    parser = add(
        "record",
        help="record executions to files",
        description="Record executions and their runbooks with your AWS credentials and read-only operations, one JSON "
        "file for each. Accounts and principals are replaced; parameters and outputs are not, so read a file before "
        "you publish it.",
        epilog=_RECORD,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="+", metavar="EXECUTION-ID", help="the id of an execution")
    _add_options(parser, "EXECUTION-ID.json")
    parser.add_argument("--children", action="store_true", help="record the executions that it started, too")
    parser.add_argument(
        "--redact", action="append", default=[], metavar="NAME", help="empty this parameter or output; repeatable"
    )
    parser.set_defaults(run=_write_each, write=_write_recording, note=_REPLACED)


def _add_options(parser: argparse.ArgumentParser, files: str) -> None:
    """Add the options of a subcommand that reads from AWS and writes files, which are named like `files`."""
    parser.add_argument("--to", required=True, type=Path, metavar="FOLDER", help=f"the folder for {files}")
    parser.add_argument("--region", help="the AWS Region; default: the Region of the profile or the environment")
    parser.add_argument("--profile", help="the profile in the AWS configuration")
    parser.add_argument("--force", action="store_true", help="replace existing files")


def _write_each(options: argparse.Namespace) -> int:
    """Write a file for each name, and print an error in one line for each that can't be written."""
    wrote = 0
    try:
        session = botocore.session.Session(profile=options.profile)
        client = session.create_client("ssm", region_name=options.region)
        for name in options.names:
            try:
                path = options.write(client, name, options)
            except (ClientError, _NotWrittenError, FakeUsageError, OSError) as error:
                complain(f"{name}: {error}")
            else:
                print(f"Wrote {path}")
                wrote += 1
    except BotoCoreError as error:
        complain(error)
    if wrote and options.note:
        print(options.note)
    return int(wrote < len(options.names))


def _write_runbook(client: Any, name: str, options: argparse.Namespace) -> Path:
    folder: Path = options.to
    files = {suffix: folder / f"{bare_name(name)}{suffix}" for suffix in SUFFIXES}
    existing = [file for file in files.values() if file.exists()]
    if existing and not options.force:
        raise _NotWrittenError(f"{existing[0]} already exists; --force replaces it")
    asked = {"Name": name, **({"DocumentVersion": options.version} if options.version else {})}
    answer = client.get_document(**asked, **_own_format(client, asked))
    if answer["DocumentType"] != "Automation":
        raise _NotWrittenError(f"a document of type {answer['DocumentType']} is not an Automation runbook")
    path = files[".json" if answer["DocumentFormat"] == "JSON" else ".yaml"]
    folder.mkdir(parents=True, exist_ok=True)
    path.write_bytes(answer["Content"].encode())
    # Two files with the same name would be ambiguous.
    for file in existing:
        if file != path:
            file.unlink()
    return path


def _own_format(client: Any, asked: dict[str, str]) -> dict[str, str]:
    """Request the original format of the document. By default, GetDocument returns JSON."""
    try:
        document = client.describe_document(**asked)["Document"]
    except ClientError:
        # The user may lack permission for it. GetDocument reports any other error.
        return {}
    return {"DocumentFormat": document["DocumentFormat"]}


def _write_recording(client: Any, execution_id: str, options: argparse.Namespace) -> Path:
    path: Path = options.to / f"{execution_id}.json"
    if path.exists() and not options.force:
        raise _NotWrittenError(f"{path} already exists; --force replaces it")
    recorded = record(client, execution_id, children=options.children, redacted=options.redact)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(written(recorded), encoding="utf-8")
    status = recorded["AutomationExecution"]["AutomationExecutionStatus"]
    if status not in ENDED:
        print(f"{execution_id} is {status}: record it again when it has ended")
    return path
