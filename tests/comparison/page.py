"""The page that the comparison is written to."""

from __future__ import annotations

import re
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from situations import Situation

_VERSIONS = "Last run with"
_PACKAGES = ("botocore", "moto", "pytest-boto-mock")
_CODE = re.compile(r"(?<![`\w])([A-Z]\w+(?:Exception|Error|Mismatch|Mock))(?![`\w])")
_PAGE = """\
% Written by tests/comparison/run.py: change it there, then run `tox run -e comparison`.

# Comparison

What happens in the same situations if tests answer for AWS in one of five ways? Nothing below is written from memory:
`tox run -e comparison` runs each situation with each tool, and writes down what the code under test saw. Only the
column *AWS* comes from the documentation and from public records.
{versions}

{table}

## How it was run

- Each tool is used as its documentation says, and gets what help it takes: error classes of a real client, handlers
  that answer in order, a runbook created in moto. "Accepts" means that the request got an answer.
- The Stubber was not told which request to expect. With `expected_params` it compares a request with the one that the
  author of the test wrote down. That finds slips; it does not find an author who is wrong about AWS.
- This project ran with its default transport, but for botocore's own retries: they need `transport="wire"`.
- A request that no tool had answered would have been counted as *not answered*. None left the process.

## Where another tool is the better choice

- **moto** answers hundreds of operations of many services, and keeps their state. This project answers Automation and
  leaves the rest to others: a test that needs Parameter Store or STS as well needs moto too, beside it.
- **botocore's Stubber** comes with botocore, works for every operation of every service, and fails if the answer
  written by hand does not fit the service model. For one call with one answer it is all that a test needs. It claims
  every operation of its client: GetParameter needs an answer in the queue too.
- **MagicMock** needs nothing at all, and answers with what AWS never would, such as an answer without its members. It
  also counts the calls, which is enough for a function whose request never changes.
- **pytest-boto-mock** reaches each client of each service with one line, and a handler is any function.
- Whatever this project knows of AWS is what the service model, the documentation and public records say. Where they
  are silent, it assumes; an answer written by hand assumes as well, but shows it in the test.
"""


def render(names: Sequence[str], situations: Sequence[Situation], table: Sequence[Sequence[str]]) -> str:
    """Write the page: a row for each situation, a column for each tool."""
    rows = [["Situation", "AWS", *names], ["---"] * (len(names) + 2)]
    rows += [[item.title, item.aws, *cells] for item, cells in zip(situations, table, strict=True)]
    lines = ["| " + " | ".join(_CODE.sub(r"`\1`", cell) for cell in row) + " |" for row in rows]
    releases = ", ".join(f"{package} {version(package)}" for package in _PACKAGES)
    return _PAGE.format(versions=f"{_VERSIONS} {releases}.", table="\n".join(lines))


def comparable(text: str) -> list[str]:
    """Give the lines that must not change: all but the releases, which change with every run."""
    return [line for line in text.splitlines() if not line.startswith(_VERSIONS)]
