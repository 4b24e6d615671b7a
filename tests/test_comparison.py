from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent / "comparison" / "run.py"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the comparison in another process, because its tools all patch botocore."""
    return subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True, check=False)


def test_page_says_what_happens() -> None:
    """The comparison in the documentation is what its script observes with the tools as they are installed."""
    pytest.importorskip("pytest_boto_mock", reason="pytest-boto-mock is in the tox environment comparison only")

    result = run("--check")

    assert (result.returncode, result.stderr) == (0, "")


def test_misspelt_option_is_refused() -> None:
    """A word that is not known must not overwrite the page."""
    result = run("--chek")

    assert (result.returncode, result.stderr) == (2, "Expected nothing or --check, but got --chek\n")
