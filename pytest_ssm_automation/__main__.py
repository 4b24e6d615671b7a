"""The command `python -m pytest_ssm_automation`, which downloads runbooks from AWS for tests."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from ._service.runbooks.files import SUFFIXES
from ._service.runbooks.library import bare_name

if TYPE_CHECKING:
    from collections.abc import Sequence

_EXAMPLE: Final = """\
example:
  python -m pytest_ssm_automation download AWS-RestartEC2Instance My-Runbook --to tests/runbooks

and in the ini file of pytest:
  ssm_automation_runbooks = tests/runbooks
"""


class _NotWrittenError(Exception):
    """A document was not written, for a reason other than an error of AWS."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: The arguments; by default those of the process.

    Returns:
        The exit status: 0 if all documents were written, otherwise 1.
    """
    options = _parser().parse_args(arguments)
    try:
        client = _client(options)
        # A list instead of a generator, so that all others are written if one fails.
        written = [_download(client, name, options) for name in options.names]
    except BotoCoreError as error:
        _complain(error)
        return 1
    return 0 if all(written) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pytest_ssm_automation", description="Tools for tests of runbooks.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    download = commands.add_parser(
        "download",
        help="download runbooks to files",
        description="Download runbooks of AWS, or your own, with your AWS credentials and GetDocument. "
        "Each document keeps its format.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    download.add_argument("names", nargs="+", metavar="NAME", help="the name or ARN of a document")
    download.add_argument(
        "--to", required=True, type=Path, metavar="FOLDER", help="the folder for NAME.json or NAME.yaml"
    )
    download.add_argument("--region", help="the AWS Region; default: the Region of the profile or the environment")
    download.add_argument("--profile", help="the profile in the AWS configuration")
    download.add_argument("--version", help="the version of the documents: a number or $LATEST; default: $DEFAULT")
    download.add_argument("--force", action="store_true", help="replace existing files")
    return parser


def _client(options: argparse.Namespace) -> Any:
    import botocore.session

    return botocore.session.Session(profile=options.profile).create_client("ssm", region_name=options.region)


def _download(client: Any, name: str, options: argparse.Namespace) -> bool:
    """Write one document, or print an error."""
    try:
        path = _written(client, name, options)
    except (ClientError, _NotWrittenError, OSError) as error:
        _complain(f"{name}: {error}")
        return False
    print(f"Wrote {path}")
    return True


def _written(client: Any, name: str, options: argparse.Namespace) -> Path:
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


def _complain(problem: object) -> None:
    print(f"Error: {' '.join(str(problem).split())}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
