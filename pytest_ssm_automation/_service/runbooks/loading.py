"""Load runbooks from mappings, text or files."""

from __future__ import annotations

import re
import warnings
from functools import lru_cache
from inspect import currentframe
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ..._errors import FakeUsageError, RunbookWarning, hide_usage_errors
from ..checks import model
from ..checks.patterns import compile_pattern
from .actions import BRANCH
from .creating.creation import check_creation
from .declarations import SCHEMA_VERSION, Runbook, read_parameters
from .findings import Findings
from .reading.documents import Document, document_of, read_document
from .reading.flows import read_flow

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from .flow import Flow, Step

__tracebackhide__ = hide_usage_errors


def load_runbook(
    content: object,
    *,
    name: str | None = None,
    version: int | str | None = None,
    region: str | None = None,
    relaxed: Collection[str] = (),
) -> Runbook:
    """Load a runbook from a mapping, text or a file.

    The name is by default the stem of the file's name, and the version 1. `None` is all Regions. Checks with the ids in
    `relaxed` are turned off.

    Raises:
        FakeUsageError: The content cannot be read, or is not a valid runbook. The message lists all problems.

    Warns:
        UserWarning: An `allowedPattern` cannot be translated from Java, or not matched in bounded time. It is not
            checked.
        RunbookWarning: The service is likely to refuse the runbook. The message lists all places.
    """
    return _runbook(read_document(content), name, version, region, relaxed)


# The fakes of many tests, or of many Hypothesis examples, may use the same files.
@lru_cache(maxsize=1024)
def load_text(path: Path, text: str, relaxed: frozenset[str]) -> Runbook | None:
    """Load a runbook from the text of a file; `None` if the document is of another type, as those of commands are."""
    document = document_of(text, path)
    if str(document.members.get("schemaVersion")) != SCHEMA_VERSION:
        return None
    return _runbook(document, None, None, None, relaxed)


def _runbook(
    document: Document, name: str | None, version: int | str | None, region: str | None, relaxed: Collection[str]
) -> Runbook:
    name = _name(document.path.stem if name is None and document.path else name)
    number = "1" if version is None else str(version)
    if not re.fullmatch("[1-9][0-9]*", number, re.ASCII):
        raise FakeUsageError(f"Expected a positive number but got version={version!r} (type={type(version).__name__})")
    members, found = document.members, Findings(relaxed)
    _check_head(members, found)
    parameters = read_parameters(members.get("parameters"), found)
    flow = read_flow(members, found)
    check_creation(members, flow, found)
    if found.problems:
        source = f" ({document.path})" if document.path else ""
        hints = [f"If AWS accepts it, relax=[{check!r}] turns the check off." for check in found.relaxable]
        raise FakeUsageError("\n  ".join([f"Runbook {name!r}{source} is not valid:", *found.problems, *hints]))
    for doubt in found.unchecked:
        _warn(document, f"Runbook {name!r}: {doubt}", UserWarning)
    circles = [f"mainSteps: {' -> '.join(names)} is a cycle, an infinite loop to AWS" for names in _cycles(flow)]
    if doubts := [*found.doubts, *circles]:
        _warn(document, "\n  ".join([f"AWS is likely to refuse runbook {name!r}:", *doubts]), RunbookWarning)
    return Runbook(
        name=name,
        version=number,
        region=region,
        description=members.get("description"),
        assume_role=members.get("assumeRole"),
        _parameters=parameters,
        _document=members,
        _flow=flow,
        document_format=document.format,
        _text=document.text,
    )


def _cycles(flow: Flow) -> Iterator[list[str]]:
    """Yield the names of the steps in each cycle that has a condition; the last name is the first one again.

    "Before processing a runbook, the system verifies that the runbook doesn't create an infinite loop": from
    https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-branch-condition.html

    A cycle without a condition is cut by its walk, which tells the steps. A condition is a branch or a failure. The
    iterations of a loop are no cycle, and the way of `onCancel` belongs to none, because a run takes it only once.
    """
    seen: set[int] = set()
    for start in flow.steps:
        path: list[int] = []
        ways = [iter([start.place])]
        while ways:
            place = next(ways[-1], None)
            if place is None:
                ways.pop()
                path[-1:] = []
            elif place in path:
                cycle = [flow.steps[each] for each in (*path[path.index(place) :], place)]
                if any(step.action == BRANCH or step.onward != after.place for step, after in pairwise(cycle)):
                    yield [step.name for step in cycle]
            elif place not in seen:
                seen.add(place)
                path.append(place)
                ways.append(iter([*_ways(flow.steps[place])]))


def _ways(step: Step) -> Iterator[int]:
    """Yield the steps that may follow a step."""
    yield from (place for _, place in step.choices)
    after = step.otherwise if step.action == BRANCH else step.onward
    if after is not None:
        yield after
    if isinstance(step.on_failure, int):
        yield step.on_failure
    if step.first is not None:
        yield step.first


def _check_head(members: Mapping[str, Any], found: Findings) -> None:
    """Check everything except parameters, steps and outputs."""
    if "schemaVersion" not in members:
        found.refuse("schemaVersion", "missing")
    elif str(members["schemaVersion"]) != SCHEMA_VERSION:
        found.mismatch("schemaVersion", f"{SCHEMA_VERSION!r}, as in all runbooks", members["schemaVersion"])
    found.text(members, "description")
    found.text(members, "assumeRole")


def _warn(document: Document, text: str, category: type[Warning]) -> None:
    """Warn at the runbook's file, which may be read long after the test has named it, or at the line of the caller."""
    if document.path:
        warnings.warn_explicit(text, category, str(document.path), 1)
    else:
        warnings.warn(text, category, stacklevel=_level())


def _level() -> int:
    """Return the `stacklevel` of the code that has called this package, for the caller of this function."""
    package, frame, level = __name__.partition(".")[0], currentframe(), 0
    while frame and str(frame.f_globals.get("__name__")).partition(".")[0] == package:
        frame, level = frame.f_back, level + 1
    return level


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
