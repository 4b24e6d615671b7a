"""The runbook of a recorded execution."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from .._errors import hide_usage_errors
from .._service.runbooks.creation import RELAXABLE
from .._service.runbooks.library import bare_name
from .._service.runbooks.loading import load_runbook
from .._service.runbooks.reading.documents import document_of

if TYPE_CHECKING:
    from .._service.runbooks.declarations import Runbook
    from .reading import Recording

__tracebackhide__ = hide_usage_errors


def recorded_runbook(recording: Recording) -> Runbook | None:
    """Return the runbook in a recording; `None` if it has none."""
    if recording.document is None:
        return None
    content = document_of(recording.document["Content"], recording.path).members
    name = bare_name(recording.document_name)
    with warnings.catch_warnings():
        # AWS has run it.
        warnings.simplefilter("ignore")
        return load_runbook(content, name=name, version=version_of(recording), relaxed=RELAXABLE)


def version_of(recording: Recording) -> str:
    """Return the version of the runbook that ran, a number."""
    version: str = recording.execution.get("DocumentVersion", "1")
    return version if version.isdecimal() and int(version) else "1"
