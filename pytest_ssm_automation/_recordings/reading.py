"""Read the file of a recorded execution.

It is a JSON object with `AutomationExecution`, as GetAutomationExecution returns it; `StepExecutions`, all steps;
`Document`, the runbook as GetDocument returns it; `Children`, the same of executions that it started; `Region`; and
`Redacted`, the names of parameters and outputs that were emptied. All but the first may be missing, so the output of
`aws ssm get-automation-execution` is such a file too.
"""

from __future__ import annotations

import json
import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from .._errors import FakeUsageError, hide_usage_errors
from .._service.checks import model
from .._service.contents import read_json
from .._service.runbooks.creating.creation import RELAXABLE
from .._service.runbooks.library import bare_name
from .._service.runbooks.loading import load_runbook
from .._service.runbooks.reading.documents import document_of
from .shapes import known_values, missing, misspelt, problems, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .._service.runbooks.declarations import Runbook

__tracebackhide__ = hide_usage_errors

EXECUTION: Final = "AutomationExecution"
STEPS: Final = "StepExecutions"
DOCUMENT: Final = "Document"
CHILDREN: Final = "Children"
REDACTED: Final = "Redacted"
REGION: Final = "Region"
_MEMBERS: Final = (EXECUTION, STEPS, DOCUMENT, CHILDREN, REDACTED, REGION)
_SHAPES: Final = {EXECUTION: "AutomationExecution", STEPS: "StepExecutionList", DOCUMENT: "GetDocumentResult"}


class Recording(NamedTuple):
    """A recorded execution. Members are as in the file: times are strings or numbers.

    Attributes:
        path: The file.
        execution: The members of `AutomationExecution`.
        steps: The members of each `StepExecution`.
        document: The members of GetDocument's response; `None` if the file has none.
        children: The executions that it started, if they were recorded.
        redacted: The names of parameters and outputs that were emptied.
        region: The Region; `None` if the file does not say it.
    """

    path: Path
    execution: Mapping[str, Any]
    steps: Sequence[Mapping[str, Any]]
    document: Mapping[str, Any] | None = None
    children: tuple[Recording, ...] = ()
    redacted: frozenset[str] = frozenset()
    region: str | None = None

    @property
    def status(self) -> str:
        """The status of the execution."""
        status: str = self.execution["AutomationExecutionStatus"]
        return status

    @property
    def on_target(self) -> bool:
        """Whether it ran on one of several targets of its parent, which determines what it shows of targets."""
        return {"Target", "ParentAutomationExecutionId"} <= self.execution.keys()

    @property
    def document_name(self) -> str:
        """The name of the runbook."""
        name: str = self.execution["DocumentName"]
        return name


def read_recording(path: object) -> Recording:
    """Read the file of a recording."""
    if not isinstance(path, str | os.PathLike):
        raise FakeUsageError(
            f"Expected the path of a recorded execution, but got {path!r} (type={type(path).__name__})"
        )
    file = Path(cast("str", path))
    recorded = _parsed(file)
    if found := list(_problems(recorded, "")):
        raise FakeUsageError("\n  ".join([f"{file} is not a recorded execution:", *found]))
    return _recording(file, cast("Mapping[str, Any]", recorded))


def _parsed(file: Path) -> object:
    try:
        raw = file.read_bytes()
        # A shell of Windows writes the output of a command in UTF-16.
        return read_json(raw.decode(json.detect_encoding(raw)))
    except OSError as error:
        raise FakeUsageError(f"{file} cannot be read: {error.strerror}") from None
    except json.JSONDecodeError as error:
        raise FakeUsageError(f"{file} is not JSON: line {error.lineno}, column {error.colno}: {error.msg}") from None
    except (ValueError, RecursionError) as error:
        raise FakeUsageError(f"{file} is not JSON: {str(error) or 'it is nested too deeply'}") from None


def _problems(recorded: object, path: str) -> Iterator[str]:
    """Yield a line for each member that is missing or wrong; `path` is empty, or ends in a full stop."""
    if not isinstance(recorded, dict):
        yield f"{path.removesuffix('.') or 'the file'}: expected an object, got {shown(recorded)}"
        return
    members = {name: value for name, value in cast("dict[str, Any]", recorded).items() if value is not None}
    yield from misspelt(_MEMBERS, members, path)
    yield from missing((EXECUTION,), members, path)
    for name, shape in _SHAPES.items():
        if name in members:
            yield from problems(_shape(shape), members[name], f"{path}{name}")
    if STEPS not in members and isinstance(members.get(EXECUTION), dict):
        yield from _missing_steps(members[EXECUTION], path)
    if REGION in members:
        yield from _wrong_name(members[REGION], f"{path}{REGION}.")
    for name, check in ((CHILDREN, _problems), (REDACTED, _wrong_name)):
        given = members.get(name, [])
        if not isinstance(given, list):
            yield f"{path}{name}: expected a list, got {shown(given)}"
            continue
        for number, item in enumerate(cast("list[object]", given)):
            yield from check(item, f"{path}{name}[{number}].")


def _wrong_name(name: object, path: str) -> Iterator[str]:
    if not isinstance(name, str):
        yield f"{path.removesuffix('.')}: expected a string, got {shown(name)}"


def _missing_steps(execution: Mapping[str, Any], path: str) -> Iterator[str]:
    if execution.get(STEPS) is None:
        yield f"{path}{STEPS}: missing"
    elif execution.get("StepExecutionsTruncated"):
        yield (
            f"{path}{STEPS}: missing, and those of {EXECUTION} are not all; "
            "add the output of aws ssm describe-automation-step-executions"
        )


def _recording(file: Path, recorded: Mapping[str, Any]) -> Recording:
    execution, document = recorded[EXECUTION], recorded.get(DOCUMENT)
    steps = execution.get(STEPS) if recorded.get(STEPS) is None else recorded[STEPS]
    members = known_values(_shape(_SHAPES[EXECUTION]), execution)
    return Recording(
        file,
        {name: value for name, value in members.items() if name not in {STEPS, "StepExecutionsTruncated"}},
        known_values(_shape(_SHAPES[STEPS]), steps),
        None if document is None else known_values(_shape(_SHAPES[DOCUMENT]), document),
        tuple(_recording(file, child) for child in recorded.get(CHILDREN) or ()),
        frozenset(recorded.get(REDACTED) or ()),
        recorded.get(REGION),
    )


def _shape(name: str) -> Any:
    return model.service_model().shape_for(name)


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
