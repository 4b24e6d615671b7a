"""The members of `StepExecution` for the steps of an execution.

For registered runbooks, the members were observed, except for `ParentStepDetails` and the order of inner steps.
"""

from __future__ import annotations

import json
import uuid
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from ...calls import copy_containers
from ...checks import model
from ...runbooks.actions import APPROVE
from ...runbooks.library import bare_name
from ...runbooks.references import as_text
from ..results import SUCCESS
from ..scripts import ENDED, SUCCEEDED
from .outputs import failure_message_of, input_texts, output_texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ...runbooks.flow import Step
    from ..run import Run
    from ..targets.rate_control import Target
    from ..walks.visits import Iteration, Visit
    from ..walks.walk import Walk

_NAMED: Final = {"StepName": "step", "Action": "aws:executeAwsApi"}


def step_members(run: Run, *, shown: bool = False) -> list[dict[str, Any]]:
    """Return the members of `StepExecution` for each step.

    With `shown`, these are the steps that GetAutomationExecution shows: all, unless the script shows only some.
    """
    with run.lock:
        cut = not shown and run.members.get("StepExecutionsTruncated") and (run.targets or run.walk)
        if "StepExecutions" in run.members and not cut:
            return _given_steps(run)
        if run.targets:
            return [_target_step(run, target) for target in run.targets]
        if run.walk is None:
            return []
        if run.runbook is None:
            return [_listed_step(run, run.walk, place) for place in range(len(run.walk.flow.steps))]
        return [*_walked(run, run.walk)]


# Steps of a registered runbook.


def _walked(run: Run, walk: Walk) -> Iterator[dict[str, Any]]:
    said = {step["StepName"]: step for step in run.script.steps or ()}
    for step, visit, iteration in _listed(walk, [s for s in walk.flow.steps if s.parent is None], walk.latest, None):
        members = _members(run, step, visit, iteration, walk)
        if (own := said.get(step.name)) and visit:
            status = own.get("StepStatus", visit.status) if run.ended else visit.status
            members = {**members, **copy_containers(own), "StepStatus": status}
        yield model.present_members("StepExecution", members)


def _listed(
    walk: Walk, steps: Sequence[Step], visits: Mapping[int, Visit], iteration: Iteration | None
) -> Iterator[tuple[Step, Visit | None, Iteration | None]]:
    """List steps with their visits. The inner steps of each iteration follow their loop."""
    for step in steps:
        visit = visits.get(step.place)
        yield step, visit, iteration
        for inner in visit.iterations if visit else ():
            yield from _listed(walk, walk.flow.inner(step.place), inner.visits, inner)


def _members(run: Run, step: Step, visit: Visit | None, iteration: Iteration | None, walk: Walk) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "StepName": step.name,
        "Action": step.action,
        **step.declared,
        "StepStatus": visit.status if visit else "Pending",
        "StepExecutionId": _step_id(run, step, iteration),
        "Inputs": input_texts(step.action, visit.inputs) if visit else {},
        "OverriddenParameters": {},
        "ParentStepDetails": _parent(run, iteration),
    }
    if visit is None:
        return shown
    shown["ExecutionStartTime"] = visit.started
    shown["ExecutionEndTime"] = visit.ended
    shown["FailureMessage"] = visit.message
    # Those of an approval show whether it waits.
    if visit.status == SUCCESS or step.action == APPROVE:
        shown["Outputs"] = {name: output_texts(value) for name, value in visit.outputs.items()}
    following = visit.next if visit.next is not None else step.onward
    if visit.ended and following is not None:
        shown["ValidNextSteps"] = [walk.flow.steps[following].name]
    return shown


def _step_id(run: Run, step: Step, iteration: Iteration | None) -> str:
    path = f"{step.place} {step.name}"
    while iteration:
        path = f"{iteration.loop.step.place} {iteration.number} {path}"
        iteration = iteration.loop.iteration
    return _id_from(f"{run.id} {path}")


@lru_cache(maxsize=4096)
def _id_from(path: str) -> str:
    """Return an id, always the same one for the path of a step."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, path))


def _parent(run: Run, iteration: Iteration | None) -> dict[str, Any] | None:
    """Return the details of the loop that contains a step."""
    if iteration is None:
        return None
    loop = iteration.loop
    details: dict[str, Any] = {
        "StepExecutionId": _step_id(run, loop.step, loop.iteration),
        "StepName": loop.step.name,
        "Action": loop.step.action,
        "Iteration": iteration.number,
    }
    return details if iteration.value is None else {**details, "IteratorValue": as_text(iteration.value)}


# Steps of a script or a recording.


def _given_steps(run: Run) -> list[dict[str, Any]]:
    given: list[dict[str, Any]] = [copy_containers(dict(step)) for step in run.members["StepExecutions"]]
    if run.script.replay is not None:
        return given
    # Without a status, a step is Success if the run has succeeded, otherwise Pending.
    status = SUCCESS if run.status in SUCCEEDED else "Pending"
    return [_scripted_step(run, n, step, step.get("StepStatus", status)) for n, step in enumerate(given)]


def _listed_step(run: Run, walk: Walk, place: int) -> dict[str, Any]:
    given: dict[str, Any] = copy_containers(run.script.steps[place]) if run.script.steps else {}
    visit = walk.latest.get(place)
    status = visit.status if visit else "Pending"
    return _scripted_step(run, place, given, given.get("StepStatus", status) if run.ended else status)


def _scripted_step(run: Run, place: int, given: dict[str, Any], status: str) -> dict[str, Any]:
    first = {**_NAMED, **given, "StepStatus": status}
    if status == "Pending":
        return {name: first[name] for name in ("StepName", "Action", "StepStatus")}
    visit = run.walk.latest.get(place) if run.walk and run.runbook is None else None
    times = {"ExecutionStartTime": visit.started if visit else run.started_at}
    if status in ENDED:
        times["ExecutionEndTime"] = (visit.ended if visit else None) or run.ended_at or run.started_at
    return {"StepExecutionId": _id_from(f"{run.id} {place} {first['StepName']}"), **times, **first}


# Steps of an execution on several targets.


def _target_step(run: Run, target: Target) -> dict[str, Any]:
    """Show a target as the step that starts the execution on it.

    For a resource, AWS's own example shows the target's parameter as plain text, and no outputs. For an account and a
    Region, there is no public example.

    Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/running-automations-scale.html
    """
    # There may be thousands of targets and hundreds of polls, so avoid copies.
    child: Run | None = target.run
    step: dict[str, Any] = {
        "StepName": target.name,
        "Action": "aws:executeAutomation",
        "StepStatus": child.status if child else "Pending",
    }
    if target.location:
        step["TargetLocation"] = copy_containers(target.location)
    if child is None:
        return step
    step |= {"StepExecutionId": child.id, "ExecutionStartTime": child.started_at, "Inputs": dict(target.inputs)}
    step["Outputs"] = {}
    if target.location:
        runtime = json.dumps(child.request.get("Parameters", {}))
        step["Inputs"] = {"DocumentName": json.dumps(bare_name(run.document_name)), "RuntimeParameters": runtime}
        step["Outputs"] = {"ExecutionId": [child.id], "Status": [child.status]} if child.ended else {}
    if child.ended:
        step["ExecutionEndTime"] = child.ended_at
    if (message := failure_message_of(child)) is not None:
        step["FailureMessage"] = message
    return step
