"""Render the comparison page of the documentation."""

from __future__ import annotations

import re
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenarios import Scenario

_VERSIONS = "Last run with"
_OURS = "pytest-ssm-automation"
_PACKAGES = ("botocore", "moto", "pytest-boto-mock")
_CODE = re.compile(r"(?<![`\w])([A-Z]\w+(?:Exception|Error|Mismatch|Mock))(?![`\w])")
_PAGE = """\
% Written by tests/comparison/run.py: change it there, then run `tox run -e comparison`.

# Comparison

A fake is only worth its trouble if your code sees with it what it would see at AWS. So each of these scenarios was run
with five tools. This plugin does well in them because it was made for them; its own weaknesses are among the
[limits](limits.md). Each row of the matrix links to what exactly happened.

*Yes* means that a test sees what AWS does. *Partly* means that it sees only a part, or that somebody has to write the
responses by hand first.

## At a glance

{matrix}

{versions} `tox run -e comparison` runs everything again, and writes this page.

## When to choose another tool

- **moto** is the right choice for everything around Automation, because it answers hundreds of operations of many
  services, and keeps their state. But it does not start executions, so use [both](../howto/moto.md) if your code also
  reads Parameter Store or calls STS, or if the steps of a runbook should really be executed.
- **botocore's Stubber** is already installed, works for every operation of every service, and checks your responses
  against the service model. If your code makes one call and gets one response, it is all you need. But it answers all
  calls of its client, so each GetParameter needs a queued response too.
- **MagicMock** is enough for a function that always sends the same request, because it counts the calls. It is no help
  if the response matters, because it happily returns what AWS never would.
- **pytest-boto-mock** patches the clients of a service in one line. Its handlers can be any function, which is
  convenient if you want to write the behaviour yourself.

This plugin has its price as well. It relies on the service model, the documentation and public records, and where they
say nothing, it [assumes](service.md). A response written by hand assumes something too, but you can read it in the
test.

## The scenarios

The lines *AWS* come from the documentation and from public records. Everything else was observed.

{scenarios}

## How it was run

- Each tool was used as its own documentation says, with all the help that it can get: exceptions of a real client,
  handlers that respond in order, a runbook created in moto. *Accepts* means that the call returned a response.
- The Stubber had no expected request. With `expected_params` it compares the request with the one in the test, which
  finds mistakes in the code, but not a wrong idea of AWS that code and test share.
- This plugin ran with its default options, except that it used `transport="wire"` for botocore's own retries, and
  `execute_steps=True`, beside moto, for the first scenario.
- No request left the process. If no tool had answered it, the table would say *not answered*.
"""


def render(names: Sequence[str], scenarios: Sequence[Scenario], observed: Sequence[Sequence[str]]) -> str:
    """Write the page: a matrix, and a table for each scenario; this project comes first."""
    seen = [dict(zip(names, cells, strict=True)) for cells in observed]
    releases = ", ".join(f"{package} {version(package)}" for package in _PACKAGES)
    return _PAGE.format(
        versions=f"{_VERSIONS} {releases}.",
        matrix=_matrix(sorted(names, key=_ours_first), scenarios, seen),
        scenarios="\n\n".join(map(_section, scenarios, seen)),
    )


def _ours_first(name: str) -> bool:
    return name != _OURS


def _matrix(names: Sequence[str], scenarios: Sequence[Scenario], seen: Sequence[dict[str, str]]) -> str:
    heads = ["this plugin" if name == _OURS else name for name in names]
    rows = [
        [f"[{scenario.title}](#{_anchor(scenario.title)})", *(scenario.verdict(found[name]) for name in names)]
        for scenario, found in zip(scenarios, seen, strict=True)
    ]
    lines = [["scenario", *heads], ["---", *(":-:" for _ in heads)], *rows]
    return _CODE.sub(r"`\1`", "\n".join(f"| {' | '.join(cells)} |" for cells in lines))


def _anchor(title: str) -> str:
    """Return the anchor of a heading."""
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")


def _section(scenario: Scenario, seen: dict[str, str]) -> str:
    tools: dict[str, list[str]] = {}
    for name in sorted(seen, key=_ours_first):
        tools.setdefault(seen[name], []).append(name)
    rows = [("tool", "result"), ("---", "---"), *((", ".join(names), result) for result, names in tools.items())]
    lines = [f"| {name} | {result} |" for name, result in rows]
    text = "\n".join([f"### {scenario.title}", "", f"AWS: {scenario.aws}", "", *lines])
    return _CODE.sub(r"`\1`", text)


def comparable(text: str) -> list[str]:
    """Return the lines that must not change: all except the releases, which depend on the environment."""
    return [line for line in text.splitlines() if not line.startswith(_VERSIONS)]
