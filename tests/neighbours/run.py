"""Run the fake beside other libraries, and write the page about it: `tox run -e neighbours`."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "reference" / "works-with.md"
COMMAND = (sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "-c", os.devnull)
HEAD = """% Written by tests/neighbours/run.py: change it there, then run `tox run -e neighbours`.

# Works with

Each line is a test that runs with the real library, in the versions shown.

| Library | Tested with | What works |
| --- | --- | --- |
"""
FOOT = """
Other tests cover moto, botocore's Stubber, responses, aiobotocore, aioboto3, pytest-xdist, pytest-asyncio, anyio,
pytest-rerunfailures, pytest-randomly and pytest-forked. See [](../howto/moto.md), [](../howto/async.md) and
[](../explanation/limits.md).
"""


def main() -> int:
    """Run every situation; write the page, or with `--check` leave it and report the failures alone."""
    rows: list[str] = []
    failed: list[str] = []
    for path in sorted((HERE / "situations").glob("*.py")):
        library = path.stem.rstrip("_").replace("_", "-")
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-W",
            "error",
            "-p",
            "no:cacheprovider",
            "--rootdir",
            str(HERE),
        ]
        result = subprocess.run([*command, "-c", "/dev/null", str(path)], capture_output=True, text=True, check=False)
        print(f"{library} {version(library)}: {result.stdout.splitlines()[-1] if result.stdout else result.stderr}")
        if result.returncode:
            failed.append(library)
            print(result.stdout)
        statement = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        rows.append(f"| {library} | {version(library)} | {statement} |\n")
    if not failed and "--check" not in sys.argv:
        PAGE.write_text(HEAD + "".join(rows) + FOOT, encoding="utf-8")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
