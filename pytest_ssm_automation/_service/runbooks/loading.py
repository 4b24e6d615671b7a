"""Load runbooks from mappings, text or files."""

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
    """Load a runbook.

    Args:
        content: A mapping; JSON or YAML text; or a path. A string is text if it begins with `{` or has several lines.
        name: The document's name; by default the stem of the file's name.
        version: A positive number; by default 1.
        region: The Region where it is registered; by default all Regions.

    Raises:
        FakeUsageError: The content cannot be read, or is not a valid runbook. The message lists all problems.

    Warns:
        UserWarning: An `allowedPattern` cannot be translated from Java, or not matched in bounded time. It is not
            checked.
    """
    return _runbook(read_document(content), name, version, region)


def read_file(path: Path) -> Runbook | None:
    """Load a runbook from a file; `None` if it is a document of another type, such as a command document.

    Raises:
        FakeUsageError: The file cannot be read, or is not a valid runbook.
    """
    return _of_file(path, read_text(path))


# The fakes of many tests, or of many Hypothesis examples, may use the same files.
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
        raise FakeUsageError("\n  ".join([f"Runbook {name!r}{source} is not valid:", *problems]))
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
            "A runbook that is not loaded from a file needs a name: add_runbook(content, name='My-Runbook')"
        )
    shape: Any = model.service_model().shape_for("DocumentName")
    pattern = shape.metadata["pattern"]
    if not isinstance(name, str) or not compile_pattern(pattern).fullmatch(name):
        raise FakeUsageError(
            f"Expected a document name that matches {pattern}, but got name={name!r} (type={type(name).__name__})"
        )
    return name
