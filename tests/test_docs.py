import re
import subprocess
import sys
from pathlib import Path

import pytest
from neighbours import run as neighbours

from pytest_ssm_automation._strict import _TITLES

DOCS = Path(__file__).parents[1] / "docs"
EXAMPLES = DOCS / "examples"
PAGES = sorted(page for page in DOCS.rglob("*.md") if not page.relative_to(DOCS).parts[0].startswith("_"))
INCLUDE = re.compile(r"^`{3,}\{literalinclude\} (\S+)\n(.*?)^`{3,}$", re.DOTALL | re.MULTILINE)
OUTPUT = re.compile(r"^`{3,}\{pytest-output\} (\S+)$", re.MULTILINE)
# Fences with untested code.
UNTESTED = re.compile(r"[`:]{3,}(?:\{code(?:-block)?\} *)?(?:python3?|py|pycon|ini|toml|yaml|json|text|console)?")
FENCE = re.compile(r"^(?:`{3,}|:{3,}).*$", re.MULTILINE)


def text_of(page: Path) -> str:
    """The source of a page."""
    return page.read_text(encoding="utf-8")


def included(page: Path) -> list[Path]:
    """The files that a page includes."""
    return [(page.parent / name).resolve() for name, _ in INCLUDE.findall(text_of(page))]


FAILING = sorted({(page.parent / name).resolve() for page in PAGES for name in OUTPUT.findall(text_of(page))})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_all_code_is_included(page: Path) -> None:
    """Pages contain no code except commands: all code is in a file, or the output of one."""
    opened: list[str] = []
    untested = []
    for fence in FENCE.findall(text_of(page)):
        if opened and fence == opened[-1]:
            opened.pop()
            continue
        opened.append(re.sub(r"[^`:].*", "", fence))
        untested += [fence] if UNTESTED.fullmatch(fence) else []

    assert untested == []
    assert opened == []


@pytest.mark.parametrize("page", [page for page in PAGES if included(page)], ids=lambda page: page.stem)
def test_what_is_included_is_run(page: Path) -> None:
    """Each included file of Python is one that pytest collects, or that such a file imports, or that has to fail."""
    tests = [path for path in EXAMPLES.glob("*.py") if re.fullmatch(r"test_.*|.*_test", path.stem)]
    run = {*tests, *FAILING}
    names = "|".join(re.findall(r"^(?:from|import) (\w+)", "\n".join(map(text_of, run)), re.MULTILINE))

    for path in included(page):
        assert path.is_file()
        assert path.is_relative_to(EXAMPLES)
        assert path.suffix != ".py" or path in run or re.fullmatch(names, path.stem)


@pytest.mark.parametrize("path", FAILING, ids=lambda path: path.stem)
def test_what_has_to_fail_does(path: Path) -> None:
    """An example whose failure a page shows fails, in its one test."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", path.name]

    done = subprocess.run(command, cwd=EXAMPLES, capture_output=True, text=True, check=False)

    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout + done.stderr
    assert re.search(r"^=+ 1 failed in ", done.stdout, re.MULTILINE)


def test_every_example_is_shown() -> None:
    """All examples made for the pages are shown on one."""
    shown = {path for page in PAGES for path in included(page)} | set(FAILING)
    made = {path for path in EXAMPLES.iterdir() if path.name.startswith(("howto_", "tutorial_"))}

    assert made <= shown


def test_the_page_on_strict_mode_has_every_line() -> None:
    """The page on strict mode explains all its messages."""
    page = text_of(DOCS / "howto" / "strict.md")
    assert [title for title in _TITLES.values() if f"`{title.partition(' (')[0]}`" not in page] == []


def test_the_page_about_other_libraries_is_written() -> None:
    """The page about other libraries is what the script that runs them writes, with the versions that it has run."""
    text = text_of(neighbours.PAGE)
    tested = dict(re.findall(r"^\| (\S+) \| ([\d.]+) \|", text, re.MULTILINE))
    assert text == neighbours.page(tested)
