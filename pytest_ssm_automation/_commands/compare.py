"""The subcommand `compare`, which compares recorded executions with the fake."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from .._errors import FakeUsageError
from .._recordings.comparing import compare_file
from .aws import complain

if TYPE_CHECKING:
    import argparse

    from . import Commands

_REPORT: Final = (
    "Where the fake differs from AWS for a recorded runbook, it is wrong, unless a value that decides the way was "
    "emptied with --redact. Please report it: "
    "https://github.com/pytest-ssm-automation/pytest-ssm-automation/issues/new?template=recording.yml "
    "Attach the file, without personal details: `record` replaces accounts and principals, "
    "and empties values with --redact NAME."
)


def add_to(commands: Commands) -> None:
    """Add the subcommand."""
    parser = commands.add_parser(
        "compare",
        help="compare recorded executions with the fake",
        description="Walk the runbooks of recorded executions with their parameters and results of steps, and print "
        "each member that differs. With --runbook, this is what the edited runbook changes in these executions.",
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a recorded execution")
    parser.add_argument("--runbook", type=Path, metavar="PATH", help="an edited runbook to walk instead")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    different = failed = False
    for file in options.files:
        try:
            lines = compare_file(file, options.runbook)
        except FakeUsageError as error:
            complain(error)
            failed = True
            continue
        print(*(f"{file}: {line}" for line in lines or ("no difference",)), sep="\n")
        different = different or bool(lines)
    if different and not options.runbook:
        print(_REPORT)
    return int(different or failed)
