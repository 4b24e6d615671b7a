"""The subcommand `record`, which records executions at AWS for tests."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any, Final

from .._recordings.taking import record, written
from .._service.runs.scripts import ENDED
from .aws import NotWrittenError, add_options, write_each

if TYPE_CHECKING:
    from pathlib import Path

    from . import Commands

_EXAMPLE: Final = """\
example:
  python -m pytest_ssm_automation record 4105a4fc-f944-11e6-9d32-8fb2db27a909 --to tests/runs

and in a test:
  @pytest.mark.ssm_automation_replay("tests/runs/4105a4fc-f944-11e6-9d32-8fb2db27a909.json")
"""


def add_to(commands: Commands) -> None:
    """Add the subcommand."""
    parser = commands.add_parser(
        "record",
        help="record executions to files",
        description="Record executions and their runbooks with your AWS credentials and read-only operations, one JSON "
        "file for each. Accounts and principals are replaced; parameters and outputs are not, so read a file before "
        "you publish it.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="+", metavar="EXECUTION-ID", help="the id of an execution")
    add_options(parser, "EXECUTION-ID.json")
    parser.add_argument("--children", action="store_true", help="record the executions that it started, too")
    parser.add_argument(
        "--redact", action="append", default=[], metavar="NAME", help="empty this parameter or output; repeatable"
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    files = write_each(options, _write)
    if files:
        print(
            "Accounts and principals were replaced. Parameters, inputs and outputs are in the files: "
            "read them before you publish one, and empty values with --redact NAME."
        )
    return int(len(files) < len(options.names))


def _write(client: Any, execution_id: str, options: argparse.Namespace) -> Path:
    path: Path = options.to / f"{execution_id}.json"
    if path.exists() and not options.force:
        raise NotWrittenError(f"{path} already exists; --force replaces it")
    recorded = record(client, execution_id, children=options.children, redacted=options.redact)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(written(recorded), encoding="utf-8")
    status = recorded["AutomationExecution"]["AutomationExecutionStatus"]
    if status not in ENDED:
        print(f"{execution_id} is {status}: record it again when it has ended")
    return path
