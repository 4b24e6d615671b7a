import re
from pathlib import Path

import pages
import pytest
from neighbours import run as neighbours

from pytest_ssm_automation import AutomationFake, plugin
from pytest_ssm_automation._strict import _TITLES

DOCS = Path(__file__).parents[1] / "docs"
EXAMPLES = DOCS / "examples"
PAGES = sorted(page for page in DOCS.rglob("*.md") if not page.relative_to(DOCS).parts[0].startswith("_"))
# Fences with untested code.
UNTESTED = re.compile(r"(?:\{code(?:-block)?\} *)?(?:python3?|py|pycon|ini|toml|yaml|json|text|console)?")


def text_of(page: Path) -> str:
    """The source of a page."""
    return page.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_all_code_is_run(page: Path) -> None:
    """Pages contain no code except commands: a whole file has its name as a caption, and a part of one has none.

    What has a caption is run as the reader runs it, by test_pages.py. A part comes from a file that pytest collects.
    """
    fences = list(pages.fences(text_of(page)))
    assert [head for head, _ in fences if UNTESTED.fullmatch(head)] == []
    assert sum(line.startswith(("```", ":::")) for line in text_of(page).splitlines()) == 2 * len(fences)

    for each in pages.included(page):
        assert each.source.is_file()
        assert each.source.is_relative_to(EXAMPLES)
        assert each.is_whole == ("caption" in each.options)
        assert each.is_whole or re.fullmatch(r"test_.*|.*_test", each.source.stem)


def test_every_example_is_shown() -> None:
    """All examples made for the pages are shown on one."""
    on_pages = {each.source for page in PAGES for each in pages.included(page)}
    patterns = ("howto_*", "tutorial/*.py", "tutorial_runbook/*", "guard/*.py", "ini/*", "runbooks/*", "runs/*")
    made = {path for pattern in patterns for path in EXAMPLES.glob(pattern)}

    assert made - on_pages == set()


def test_the_page_on_strict_mode_has_every_line() -> None:
    """The page on strict mode explains all its messages."""
    page = text_of(DOCS / "howto" / "strict.md")
    assert [title for title in _TITLES.values() if f"`{title.partition(' (')[0]}`" not in page] == []


def test_the_cheat_sheet_has_every_name() -> None:
    """The cheat sheet has all fixtures, markers, options, and members of the fake, for whoever looks for one."""
    sheet = " ".join(re.findall(r"`([^`]+)`", text_of(DOCS / "reference" / "cheatsheet.md")))
    fixtures = [name for name, each in vars(plugin).items() if hasattr(each, "_fixture_function_marker")]
    markers = [marker.partition("(")[0] for marker in plugin._MARKERS]
    members = [name for name in dir(AutomationFake) if not name.startswith("_")]

    names = [*fixtures, *markers, *AutomationFake().options._fields, *members]
    assert [name for name in names if not re.search(rf"\b{name}\b", sheet)] == []


def test_every_guide_is_in_the_list_and_in_the_sidebar() -> None:
    """Both have the same groups with the same pages, in the same order."""
    listed = {
        title.lower(): re.findall(r"^\[\]\((\S+)\.md\)$", text, re.MULTILINE)
        for title, text in re.findall(r"^## (\w+)\n((?:(?!## ).*\n)*)", text_of(DOCS / "howto/index.md"), re.MULTILINE)
    }
    trees = re.findall(r":caption: How to: (\w+)\n\n(.*?)\n```", text_of(DOCS / "index.md"), re.DOTALL)

    assert {title: re.findall(r"howto/(\S+)", pages) for title, pages in trees} == listed
    assert {f"{name}.md" for names in listed.values() for name in names} == {
        page.name for page in (DOCS / "howto").glob("*.md") if page.stem != "index"
    }


def test_the_page_about_other_libraries_is_written() -> None:
    """The rows about other libraries are what the script that runs them writes, with the versions that it has run."""
    text = text_of(neighbours.PAGE)
    tested = dict(re.findall(r"^\| (\S+) \| (\S+) \|", text, re.MULTILINE))
    assert text == neighbours.with_rows(text, tested)
