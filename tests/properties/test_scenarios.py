"""Properties of the strategies for faults, runbooks and histories."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from hypothesis import find, given, settings
from hypothesis import strategies as st

from pytest_ssm_automation import AutomationFake, FakeUsageError, Fault, Runbook, strategies
from pytest_ssm_automation._service.model import enum
from pytest_ssm_automation._service.parameters import check_parameters
from pytest_ssm_automation._service.scripts import ENDED

REQUEST = {"DocumentName": "AWS-RestartEC2Instance", "Parameters": {"InstanceId": ["i-0123456789abcdef0"]}}
TOKEN = "6f1c2b9e-64a0-4f6e-9a54-0d3c5b1f7e21"


def start(ssm: Any, attempts: int, **request: Any) -> None:
    """Start an execution as a caller does that tries again whatever happens."""
    for _ in range(attempts):
        try:
            ssm.start_automation_execution(**request)
        except (BotoCoreError, ClientError):
            continue
        return


@given(strategies.fault_plans())
def test_a_plan_can_be_pasted_into_a_test(plan: list[Fault]) -> None:
    """What a plan prints makes the same plan again."""
    again = eval(repr(plan), {"Fault": Fault})  # noqa: S307 - what somebody would paste
    assert list(map(repr, again)) == list(map(repr, plan))


@given(strategies.fault_plans(max_size=3))
def test_a_plan_fires_as_printed_however_often_it_is_used(plan: list[Fault]) -> None:
    """A plan has no memory: each fake that takes it injects all of it."""
    for _ in range(2):
        with AutomationFake(faults=plan) as fake:
            client = fake.client()
            for _ in range(sum((fault.times or 0) + fault.after for fault in plan)):
                start(client, 1, **REQUEST)
            fake.assert_faults_raised()


def test_plans_reach_every_error_and_every_kind() -> None:
    """Refusals, broken connections, lost responses, several at once, later and repeated: all are drawn."""
    for error in ("IdempotentParameterMismatch", "ThrottlingException", "ConnectionClosedError"):
        find(strategies.fault_plans(), lambda plan, error=error: any(fault.error == error for fault in plan))  # type: ignore[misc]
    find(strategies.fault_plans(), lambda plan: any(fault.lost for fault in plan))
    find(strategies.fault_plans(), lambda plan: len(plan) == 5)
    find(strategies.fault_plans(), lambda plan: any(fault.times == 3 and fault.after == 2 for fault in plan))


@given(strategies.fault_plans(errors=["InvalidTarget"]))
def test_refusals_alone_lose_no_response(plan: list[Fault]) -> None:
    """Where no connection error is named, none is drawn."""
    assert all(fault.error == "InvalidTarget" and not fault.lost for fault in plan)


@given(strategies.fault_plans(errors=["InvalidTarget", "ReadTimeoutError"], max_size=2))
def test_a_plan_keeps_to_the_errors_and_the_size_given(plan: list[Fault]) -> None:
    """Only the errors named are drawn, and no more faults than allowed."""
    assert {fault.error for fault in plan} <= {"InvalidTarget", "ReadTimeoutError"}
    assert len(plan) <= 2


def test_no_errors_are_refused_at_once() -> None:
    """Without an error to draw from there is no plan."""
    with pytest.raises(FakeUsageError, match="needs at least one error"):
        strategies.fault_plans(errors=[])


def test_a_misspelt_error_is_refused_at_once() -> None:
    """An error that there is not is named, with the nearest that there is, before anything is drawn."""
    with pytest.raises(FakeUsageError, match=r"Unknown error 'InvalidTargets'\. Did you mean 'InvalidTarget'\?"):
        strategies.fault_plans(errors=["InvalidTargets"])


def test_a_caller_without_a_token_is_found_out_by_one_fault() -> None:
    """The shortest plan that makes a retry start a second execution is one lost response."""

    def starts_twice(plan: list[Fault]) -> bool:
        with AutomationFake(faults=plan) as fake:
            start(fake.client(), 20, **REQUEST)
            try:
                fake.assert_no_duplicate_starts()
            except AssertionError:
                return True
        return False

    plan = find(strategies.fault_plans(), starts_twice)
    assert [(fault.lost, fault.times, fault.after) for fault in plan] == [(True, 1, 0)]


@given(strategies.fault_plans())
def test_a_caller_with_a_token_starts_one_execution_whatever_happens(plan: list[Fault]) -> None:
    """A retry that repeats its ClientToken starts nothing twice, under any plan."""
    with AutomationFake(faults=plan) as fake:
        start(fake.client(), 20, ClientToken=TOKEN, **REQUEST)
        fake.assert_started_once()
        fake.assert_no_duplicate_starts()


@given(st.data())
def test_parameters_are_what_the_runbook_declares(data: st.DataObject) -> None:
    """Parameters drawn for any runbook are refused by none of its declarations, and the fake starts it."""
    runbook = data.draw(strategies.runbooks())
    parameters = data.draw(strategies.parameters_for(runbook))
    assert check_parameters(runbook, parameters) == []


@given(st.data())
def test_requests_for_a_runbook_start_it(data: st.DataObject) -> None:
    """A request drawn for a registered runbook starts it, where unknown runbooks are refused."""
    runbook = data.draw(strategies.runbooks())
    request = data.draw(strategies.valid_requests(runbook=runbook))
    with AutomationFake(runbooks=[runbook], unknown_documents="reject") as fake:
        fake.client().start_automation_execution(**request)
        assert fake.executions[0].document_name == runbook.name


def test_requests_for_a_runbook_shrink_to_its_name_and_version() -> None:
    """The least request for a runbook that requires nothing names it and its version."""
    runbook = find(strategies.runbooks(), lambda drawn: not drawn.parameters)
    request = find(strategies.valid_requests(runbook=runbook), lambda _: True)
    assert request == {"DocumentName": runbook.name, "DocumentVersion": "1"}


def test_runbooks_reach_all_kinds_of_declaration() -> None:
    """Required and optional parameters, lists, choices, sizes and patterns are all drawn."""
    kinds = {"allowed_values", "allowed_pattern", "min_chars", "max_items", "is_list", "required", "default"}
    seen: set[str] = set()

    @settings(max_examples=300, derandomize=True, database=None)
    @given(strategies.runbooks())
    def look(runbook: Runbook) -> None:
        for parameter in runbook.parameters.values():
            seen.update(kind for kind in kinds if getattr(parameter, kind))

    look()
    assert seen == kinds


@given(strategies.status_histories())
def test_histories_can_be_scripted(statuses: list[str]) -> None:
    """A history ends the run, and each poll shows the next of its statuses."""
    with AutomationFake() as fake:
        fake.script(statuses)
        client = fake.client()
        execution_id = client.start_automation_execution(**REQUEST)["AutomationExecutionId"]
        shown = [
            client.get_automation_execution(AutomationExecutionId=execution_id)["AutomationExecution"]
            for _ in range(len(statuses))
        ]
    assert [each["AutomationExecutionStatus"] for each in shown] == statuses
    assert statuses[-1] in ENDED
    assert not {*statuses[:-1]} & ENDED


@pytest.mark.parametrize("status", sorted(enum("AutomationExecutionStatus")))
def test_histories_reach_every_status(status: str) -> None:
    """Every status of the model is drawn."""
    assert status in find(strategies.status_histories(), lambda statuses: status in statuses)
