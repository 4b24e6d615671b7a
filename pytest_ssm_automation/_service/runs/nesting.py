"""Executions that the steps of others start, with `aws:executeAutomation`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ..._errors import AutomationFakeError
from ..checks import model
from ..errors import ServiceError
from ..runbooks.kinds import as_list, is_mapping
from ..runbooks.references import as_text, unknown_in
from .results import StepResult
from .walks.failures import refused_child

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from botocore.model import Shape

    from ..runbooks.declarations import Runbook
    from ..runbooks.library import RunbookStore
    from .recorded import Replay
    from .run import Run
    from .walks.visits import Visit

    # Returns the service's text for a start that it refuses, from the members of the request and the runbook.
    Judge = Callable[[Mapping[str, Any], Runbook], str | None]

MOST_DEPTH: Final = 50


def runbook_of(
    runbooks: RunbookStore,
    run: Run,
    visit: Visit,
    params: Mapping[str, Any],
    replay: Replay | None,
    *,
    judge: Judge,
    reject_unknown: bool,
) -> Runbook | StepResult | None:
    """Return the runbook that a step starts, or its failure if the service refuses it; `None` if it is unknown.

    The runbook is that of the recorded execution `replay`, if the step starts one.
    """
    name, version = (visit.inputs.get(key) for key in ("DocumentName", "DocumentVersion"))
    rejects = reject_unknown and not unknown_in([name, version])
    runbook = replay.runbook if replay else None
    try:
        if runbook is None:
            runbook = runbooks.find(as_text(name), version if version is None else as_text(version), run.region)
    except ServiceError as error:  # there is no such version
        return _refused(error.message) if rejects else None
    if runbook is None and replay is None:
        return _refused(f"Invalid document: {as_text(name)}") if rejects else None
    if runbook and not unknown_in(visit.inputs) and (text := judge(params, runbook)):
        return _refused(text)
    _check_depth(run)
    return runbook


def _refused(error: str) -> StepResult:
    return StepResult("Failed", {}, refused_child(error))


def request_of(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of the request with which a step starts an execution."""
    members = model.input_shape(model.START).members
    given = {**inputs, "Parameters": inputs.get("RuntimeParameters")}
    # A text instead of a list or a map is a reference without a value.
    return {
        name: _shaped(members[name], value)
        for name, value in given.items()
        if name in members and value and (members[name].type_name == "string" or not isinstance(value, str))
    }


def _shaped(shape: Shape, value: Any) -> Any:
    """Write an input of a step as the member of a request that it becomes: numbers as text, one item as a list."""
    below: Any = shape
    if shape.type_name == "string":
        return as_text(value)
    if shape.type_name == "list":
        return [_shaped(below.member, each) for each in as_list(value)]
    if shape.type_name == "map" and is_mapping(value):
        return {name: _shaped(below.value, each) for name, each in value.items()}
    if shape.type_name == "structure" and is_mapping(value):
        return {name: _shaped(below.members[name], each) for name, each in value.items() if name in below.members}
    return value


def _check_depth(run: Run) -> None:
    names: list[str] = []
    parent: Run | None = run
    while parent:
        names.append(parent.document_name)
        parent = parent.parent
    if len(names) >= MOST_DEPTH:
        raise AutomationFakeError(
            f"Executions are nested more than {MOST_DEPTH} deep: {' -> '.join(names[:-6:-1])} -> ..."
        )
