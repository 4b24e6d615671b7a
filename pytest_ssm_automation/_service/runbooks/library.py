"""Runbooks, and the versions of them that are registered."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

from ..._errors import FakeUsageError
from ..checks import model
from ..checks.patterns import compile_pattern
from ..errors import ServiceError
from .declarations import Parameter, Reader, Runbook
from .documents import read_document
from .parameters import check_parameters, resolved_parameters

__all__ = ["Parameter", "Runbook", "RunbookStore", "check_parameters", "load_runbook", "resolved_parameters"]

_ARN: Final = re.compile(r"arn:[^:]*:ssm:[^:]*:[^:]*:(?:document|automation-definition)/([^:]+)(?::(.+))?")


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
    """
    document, stem = read_document(content)
    name = _name(stem if name is None else name)
    number = "1" if version is None else str(version)
    if isinstance(version, bool) or not re.fullmatch("[1-9][0-9]*", number, re.ASCII):
        raise FakeUsageError(f"Expected a positive number but got version={version!r} (type={type(version).__name__})")
    reader = Reader()
    reader.top(document)
    parameters = reader.parameters(document.get("parameters"))
    steps = reader.steps(document)
    if reader.problems:
        raise FakeUsageError("\n  ".join([f"Runbook {name!r} is malformed:", *reader.problems]))
    return Runbook(
        name=name,
        version=number,
        region=region,
        steps=steps,
        description=document.get("description"),
        assume_role=document.get("assumeRole"),
        _parameters=parameters,
        _document=document,
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


def bare_name(name: str) -> str:
    """Give the name of a runbook without what an ARN puts around it."""
    return name.rpartition("/")[2].partition(":")[0]


class RunbookStore:
    """The runbooks of one fake. Who shares it between threads has to lock it."""

    def __init__(self) -> None:
        self._runbooks: list[Runbook] = []

    def add(self, runbook: Runbook, *, renumber: bool = False) -> Runbook:
        """Register a runbook, and give it as it was registered.

        Args:
            runbook: The runbook; a version that already exists raises `FakeUsageError`.
            renumber: Give it the version after the latest, instead of its own.
        """
        others = [
            other for other in self._runbooks if other.name == runbook.name and _meet(other.region, runbook.region)
        ]
        if renumber:
            runbook = replace(runbook, version=str(1 + max((int(other.version) for other in others), default=0)))
        elif any(other.version == runbook.version for other in others):
            raise FakeUsageError(
                f"Runbook {runbook.name!r} has a version {runbook.version} already; without a version it gets the next"
            )
        self._runbooks.append(runbook)
        return runbook

    def versions(self, name: str, region: str) -> list[Runbook]:
        """List the versions of a document in a Region, oldest number first."""
        return sorted(self._named(name, region), key=lambda runbook: int(runbook.version))

    def _named(self, name: str, region: str) -> list[Runbook]:
        return [runbook for runbook in self._runbooks if runbook.name == name and _meet(runbook.region, region)]

    def find(self, document_name: str, version: str | None, region: str) -> Runbook | None:
        """Find the runbook that a request means; `None` if there is no document of that name.

        Args:
            document_name: A name or an ARN; an ARN may end in `:` and a version.
            version: A number, `$LATEST` or `$DEFAULT`, the version that was registered first; `None` is `$DEFAULT`.
            region: The Region of the request.

        Raises:
            ServiceError: The document has no such version.
        """
        if not self._runbooks:
            return None
        arn = _ARN.fullmatch(document_name)
        name, wanted = (arn[1], version or arn[2]) if arn else (document_name, version)
        found = self._named(name, region)
        if not found:
            return None
        if wanted in {None, "$DEFAULT"}:
            return found[0]
        if wanted == "$LATEST":
            return self.versions(name, region)[-1]
        for runbook in found:
            if runbook.version == wanted:
                return runbook
        raise ServiceError("AutomationDefinitionVersionNotFoundException")


def _meet(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other
