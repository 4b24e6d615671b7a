"""Run each scenario with each tool, and write the results to docs: `tox run -e comparison`.

With `--check` nothing is written: it fails if the page in docs says something else.
"""

from __future__ import annotations

import difflib
import os
import sys
from functools import partial
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "comparison.md"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "x",
    "AWS_SECRET_ACCESS_KEY": "x",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


def observe(page: str) -> str:
    """Run everything, and return the page with what was observed."""
    os.environ.update(ENVIRONMENT)  # before the application makes its client
    from page import render
    from scenarios import SCENARIOS, seen
    from tools import TOOLS

    tools = [tool() for tool in TOOLS]
    table = [[seen(partial(scenario.observe, tool)) for tool in tools] for scenario in SCENARIOS]
    return render(page, [tool.name for tool in tools], SCENARIOS, table)


def main(arguments: list[str]) -> int:
    """Write or check the page; return the exit status."""
    if arguments not in ([], ["--check"]):
        print(f"Expected nothing or --check, but got {' '.join(arguments)}", file=sys.stderr)
        return 2
    written = PAGE.read_text(encoding="utf-8")
    text = observe(written)
    if not arguments:
        PAGE.write_text(text, encoding="utf-8")
        return 0
    from page import comparable

    if comparable(written) == comparable(text):
        return 0
    lines = difflib.unified_diff(comparable(written), comparable(text), "the page", "what happens", lineterm="")
    print(*lines, "Run `tox run -e comparison`.", sep="\n", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
