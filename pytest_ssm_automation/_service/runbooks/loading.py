"""Runbooks, read from whatever they are written in."""

from __future__ import annotations

import re
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ..._errors import FakeUsageError, hide_usage_errors
from ..checks import model
from ..checks.patterns import compile_pattern
from .declarations import SCHEMA_VERSION, Reader, Runbook
from .documents import Document, document_of, read_document, read_text
from .flow import read_flow

if TYPE_CHECKING:
    from pathlib import Path

__tracebackhide__ = hide_usage_errors


def load_runbook(
    content: object, *, name: str | None = None, version: int | str | None = None, region: str | None = None
) -> Runbook:
    """Read a runbook.

    Args:
        content: A mapping; JSON or YAML text; or a path. A string is text if it begins with `{` or has several lines.
        name: The document's name; by default the stem of the file it is read from.
        version: A positive number; by default 1.
        region: The Region where it is registered; by default all.

    Raises:
        FakeUsageError: The content cannot be read, or is no sound runbook; the message has every place where it is not.

    Warns:
        UserWarning: An `allowedPattern` has no known translation from Java, or none that is matched in bounded time. It
            is taken to match anything.
    """
    return _runbook(read_document(content), name, version, region)


def read_file(path: Path) -> Runbook | None:
    """Read the runbook of a file; `None` if it is a document of another kind, such as a command.

    Raises:
        FakeUsageError: The file cannot be read, or is no sound runbook.
    """
    return _of_file(path, read_text(path))


# Fakes of many tests, or of many examples of a property, may be given the same files.
@lru_cache(maxsize=1024)
def _of_file(path: Path, text: str) -> Runbook | None:
    document = document_of(text, path)
    if str(document.members.get("schemaVersion")) != SCHEMA_VERSION:
        return None
    return _runbook(document, None, None, None)


def _runbook(document: Document, name: str | None, version: int | str | None, region: str | None) -> Runbook:
    name = _name(document.path.stem if name is None and document.path else name)
    number = "1" if version is None else str(version)
    if isinstance(version, bool) or not re.fullmatch("[1-9][0-9]*", number, re.ASCII):
        raise FakeUsageError(f"Expected a positive number but got version={version!r} (type={type(version).__name__})")
    reader = Reader()
    reader.top(document.members)
    parameters = reader.parameters(document.members.get("parameters"))
    steps = reader.steps(document.members)
    flow, wrong = read_flow(document.members)
    if problems := [*reader.problems, *wrong]:
        source = f" ({document.path})" if document.path else ""
        raise FakeUsageError("\n  ".join([f"Runbook {name!r}{source} is malformed:", *problems]))
    for doubt in reader.doubts:
        warnings.warn(f"Runbook {name!r}: {doubt}", UserWarning, stacklevel=4)
    return Runbook(
        name=name,
        version=number,
        region=region,
        steps=steps,
        description=document.members.get("description"),
        assume_role=document.members.get("assumeRole"),
        _parameters=parameters,
        _document=document.members,
        _flow=flow,
        document_format=document.format,
        _text=document.text,
    )


def _name(name: object) -> str:
    if name is None:
        raise FakeUsageError(
            "A runbook that is not read from a file needs a name: add_runbook(content, name='My-Runbook')"
        )
    shape: Any = model.service_model().shape_for("DocumentName")
    pattern = shape.metadata["pattern"]
    if not isinstance(name, str) or not compile_pattern(pattern).fullmatch(name):
        raise FakeUsageError(
            f"Expected a document's name, matching {pattern}, but got name={name!r} (type={type(name).__name__})"
        )
    return name
