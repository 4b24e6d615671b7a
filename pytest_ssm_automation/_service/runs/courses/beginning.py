"""The course with which a run begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...._errors import check_names, hide_usage_errors
from ...runbooks.library import flow_of
from ..scripts import ENDED, WAITING, WORK, WORKING
from ..walks.walk import Walk
from .following import Following
from .turns import Targets, Turns
from .walked import Walked

if TYPE_CHECKING:
    from ...runbooks.flow import Flow
    from ..planning import Plan
    from ..recorded import Replay
    from ..run import Course, Run

__tracebackhide__ = hide_usage_errors

# Statuses of a first turn that the walk has to follow, because other changes depend on them.
_LED: Final = ENDED | WAITING | {"Cancelling"}
_ACTION: Final = "aws:executeAwsApi"


def begin(run: Run, plan: Plan) -> None:
    """Give a run that nobody has seen yet its walk or its targets, its first status and its course."""
    if run.script.replay is not None:
        _begin_again(run, run.script.replay)
        return
    interactive = plan.mode == "Interactive" and not run.script.turns
    flow = None if plan.groups else _flow(run)
    if flow is not None:
        run.walk = Walk(flow, run.reference_values(), run.tick, run.note, interactive=interactive)
    if interactive:
        run.status = "Waiting"
    run.groups = plan.groups
    run.course = _first_course(run, interactive=interactive)
    if run.walk and (run.status in WORKING or interactive):
        run.walk.begin()
    if run.ended:
        run.ended_at = run.tick()


def _begin_again(run: Run, replay: Replay) -> None:
    """Show a recorded execution from its beginning."""
    from .frames import Frames
    from .replayed import Replayed

    # That of an execution that a recorded one started has its id and its times already.
    again = replay if run.parent and run.id == replay.id else replay.started_again(run.id, run.started_at)
    frames = Frames(again)
    run.started_at, run.members = again.begun, frames.members(0)
    run.course = Replayed(frames)


def _first_course(run: Run, *, interactive: bool) -> Course:
    """Take the first turn of a script, unless the walk has to follow it, and return the course that is left."""
    walk, turns = run.walk, run.script.turns
    if walk and not turns:
        return Walked(walk)
    if walk and turns[0].status in _LED:
        return Following(walk, turns, catches_up=True)
    if turns:
        run.status, run.members = turns[0].status, turns[0].members
    if walk:
        return Following(walk, turns[1:])
    remaining = turns[1:] if turns else () if interactive else WORK
    return Targets(remaining, interactive) if run.groups else Turns(remaining, interactive)


def _flow(run: Run) -> Flow | None:
    """Return the flow of the registered runbook, or of the script's steps. A script has names that the runbook has."""
    if run.runbook is not None:
        flow, script, name = flow_of(run.runbook), run.script, run.runbook.name
        check_names(f"output of runbook {name!r}", script.outputs or (), flow.outputs)
        check_names(f"step of runbook {name!r}", (step.get("StepName") for step in script.steps or ()), flow.places)
        return flow
    steps = run.script.steps
    if not steps:
        return None
    from ...runbooks.flow import linear_flow

    return linear_flow([(step.get("StepName", "step"), step.get("Action", _ACTION)) for step in steps])
