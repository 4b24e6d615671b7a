"""The subcommands `compare` and `draw`, which print what they find in files."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from .._drawing import arrows_of, flowchart
from .._errors import FakeUsageError
from .._recordings.comparing import compare_file
from .._service.runbooks.library import flow_of
from .._service.runbooks.loading import load_runbook

# Adds the parser of a subcommand, and returns it.
AddCommand = Callable[..., argparse.ArgumentParser]
_REPORT: Final = (
    "Where the fake differs from AWS for a recorded runbook, it is wrong, unless a value that decides the way was "
    "emptied with --redact. Please report it: "
    "https://github.com/pytest-ssm-automation/pytest-ssm-automation/issues/new?template=recording.yml "
    "Attach the file, without personal details: `record` replaces accounts and principals, "
    "and empties values with --redact NAME."
)
_DRAW: Final = """\
example:
  python -m pytest_ssm_automation draw tests/runbooks/Operations-Bake.yaml
"""


def add_to(add: AddCommand) -> None:
    """Add the subcommands."""
    parser = add(
        "compare",
        help="compare recorded executions with the fake",
        description="Walk the runbooks of recorded executions with their parameters and results of steps, and print "
        "each member that differs. With --runbook, this is what the edited runbook changes in these executions.",
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a recorded execution")
    parser.add_argument("--runbook", type=Path, metavar="PATH", help="an edited runbook to walk instead")
    parser.set_defaults(run=_compare)
    parser = add(
        "draw",
        help="draw a runbook as a Mermaid flowchart",
        description="Print the steps of a runbook, and the ways between them, as a Mermaid flowchart. GitHub and "
        "GitLab show it in a Markdown file, between ```mermaid and ```.",
        epilog=_DRAW,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="a runbook in JSON or YAML")
    parser.set_defaults(run=_draw)


def _compare(options: argparse.Namespace) -> int:
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


def _draw(options: argparse.Namespace) -> int:
    try:
        runbook = load_runbook(options.file)
    except FakeUsageError as error:
        complain(error)
        return 1
    flow = flow_of(runbook)
    print(flowchart({step.name: step.action for step in flow.steps}, arrows_of(flow)))
    return 0


def complain(problem: object) -> None:
    """Print an error in one line."""
    print(f"Error: {' '.join(str(problem).split())}", file=sys.stderr)
