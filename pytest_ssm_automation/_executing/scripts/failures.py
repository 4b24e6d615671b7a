"""The failure message of a script: its traceback, as the service writes it.

The form was observed: the frames of the script, an empty line, the type and the message of the exception.
"""

from __future__ import annotations

from traceback import walk_tb
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .sources import Source


def failure_of(error: BaseException, source: Source) -> str:
    """Write the traceback of an exception that a script has raised. Assumed: frames of libraries are left out."""
    lines = ["Traceback (most recent call last):"]
    for frame, number in walk_tb(error.__traceback__):
        if frame.f_code.co_filename == source.path:
            lines.append(f'  File "{source.path}", line {number}, in {frame.f_code.co_name}')
            lines.append(f"    {source.line(number)}")
    return "\n".join((*lines, "", f"{type(error).__name__} - {error}"))
