import re
import shutil
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "docs" / "examples"


def blocks(language: str) -> list[str]:
    """The fenced blocks of one language in README.md, in order."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def lines(text: str) -> str:
    """A text without the blanks at the ends of its lines, which editors take away."""
    return "\n".join(line.rstrip() for line in text.splitlines())


def test_code_is_that_of_the_examples() -> None:
    """The Python block of README.md is a whole file among the examples, and imports what the package installs."""
    assert blocks("python") == [(EXAMPLES / "readme_fault.py").read_text(encoding="utf-8")]
    assert set(re.findall(r"^(?:import|from) (\w+)", blocks("python")[0], re.MULTILINE)) == {"botocore", "contextlib"}


@pytest.mark.slow
def test_message_is_what_pytest_prints(pytester: pytest.Pytester) -> None:
    """Copied into an empty folder, one test of the example passes, and the other fails with the message shown."""
    shutil.copy(EXAMPLES / "readme_fault.py", pytester.path / "test_restart.py")

    result = pytester.runpytest_subprocess()

    result.assert_outcomes(passed=1, failed=1)
    [message] = blocks("text")
    assert lines(message) in lines(result.stdout.str())


def test_commands_stand_alone() -> None:
    """The two commands for a fresh machine are separate blocks, and run one tox environment each."""
    setup = "python3 -m venv .venv && .venv/bin/pip install tox && .venv/bin/tox run -e"
    commands = [f"{setup} example\n", f"{setup} py\n"]

    assert [block for block in blocks("sh") if "tox" in block] == commands


def test_it_is_short_and_its_links_work_elsewhere() -> None:
    """README.md has fewer than 120 lines, and no relative link, since PyPI shows it too."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")

    assert len(text.splitlines()) < 120
    assert [link for link in re.findall(r"\]\(([^)]+)\)", text) if not link.startswith("https://")] == []
