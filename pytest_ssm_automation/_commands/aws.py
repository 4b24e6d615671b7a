"""What the subcommands share: a client of AWS, and errors in one line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from .._errors import FakeUsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable


class NotWrittenError(Exception):
    """A file was not written, for a reason other than an error of AWS."""


def add_options(parser: argparse.ArgumentParser, files: str) -> None:
    """Add the options of a subcommand that reads from AWS and writes files, which are named like `files`."""
    parser.add_argument("--to", required=True, type=Path, metavar="FOLDER", help=f"the folder for {files}")
    parser.add_argument("--region", help="the AWS Region; default: the Region of the profile or the environment")
    parser.add_argument("--profile", help="the profile in the AWS configuration")
    parser.add_argument("--force", action="store_true", help="replace existing files")


def write_each(options: argparse.Namespace, write: Callable[[Any, str, argparse.Namespace], Path]) -> list[Path]:
    """Write a file for each name with a function, and return the paths.

    Print an error in one line for each that can't be written.
    """
    written: list[Path] = []
    try:
        client = _client(options)
        for name in options.names:
            try:
                path = write(client, name, options)
            except (ClientError, NotWrittenError, FakeUsageError, OSError) as error:
                complain(f"{name}: {error}")
            else:
                print(f"Wrote {path}")
                written.append(path)
    except BotoCoreError as error:
        complain(error)
    return written


def complain(problem: object) -> None:
    """Print an error in one line."""
    print(f"Error: {' '.join(str(problem).split())}", file=sys.stderr)


def _client(options: argparse.Namespace) -> Any:
    import botocore.session

    return botocore.session.Session(profile=options.profile).create_client("ssm", region_name=options.region)
