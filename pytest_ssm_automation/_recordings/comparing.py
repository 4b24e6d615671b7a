"""Compare a recorded execution with the walk of its runbook, or of an edited one."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING

from .._errors import FakeUsageError, hide_usage_errors
from .._service.runbooks.creation import RELAXABLE
from .._service.runbooks.declarations import Runbook
from .._service.runbooks.library import bare_name, flow_of
from .._service.runbooks.loading import load_runbook
from .._service.runbooks.reading.documents import document_of
from .differences import differences
from .reading import read_recording
from .walking import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .reading import Recording

__tracebackhide__ = hide_usage_errors


def compare_file(path: object, runbook: object = None) -> tuple[str, ...]:
    """Compare the file of a recording, see `recordings.compare`."""
    recording = read_recording(path)
    name, version = bare_name(recording.document_name), _version(recording)
    if runbook is None or isinstance(runbook, Runbook):
        edited = replace(runbook, name=name, version=version) if runbook else None
    else:
        edited = load_runbook(runbook, name=name, version=version)
    return tuple(_lines(recording, edited))


def _lines(recording: Recording, edited: Runbook | None) -> Iterator[str]:
    """Yield the differences of an execution, and of those that it started."""
    ran = edited or recorded_runbook(recording)
    if ran is None:
        raise FakeUsageError(
            f"{recording.path} has no Document, so there is no runbook to walk; record it with "
            "python -m pytest_ssm_automation record, or give a runbook"
        )
    yield from differences(recording, walk(recording, ran), flow_of(ran))
    for child in recording.children:
        same = child.document_name == recording.document_name
        for line in _lines(child, edited if same else None):
            yield f"{child.execution['AutomationExecutionId']}: {line}"


def recorded_runbook(recording: Recording) -> Runbook | None:
    """Return the runbook in a recording; `None` if it has none.

    Raises:
        FakeUsageError: It is not a valid runbook.
    """
    if recording.document is None:
        return None
    content = document_of(recording.document["Content"], recording.path).members
    name = bare_name(recording.document_name)
    with warnings.catch_warnings():
        # AWS has run it.
        warnings.simplefilter("ignore")
        return load_runbook(content, name=name, version=_version(recording), relaxed=RELAXABLE)


def _version(recording: Recording) -> str:
    version: str = recording.execution.get("DocumentVersion", "1")
    return version if version.isdecimal() and int(version) else "1"
