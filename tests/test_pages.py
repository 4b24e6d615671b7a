"""What the documentation has its reader save and run, done as the reader does it: in an empty folder, page by page."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the pages need the libraries that they are about: tox run -e docs")

import pages

DOCS = Path(__file__).parents[1] / "docs"


def steps_of(page: Path) -> list[pages.Save | pages.Run]:
    """Return the steps of a page that has its reader save something; what is not run on the page is run at its end."""
    steps = list(pages.steps(page))
    if not any(isinstance(step, pages.Save) for step in steps):
        return []
    return [*steps, pages.Run("pytest", "")] if isinstance(steps[-1], pages.Save) else steps


PAGES = {page.relative_to(DOCS).as_posix(): steps_of(page) for page in sorted(DOCS.rglob("*.md"))}


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page, steps in PAGES.items() if steps])
def test_a_page_does_what_it_says(page: str, tmp_path: Path) -> None:
    """Whoever saves the blocks of a page under their captions, and runs its commands, gets what the page promises."""
    for step in PAGES[page]:
        # with CI set, Hypothesis has no deadline, which a busy machine would miss
        pages.take(step, tmp_path, CI="1")
