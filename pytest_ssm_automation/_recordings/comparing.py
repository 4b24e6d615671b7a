"""Compare a recorded execution with the walk of its runbook, or of an edited one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .._errors import FakeUsageError, hide_usage_errors
from .._service.runbooks.declarations import Runbook
from .._service.runbooks.library import bare_name, flow_of
from .._service.runbooks.loading import load_runbook
from .differences import differences
from .reading import read_recording, recorded_runbook, version_of
from .walking import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .reading import Recording

__tracebackhide__ = hide_usage_errors


def compare_file(path: object, runbook: object = None) -> tuple[str, ...]:
    """Compare the file of a recording, see `recordings.compare`."""
    recording = read_recording(path)
    name, version = bare_name(recording.document_name), version_of(recording)
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
