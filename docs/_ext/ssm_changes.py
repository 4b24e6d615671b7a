"""The directive `ssm-changes`, which shows the fragments of the changelog as the notes of the version in the making."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

ROOT = Path(__file__).parents[2]


class Changes(SphinxDirective):
    """Show the notes of the next release, since they describe what is installed; nothing right after a release."""

    def run(self) -> list[nodes.Node]:
        """Make a section of all fragments, in the order and with the headings of the release."""
        settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["towncrier"]
        folder = ROOT / settings["directory"]
        self.env.note_dependency(folder)
        lines: list[str] = []
        for kind in settings["type"]:
            found = sorted(folder.glob(f"*.{kind['directory']}.md"))
            lines += ["", f"### {kind['name']}", ""] if found else []
            lines += ["- " + "\n  ".join(path.read_text(encoding="utf-8").strip().splitlines()) for path in found]
        title = f"## {self.config.version} (not released yet)"
        return self.parse_text_to_nodes("\n".join([title, *lines]), allow_section_headings=True) if lines else []


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("ssm-changes", Changes)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
