"""Run the suites of other projects with and without the plugin, and compare test by test: `tox run -e suites`.

Each suite runs three times: without the plugin, with it, and with its fake active in each test by an autouse fixture.
The tests come from the source distributions of the installed releases. Names of suites after `--` run only those.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HERE = Path(__file__).parent
WAYS: Final = {"without": ("-p", "no:ssm_automation"), "idle": (), "active": ()}


class Suite(NamedTuple):
    """The tests of a project.

    Attributes:
        arguments: pytest's arguments: the tests to run, which are those that are about what the plugin touches.
        differing: Patterns of tests that an active fake fails by design, and why.
    """

    arguments: Sequence[str]
    differing: Mapping[str, str] = {}


_CREDENTIALS: Final = "it asks for credentials of the machine, in place of which a fake provides its own"
_OF_BOTOCORE: Final = {
    "unit": ("args", "client", "credentials", "endpoint", "http_session", "session", "signers", "stub"),
    "functional": ("credentials", "regions", "retry", "session", "six_threading", "stub", "useragent"),
}
SUITES: Final = {
    "aiobotocore": Suite(["tests"], {"test_processprovider_|test_session_(credentials|retrieve_creds)": _CREDENTIALS}),
    "botocore": Suite(
        [f"tests/{kind}/test_{name}.py" for kind, names in _OF_BOTOCORE.items() for name in names],
        {
            "ProcessProvider|_source_profile|with_profile_provider|token_chosen_from_provider": _CREDENTIALS,
            "test_session_profile_overrides_env_vars": "it reads a profile, and a fake hides them",
        },
    ),
    "moto": Suite([f"tests/test_{name}" for name in ("core", "dynamodb", "ec2", "s3", "sqs", "ssm", "sts")]),
    "responses": Suite(["responses/tests"]),
}


def unpack(project: str, folder: Path) -> Path:
    """Download the source distribution of the installed release, and return the folder of its content."""
    options = ("--quiet", "--no-deps", "--no-binary", project, "--dest", str(folder))
    subprocess.run([sys.executable, "-m", "pip", "download", *options, f"{project}=={version(project)}"], check=True)
    (archive,) = folder.glob(f"{project}-*.tar.gz")
    with tarfile.open(archive) as content:
        content.extractall(folder, filter="data")
    return folder / archive.name.removesuffix(".tar.gz")


def outcomes(way: str, folder: Path, arguments: Sequence[str]) -> dict[str, str]:
    """Run tests, and return the outcome of each. Exit with pytest's output if it could not run them."""
    with tempfile.TemporaryDirectory() as output:
        noted = Path(output, "outcomes.json")
        environment = {**os.environ, "PYTHONPATH": str(HERE), "SUITES_OUTCOMES": str(noted)}
        environment["SUITES_ACTIVE"] = "1" if way == "active" else ""
        command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "observed", *WAYS[way])
        ran = subprocess.run(
            [*command, *arguments], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True, check=False
        )
        if ran.returncode not in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}:
            sys.exit(f"{ran.stdout}\nNothing was compared, because pytest ended with {ran.returncode}.")
        found: dict[str, str] = json.loads(noted.read_text(encoding="utf-8"))
        return found


def differences(suite: Suite, folder: Path) -> list[str]:
    """Run a suite in all ways; describe each test with another outcome than without the plugin, also when run again."""
    found: list[str] = []
    without = outcomes("without", folder, suite.arguments)
    print(f"  {len(without)} tests, {list(without.values()).count('passed')} of which pass without the plugin")
    for way in ("idle", "active"):
        ran = outcomes(way, folder, suite.arguments)
        other = [test for test in without if ran.get(test) != without[test]]
        if other:
            again, alone = outcomes(way, folder, other), outcomes("without", folder, other)
            other = [test for test in other if again.get(test) != alone.get(test)]
        if way == "active":
            other = [test for test in other if not any(re.search(pattern, test) for pattern in suite.differing)]
        found += [f"{way}: {test} is {ran.get(test)}, and was {without[test]}" for test in other]
    return found


def main() -> int:
    """Run the suites that are named, or all; return the number of tests that differ."""
    failed = 0
    for project in sys.argv[1:] or SUITES:
        print(f"{project} {version(project)}")
        with tempfile.TemporaryDirectory() as folder:
            found = differences(SUITES[project], unpack(project, Path(folder)))
        print(*(f"  {line}" for line in found), sep="\n")
        failed += len(found)
    return failed


if __name__ == "__main__":
    sys.exit(main() > 0)
