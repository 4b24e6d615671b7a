import configparser
import importlib.metadata
import os
import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

from pytest_ssm_automation._transports.names import SUPPORTED

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT, GROUPS = PYPROJECT["project"], PYPROJECT["dependency-groups"]
TOX = configparser.ConfigParser(interpolation=None)
TOX.read(ROOT / "tox.ini", encoding="utf-8")

DEPENDENCIES = [Requirement(line) for line in PROJECT["dependencies"]]
LOWEST = [Requirement(line) for line in TOX["testenv:lowest"]["deps"].split()]


def versions(requirements: list[Requirement], operator: str) -> dict[str, str]:
    """Map the name of each requirement to the version that stands after this operator."""
    return {
        requirement.name: specifier.version
        for requirement in requirements
        for specifier in requirement.specifier
        if specifier.operator == operator
    }


def test_every_dependency_has_a_lower_bound() -> None:
    """Each runtime dependency has a lower bound."""
    assert set(versions(DEPENDENCIES, ">=")) == {requirement.name for requirement in DEPENDENCIES}


def test_lowest_run_pins_every_lower_bound() -> None:
    """What the lowest run installs is what pyproject.toml promises, release for release."""
    pins = versions(LOWEST, "==")
    del pins["boto3"]  # only tests use it

    assert pins == versions(DEPENDENCIES, ">=")


def test_the_page_of_policies_names_the_lower_bounds() -> None:
    """Its table has the bounds of pyproject.toml for Python and the dependencies that users choose."""
    page = (ROOT / "docs" / "reference" / "policies.md").read_text(encoding="utf-8")
    table = page.partition("## Dependencies")[0]
    named = dict(re.findall(r"^\| (\w+)(?: \(optional\))? \| (\d[\d.]+) \|", table, re.MULTILINE))
    [aio] = map(Requirement, PROJECT["optional-dependencies"]["aio"])
    bounds = versions([*DEPENDENCIES, aio], ">=") | {"Python": PROJECT["requires-python"].removeprefix(">=")}

    assert named == {name: bounds[name] for name in named}
    assert named.keys() >= {"Python", "botocore", "pytest", "hypothesis", "Faker", "responses", "aiobotocore"}


def test_the_page_of_policies_lists_every_dependency() -> None:
    """Its second table lists all of them except pluggy, which pytest requires."""
    page = (ROOT / "docs" / "reference" / "policies.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| (\w+) \| [\d.]+ MiB \|", page, re.MULTILINE)

    assert sorted([*listed, "pluggy"]) == sorted(requirement.name for requirement in DEPENDENCIES)


def test_installed_releases_are_those_meant() -> None:
    """Every run has releases that pyproject.toml allows, and the lowest run has the lowest of them."""
    meant = LOWEST if os.environ.get("TOX_ENV_NAME") == "lowest" else DEPENDENCIES
    installed = {requirement.name: importlib.metadata.version(requirement.name) for requirement in meant}

    assert [str(requirement) for requirement in meant if installed[requirement.name] not in requirement.specifier] == []


def test_every_declared_python_is_tested() -> None:
    """Python versions of the classifiers have a tox environment each, and the first is requires-python's."""
    prefix = "Programming Language :: Python :: 3."
    declared = [line.removeprefix(prefix) for line in PROJECT["classifiers"] if line.startswith(prefix)]
    environments = [name for name in TOX["tox"]["env_list"].split() if name.startswith("py")]

    assert [f"py3{minor}" for minor in declared] == environments
    assert PROJECT["requires-python"] == f">=3.{declared[0]}"


def test_pytest_finds_the_plugin() -> None:
    """The installed distribution registers the plugin with pytest by its short name."""
    points = importlib.metadata.distribution("pytest-ssm-automation").entry_points.select(group="pytest11")

    assert [(point.name, point.value) for point in points] == [("ssm_automation", "pytest_ssm_automation.plugin")]


def test_the_releases_of_aiobotocore_are_those_that_are_tested() -> None:
    """The page about asynchronous code lists the releases of the tox environments."""
    page = (ROOT / "docs" / "howto" / "async.md").read_text(encoding="utf-8")
    [row] = re.findall(r"^\| aiobotocore \| (.*) \|$", page, re.MULTILINE)
    *older, newest = row.split(", ")
    environment = next(name for name in TOX.sections() if name.startswith("testenv:aio{"))

    assert environment == f"testenv:aio{{,{','.join(older)}}}"
    [of_aioboto3] = re.findall(r"^\| aioboto3 \| ([\d.]+),", page, re.MULTILINE)
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())

    supported = SUPPORTED["aiobotocore"]
    assert f"{older[0]} to {newest}" == supported
    assert f"aiobotocore {supported} and aioboto3 {of_aioboto3}." in readme
    [botocore] = [each for each in DEPENDENCIES if each.name == "botocore"]
    assert str(botocore.specifier) == f">={SUPPORTED['botocore'].split()[0]}.0"
    assert f"aioboto3>={of_aioboto3}" in GROUPS["aioboto3"]
    assert PROJECT["optional-dependencies"]["aio"] == [f"aiobotocore>={older[0]}"]
