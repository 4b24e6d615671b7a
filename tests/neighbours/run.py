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
HEAD = """% Written by tests/neighbours/run.py: change it there, then run `tox run -e neighbours`.

# Works with

Each line is tested with the real library, in the version shown.

| Library | Tested with | What works |
| --- | --- | --- |
"""
FOOT = """
Other tests cover moto, botocore's Stubber, responses, aiobotocore, aioboto3, pytest-xdist, pytest-asyncio, anyio,
pytest-rerunfailures, pytest-randomly and pytest-forked. See [](../howto/moto.md), [](../howto/async.md) and
[](../explanation/limits.md).

pytest-forked 1.7.5 was run with pytest 9.1. With pytest 9.2 it fails even an empty test, with or without the plugin.
"""


def situations() -> dict[str, Path]:
    """Map each library to its test module."""
    return {path.stem.rstrip("_").replace("_", "-"): path for path in sorted((HERE / "situations").glob("*.py"))}


def described(path: Path) -> str:
    """Return the docstring of a module."""
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""


def page(versions: Mapping[str, str]) -> str:
    """Return the page: the docstring of each module, with the version of the library."""
    rows = (
        f"| {library} | {versions[library]} | {' '.join(described(path).split())} |\n"
        for library, path in situations().items()
    )
    return HEAD + "".join(rows) + FOOT


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
        PAGE.write_text(page({library: version(library) for library in situations()}), encoding="utf-8")
    return failed


if __name__ == "__main__":
    sys.exit(main())
