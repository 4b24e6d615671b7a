"""The directive `run`, which runs a command with the files that the page has shown so far, and shows what it prints."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pages
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective
from sphinxcontrib.mermaid import mermaid

if TYPE_CHECKING:
    from collections.abc import Callable

    from sphinx.application import Sphinx


class RunCommand(SphinxDirective):
    """Run a command as the reader does, and show the command and its output.

    The option `outcome` is what the page promises, such as `1 failed, 2 passed`; the build fails if it is wrong. A
    Mermaid flowchart that the command prints is shown as a picture. So are those in the file that the option `picture`
    names.
    """

    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {
        "outcome": directives.unchanged_required,
        "picture": directives.unchanged_required,
    }

    def run(self) -> list[nodes.Node]:
        """Do all steps of the page up to this one, in a folder that is kept while the page is read."""
        page = Path(self.get_source_info()[0])
        if "ssm-reader" not in self.env.temp_data:
            self.env.temp_data["ssm-reader"] = tempfile.TemporaryDirectory(), pages.steps(page)
        folder, steps = self.env.temp_data["ssm-reader"]
        for step in steps:
            if isinstance(step, pages.Save):
                self.env.note_dependency(step.source)
            try:
                output = pages.take(step, Path(folder.name))
            except AssertionError as error:
                raise self.error(str(error)) from None
            if isinstance(step, pages.Run) and step.command == self.arguments[0]:
                break
        else:
            raise self.error(f"{page.name} has no step {self.arguments[0]}")
        parts = (f"$ {step.command}", pages.failure(output), pages.way(output), pages.counts(output))
        shown = "\n".join(part for part in parts if part)
        charts = [output] if output.startswith("flowchart") else []
        if name := self.options.get("picture"):
            text = (Path(folder.name) / name).read_text(encoding="utf-8")
            charts += re.findall(r"^```mermaid\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
        pictures = [mermaid("", code=chart, options={}) for chart in charts]
        return [nodes.literal_block(shown, shown, language="console", classes=["ssm-output"]), *pictures]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("run", RunCommand)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
