"""How an execution is stopped, and what signals do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.bench import Bench

SIGNAL = "send_automation_signal"
STOP = "stop_automation_execution"
BAD_SIGNAL = "InvalidAutomationSignalException"


def _held(bench: Bench) -> str:
    """Start a run that waits at its second step."""
    execution_id = bench.start("pause")
    bench.until(execution_id, {"Waiting"})
    return execution_id


def _signal(bench: Bench, execution_id: str, kind: str, **payload: list[str]) -> None:
    members: dict[str, Any] = {"Payload": payload} if payload else {}
    bench.client.send_automation_signal(AutomationExecutionId=execution_id, SignalType=kind, **members)


def resume(bench: Bench) -> None:
    """Resume, with the name of the waiting step, continues the execution to its end."""
    execution_id = _held(bench)
    _signal(bench, execution_id, "Resume", StepName=["hold"])
    shown = bench.until(execution_id)
    bench.expect(shown["AutomationExecutionStatus"], "Success")
    bench.expect([step["StepStatus"] for step in shown["StepExecutions"]], ["Success"] * 3)


def _decided(bench: Bench, *kinds: str) -> tuple[str, dict[str, Any]]:
    """Start a run that waits for two approvals, send signals, and return its status and its outputs."""
    bench.needs_fake()
    request = {"DocumentName": bench.name("approvals")}
    execution_id = bench.client.start_automation_execution(**request)["AutomationExecutionId"]
    bench.until(execution_id, {"Waiting"})
    for kind in kinds:
        _signal(bench, execution_id, kind, Comment=["Why"])
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
    execution_id = _held(bench)
    request: dict[str, Any] = {"AutomationExecutionId": execution_id}
    bench.expect(bench.refused(SIGNAL, **request, SignalType="Approve").code, BAD_SIGNAL)
    told = bench.refused(SIGNAL, **request, SignalType="Resume", Payload={"StepName": ["nowhere"]})
    bench.expect(told.code, "AutomationStepNotFoundException")
    bench.client.stop_automation_execution(**request)


def signal_to_an_ended_run(bench: Bench) -> None:
    """A run that has ended takes no signal."""
    ended = bench.finished()["AutomationExecutionId"]
    told = bench.refused(SIGNAL, AutomationExecutionId=ended, SignalType="Resume", Payload={"StepName": ["wait"]})
    bench.expect(told.code, BAD_SIGNAL)


def stop(bench: Bench) -> None:
    """A stopped run is Cancelled in the end, and takes no second stop."""
    execution_id = _held(bench)
    bench.client.stop_automation_execution(AutomationExecutionId=execution_id)
    shown = bench.until(execution_id)
    bench.expect(shown["AutomationExecutionStatus"], "Cancelled")
    told = bench.refused(STOP, AutomationExecutionId=execution_id)
    bench.expect(told.code, "InvalidAutomationStatusUpdateException")


def stop_of_an_ended_run(bench: Bench) -> None:
    """What has ended can't be stopped."""
    told = bench.refused(STOP, AutomationExecutionId=bench.finished()["AutomationExecutionId"])
    bench.expect(told.code, "InvalidAutomationStatusUpdateException")


def start_step(bench: Bench) -> None:
    """StartStep lets the step of an interactive run begin."""
    execution_id = bench.start("sleep", Mode="Interactive")
    bench.until(execution_id, {"Waiting"})
    _signal(bench, execution_id, "StartStep", StepName=["wait"])
    shown = bench.until(execution_id, {"InProgress", "Waiting", "Success"}, also=_has_run)
    bench.expect(shown["StepExecutions"][0]["StepStatus"], "Success")
    bench.client.stop_automation_execution(AutomationExecutionId=execution_id, Type="Complete")


def _has_run(shown: dict[str, Any]) -> bool:
    return shown["StepExecutions"][0]["StepStatus"] not in {"Pending", "Waiting", "InProgress"}


def judged_by_what_was_shown(bench: Bench) -> None:
    """A caller who was shown a run in progress may stop it."""
    bench.needs_fake()
    answer = bench.client.start_automation_execution(DocumentName=bench.name("sleep"))
    request = {"AutomationExecutionId": answer["AutomationExecutionId"]}
    bench.until(request["AutomationExecutionId"], {"InProgress"})
    bench.client.stop_automation_execution(**request)
    bench.expect(bench.until(request["AutomationExecutionId"])["AutomationExecutionStatus"], "Cancelled")
