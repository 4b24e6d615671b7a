"""The command `python -m pytest_ssm_automation`: tools for tests of runbooks."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from ._commands import fetching, printing

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: The arguments; by default those of the process.

    Returns:
        The exit status: 0 if everything was done and nothing differs, otherwise 1.
    """
    parser = argparse.ArgumentParser(prog="python -m pytest_ssm_automation", description="Tools for tests of runbooks.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for module in (fetching, printing):
        module.add_to(commands.add_parser)
    options = parser.parse_args(arguments)
    status: int = options.run(options)
    return status


if __name__ == "__main__":
    sys.exit(main())
