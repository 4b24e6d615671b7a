"""What each operation does with a request that is well-formed: one function an operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from . import model
from .calls import Outcome, Request
from .errors import ServiceError
from .listing import EXECUTION_FILTERS, STEP_FILTERS, check_filters, passes, place_of, token_of
from .scripts import STATUS, frames_of
from .steps import bare_name
from .views import document_members, execution_members, metadata_members, version_members

if TYPE_CHECKING:
    from .engine import Service
    from .executions import Execution

DEFAULT_PAGE: Final = 50
_WAITING: Final = frozenset({"Waiting", "PendingApproval"})


@dataclass(frozen=True, slots=True)
class Reply:
    """What the service answers: the members of the response, and what the record says of it."""

    members: dict[str, Any]
    outcome: Outcome = "answered"
    execution_id: str | None = None
    started: Execution | None = None


Operation = Callable[["Service", Request, Mapping[str, Any]], Reply]


def start(service: Service, request: Request, params: Mapping[str, Any]) -> Reply:
    """StartAutomationExecution: replay a known token, or start what is declared so and within the limit."""
    token = (request.region, params.get("ClientToken", "").lower())
    if known := service.tokens.get(token):
        if _without_token(known.request) != _without_token(params):
            raise ServiceError("IdempotentParameterMismatch")
        return Reply({"AutomationExecutionId": known.id}, "replayed", known.id)
    runbook = service.declared_runbook(request, params)
    located = service.with_locations(params)
    service.check_limit(request.region)
    execution = service.start(request, located, runbook=runbook)
    if token[1]:
        service.tokens[token] = execution
    return Reply({"AutomationExecutionId": execution.id}, "started", execution.id, execution)


def _without_token(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if name != "ClientToken"}


def get(service: Service, request: Request, params: Mapping[str, Any]) -> Reply:
    """GetAutomationExecution: show it, then let it go on."""
    execution = _asked_for(service, request, params)
    reply = Reply({"AutomationExecution": execution_members(execution, service.resolver)}, execution_id=execution.id)
    execution.advance()
    return reply


def describe(service: Service, request: Request, params: Mapping[str, Any]) -> Reply:
    """DescribeAutomationExecutions: list a page, newest first, then let all that is on it go on.

    Executions that others started are listed only where a filter names them or their parent.
    """
    filters = params.get("Filters", [])
    check_filters(filters)
    named = any(each["Key"] in {"ExecutionId", "ParentExecutionId"} for each in filters)
    before = place_of(request.operation, params["NextToken"]) if "NextToken" in params else None
    most = params.get("MaxResults", DEFAULT_PAGE)
    page: list[tuple[Execution, dict[str, Any]]] = []
    answer: dict[str, Any] = {}
    last = 0
    for place, execution in service.store.newest_first(request.region, before):
        if execution.parent and not named:
            continue
        shown = metadata_members(execution, service.resolver)
        if not passes({**shown, "TagKeys": _tag_keys(execution)}, filters, EXECUTION_FILTERS):
            continue
        if len(page) == most:
            answer["NextToken"] = token_of(request.operation, last)
            break
        page.append((execution, shown))
        last = place
    for execution, _ in page:
        execution.advance()
    return Reply({"AutomationExecutionMetadataList": [shown for _, shown in page], **answer})


def _tag_keys(execution: Execution) -> set[str]:
    return {tag["Key"] for tag in execution.request.get("Tags", ())}


def describe_steps(service: Service, request: Request, params: Mapping[str, Any]) -> Reply:
    """DescribeAutomationStepExecutions: list a page of an execution's steps; it does not go on."""
    execution = _asked_for(service, request, params)
    filters = params.get("Filters", [])
    check_filters(filters)
    steps = [step for step in execution.steps if passes(step, filters, STEP_FILTERS)]
    if params.get("ReverseOrder"):
        steps.reverse()
    shown, more = _page(request, params, steps)
    return Reply({"StepExecutions": shown, **more}, execution_id=execution.id)


def stop(service: Service, request: Request, params: Mapping[str, Any]) -> Reply:
    """StopAutomationExecution: cancel it, or let it complete after the current step."""
    execution = _asked_for(service, request, params)
    if execution.ended:
        raise ServiceError("InvalidAutomationStatusUpdateException")
    cancel = params.get("Type", "Cancel") == "Cancel"
    execution.go_on_with(*(frames_of("Cancelling", "Cancelled") if cancel else frames_of("Success")))
    if cancel:
        execution.advance_script()
    return Reply({}, execution_id=execution.id)


def signal(service: Service, request: Request, params: Mapping[str, Any]) -> Reply:
    """SendAutomationSignal: let an execution that waits go on, or end it."""
    execution = _asked_for(service, request, params)
    kind, payload = params["SignalType"], params.get("Payload", {})
    waiting = execution.status in _WAITING
    if execution.ended or not (waiting or (kind == "StopStep" and execution.status == "InProgress")):
        raise ServiceError("InvalidAutomationSignalException")
    _check_step(execution, kind, payload)
    if kind in {"Reject", "Revoke"}:
        execution.go_on_with({STATUS: "Failed", "FailureMessage": f"{kind} was signalled."})
    elif kind == "StopStep":
        execution.go_on_with(*frames_of("Cancelled"))
    else:
        execution.go_on_with(*frames_of("InProgress", "Success"))
    execution.advance_script()
    return Reply({}, execution_id=execution.id)


def _check_step(execution: Execution, kind: str, payload: Mapping[str, Any]) -> None:
    """Refuse a signal for a step that the execution has not got."""
    member, key = ("StepExecutionId", "StepExecutionId") if kind == "StopStep" else ("StepName", "StepName")
    known = {step.get(member) for step in execution.steps}
    if known and not set(payload.get(key, ())) <= known:
        raise ServiceError("AutomationStepNotFoundException")


def _asked_for(service: Service, request: Request, params: Mapping[str, Any]) -> Execution:
    execution = service.store.find(params["AutomationExecutionId"], request.region)
    if execution is None:
        raise ServiceError("AutomationExecutionNotFoundException")
    return execution


def describe_document(service: Service, request: Request, params: Mapping[str, Any]) -> Reply:
    """DescribeDocument: describe a registered runbook."""
    runbook = service.runbooks.find(params["Name"], params.get("DocumentVersion"), request.region)
    assert runbook is not None  # noqa: S101 - no other request is claimed
    return Reply({"Document": document_members(runbook, service.runbooks.versions(runbook.name, request.region))})


def list_document_versions(service: Service, request: Request, params: Mapping[str, Any]) -> Reply:
    """ListDocumentVersions: list a page of the versions of a registered runbook."""
    versions = service.runbooks.versions(bare_name(params["Name"]), request.region)
    shown, more = _page(request, params, [version_members(runbook, versions) for runbook in versions])
    return Reply({"DocumentVersions": shown, **more})


def _page(
    request: Request, params: Mapping[str, Any], items: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Cut a page out of a list, with the token for the next one."""
    first = place_of(request.operation, params["NextToken"]) if "NextToken" in params else 0
    after = first + params.get("MaxResults", DEFAULT_PAGE)
    return items[first:after], {"NextToken": token_of(request.operation, after)} if after < len(items) else {}


OPERATIONS: Final[Mapping[str, Operation]] = {
    model.START: start,
    "GetAutomationExecution": get,
    "DescribeAutomationExecutions": describe,
    "DescribeAutomationStepExecutions": describe_steps,
    "StopAutomationExecution": stop,
    "SendAutomationSignal": signal,
    "DescribeDocument": describe_document,
    "ListDocumentVersions": list_document_versions,
}
