"""Hints for a failed test: what the record shows, and the failure may not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ._assertions import at_most, where
from ._errors import did_you_mean
from ._service.checks import model
from ._service.checks.rules import TARGET_KEY, odd_targets
from ._service.runbooks.library import how_to_register
from ._service.runs.results import EXECUTED, SUCCESS
from ._service.runs.scripts import SUCCEEDED
from ._service.runs.shown.views import other_request
from ._service.runs.shown.way import MOST_LINES, way_of
from ._service.runs.steering import state_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._service.engine import Service
    from ._service.runs.walks.walk import Walk

# The lines that a run needs to show how it has ended.
_FEWEST_LINES: Final = 5
_NOT_FOUND: Final = frozenset({"AutomationExecutionNotFoundException", "InvalidResourceId"})


def hints(service: Service, *, looked_up: bool) -> list[str]:
    """List wrong clients, refused signals, outputs without a value, missing runbooks, and odd keys of targets.

    The test may have failed because it `looked_up` what an execution does not show.
    """
    return [
        *at_most([*_asked_elsewhere(service)]),
        *at_most([*_signalled_in_vain(service)]),
        *_without_outputs(service),
        *_replayed_otherwise(service),
        *_not_registered(service, looked_up=looked_up),
        *_rejected(service),
        *_oddly_targeted(service),
    ]


def ways(service: Service) -> list[str]:
    """Describe the ways of the executions of registered runbooks on a screen, those that did not succeed first."""
    runs = [run for run in service.store.all if run.walk and run.runbook]
    lines: list[str] = []
    for number, run in enumerate(sorted(runs, key=lambda run: run.status in SUCCEEDED)):
        left = MOST_LINES - len(lines)
        if left < _FEWEST_LINES:
            return [*lines, f"... and {len(runs) - number} more executions"]
        lines += way_of(run, left)
    return lines


def _asked_elsewhere(service: Service) -> Iterator[str]:
    """Describe the calls that requested an execution from the wrong account or Region."""
    for number, call in enumerate(service.calls):
        if call.error in _NOT_FOUND and call.outcome == "rejected":
            execution_id = call.params.get("AutomationExecutionId") or call.params.get("ResourceId")
            places = [f"{run.account} {run.region}" for run in service.store.named(str(execution_id))]
            if places:
                asked = f"{call.operation} {where(number, call)} asked the wrong account or Region"
                yield f"{asked}: the execution {execution_id} is in {' and '.join(places)}"


def _signalled_in_vain(service: Service) -> Iterator[str]:
    """Describe the executions that did not take a signal."""
    for number, call in enumerate(service.calls):
        if call.error == "InvalidAutomationSignalException" and call.outcome == "rejected":
            for run in service.store.named(call.params["AutomationExecutionId"]):
                refused = f"{call.params['SignalType']} {where(number, call)} was refused"
                yield f"{refused}: the execution {run.id} {state_of(run)}"


def _without_outputs(service: Service) -> Iterator[str]:
    """Describe the executions that read outputs without a value."""
    for run in service.store.all:
        if run.walk and (unresolved := run.walk.values.unresolved):
            selectors = _selectors(run.walk)
            missed = [f"{name} ({selectors[name]})" for name in unresolved if name in selectors]
            unset = [name for name in unresolved if name not in selectors]
            for names, fact in (
                (missed, "reads outputs whose selectors found nothing in the answers to executed steps"),
                (unset, "reads outputs without a value (set them with fake.step_outputs)"),
            ):
                if names:
                    yield f"{run.document_name} {run.id} {fact}: {', '.join(names)}"


def _selectors(walk: Walk) -> dict[str, str]:
    """Map the outputs that executed steps have declared to their selectors."""
    return {
        f"{visit.step.name}.{name}": selector
        for visit in walk.latest.values()
        if visit.decided_by == EXECUTED and visit.status == SUCCESS
        for name, selector in visit.step.selectors.items()
    }


def _replayed_otherwise(service: Service) -> Iterator[str]:
    """Describe the executions that show a recorded one, though their request was another."""
    for run in service.store.all:
        replay = run.script.replay
        if replay and (others := other_request(run)):
            fact = f"shows the recorded execution in {replay.source}, which had other parameters"
            yield f"{run.document_name} {run.id} {fact}: {'; '.join(at_most(others))}"


def _rejected(service: Service) -> Iterator[str]:
    """Describe the documents that the option `unknown_documents` refused."""
    if service.state.settings.reject_unknown_documents:
        refused = [call for call in service.calls if call.error == "AutomationDefinitionNotFoundException"]
        names = (str(call.params.get("DocumentName")) for call in refused if call.outcome == "rejected")
        for name in dict.fromkeys(names):
            fact = f'The option unknown_documents="reject" refused {name}, which is not registered'
            meant = did_you_mean(name, service.runbooks.names())
            yield f"{fact}: {meant}" if meant else f"{fact}. {how_to_register(name)}"


def _oddly_targeted(service: Service) -> Iterator[str]:
    """Describe the keys of targets that AWS does not document."""
    starts = (call for call in service.calls if call.outcome == "started" and call.operation == model.START)
    keys = dict.fromkeys(key for call in starts for _, key in odd_targets(call.params))
    if keys:
        fact = f"AWS does not document the target key {', '.join(map(repr, keys))}"
        yield f"{fact} for Automation. The option enforce=[{TARGET_KEY!r}] refuses such keys."


def _not_registered(service: Service, *, looked_up: bool) -> Iterator[str]:
    """Describe the runbooks whose steps a caller has looked for."""
    operations = {"DescribeAutomationStepExecutions", "GetAutomationExecution" if looked_up else ""}
    asked = {call.execution_id for call in service.calls if call.operation in operations}
    missed = (run for run in service.store.all if run.id in asked and not (run.walk or run.groups or run.script.replay))
    for name in dict.fromkeys(run.document_name for run in missed):
        yield f"{name} is not registered, so its executions have no steps. {how_to_register(name)}"
