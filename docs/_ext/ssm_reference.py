"""Directives that generate the reference from the package when the documentation is built.

A public name that no page documents fails the build.
"""

from __future__ import annotations

import inspect
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

import pytest_ssm_automation
from pytest_ssm_automation import constraints, plugin, providers, recordings, strategies
from pytest_ssm_automation._options import Options
from pytest_ssm_automation._service import errors
from pytest_ssm_automation._service.checks import model

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))
from conformance import register

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

log = logging.getLogger(__name__)
# Classes whose objects a test gets from the fake, and does not create.
GIVEN = frozenset(
    f"pytest_ssm_automation.{name}" for name in ("Call", "Constraint", "Execution", "Runbook", "Violation")
)


def prose(text: str) -> list[nodes.Node]:
    """Convert text to nodes; text between single backticks becomes code."""
    parts = re.split(r"`([^`]+)`", " ".join(text.partition("Documentation: ")[0].split()))
    return [nodes.literal(part, part) if place % 2 else nodes.Text(part) for place, part in enumerate(parts) if part]


def code(text: str) -> nodes.literal:
    """Return a code node."""
    return nodes.literal(text, text)


def table(headers: Sequence[str], rows: Iterable[Sequence[Any]], *, widths: Sequence[int], name: str) -> nodes.table:
    """Return a table; a cell is a node, or text for `prose`."""
    group = nodes.tgroup(cols=len(headers))
    group += [nodes.colspec(colwidth=width) for width in widths]
    head, body = nodes.thead(), nodes.tbody()
    head += _row(headers)
    body += [_row(row) for row in rows]
    group += [head, body]
    return nodes.table("", group, classes=["colwidths-given", "ssm-table", name])


def _row(cells: Sequence[Any]) -> nodes.row:
    row = nodes.row()
    for cell in cells:
        content = prose(cell) if isinstance(cell, str) else [cell]
        row += nodes.entry("", nodes.paragraph("", "", *content))
    return row


def sentence(text: str) -> str:
    """Turn a help text of pytest into a sentence."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def attributes_of(kind: type) -> dict[str, str]:
    """Read the section `Attributes:` of a class's docstring."""
    section = (inspect.getdoc(kind) or "").partition("Attributes:\n")[2].partition("\n\n")[0]
    found = re.findall(r"^ {4}(\w+): (.+(?:\n {5,}.+)*)", section, re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in found}


def fixtures() -> dict[str, Any]:
    """Map the name of each fixture of the plugin to its definition."""
    return {name: each for name, each in vars(plugin).items() if hasattr(each, "_fixture_function_marker")}


class _Ini:
    """Collects the options that the plugin registers with pytest."""

    def __init__(self) -> None:
        self.ini: dict[str, tuple[str, str]] = {}
        self.flags: dict[str, dict[str, Any]] = {}
        plugin.pytest_addoption(self)  # type: ignore[arg-type]  # it has the methods of pytest.Parser that the plugin calls

    def addini(self, name: str, meaning: str, type: str, default: object) -> None:  # noqa: A002, ARG002 - pytest's
        self.ini[name] = (meaning, type)

    def getgroup(self, *_: str) -> _Ini:
        return self

    def addoption(self, flag: str, **details: Any) -> None:
        self.flags[flag] = details


class Fixtures(SphinxDirective):
    """List the fixtures."""

    def run(self) -> list[nodes.Node]:
        """Make a definition for each."""
        items = nodes.definition_list(classes=["ssm-names"])
        for name, definition in fixtures().items():
            text = inspect.getdoc(definition._get_wrapped_function()) or ""  # noqa: SLF001 - pytest has no public access to it
            scope = definition._fixture_function_marker.scope  # noqa: SLF001 - the same
            item = nodes.definition_list_item("", nodes.term("", "", code(name), ids=[f"fixture-{name}"]))
            item += nodes.definition("", nodes.paragraph("", "", *prose(f"{text} Scope: {scope}.")))
            items += item
        return [items]


class Markers(SphinxDirective):
    """List the markers."""

    def run(self) -> list[nodes.Node]:
        """Make a definition for each."""
        items = nodes.definition_list(classes=["ssm-names"])
        for marker in plugin._MARKERS:  # noqa: SLF001 - the plugin declares them there
            signature, _, meaning = marker.partition("): ")
            term = nodes.term("", "", code(f"{signature})"), ids=[f"marker-{signature.partition('(')[0]}"])
            text = nodes.paragraph("", "", *prose(sentence(meaning)))
            items += nodes.definition_list_item("", term, nodes.definition("", text))
        return [items]


class OptionTable(SphinxDirective):
    """List the options, with their defaults."""

    def run(self) -> list[nodes.Node]:
        """Make a row for each."""
        meanings = attributes_of(Options)
        rows = []
        for name, default in Options._field_defaults.items():
            in_ini = "" if f"ssm_automation_{name}" in _Ini().ini else " Not in the ini file."
            rows.append((code(name), code(repr(default)), meanings[name] + in_ini))
        return [table(("option", "default", "meaning"), rows, widths=(24, 14, 62), name="ssm-options")]


class IniTable(SphinxDirective):
    """List the options that exist only in the ini file."""

    def run(self) -> list[nodes.Node]:
        """Make a row for each."""
        own = {f"ssm_automation_{name}" for name in Options._fields}
        rows = [(code(name), sentence(text)) for name, (text, _) in _Ini().ini.items() if name not in own]
        return [table(("ini option", "meaning"), rows, widths=(40, 60), name="ssm-ini")]


class CommandLine(SphinxDirective):
    """List the options of the command line."""

    def run(self) -> list[nodes.Node]:
        """Make a row for each."""
        rows = []
        for flag, details in _Ini().flags.items():
            value = f"={details['metavar']}"
            rows.append(
                (code(f"{flag}[{value}]" if details.get("nargs") == "?" else flag + value), sentence(details["help"]))
            )
        return [table(("flag", "meaning"), rows, widths=(45, 55), name="ssm-flags")]


class Constraints(SphinxDirective):
    """List every constraint on the requests of an operation."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Make a row for each; a limit that is a list is joined with commas."""
        found = constraints(self.arguments[0])
        marks = register.basis_of("constraints", (each.id for each in found), register.load())
        rows = [
            (
                code(each.id),
                self._limit(each.limit),
                mark(self, marks[each.id]),
                each.caught_by if each.enforced else "only with `enforce`",
            )
            for each in found
        ]
        count = nodes.paragraph("", f"{len(found)} constraints.")
        headers = ("id", "limit", "basis", "refused by")
        return [count, table(headers, rows, widths=(38, 32, 17, 13), name="ssm-constraints")]

    def _limit(self, limit: object) -> nodes.Node:
        if limit is None:
            return nodes.Text("")
        return code(", ".join(limit) if isinstance(limit, tuple) else str(limit))


SERVICE_PAGE = "explanation/service"


def mark(directive: SphinxDirective, fact: register.Fact) -> nodes.Node:
    """Return the basis of a fact, linked to the fact."""
    env = directive.env
    env.note_dependency(register.FACTS)
    page = env.app.builder.get_relative_uri(env.docname, SERVICE_PAGE)
    return nodes.reference("", fact.basis, refuri=f"{page}#fact-{fact.id}", internal=True)


class Facts(SphinxDirective):
    """List the facts of one theme with their basis."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Make a row for each."""
        self.env.note_dependency(register.FACTS)
        facts = [fact for fact in register.load() if fact.theme == self.arguments[0]]
        if not facts:
            raise self.error(f"No fact has the theme {self.arguments[0]!r}")
        rows = [(self._statement(fact), self._basis(fact)) for fact in facts]
        return [table(("behaviour", "basis"), rows, widths=(66, 34), name="ssm-facts")]

    def _statement(self, fact: register.Fact) -> nodes.Node:
        return nodes.inline("", "", *prose(fact.statement), ids=[f"fact-{fact.id}"])

    def _basis(self, fact: register.Fact) -> nodes.Node:
        shown = nodes.inline()
        shown += nodes.reference("", fact.basis, refuri=fact.source) if fact.source else nodes.Text(fact.basis)
        shown += prose(f": {fact.seen}") if fact.seen else []
        return shown


def check_themes(_: Sphinx, env: BuildEnvironment) -> None:
    """Warn of each theme that the page about the service leaves out."""
    page = Path(env.doc2path(SERVICE_PAGE)).read_text(encoding="utf-8")
    for theme in dict.fromkeys(fact.theme for fact in register.load()):
        if f"{{ssm-facts}} {theme}\n" not in page:
            log.warning("%s does not list the facts of %s", SERVICE_PAGE, theme)


def common_errors() -> list[str]:
    """Return the codes of errors that any AWS service may return; they have their own table."""
    return [*errors._COMMON]  # noqa: SLF001 - the public catalogue does not separate them


class ErrorTable(SphinxDirective):
    """List the errors that an operation documents, or those that any AWS service may return."""

    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {"of": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """Make a row for each; without `of`, those common to AWS services."""
        operation = self.options.get("of")
        wanted = model.documented_errors(operation) if operation else common_errors()
        marks = register.basis_of("errors", wanted, register.load())
        entries = {name: errors.entry(name) for name in wanted}
        rows = [(code(name), str(status), text, mark(self, marks[name])) for name, (status, text) in entries.items()]
        return [table(("code", "status", "text", "text is"), rows, widths=(46, 8, 33, 13), name="ssm-errors")]


class ConnectionErrors(SphinxDirective):
    """List the connection errors."""

    def run(self) -> list[nodes.Node]:
        """Make a list."""
        items = [nodes.list_item("", nodes.paragraph("", "", code(name))) for name in errors.CONNECTION_ERRORS]
        return [nodes.bullet_list("", *items)]


class OtherErrors(SphinxDirective):
    """List the exceptions of SSM that no Automation operation documents, but that a test can inject."""

    def run(self) -> list[nodes.Node]:
        """Make one paragraph."""
        documented = {name for operation in model.OPERATIONS for name in model.documented_errors(operation)}
        names = [name for name in model.error_shapes() if name not in documented.union(common_errors())]
        paragraph = nodes.paragraph(classes=["ssm-many"])
        for place, name in enumerate(names):
            paragraph += [nodes.Text(", " if place else ""), code(name)]
        return [paragraph]


def public_names() -> Iterator[str]:
    """Yield all names that the pages must document."""
    homes = (pytest_ssm_automation, recordings, strategies)
    yield from (f"{home.__name__}.{name}" for home in homes for name in home.__all__)
    classes = [getattr(pytest_ssm_automation, name) for name in pytest_ssm_automation.__all__]
    for kind in (*filter(inspect.isclass, classes), providers.AutomationProvider):
        home = providers.__name__ if kind is providers.AutomationProvider else pytest_ssm_automation.__name__
        for base in kind.__mro__:
            if base.__module__.startswith("pytest_ssm_automation"):
                members = [(name, each) for name, each in vars(base).items() if not name.startswith("_")]
                documented = [name for name, each in members if getattr(each, "__doc__", None) and _is_ours(each)]
                yield from (f"{home}.{kind.__name__}.{name}" for name in documented)


def _is_ours(member: object) -> bool:
    return inspect.isfunction(member) or isinstance(member, property | classmethod)


def check_consistency(_: Sphinx, env: BuildEnvironment) -> None:
    """Warn of each public name that no page documents."""
    documented = env.domains.python_domain.objects
    for name in dict.fromkeys(public_names()):
        if name not in documented:
            log.warning("no page documents %s", name)


def leave_property_whole(
    _app: Sphinx, what: str, _name: str, found: object, _options: object, lines: list[str]
) -> None:
    """Restore a property's docstring: napoleon takes text before a colon for a type."""
    if what == "property":
        lines[:] = [*(inspect.getdoc(found) or "").splitlines(), ""]


def leave_out_signature(_app: Sphinx, what: str, name: str, *_: object) -> tuple[str, None] | None:
    """Hide the constructors of classes that a test does not create."""
    return ("", None) if what == "class" and name in GIVEN else None


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    app.add_directive("ssm-fixtures", Fixtures)
    app.add_directive("ssm-markers", Markers)
    app.add_directive("ssm-options", OptionTable)
    app.add_directive("ssm-ini", IniTable)
    app.add_directive("ssm-command-line", CommandLine)
    app.add_directive("ssm-constraints", Constraints)
    app.add_directive("ssm-errors", ErrorTable)
    app.add_directive("ssm-connection-errors", ConnectionErrors)
    app.add_directive("ssm-other-errors", OtherErrors)
    app.connect("autodoc-process-docstring", leave_property_whole, priority=600)
    app.connect("autodoc-process-signature", leave_out_signature)
    app.add_directive("ssm-facts", Facts)
    app.connect("env-check-consistency", check_consistency)
    app.connect("env-check-consistency", check_themes)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
