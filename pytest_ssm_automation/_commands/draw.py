"""The subcommand `draw`, which draws a runbook."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .._drawing import arrows_of, flowchart
from .._errors import FakeUsageError
from .._service.runbooks.library import flow_of
from .._service.runbooks.loading import load_runbook
from .aws import complain

if TYPE_CHECKING:
    from . import Commands

_EXAMPLE: Final = """\
example:
  python -m pytest_ssm_automation draw tests/runbooks/Operations-Bake.yaml
"""


def add_to(commands: Commands) -> None:
    """Add the subcommand."""
    parser = commands.add_parser(
        "draw",
        help="draw a runbook as a Mermaid flowchart",
        description="Print the steps of a runbook, and the ways between them, as a Mermaid flowchart. GitHub and "
        "GitLab show it in a Markdown file, between ```mermaid and ```.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="a runbook in JSON or YAML")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    try:
        runbook = load_runbook(options.file)
    except FakeUsageError as error:
        complain(error)
        return 1
    flow = flow_of(runbook)
    print(flowchart({step.name: step.action for step in flow.steps}, arrows_of(flow)))
    return 0
