"""Write what was observed into the comparison page of the documentation."""

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


def render(page: str, names: Sequence[str], scenarios: Sequence[Scenario], observed: Sequence[Sequence[str]]) -> str:
    """Write a matrix, and a table for each scenario, into the page; this project comes first."""
    seen = [dict(zip(names, cells, strict=True)) for cells in observed]
    releases = ", ".join(f"{package} {version(package)}" for package in _PACKAGES)
    again = f"{_VERSIONS} {releases}. `tox run -e comparison` runs everything again, and writes what it has seen."
    parts = {
        "matrix": f"{_matrix(sorted(names, key=_ours_first), scenarios, seen)}\n\n{again}",
        "scenarios": "\n\n".join(map(_section, scenarios, seen)),
    }
    for part, text in parts.items():
        before, begin, rest = page.partition(f"% begin {part}\n\n")
        _, end, after = rest.partition("\n\n% end\n")
        page = f"{before}{begin}{text}{end}{after}"
    return page


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
