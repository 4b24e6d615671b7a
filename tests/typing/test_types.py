from __future__ import annotations

import importlib.util
import inspect
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from model import DOCUMENT_OPERATIONS, OPERATIONS, START, input_shape

from pytest_ssm_automation import AutomationFake, FakeUsageError, _types
from pytest_ssm_automation._options import NAMES, OptionValues

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

HERE = Path(__file__).parent
CORRECT, SLIPS = HERE / "correct.py", HERE / "slips.py"


def load(name: str) -> ModuleType:
    """Import a module of this folder, which is not a package."""
    spec: Any = importlib.util.spec_from_file_location(f"typing_{name}", HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def mypy(path: Path) -> set[int]:
    """Give the lines in which mypy reports an error."""
    pytest.importorskip("mypy")
    command = [sys.executable, "-m", "mypy", "--strict", "--output=json", "--config-file=", str(path)]
    output = run(command)
    return {each["line"] for each in map(json.loads, filter(None, output.splitlines())) if each["severity"] == "error"}


def pyright(path: Path) -> set[int]:
    """Give the lines in which pyright reports an error."""
    pytest.importorskip("pyright")
    output = run([sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "--outputjson", str(path)])
    return {each["range"]["start"]["line"] + 1 for each in json.loads(output)["generalDiagnostics"]}


def run(command: list[str]) -> str:
    """Run a type checker, which finds errors or none."""
    # outside of the project, whose settings are not those of its users
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    return done.stdout


def marked() -> set[int]:
    """Give the lines of the slips that type checkers report."""
    lines = SLIPS.read_text("utf-8").splitlines()
    return {number for number, line in enumerate(lines, 1) if "  # reported: " in line}


def test_the_types_are_those_of_the_newest_model() -> None:
    """The module of types is what the script writes; from an older model it would write less."""
    written = Path(inspect.getfile(_types)).read_text("utf-8").splitlines()
    wanted = load("make").text().splitlines()
    if wanted != written and set(wanted) <= set(written):
        pytest.skip("the installed botocore has an older model")
    assert wanted == written, "run tests/typing/make.py"


def test_every_member_of_a_start_has_a_type() -> None:
    """Members that an installed model has are accepted by type checkers too, if the types are as new."""
    assert {*input_shape(START).members} <= {*_types.StartMembers.__annotations__}
    tags = ("AddTagsToResource", "ListTagsForResource", "RemoveTagsFromResource")
    for operation in (*OPERATIONS, *DOCUMENT_OPERATIONS, *tags):
        assert {*input_shape(operation).members} <= {*_types.AnyMembers.__annotations__}


def test_every_option_has_a_type() -> None:
    """`runbooks` is a separate argument."""
    assert {*OptionValues.__annotations__, "runbooks"} == set(NAMES)


@pytest.mark.slow
@pytest.mark.parametrize("check", [mypy, pyright])
def test_slips_are_reported(check: Callable[[Path], set[int]]) -> None:
    """All slips that types can tell are reported, each in its line, and no other line is."""
    pytest.importorskip("mypy_boto3_ssm")
    assert len(marked()) >= 10
    assert check(SLIPS) == marked()


@pytest.mark.slow
@pytest.mark.parametrize("check", [mypy, pyright])
def test_nothing_else_is_reported(check: Callable[[Path], set[int]]) -> None:
    """Correct code is not reported: plain values, `mock.ANY`, dirty-equals, custom matchers, partial members."""
    pytest.importorskip("mypy_boto3_ssm")
    assert check(CORRECT) == set()


@pytest.mark.parametrize("slip", load("slips").AT_RUN_TIME)
def test_other_slips_are_refused_at_run_time(fake: AutomationFake, slip: Callable[[AutomationFake], object]) -> None:
    """Names that the types don't know may be newer than the types, so the fake itself refuses them, at once."""
    with pytest.raises(FakeUsageError):
        slip(fake)
