"""What whole processes cost: runs of pytest by their CPU time, an idle plugin by instructions, and a first start."""

from __future__ import annotations

import os
import re
import resource
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from measuring import ROUNDS, compare, difference, in_turns

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from measuring import Row

TESTS = 1000
# By its module. For each -p pytest searches the entry points of all packages, so the reference has a -p too.
PLUGIN = "pytest_ssm_automation.plugin"
_NO_PLUGIN = "string"
_TESTS = {
    "empty": "def test_it(number): pass",
    "plain": "def test_it(number, ssm_automation): pass",
    "fake": "def test_it(number, ssm_automation): client.start_automation_execution(DocumentName='Doc')",
    "stubber": (
        "def test_it(number):\n"
        "    with Stubber(client) as stub:\n"
        "        stub.add_response('start_automation_execution', {'AutomationExecutionId': 36 * '1'})\n"
        "        client.start_automation_execution(DocumentName='Doc')"
    ),
}
_HEAD = """import boto3, pytest
from botocore.stub import Stubber
client = boto3.client("ssm")

@pytest.mark.parametrize("number", range({tests}))
"""
_FIRST_STUBBED = """
import boto3
from botocore.stub import Stubber
client = boto3.client("ssm")
with Stubber(client) as stub:
    stub.add_response("start_automation_execution", {"AutomationExecutionId": 36 * "1"})
    client.start_automation_execution(DocumentName="Doc")
"""
_FIRST_FAKED = """
import boto3
from pytest_ssm_automation import AutomationFake
client = boto3.client("ssm")
with AutomationFake():
    client.start_automation_execution(DocumentName="Doc")
"""


def rows(folder: Path) -> Iterator[Row]:
    """Measure all of it, with the test files in this folder."""
    yield from thousand_tests(folder)
    yield from idle_plugin(folder)
    # the times of processes differ most
    first, bare = in_turns(lambda: cpu_of("-c", _FIRST_FAKED), lambda: cpu_of("-c", _FIRST_STUBBED), rounds=4 * ROUNDS)
    yield difference("first start of a process, imports included", "+20 ms", first, "boto3 and a Stubber", bare)


def cpu_of(*arguments: str) -> float:
    """Seconds of CPU time that a Python process takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True, env=environment())
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def environment() -> dict[str, str]:
    """Give the variables of a process that loads no plugin by itself, and that may write its bytecode."""
    made = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    made.pop("PYTHONDONTWRITEBYTECODE", None)
    return made


def thousand_tests(folder: Path) -> Iterator[Row]:
    """1000 tests with one start each, over 1000 empty ones; by the fixture and by a Stubber."""
    for name, test in _TESTS.items():
        (folder / f"test_{name}.py").write_text(f"{_HEAD.format(tests=TESTS)}{test}\n", encoding="utf-8")

    def run(name: str) -> float:
        return cpu_of("-m", "pytest", "-p", PLUGIN, "-p", "no:cacheprovider", str(folder / f"test_{name}.py"))

    empty, plain, fake, stubber = in_turns(*((lambda name=name: run(name)) for name in _TESTS), rounds=2 * ROUNDS)
    ours, bare = ([(one - other) / TESTS for one, other in zip(more, empty, strict=True)] for more in (fake, stubber))
    yield compare("a test with ssm_automation and one start, over an empty one", "1.8", ours, "Stubber", bare)
    each = [[seconds / TESTS for seconds in column] for column in (plain, empty)]
    yield difference("ssm_automation, in and out", "+0.12 ms", each[0], "an empty test", each[1])


def idle_plugin(folder: Path) -> Iterator[Row]:
    """Instructions of a run of one empty test, with the plugin and without; nothing where valgrind is missing."""
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        return
    (folder / "test_one.py").write_text("def test_one(): pass\n", encoding="utf-8")
    pytest = ("-m", "pytest", "-p", "no:cacheprovider", str(folder / "test_one.py"))

    def instructions(*options: str) -> int:
        command = [valgrind, "--tool=callgrind", "--callgrind-out-file=/dev/null", sys.executable, *pytest, *options]
        fixed = {**environment(), "PYTHONHASHSEED": "0"}
        found = subprocess.run(command, check=True, capture_output=True, text=True, env=fixed)
        return int(re.findall(r"Collected : (\d+)", found.stderr)[0])

    instructions("-p", PLUGIN)  # writes the bytecode
    ours, without = instructions("-p", PLUGIN), instructions("-p", _NO_PLUGIN)
    shown = (f"{count / 1e6:.0f} M instructions" for count in (ours, without))
    yield ("idle plugin", next(shown), f"without {next(shown)}", f"{(ours - without) / 1e6:+.1f} M", "+4 M")
