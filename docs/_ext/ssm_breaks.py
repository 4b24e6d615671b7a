"""Where a line may end inside code, so that a narrow screen breaks no word in the middle."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

# Blocks that scroll or draw; inline code, headings, and output that has long lines; other text.
_PARTS = re.compile(
    r"""
    (?P<code> <span\ class="pre">[^<]*</span> | <h[1-6]>.*?</h[1-6]> | <div\ class="[^"]*\bssm-output\b.*?</pre>)
    | <(?P<kept> pre | script | style | svg)\b.*?</(?P=kept)>
    | (?<=>)[^<]+
    """,
    re.DOTALL | re.VERBOSE,
)
# Text between tags.
_TEXT = re.compile(r"(?<=>)[^<]+")
_ENDS = re.compile(r"[_./:,=\[\](){}|\\-](?=\w)|(?<=[a-z0-9])(?=[A-Z])")
_LONG_NAME = re.compile(r"\S{12,}")
_LONG_WORD = re.compile(r"\w{24,}")


def _with_breaks(text: re.Match[str]) -> str:
    return _ENDS.sub(r"\g<0><wbr>", text[0])


def _with_breaks_where_needed(part: re.Match[str]) -> str:
    if part["kept"]:
        return part[0]
    if part["code"]:
        return _TEXT.sub(lambda text: _LONG_NAME.sub(_with_breaks, text[0]), part[0])
    return _LONG_WORD.sub(_with_breaks, part[0])


def add_breaks(_app: Sphinx, _page: str, _name: str, context: dict[str, Any], _doctree: nodes.document | None) -> None:
    """Allow line ends after punctuation, and between the words of a name in camel case; copied text stays the same."""
    if body := context.get("body"):
        context["body"] = _PARTS.sub(_with_breaks_where_needed, body)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.connect("html-page-context", add_breaks)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
