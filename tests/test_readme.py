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
    """Each Python block of README.md is a whole file among the examples, which are run."""
    files = [(EXAMPLES / name).read_text(encoding="utf-8") for name in ("test_readme.py", "readme_fault.py")]

    assert blocks("python") == files


def test_message_is_what_pytest_prints(pytester: pytest.Pytester) -> None:
    """The example that has to fail does so with exactly the message that README.md shows."""
    for name in ("pytest.ini", "test_readme.py", "readme_fault.py"):
        shutil.copy(EXAMPLES / name, pytester.path)
    shutil.copytree(EXAMPLES / "runbooks", pytester.path / "runbooks")

    result = pytester.runpytest_subprocess("readme_fault.py")

    result.assert_outcomes(failed=1)
    [message] = blocks("text")
    assert lines(message) in lines(result.stdout.str())


def test_commands_stand_alone() -> None:
    """The two commands for a fresh machine can be copied, each a block of its own, and run one tox environment each."""
    setup = "python3 -m venv .venv && .venv/bin/pip install tox && .venv/bin/tox run -e"
    commands = [f"{setup} example\n", f"{setup} py\n"]

    assert [block for block in blocks("sh") if "tox" in block] == commands
