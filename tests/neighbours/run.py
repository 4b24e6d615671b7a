"""Run the fake with other libraries, and write the page about it: `tox run -e neighbours`."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "reference" / "works-with.md"
# neither the settings nor the conftest.py of this project
ALONE = ("-c", os.devnull, "--rootdir", str(HERE), "--confcutdir", str(HERE))
COMMAND = (sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", *ALONE)
_HEAD = "| Library | Tested with | What works |\n| --- | --- | --- |\n"


def situations() -> dict[str, Path]:
    """Map each library to its test module."""
    return {path.stem.rstrip("_").replace("_", "-"): path for path in sorted((HERE / "situations").glob("*.py"))}


def described(path: Path) -> str:
    """Return the docstring of a module in one line."""
    return " ".join((ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split())


def with_rows(page: str, versions: Mapping[str, str]) -> str:
    """Return the page with a row for each library: its version, and the docstring of its module."""
    before, head, rest = page.partition(_HEAD)
    _, end, after = rest.partition("\n\n")
    rows = (f"| {library} | {versions[library]} | {described(path)} |" for library, path in situations().items())
    return "".join((before, head, "\n".join(rows), end, after))


def main() -> int:
    """Run all situations, and write the page; with `--check`, only run them."""
    failed = 0
    for library, path in situations().items():
        result = subprocess.run([*COMMAND, str(path)], capture_output=True, text=True, check=False)
        print(f"{library} {version(library)}: {result.stdout.splitlines()[-1] if result.stdout else result.stderr}")
        if result.returncode:
            failed += 1
            print(result.stdout)
    if not failed and "--check" not in sys.argv:
        versions = {library: version(library) for library in situations()}
        PAGE.write_text(with_rows(PAGE.read_text(encoding="utf-8"), versions), encoding="utf-8")
    return failed


if __name__ == "__main__":
    sys.exit(main())
