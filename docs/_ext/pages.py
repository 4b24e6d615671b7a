"""What a page has its reader save and run, in the order of the page.

This needs no Sphinx: the tests read the pages with it, too.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# A fence of backticks or colons with what is between, from its first line to the line that closes it.
FENCE = re.compile(r"^([`:]{3,})(.*)\n((?:.*\n)*?)^\1$", re.MULTILINE)
OPTION = re.compile(r"^:([\w-]+):[ \t]*(.*)$", re.MULTILINE)
# Programs that readers run in the folder of the page; other commands install, or need AWS.
RUNNABLE = re.compile(r"pytest\b|python -m (?:unittest|pytest_ssm_automation (?:draw|compare))\b")
# How the options of an included file that is shown in part begin.
PARTIAL = ("start-", "end-", "lines", "pyobject", "prepend", "append", "diff")


@dataclass(frozen=True)
class Save:
    """A block with a caption: a file that the reader saves under that name."""

    name: str
    source: Path


@dataclass(frozen=True)
class Run:
    """A command that the reader runs.

    Attributes:
        command: What the page shows.
        outcome: The counts that the page promises, such as `2 passed`, or only their words, such as `passed`; empty
            if the page promises no more than success.
    """

    command: str
    outcome: str


@dataclass(frozen=True)
class Included:
    """A file that a page shows, and with which options."""

    source: Path
    options: dict[str, str]

    @property
    def is_whole(self) -> bool:
        """Whether the page shows all of the file."""
        return not any(name.startswith(PARTIAL) for name in self.options)


def fences(text: str) -> Iterator[tuple[str, str]]:
    """Yield the first line and the text of each fence, those inside a fence of colons too."""
    for mark, head, body in FENCE.findall(text):
        yield head.strip(), body
        if mark.startswith(":"):
            yield from fences(body)


def included(page: Path) -> Iterator[Included]:
    """Yield the files that a page shows."""
    for head, body in fences(page.read_text(encoding="utf-8")):
        if head.startswith("{literalinclude}"):
            yield Included((page.parent / head.split()[1]).resolve(), dict(OPTION.findall(body)))


def steps(page: Path) -> Iterator[Save | Run]:
    """Yield what the reader of a page saves and runs, in order."""
    for head, body in fences(page.read_text(encoding="utf-8")):
        kind, _, argument = head.partition(" ")
        options = dict(OPTION.findall(body))
        if kind == "{literalinclude}" and "caption" in options:
            yield Save(options["caption"], (page.parent / argument).resolve())
        elif kind == "{run}":
            yield Run(argument, options.get("outcome", ""))
        elif kind == "sh":
            yield from (Run(line, "") for line in body.splitlines() if RUNNABLE.match(line))


def take(step: Save | Run, folder: Path, **variables: str) -> str:
    """Do one step in the reader's folder, and return what a command has printed.

    Args:
        step: What to do.
        folder: The reader's folder.
        variables: Environment variables that a command gets in addition.

    Raises:
        AssertionError: The command did not end as the page promises. The message has its output.
    """
    if isinstance(step, Save):
        path = folder / step.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(step.source.read_bytes())
        return ""
    words = shlex.split(step.command.replace("$GITHUB_STEP_SUMMARY", "summary.md"))
    # -P, since the command `pytest` leaves the current directory out of sys.path, other than `python -m`
    command = [sys.executable, *(["-P", "-m", "pytest"] if words[0] == "pytest" else []), *words[1:]]
    environment = {**os.environ, **variables}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    found = counts(done.stdout)
    kept = not step.outcome or step.outcome in {found, re.sub(r"\d+ ", "", found)}
    if not kept or bool(done.returncode) != bool(re.search(r"\bfailed", step.outcome)):
        raise AssertionError(f"{step.command}: {step.outcome or 'success'} promised\n{done.stdout}{done.stderr}")
    return done.stdout


def counts(output: str) -> str:
    """Read what pytest counts in its last line, without warnings, such as `1 failed, 2 passed`."""
    found = re.findall(r"^=* ?((?:\d+ \w+(?:, )?)+) in [\d.]+s", output, re.MULTILINE)
    return ", ".join(part for part in found[-1].split(", ") if "warning" not in part) if found else ""


def way(output: str) -> str:
    """Read the ways of executions from pytest's output: what is below the title."""
    found = re.search(
        r"^-+ SSM Automation: the path of each execution -+\n(.*?)^[-=_]{3}", output, re.DOTALL | re.MULTILINE
    )
    return found[1].strip() if found else ""


def failure(output: str) -> str:
    """Read the failure from pytest's output: from the failed line, or the message, to its location."""
    start, end = r"^(?:>|The test passed)", r"^(?:\S+\.py:\d+: |=|-+ Captured )"
    found = re.search(rf"({start}.*?)(?={end})", output, re.DOTALL | re.MULTILINE)
    return "\n".join(line.rstrip() for line in found[1].strip().splitlines()) if found else ""
