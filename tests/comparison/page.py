"""Render the comparison page of the documentation."""

from __future__ import annotations

import re
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from situations import Situation

_VERSIONS = "Last run with"
_OURS = "pytest-ssm-automation"
_PACKAGES = ("botocore", "moto", "pytest-boto-mock")
_CODE = re.compile(r"(?<![`\w])([A-Z]\w+(?:Exception|Error|Mismatch|Mock))(?![`\w])")
_PAGE = """\
% Written by tests/comparison/run.py: change it there, then run `tox run -e comparison`.

# Comparison

What does code under test see if a test fakes AWS with one of five tools? `tox run -e comparison` runs each situation
below with each tool and writes this page. Only the lines *AWS* come from the documentation and from public records.
{versions}

## Situations

{situations}

## How it was run

- Each tool is used as its documentation says, with the help that it can use: exceptions of a real client, handlers that
  respond in order, a runbook created in moto. "Accepts" means that the call returned a response.
- The Stubber had no expected request. With `expected_params` it compares a request with the one in the test. This finds
  mistakes in the code. It does not find wrong assumptions of the test about AWS.
- This project ran with its default transport. For botocore's own retries it ran with `transport="wire"`, and for the
  first situation with `execute_steps=True`, beside moto.
- A request that no tool answers would have been counted as *not answered*. No request left the process.

## When to choose another tool

- **moto** answers hundreds of operations of many services, and keeps their state. This project answers Automation only.
  If a test needs Parameter Store or STS too, or if the steps of a runbook are to be executed, use moto beside it.
- **botocore's Stubber** comes with botocore and works for every operation of every service. It checks each prepared
  response against the service model. It is enough for one call with one response. It answers every operation of its
  client, so GetParameter needs a queued response too.
- **MagicMock** needs no installation. It returns responses that AWS never returns, such as one without its members. It
  counts the calls, which is enough for a function whose request never changes.
- **pytest-boto-mock** patches each client of each service with one line, and a handler can be any function.
- This project relies on the service model, the documentation and public records. For everything else it makes
  assumptions. A response written by hand makes assumptions too, but shows them in the test.
"""


def render(names: Sequence[str], situations: Sequence[Situation], observed: Sequence[Sequence[str]]) -> str:
    """Write the page: a table for each situation, this project's row first."""
    sections = [
        _section(item, dict(zip(names, cells, strict=True))) for item, cells in zip(situations, observed, strict=True)
    ]
    releases = ", ".join(f"{package} {version(package)}" for package in _PACKAGES)
    return _PAGE.format(versions=f"{_VERSIONS} {releases}.", situations="\n\n".join(sections))


def _section(situation: Situation, seen: dict[str, str]) -> str:
    tools: dict[str, list[str]] = {}
    for name in sorted(seen, key=lambda name: name != _OURS):
        tools.setdefault(seen[name], []).append(name)
    rows = [("tool", "result"), ("---", "---"), *((", ".join(names), result) for result, names in tools.items())]
    lines = [f"| {name} | {result} |" for name, result in rows]
    text = "\n".join([f"### {situation.title}", "", f"AWS: {situation.aws}", "", *lines])
    return _CODE.sub(r"`\1`", text)


def comparable(text: str) -> list[str]:
    """Return the lines that must not change: all except the releases, which depend on the environment."""
    return [line for line in text.splitlines() if not line.startswith(_VERSIONS)]
