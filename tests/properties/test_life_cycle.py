"""All six operations, in any order, against a model of the life cycle that fits on a page."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from itertools import dropwhile
from typing import Any

import model
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule
from model import ENDED

from pytest_ssm_automation import AutomationFake

pytestmark = pytest.mark.slow

WAITING = {"Waiting", "PendingApproval"}
WORKING = {"InProgress", "RunbookInProgress"}
NAMED = {"StartStep": "StepName", "Resume": "StepName", "StopStep": "StepExecutionId"}
ABSENT = "00000000-0000-4000-8000-000000000000"
STATUSES = st.lists(st.sampled_from(model.enum("AutomationExecutionStatus")), min_size=1, max_size=4)


@dataclass
class Run:
    """The model of an execution: a status, and the next ones."""

    status: str
    future: list[str]
    request: dict[str, Any]
    stepwise: bool = False
    due: bool = False

    def poll(self) -> str:
        """Return what a poll shows: the next status, if the current one was shown before."""
        if self.due:
            self.go_on()
        self.due = True
        return self.status

    def go_on(self) -> None:
        """Advance to the next status."""
        self.due = False
        if self.future:
            self.status = self.future.pop(0)

    def turn_to(self, *statuses: str) -> None:
        """Continue with other statuses than planned."""
        self.future = [*statuses]
        self.go_on()

    def stop(self, kind: str) -> str | None:
        """Stop it, or return the error."""
        if self.status == "Success" and self.stepwise and kind == "Complete":
            return None
        if self.status in ENDED or (self.status == "Cancelling" and kind == "Complete"):
            return "InvalidAutomationStatusUpdateException"
        if kind == "Complete":
            self.future, self.due = ["Success"], False
        else:
            self.turn_to("Cancelling", "Cancelled")
        return None

    def signal(self, kind: str, *, named: bool) -> str | None:
        """Signal it, or return the error."""
        right = self.status in WAITING or (kind == "StopStep" and self.status in WORKING)
        wrong_kind = self.stepwise and kind in {"Approve", "Reject", "Revoke"}
        if not right or wrong_kind or (kind in NAMED and not named):
            return "InvalidAutomationSignalException"
        if kind == "StopStep":
            self.turn_to("Cancelled")
        elif kind in {"Reject", "Revoke"}:
            self.turn_to("Rejected" if self.status == "PendingApproval" else "Failed")
        else:
            later = dropwhile(lambda status: status in WAITING, self.future)
            self.turn_to(*([*later] or ["InProgress", "Success"]))
        return None


class LifeCycle(RuleBasedStateMachine):
    """Calls of a client, and what the model expects of each."""

    ids = Bundle("ids")
    pages = Bundle("pages")

    @initialize()
    def begin(self) -> None:
        """Begin with a new fake."""
        self.fake = AutomationFake(seed="life cycle").__enter__()
        self.client: Any = self.fake.client()
        self.runs: dict[str, Run] = {}
        self.tokens: dict[str, str] = {}
        self.calls = 0

    def teardown(self) -> None:
        """Restore everything."""
        self.fake.__exit__(None, None, None)

    def call(self, method: str, **members: Any) -> tuple[dict[str, Any], str | None]:
        """Call an operation, and return its response and the error code."""
        self.calls += 1
        try:
            return getattr(self.client, method)(**members), None
        except ClientError as error:
            refused: Any = error.response
            return {}, refused["Error"]["Code"]

    def started(self, run: Run, **members: Any) -> str:
        """Start an execution, of which the model expects `run`."""
        answer, error = self.call("start_automation_execution", **members)
        assert error is None
        self.runs[answer["AutomationExecutionId"]] = run
        return str(answer["AutomationExecutionId"])

    @rule(target=ids, name=st.sampled_from(["Doc", "Other"]), mode=st.sampled_from(["Auto", "Interactive"]))
    def start(self, name: str, mode: str) -> str:
        """Start an execution that goes by itself, or waits before each of its steps and to be completed."""
        request = {"DocumentName": name, "Mode": mode}
        auto = mode == "Auto"
        run = Run("Pending" if auto else "Waiting", ["InProgress", "Success"] if auto else [], request, not auto)
        return self.started(run, **request)

    @rule(target=ids, statuses=STATUSES, fixed=st.booleans())
    def start_scripted(self, statuses: list[str], *, fixed: bool) -> str:
        """Start an execution with a script, with or without an unusual id."""
        name = f"Scripted-{len(self.runs)}"
        end = next((place for place, status in enumerate(statuses) if status in ENDED), len(statuses))
        statuses = statuses[: end + 1]
        self.fake.script(
            statuses, when={"DocumentName": name}, execution_id=f"exec-{len(self.runs)}" if fixed else None
        )
        return self.started(Run(statuses[0], statuses[1:], {"DocumentName": name}), DocumentName=name)

    @rule(target=ids, letter=st.sampled_from("ABab"), other=st.booleans())
    def start_with_token(self, letter: str, *, other: bool) -> Any:
        """Start with a token that may have been used before, in any case, for the same request or another."""
        request = {"DocumentName": "Other" if other else "Doc"}
        answer, error = self.call(
            "start_automation_execution", ClientToken="-".join(letter * n for n in (8, 4, 4, 4, 12)), **request
        )
        known = self.tokens.get(letter.lower())
        if known is None:
            assert error is None
            self.tokens[letter.lower()] = answer["AutomationExecutionId"]
            self.runs[answer["AutomationExecutionId"]] = Run("Pending", ["InProgress", "Success"], request)
            return answer["AutomationExecutionId"]
        if self.runs[known].request == request:
            assert (answer["AutomationExecutionId"], error) == (known, None)
        else:
            assert error == "IdempotentParameterMismatch"
        return multiple()

    @rule(execution_id=ids)
    def get(self, execution_id: str) -> None:
        """A poll shows the status and its members; if they were shown before, it advances the execution first."""
        run = self.runs[execution_id]
        answer, error = self.call("get_automation_execution", AutomationExecutionId=execution_id)
        assert error is None
        shown = answer["AutomationExecution"]
        assert shown["AutomationExecutionStatus"] == run.poll()
        assert ("ExecutionEndTime" in shown) is (run.status in ENDED)

    @rule(execution_id=ids)
    def lose(self, execution_id: str) -> None:
        """A poll whose answer is lost advances the execution, and shows nothing."""
        self.fake.lose_response(operation="GetAutomationExecution")
        self.calls += 1
        with suppress(ReadTimeoutError):
            self.client.get_automation_execution(AutomationExecutionId=execution_id)
        run = self.runs[execution_id]
        if run.due:
            run.go_on()

    @rule(execution_id=ids)
    def describe_one(self, execution_id: str) -> None:
        """A listing by id is a poll too."""
        filters = [{"Key": "ExecutionId", "Values": [execution_id]}]
        answer, _ = self.call("describe_automation_executions", Filters=filters)
        (shown,) = answer["AutomationExecutionMetadataList"]
        assert shown["AutomationExecutionStatus"] == self.runs[execution_id].poll()

    @rule(target=pages, size=st.integers(1, 4))
    def describe_all(self, size: int) -> Any:
        """A listing is a poll of the newest executions, and has a token if there are more."""
        answer, _ = self.call("describe_automation_executions", MaxResults=size)
        return self.page(answer, [*reversed(self.runs)], size)

    @rule(target=pages, page=consumes(pages), size=st.integers(1, 4))
    def describe_more(self, page: tuple[str, list[str]], size: int) -> Any:
        """The token leads to the remaining executions, whatever was started since."""
        token, left = page
        answer, _ = self.call("describe_automation_executions", MaxResults=size, NextToken=token)
        return self.page(answer, left, size)

    def page(self, answer: dict[str, Any], expected: list[str], size: int) -> Any:
        """Check a page, and return its token with the rest."""
        shown = [
            (each["AutomationExecutionId"], each["AutomationExecutionStatus"])
            for each in answer["AutomationExecutionMetadataList"]
        ]
        assert shown == [(execution_id, self.runs[execution_id].poll()) for execution_id in expected[:size]]
        assert ("NextToken" in answer) is (len(expected) > size)
        return (answer["NextToken"], expected[size:]) if "NextToken" in answer else multiple()

    @rule(execution_id=ids)
    def describe_steps(self, execution_id: str) -> None:
        """Unregistered runbooks have no steps, and reading them advances nothing."""
        answer, error = self.call("describe_automation_step_executions", AutomationExecutionId=execution_id)
        assert (answer["StepExecutions"], error) == ([], None)

    @rule(execution_id=ids, kind=st.sampled_from(model.enum("StopType")))
    def stop(self, execution_id: str, kind: str) -> None:
        """Running executions can be stopped, ended ones can't."""
        _, error = self.call("stop_automation_execution", AutomationExecutionId=execution_id, Type=kind)
        assert error == self.runs[execution_id].stop(kind)

    @rule(execution_id=ids, kind=st.sampled_from(model.enum("SignalType")), named=st.booleans())
    def signal(self, execution_id: str, kind: str, *, named: bool) -> None:
        """A signal continues or ends a waiting execution; others do not accept signals."""
        given = {"Payload": {NAMED.get(kind, "Comment"): ["any"]}} if named else {}
        _, error = self.call("send_automation_signal", AutomationExecutionId=execution_id, SignalType=kind, **given)
        assert error == self.runs[execution_id].signal(kind, named=named)

    @rule(execution_id=ids)
    def advance(self, execution_id: str) -> None:
        """`advance` has the effect of a poll."""
        self.fake.execution(execution_id).advance()
        self.runs[execution_id].go_on()

    @rule(execution_id=ids, status=st.sampled_from(sorted(ENDED)))
    def finish(self, execution_id: str, status: str) -> None:
        """`finish` ends a running execution."""
        if self.runs[execution_id].status not in ENDED:
            self.fake.execution(execution_id).finish(status)
            self.runs[execution_id].turn_to(status)

    @rule(execution_id=ids, method=st.sampled_from(["get_automation_execution", "stop_automation_execution"]))
    def fail(self, execution_id: str, method: str) -> None:
        """A call with an injected fault advances nothing."""
        operation = {"g": "GetAutomationExecution", "s": "StopAutomationExecution"}[method[0]]
        self.fake.fail_with("InternalServerError", operation=operation)
        assert self.call(method, AutomationExecutionId=execution_id) == ({}, "InternalServerError")

    @rule(
        method=st.sampled_from(
            ["get_automation_execution", "stop_automation_execution", "describe_automation_step_executions"]
        )
    )
    def ask_for_another(self, method: str) -> None:
        """An execution that was not started is not found."""
        _, error = self.call(method, AutomationExecutionId=ABSENT)
        assert error == "AutomationExecutionNotFoundException"

    @invariant()
    def agrees(self) -> None:
        """The fake and the model have the same executions with the same statuses, and all calls are recorded."""
        if hasattr(self, "runs"):
            known = {execution.id: execution.status for execution in self.fake.executions}
            assert known == {execution_id: run.status for execution_id, run in self.runs.items()}
            assert [*known] == [*self.runs]
            assert len(self.fake.calls) == self.calls


TestLifeCycle = LifeCycle.TestCase
