"""How a test steers a run: it ends it, or makes it run to a step.

This calls functions of the test, so callers hold no lock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._errors import FakeUsageError, hide_usage_errors, unknown_name
from ..runbooks.actions import PAUSING
from .courses.following import Following
from .courses.matching import match
from .courses.replayed import Replayed
from .scripts import ENDED, STEP, Turn, meant_by, read_shape

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from .run import Run

__tracebackhide__ = hide_usage_errors


def finish(run: Run, status: str, outputs: Mapping[str, list[str]] | None, failure_message: str | None) -> None:
    """Walk to where a run ends with a status, if it walks, and end it."""
    if status not in ENDED:
        raise unknown_name("status", status, ENDED, meant=meant_by(status))
    members = {
        "Outputs": read_shape("AutomationParameterMap", outputs, "outputs"),
        "FailureMessage": read_shape("String", failure_message, "failure_message"),
    }
    if run.ended:
        raise FakeUsageError(f"The execution {run.id} has already ended as {run.status}")
    turn = Turn(status, {name: value for name, value in members.items() if value is not None})
    with run.lock:
        run.changed()
    if run.walk and not run.walk.ended:
        match(run, run.walk, turn)
    with run.lock:
        if not run.ended:
            run.course.end(run, turn)


def run_to(run: Run, name: str) -> None:
    """Advance a run until a step is in progress, or waits for a signal."""
    names: Collection[str] | None = run.walk.flow.places if run.walk else None
    if run.script.replay is not None:
        names = [step["StepName"] for step in run.script.replay.steps]
    if names is None:
        raise FakeUsageError(
            f"The steps of {run.document_name!r} are unknown: register it with add_runbook, or script its steps"
        )
    if name not in names:
        raise unknown_name(f"step of {run.document_name!r}", name, names)
    while not _is_at(run, name):
        mark = run.progress
        run.advance(STEP)
        if not _is_at(run, name) and (run.ended or run.progress == mark):
            raise FakeUsageError(f"The execution {run.id} {state_of(run)}, and has not reached step {name!r}")


def state_of(run: Run) -> str:
    """Describe the status of a run, and the step that it is at."""
    if run.ended:
        return f"has ended as {run.status}"
    names, began = _current(run), run.status != "Pending"
    after = " after its last step" if run.walk and began and not names else ""
    return f"is {run.status}{' at step ' if names else after}{', '.join(map(repr, names))}"


def _current(run: Run) -> list[str]:
    """List the steps that a run is at."""
    if isinstance(run.course, Replayed):
        return run.course.running
    return [run.walk.at.step.name] if run.walk and run.walk.at else []


def _is_at(run: Run, name: str) -> bool:
    if name not in _current(run):
        return False
    at = run.walk.at if run.walk else None
    if at is None:
        return True  # a recorded step
    if at.step.action in PAUSING:
        return at.status == "Waiting" or isinstance(run.course, Following)
    return at.status == "InProgress"
