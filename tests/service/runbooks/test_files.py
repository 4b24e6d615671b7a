from __future__ import annotations

import re
from pathlib import Path

import pytest

from pytest_ssm_automation import AutomationFake, FakeUsageError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder of files, whose own name looks like a glob."""
    folder = (tmp_path / "[proj]").resolve()
    for name in (
        "books/One.yaml",
        "books/Two.JSON",
        "books/more/Three.yml",
        "books/more/deep/Four.json",
        "books/more/One.yaml",
        "books/notes.txt",
        "books/.hidden.yaml",
        "books/[odd]/Odd.yaml",
        "plain",
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"schemaVersion: '0.3'\ndescription: {name}\nmainSteps: [{{name: a, action: aws:sleep}}]\n")
    (folder / "empty").mkdir()
    (folder / "books" / "Folder.yaml").mkdir()
    monkeypatch.chdir(folder)
    return folder


def found(patterns: list[str], folder: Path) -> dict[str, list[str]]:
    """Return the files of each document that is known."""
    with AutomationFake(runbooks=patterns) as fake:
        with pytest.raises(FakeUsageError, match="Unknown runbook '-'") as caught:
            fake.fail_step("a", runbook="-")
        names = str(caught.value).partition("Allowed: ")[2].removesuffix(".").split(", ")
        return {name: sorted(str(path.resolve().relative_to(folder)) for path in files(fake, name)) for name in names}


def files(fake: AutomationFake, name: str) -> list[Path]:
    """Return the files of a document: what its description names, or what a message says of several."""
    try:
        return [Path(fake.client().describe_document(Name=name)["Document"]["Description"])]
    except FakeUsageError as error:
        return [Path(path) for path in str(error).partition("in several files: ")[2].split(", ")]


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (["books/One.yaml"], {"One": ["books/One.yaml"]}),
        (["plain"], {"plain": ["plain"]}),
        (["books/notes.txt"], {"notes": ["books/notes.txt"]}),
        (["books/[odd]/Odd.yaml"], {"Odd": ["books/[odd]/Odd.yaml"]}),
        (["books/more"], {"Three": ["books/more/Three.yml"], "Four": ["books/more/deep/Four.json"],
                          "One": ["books/more/One.yaml"]}),
        (["books/*"], {"One": ["books/One.yaml", "books/more/One.yaml"], "Two": ["books/Two.JSON"],
                       "Three": ["books/more/Three.yml"], "Four": ["books/more/deep/Four.json"],
                       "Odd": ["books/[odd]/Odd.yaml"]}),
        (["books/*.yaml"], {"One": ["books/One.yaml"]}),
        (["**/T*"], {"Two": ["books/Two.JSON"], "Three": ["books/more/Three.yml"]}),
        (["*/more/One.yaml", "books/One.yaml"], {"One": ["books/more/One.yaml", "books/One.yaml"]}),
        (["books/One.yaml", "books/O*", "{folder}/books/One.yaml"], {"One": ["books/One.yaml"]}),
        (["books/../plain", "plain"], {"plain": ["plain"]}),
    ],
)  # fmt: skip
def test_files_are_found_by_the_name_of_their_document(
    folder: Path, patterns: list[str], expected: dict[str, list[str]]
) -> None:
    """Files, folders and globs, absolute or relative, map names to files, each of them once."""
    written = [pattern.replace("{folder}", str(folder)) for pattern in patterns]
    assert found(written, folder) == {name: sorted(paths) for name, paths in expected.items()}


@pytest.mark.parametrize("pattern", ["nowhere", "empty", "books/Five.yaml", "empty/*", "books/*.txt", "x" * 5000])
def test_what_matches_nothing_is_refused(folder: Path, pattern: str) -> None:
    """A file, a folder or a glob without any file is a mistake, and not an empty library."""
    kinds = "(.json, .yaml, .yml)"
    message = f"runbooks: {pattern!r} is no file, nor a folder or a glob with files {kinds}, in {folder}"
    with pytest.raises(FakeUsageError, match=f"^{re.escape(message)}$"):
        AutomationFake(runbooks=["books", pattern])
