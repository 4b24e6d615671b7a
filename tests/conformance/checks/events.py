"""Events of EventBridge, which only a fake can show, because a client can't request them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conformance.bench import Bench


def members(bench: Bench) -> None:
    """The event of the end has the members of the example."""
    event = _events(bench)[-1]
    wanted = {"version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"}
    bench.expect(set(event), wanted)
    detail = {"ExecutionId", "Definition", "DefinitionVersion", "Status", "StartTime", "EndTime", "Time", "ExecutedBy"}
    bench.expect(set(event["detail"]), detail)
    steps = [event for event in _events(bench) if "Step" in event["detail-type"]]
    bench.expect(bool(steps), wanted=True)
    bench.expect({*steps[-1]["detail"]} - detail, {"StepName", "Action"})


def first(bench: Bench) -> None:
    """Its status is Pending, like that of the execution."""
    bench.expect(_events(bench)[0]["detail"]["Status"], "Pending")


def before_the_end(bench: Bench) -> None:
    """The first event has no end, and no time has passed."""
    detail = _events(bench)[0]["detail"]
    bench.expect(("EndTime" in detail, detail["Time"]), (False, 0.0))


def _events(bench: Bench) -> Sequence[Mapping[str, Any]]:
    """Give the events of an execution that has ended."""
    fake = bench.fake
    return fake.execution(bench.finished()["AutomationExecutionId"]).events
