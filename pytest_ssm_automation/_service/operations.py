"""The operations other than StartAutomationExecution, one function for each. They receive valid requests."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from .._errors import PolledTooOften
from .errors import ServiceError
from .runbooks.descriptions import content_members, document_members, version_members
from .runbooks.library import bare_name
from .runs import times
from .runs.courses.turns import OF_APPROVALS
from .runs.courses.walked import decided
from .runs.listings.filters import (
    CHANGING_FILTERS,
    EXECUTION_FILTERS,
    STEP_FILTERS,
    check_filters,
    passes,
    position_of,
    token_of,
)
from .runs.run import STOP_STEP
from .runs.shown.steps import step_members
from .runs.shown.views import execution_members, metadata_members
from .runs.walks.durations import over_at
from .runs.walks.visits import decision
from .state import Operation, Reply
from .tagging import add_tags, list_tags, remove_tags

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from .calls import Request
    from .runbooks.declarations import Runbook
    from .runs.run import Run
    from .runs.walks.visits import Visit
    from .state import State

DEFAULT_PAGE: Final = 50
MOST_POLLS: Final = 10_000
# Seconds between two polls that show that the caller has slept.
_SLEPT: Final = 0.1
# Required keys of a signal's payload: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendAutomationSignal.html
_NAMED: Final = {"StartStep": "StepName", "Resume": "StepName", "StopStep": "StepExecutionId"}


def advance_first(state: State, request: Request, params: Mapping[str, Any]) -> None:
    """Advance the executions whose state an operation shows, if it was shown before.

    This calls functions of the test, so callers hold no lock.
    """
    if request.operation == "GetAutomationExecution":
        with state.store.lock:
            run = state.store.find(params["AutomationExecutionId"], request.scope)
        if run:
            run.poll()
    elif request.operation == "DescribeAutomationExecutions":
        with state.store.lock:
            due = _due(state, request, params)
        # A parent comes before the executions that it started, and advances those that run.
        for run in sorted(due, key=lambda run: run.number):
            run.poll()


def _due(state: State, request: Request, params: Mapping[str, Any]) -> list[Run]:
    """List the executions that a listing has to advance first.

    These are the ones on its page. If it filters by what an advance changes, they are all that match its other filters.
    """
    filters, before = _filters(request, params)
    shown = state.store.shown(request.scope, before)
    if not shown:
        return []
    others = [each for each in filters if each["Key"] not in CHANGING_FILTERS]
    if len(others) < len(filters):
        return [run for run in shown if _listed(state, run, others)]
    found = state.store.newest_first(request.scope, filters, before)
    listed = (run for run in found if not filters or _listed(state, run, filters))
    return [run for run in islice(listed, params.get("MaxResults", DEFAULT_PAGE)) if run.due]


def _filters(request: Request, params: Mapping[str, Any]) -> tuple[Sequence[Mapping[str, Any]], int | None]:
    """Return the filters of a listing, and the number before which it continues."""
    filters = params.get("Filters", [])
    check_filters(filters, EXECUTION_FILTERS)
    return filters, position_of(_listing(request), params["NextToken"]) if "NextToken" in params else None


def _listing(request: Request) -> str:
    return " ".join((request.operation, *request.scope))


def _listed(state: State, run: Run, filters: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return the members of an execution in a listing; `None` if they do not match its filters."""
    shown = metadata_members(run)
    tagged = {**shown, "TagKeys": state.tags_of(run)} if filters else shown
    return shown if passes(tagged, filters, EXECUTION_FILTERS) else None


def get(state: State, request: Request, params: Mapping[str, Any]) -> Reply:
    """GetAutomationExecution: show an execution.

    Raises:
        PolledTooOften: It was polled 10 000 times after its end, or while a step waited for a time.
    """
    run = _asked_for(state, request, params)
    if run.ended:
        run.polls += 1
        if run.polls >= MOST_POLLS:
            raise PolledTooOften(
                f"The execution {run.id} of {run.document_name} has ended as {run.status}, and was polled "
                f"{MOST_POLLS} times since. The polling loop does not treat {run.status} as an end."
            )
    elif visit := state.store.waiting_in(run):
        _count(run, visit)
    return Reply({"AutomationExecution": execution_members(run)}, execution_id=run.id, shown=(run,))


def _count(run: Run, visit: Visit) -> None:
    """Count the polls of an execution that waits for a time, since the caller has slept last."""
    over = over_at(visit)
    if over is None:
        return
    now = times.now()
    slept = visit.polled is not None and (now - visit.polled).total_seconds() >= _SLEPT
    visit.polls, visit.polled = 1 if slept else visit.polls + 1, now
    if visit.polls >= MOST_POLLS:
        left = (over - now).total_seconds()
        raise PolledTooOften(
            f"The execution {run.id} of {run.document_name} was polled {MOST_POLLS} times without a sleep while "
            f"step {visit.step.name!r} waits for another {left:.0f} s. Time goes on when the thread of the test sleeps."
        )


def describe(state: State, request: Request, params: Mapping[str, Any]) -> Reply:
    """DescribeAutomationExecutions: list a page of executions, newest first, and also those that others started."""
    filters, before = _filters(request, params)
    most = params.get("MaxResults", DEFAULT_PAGE)
    page: list[tuple[Run, dict[str, Any]]] = []
    answer: dict[str, Any] = {}
    for run in state.store.newest_first(request.scope, filters, before):
        shown = _listed(state, run, filters)
        if shown is None:
            continue
        if len(page) == most:
            answer["NextToken"] = token_of(_listing(request), page[-1][0].number)
            break
        page.append((run, shown))
    answer["AutomationExecutionMetadataList"] = [shown for _, shown in page]
    return Reply(answer, shown=[run for run, _ in page])


def describe_steps(state: State, request: Request, params: Mapping[str, Any]) -> Reply:
    """DescribeAutomationStepExecutions: list a page of an execution's steps, without advancing it."""
    run = _asked_for(state, request, params)
    filters = params.get("Filters", [])
    check_filters(filters, STEP_FILTERS)
    steps = [step for step in step_members(run) if passes(step, filters, STEP_FILTERS)]
    if params.get("ReverseOrder"):
        steps.reverse()
    shown, more = _page(" ".join((request.operation, *request.scope, run.id)), params, steps)
    return Reply({"StepExecutions": shown, **more}, execution_id=run.id)


def stop(state: State, request: Request, params: Mapping[str, Any]) -> Reply:
    """StopAutomationExecution: cancel an execution, or make it complete its current steps."""
    run = _asked_for(state, request, params)
    cancel = params.get("Type", "Cancel") == "Cancel"
    if not run.course.can_stop(run, cancel=cancel):
        raise ServiceError("InvalidAutomationStatusUpdateException")
    run.course.stop(run, cancel=cancel)
    return Reply({}, execution_id=run.id)


def signal(state: State, request: Request, params: Mapping[str, Any]) -> Reply:
    """SendAutomationSignal: continue or end a waiting execution, or stop a step of a running one."""
    run = _asked_for(state, request, params)
    kind, payload = params["SignalType"], params.get("Payload", {})
    named, comment = _named_by(kind, payload), " ".join(payload.get("Comment", ()))
    if not run.course.takes(run, kind):
        raise ServiceError("InvalidAutomationSignalException")
    steps = step_members(run)
    if named and steps and not set(named) <= {step.get(_NAMED[kind]) for step in steps}:
        raise ServiceError("AutomationStepNotFoundException")
    if kind == STOP_STEP:
        stopped = next((child for child in run.children if child.id in named), run)
        if stopped.ended:
            raise ServiceError("InvalidAutomationSignalException")
        stopped.course.stop_step(stopped)
    elif kind not in OF_APPROVALS or decided(run, decision(kind, run.executed_by, run.tick(), comment)):
        if kind in {"Reject", "Revoke"}:
            run.course.reject(run, f"{kind} was signalled.")
        else:
            run.course.resume(run)
    return Reply({}, execution_id=run.id, then=run.catch_up)


def _named_by(kind: str, payload: Mapping[str, Any]) -> Collection[str]:
    """Return the steps that a signal names; refuse it if it must name one and does not."""
    named: Collection[str] = payload.get(_NAMED.get(kind, ""), ())
    if kind in _NAMED and not named:
        raise ServiceError("InvalidAutomationSignalException")
    return named


def _asked_for(state: State, request: Request, params: Mapping[str, Any]) -> Run:
    run = state.store.find(params["AutomationExecutionId"], request.scope)
    if run is None:
        raise ServiceError("AutomationExecutionNotFoundException")
    return run


def describe_document(state: State, request: Request, params: Mapping[str, Any]) -> Reply:
    """DescribeDocument: describe a version of a registered runbook."""
    runbook = _registered(state, request, params)
    versions = state.runbooks.versions(runbook.name, request.region)
    default = _default_of(state, request, runbook)
    return Reply({"Document": document_members(runbook, versions, default, request.account)})


def get_document(state: State, request: Request, params: Mapping[str, Any]) -> Reply:
    """GetDocument: return the content of a version of a registered runbook, as JSON unless YAML is requested.

    Public downloads of documents that are listed as YAML show that the default is JSON for them too:
    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetDocument.html#API_GetDocument_RequestSyntax
    """
    runbook = _registered(state, request, params)
    return Reply(content_members(runbook, "YAML" if params.get("DocumentFormat") == "YAML" else "JSON"))


def list_document_versions(state: State, request: Request, params: Mapping[str, Any]) -> Reply:
    """ListDocumentVersions: list a page of the versions of a registered runbook."""
    runbook = _registered(state, request, {"Name": bare_name(params["Name"])})
    default = _default_of(state, request, runbook)
    items = [version_members(each, default) for each in state.runbooks.versions(runbook.name, request.region)]
    shown, more = _page(" ".join((request.operation, *request.scope, runbook.name)), params, items)
    return Reply({"DocumentVersions": shown, **more})


def _registered(state: State, request: Request, params: Mapping[str, Any]) -> Runbook:
    """Return the runbook of a request about documents. Versions have no names, so VersionName matches none."""
    try:
        runbook = state.runbooks.find(params["Name"], params.get("DocumentVersion"), request.region)
    except ServiceError:
        raise ServiceError("InvalidDocumentVersion") from None
    if runbook is None:
        raise ServiceError("InvalidDocument")
    if "VersionName" in params:
        raise ServiceError("InvalidDocumentVersion")
    return runbook


def _default_of(state: State, request: Request, runbook: Runbook) -> Runbook:
    return state.runbooks.find(runbook.name, None, request.region) or runbook


def _page(
    listing: str, params: Mapping[str, Any], items: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return a page of a list, and the token for the next one."""
    first = position_of(listing, params["NextToken"]) if "NextToken" in params else 0
    after = first + params.get("MaxResults", DEFAULT_PAGE)
    return items[first:after], {"NextToken": token_of(listing, after)} if after < len(items) else {}


OPERATIONS: Final[Mapping[str, Operation]] = {
    "GetAutomationExecution": get,
    "DescribeAutomationExecutions": describe,
    "DescribeAutomationStepExecutions": describe_steps,
    "StopAutomationExecution": stop,
    "SendAutomationSignal": signal,
    "DescribeDocument": describe_document,
    "GetDocument": get_document,
    "ListDocumentVersions": list_document_versions,
    "ListTagsForResource": list_tags,
    "AddTagsToResource": add_tags,
    "RemoveTagsFromResource": remove_tags,
}
