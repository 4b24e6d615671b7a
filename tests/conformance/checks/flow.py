"""How runs of small runbooks end, and the statuses of their steps."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from conformance.runbooks import repeat, runbook, step
from conformance.running import failing, putting_out, ran

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conformance.bench import Bench
    from conformance.runbooks import Runbook
    from conformance.running import Prepare

API: Runbook = {"name": "api", "action": "aws:executeAwsApi"}
GET: Runbook = {**API, "outputs": [{"Name": "Platform", "Selector": "$.x", "Type": "String"}]}
COMMAND: Runbook = {"name": "command", "action": "aws:runCommand"}
TIMED_OUT = partial(failing, "api", None, "TimedOut")


def _branch(variable: str) -> Runbook:
    """Write a branch that leads to the step `last` for `linux`, and else has neither Default nor isEnd."""
    choice = {"Variable": variable, "StringEquals": "linux", "NextStep": "last"}
    return step("choose", "aws:branch", {"Choices": [choice]})


CHOOSING = runbook(GET, _branch("{{ api.Platform }}"), step("next"), step("last"))
GOING_ON = runbook({**API, "onFailure": "Continue"}, {**COMMAND, "onFailure": "step:last"}, step("never"), step("last"))
SPARED = runbook(
    repeat(step("in"), step("more", onFailure="Continue"), onFailure="step:last"),
    step("next", isEnd=True),
    step("last"),
)
AFTER_ITS_END = runbook({**API, "onFailure": "Continue", "isCritical": False, "isEnd": True}, step("next"))
JUMPING = runbook({**API, "onFailure": "step:last", "isCritical": False, "isEnd": True}, step("next"), step("last"))
ASK = step("ask", "aws:approve", {"Approvers": ["arn:aws:iam::123456789012:user/Ana"], "MinRequiredApprovals": 2})
HOLD = step("hold", "aws:pause", {})


def _critical(**members: bool) -> Runbook:
    """Write a runbook whose first step leads to the last one if it fails."""
    return runbook({**API, "onFailure": "step:last", **members}, step("next"), step("last"))


def _left(**members: Any) -> Runbook:
    """Write a runbook with a loop whose inner step may lead to the last step."""
    return runbook(repeat(step("in", **members)), step("next"), step("last"))


# Runbooks, with how a run ends, or waits, and with the statuses of its steps.
RUNS: Mapping[str, Sequence[tuple[Runbook, Sequence[Prepare], str]]] = {
    "next_of_a_branch": [
        (runbook(_branch("windows"), step("next", isEnd=True), step("last")), [], "Success: Success Success Pending")
    ],
    "choice_by_an_output": [
        (CHOOSING, [putting_out("api", Platform="linux")], "Success: Success Success Pending Success"),
        (CHOOSING, [putting_out("api", Platform="windows")], "Success: Success Success Success Success"),
    ],
    "abort": [(runbook(API, step("never")), [failing("api")], "Failed: Failed Pending")],
    "timeout": [(runbook(API, step("never")), [TIMED_OUT()], "TimedOut: TimedOut Pending")],
    "attempts_that_time_out": [
        (runbook({**API, "maxAttempts": 2}), [TIMED_OUT(times=times)], wanted)
        for times, wanted in ((1, "Success: Success"), (2, "TimedOut: TimedOut"))
    ],
    "continues": [(GOING_ON, [failing("api"), failing("command")], "Failed: Failed Failed Pending Success")],
    "not_critical": [
        (runbook({**API, "isCritical": False}, step("never")), [failing("api")], "Success: Failed Pending")
    ],
    "critical_step": [
        (_critical(), [failing("api")], "Failed: Failed Pending Success"),
        (_critical(isCritical=True), [failing("api")], "Failed: Failed Pending Success"),
        (_critical(isCritical=False), [failing("api")], "Success: Failed Pending Success"),
    ],
    "end_after_a_failure": [(AFTER_ITS_END, [failing("api")], "Success: Failed Pending")],
    "jump_at_an_end": [(JUMPING, [failing("api")], "Success: Failed Pending Success")],
    # the loop itself would lead elsewhere
    "loop_failure": [
        (SPARED, [failing("in")], "Failed: Failed Failed Pending Pending Pending"),
        (SPARED, [failing("more")], "Success: Success Success Failed Success Failed Success Pending"),
    ],
    "exited_loop": [
        (_left(nextStep="last"), [], "Success: Success Success Pending Success"),
        (_left(onFailure="step:last"), [failing("in")], "Failed: Failed Failed Pending Success"),
    ],
    "waiting": [(runbook(HOLD, step("after")), [], "Waiting: Waiting Pending")],
    "more_approvals_than_approvers": [(runbook(ASK), [], "Waiting: Waiting")],
}


def _run(bench: Bench, cases: Sequence[tuple[Runbook, Sequence[Prepare], str]]) -> None:
    for content, prepare, wanted in cases:
        shown = ran(bench, content, *prepare)
        statuses = " ".join(each["StepStatus"] for each in shown["StepExecutions"])
        bench.expect(f"{shown.status}: {statuses}", wanted)


CHECKS = {name: partial(_run, cases=cases) for name, cases in RUNS.items()}
