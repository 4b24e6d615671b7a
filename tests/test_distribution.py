from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
NAME = f"pytest_ssm_automation-{VERSION}"
GENERATED = {"__pycache__", "_build"}


def tree(folder: str) -> set[str]:
    """List the files of a folder, as relative paths, without files of tools."""
    paths = [path.relative_to(ROOT) for path in (ROOT / folder).rglob("*") if path.is_file()]
    return {
        path.as_posix()
        for path in paths
        if not any(part in GENERATED or part.startswith(".") for part in path.parts[:-1]) and path.suffix != ".pyc"
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the wheel and the sdist are: those of a release if DISTRIBUTIONS names their folder, or new ones."""
    if built := os.environ.get("DISTRIBUTIONS"):
        return Path(built)
    pytest.importorskip("build", reason="build is in the tox environment package only")
    pytest.importorskip("hatchling", reason="hatchling is in the tox environment package only")
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return out


def test_wheel_has_the_package_and_nothing_else(folder: Path) -> None:
    """Each module of the package is installed, with `py.typed`, the metadata and the licence."""
    with zipfile.ZipFile(folder / f"{NAME}-py3-none-any.whl") as wheel:
        names = wheel.namelist()
        entry_points = wheel.read(f"{NAME}.dist-info/entry_points.txt").decode()

    modules = {name for name in tree("pytest_ssm_automation") if name.endswith(".py")}
    information = {"METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE"}
    others = {"pytest_ssm_automation/py.typed", *(f"{NAME}.dist-info/{name}" for name in information)}
    assert sorted(names) == sorted(modules | others)
    assert entry_points.split() == ["[pytest11]", "ssm_automation", "=", "pytest_ssm_automation.plugin"]


def test_sdist_has_what_it_takes_to_test_and_document(folder: Path) -> None:
    """The sdist contains exactly the package, its tests and documentation, and the files to build and run them."""
    with tarfile.open(folder / f"{NAME}.tar.gz") as sdist:
        names = [member.name for member in sdist.getmembers()]

    # hatchling adds PKG-INFO, and .gitignore so that a build from the sdist leaves out the same files
    top = {".gitignore", "LICENSE", "PKG-INFO", "README.md", "pyproject.toml", "tox.ini"}
    files = top | tree("docs") | tree("pytest_ssm_automation") | tree("tests")
    assert sorted(names) == sorted(f"{NAME}/{name}" for name in files)


def test_metadata_names_the_licence(folder: Path) -> None:
    """Whoever installs the package finds its licence, Python versions and description in the metadata."""
    with zipfile.ZipFile(folder / f"{NAME}-py3-none-any.whl") as wheel:
        metadata = wheel.read(f"{NAME}.dist-info/METADATA").decode()

    headers, _, description = metadata.partition("\n\n")
    assert {
        "Name: pytest-ssm-automation",
        f"Version: {VERSION}",
        "License-Expression: Apache-2.0",
        "License-File: LICENSE",
        "Requires-Python: >=3.11",
    } <= set(headers.splitlines())
    assert description == (ROOT / "README.md").read_text(encoding="utf-8")
