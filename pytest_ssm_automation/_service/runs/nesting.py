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
    from collections.abc import Mapping

    from botocore.model import Shape

    from ..runbooks.declarations import Runbook
    from .run import Run
    from .store import ExecutionStore
    from .walks.visits import Visit

MOST_DEPTH: Final = 50


def start_of_step(store: ExecutionStore, run: Run, visit: Visit) -> Run | StepResult | None:
    """Start the execution of a step; return the failure if it is refused, `None` if its runbook is unknown."""
    params = _request_of(visit.inputs)
    request = run.source._replace(content=params)
    script = store.planner.script_for(request) if store.planner.replays else None
    replay = script.replay if script else None
    found = replay.runbook if replay and replay.runbook else _registered(store, run, visit)
    runbook = None if isinstance(found, str) else found
    if isinstance(found, str) and replay is None:
        return _refused(found) if store.reject_unknown_documents and not unknown_in(_named(visit)) else None
    if runbook and not unknown_in(visit.inputs) and (text := store.judge(params, runbook)):
        return _refused(text)
    _check_depth(run)
    plan = store.planner.plan(request, params, script)
    child = store.start(request, plan, runbook=runbook, parent=run)
    with run.lock:
        visit.child = child
        if run.ended:  # it was stopped in the meantime
            child.end_with_parent(run.status)
    return child


def _named(visit: Visit) -> list[Any]:
    """Return the name and the version of the runbook that a step names."""
    return [visit.inputs.get(key) for key in ("DocumentName", "DocumentVersion")]


def _registered(store: ExecutionStore, run: Run, visit: Visit) -> Runbook | str:
    """Return the registered runbook that a step names, or the service's text if there is none."""
    name, version = _named(visit)
    try:
        found = store.runbooks.find(as_text(name), version if version is None else as_text(version), run.region)
    except ServiceError as no_version:
        return no_version.message
    return found or f"Invalid document: {as_text(name)}"


def _refused(error: str) -> StepResult:
    return StepResult("Failed", {}, refused_child(error))


def _request_of(inputs: Mapping[str, Any]) -> dict[str, Any]:
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
