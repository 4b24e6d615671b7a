from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from pytest_ssm_automation import FakeUsageError
from pytest_ssm_automation._service.runbooks.reading.files import find_files

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder of files, whose own name looks like a glob."""
    folder = tmp_path / "[proj]"
    for name in (
        "books/One.yaml",
        "books/Two.JSON",
        "books/more/Three.yml",
        "books/more/deep/Four.json",
        "books/more/One.yaml",
        "books/notes.txt",
        "books/.hidden.yaml",
        "books/[odd].yaml",
        "plain",
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (folder / "empty").mkdir()
    return folder


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (["books/One.yaml"], {"One": ["books/One.yaml"]}),
        (["plain"], {"plain": ["plain"]}),
        (["books/notes.txt"], {"notes": ["books/notes.txt"]}),
        (["books/[odd].yaml"], {"[odd]": ["books/[odd].yaml"]}),
        (["books/more"], {"Three": ["books/more/Three.yml"], "Four": ["books/more/deep/Four.json"],
                          "One": ["books/more/One.yaml"]}),
        (["books/*"], {"One": ["books/One.yaml", "books/more/One.yaml"], "Two": ["books/Two.JSON"],
                       "Three": ["books/more/Three.yml"], "Four": ["books/more/deep/Four.json"],
                       "[odd]": ["books/[odd].yaml"]}),
        (["books/*.yaml"], {"One": ["books/One.yaml"], "[odd]": ["books/[odd].yaml"]}),
        (["**/T*"], {"Two": ["books/Two.JSON"], "Three": ["books/more/Three.yml"]}),
        (["*/more/One.yaml", "books/One.yaml"], {"One": ["books/more/One.yaml", "books/One.yaml"]}),
        (["books/One.yaml", "books/O*", "{folder}/books/One.yaml"], {"One": ["books/One.yaml"]}),
        (["books/../plain", "plain"], {"plain": ["books/../plain"]}),
    ],
)  # fmt: skip
def test_files_are_found_by_the_name_of_their_document(
    folder: Path, patterns: list[str], expected: dict[str, list[str]]
) -> None:
    """Files, folders and globs, absolute or relative, map names to files, each of them once."""
    found = find_files([pattern.replace("{folder}", str(folder)) for pattern in patterns], folder)
    assert {name: sorted(paths) for name, paths in found.items()} == {
        name: sorted(folder / path for path in paths) for name, paths in expected.items()
    }


@pytest.mark.parametrize("pattern", ["nowhere", "empty", "books/Five.yaml", "empty/*", "books/*.txt", "x" * 5000])
def test_what_matches_nothing_is_refused(folder: Path, pattern: str) -> None:
    """A file, a folder or a glob without any file is a mistake, and not an empty library."""
    kinds = "(.json, .yaml, .yml)"
    message = f"runbooks: {pattern!r} is no file, nor a folder or a glob with files {kinds}, in {folder}"
    with pytest.raises(FakeUsageError, match=f"^{re.escape(message)}$"):
        find_files(["books", pattern], folder)
