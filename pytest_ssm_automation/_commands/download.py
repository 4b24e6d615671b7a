"""The subcommand `download`, which downloads runbooks from AWS for tests."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from .._service.runbooks.library import bare_name
from .._service.runbooks.reading.files import SUFFIXES
from .aws import NotWrittenError, add_options, write_each

if TYPE_CHECKING:
    from pathlib import Path

    from . import Commands

_EXAMPLE: Final = """\
example:
  python -m pytest_ssm_automation download AWS-RestartEC2Instance My-Runbook --to tests/runbooks

and in the ini file of pytest:
  ssm_automation_runbooks = tests/runbooks
"""


def add_to(commands: Commands) -> None:
    """Add the subcommand."""
    parser = commands.add_parser(
        "download",
        help="download runbooks to files",
        description="Download runbooks of AWS, or your own, with your AWS credentials and GetDocument. "
        "Each document keeps its format.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="+", metavar="NAME", help="the name or ARN of a document")
    add_options(parser, "NAME.json or NAME.yaml")
    parser.add_argument("--version", help="the version of the documents: a number or $LATEST; default: $DEFAULT")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    return int(len(write_each(options, _write)) < len(options.names))


def _write(client: Any, name: str, options: argparse.Namespace) -> Path:
    folder: Path = options.to
    files = {suffix: folder / f"{bare_name(name)}{suffix}" for suffix in SUFFIXES}
    existing = [file for file in files.values() if file.exists()]
    if existing and not options.force:
        raise NotWrittenError(f"{existing[0]} already exists; --force replaces it")
    asked = {"Name": name, **({"DocumentVersion": options.version} if options.version else {})}
    answer = client.get_document(**asked, **_own_format(client, asked))
    if answer["DocumentType"] != "Automation":
        raise NotWrittenError(f"a document of type {answer['DocumentType']} is not an Automation runbook")
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
