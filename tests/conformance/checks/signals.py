"""How an execution is stopped, and what signals do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.bench import Bench
    from conformance.running import Shown

SIGNAL = "send_automation_signal"
STOP = "stop_automation_execution"
BAD_SIGNAL = "InvalidAutomationSignalException"


def resume(bench: Bench) -> None:
    """Resume, with the name of the waiting step, continues the execution to its end."""
    execution_id = bench.held()
    bench.signal(execution_id, "Resume", StepName=["hold"])
    shown = bench.until(execution_id)
    bench.expect(shown.status, "Success")
    bench.expect([*shown.statuses.values()], ["Success"] * 3)


def _decided(bench: Bench, *kinds: str) -> tuple[str, dict[str, Any]]:
    """Start a run that waits for two approvals, send signals, and return its status and its outputs."""
    execution_id = bench.held("approvals")
    for kind in kinds:
        bench.signal(execution_id, kind, Comment=["Why"])
    ask = bench.get(execution_id)["StepExecutions"][0]
    return ask["StepStatus"], ask["Outputs"]


def outputs_of_an_approval(bench: Bench) -> None:
    """The first of two approvals is seen while it waits for the second."""
    _, outputs = _decided(bench, "Approve")
    [shown] = map(json.loads, outputs["ApproverDecisions"])
    found = (outputs["ApprovalStatus"], list(shown), shown["Decision"], shown["Comment"])
    names = ["Approver", "Decision", "ApprovalDecisionTime", "Comment"]
    bench.expect(found, (["Waiting"], names, "Approve", "Why"))
    _, outputs = _decided(bench, "Approve", "Approve")
    bench.expect(outputs["ApprovalStatus"], ["Approved"])


def required_approvals(bench: Bench) -> None:
    """Two are needed, and one if nothing is said."""
    found = [_decided(bench, *["Approve"] * number)[0] for number in (1, 2)]
    bench.expect(found, ["Waiting", "Success"])


def one_rejection(bench: Bench) -> None:
    """The second signal of two is a Reject."""
    status, outputs = _decided(bench, "Approve", "Reject")
    bench.expect((status, outputs["ApprovalStatus"]), ("Failed", ["Rejected"]))


def approvers(bench: Bench) -> None:
    """Both approvals are those of the same caller, who is not asked."""
    status, outputs = _decided(bench, "Approve", "Approve")
    callers = {json.loads(each)["Approver"] for each in outputs["ApproverDecisions"]}
    bench.expect((status, len(callers), "arn:aws:iam::111122223333:user/Boss" in callers), ("Success", 1, False))


def wrong_signals(bench: Bench) -> None:
    """A pause refuses an approval and unknown steps; then it is stopped."""
    execution_id = bench.held()
    request: dict[str, Any] = {"AutomationExecutionId": execution_id}
    bench.expect(bench.refused(SIGNAL, **request, SignalType="Approve").code, BAD_SIGNAL)
    told = bench.refused(SIGNAL, **request, SignalType="Resume", Payload={"StepName": ["nowhere"]})
    bench.expect(told.code, "AutomationStepNotFoundException")
    bench.stop(execution_id)


def signal_to_an_ended_run(bench: Bench) -> None:
    """A run that has ended takes no signal."""
    ended = bench.finished()["AutomationExecutionId"]
    told = bench.refused(SIGNAL, AutomationExecutionId=ended, SignalType="Resume", Payload={"StepName": ["wait"]})
    bench.expect(told.code, BAD_SIGNAL)


def stop(bench: Bench) -> None:
    """A stopped run is Cancelled in the end, and takes no second stop."""
    execution_id = bench.held()
    bench.stop(execution_id)
    shown = bench.until(execution_id)
    bench.expect(shown.status, "Cancelled")
    told = bench.refused(STOP, AutomationExecutionId=execution_id)
    bench.expect(told.code, "InvalidAutomationStatusUpdateException")


def stop_of_an_ended_run(bench: Bench) -> None:
    """What has ended can't be stopped."""
    told = bench.refused(STOP, AutomationExecutionId=bench.finished()["AutomationExecutionId"])
    bench.expect(told.code, "InvalidAutomationStatusUpdateException")


def start_step(bench: Bench) -> None:
    """StartStep lets the step of an interactive run begin."""
    execution_id = bench.held("sleep", Mode="Interactive")
    bench.signal(execution_id, "StartStep", StepName=["wait"])
    shown = bench.until(execution_id, {"InProgress", "Waiting", "Success"}, also=_has_run)
    bench.expect(shown.statuses["wait"], "Success")
    bench.stop(execution_id, "Complete")


def _has_run(shown: Shown) -> bool:
    return shown.statuses["wait"] not in {"Pending", "Waiting", "InProgress"}


def judged_by_what_was_shown(bench: Bench) -> None:
    """A caller who was shown a run in progress may stop it."""
    bench.needs_fake()
    execution_id = bench.start()
    bench.until(execution_id, {"InProgress"})
    bench.stop(execution_id)
    bench.expect(bench.until(execution_id).status, "Cancelled")
