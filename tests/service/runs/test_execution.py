"""Executions advance by themselves, by signals, and by methods that the test calls."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from caller import poll, signal, start, statuses

from pytest_ssm_automation import AutomationFake, FakeUsageError

PAUSE: dict[str, Any] = {"schemaVersion": "0.3", "mainSteps": [{"name": "wait", "action": "aws:pause"}]}


@pytest.mark.parametrize(
    ("status", "given", "message"),
    [
        ("Success", None, None),
        ("TimedOut", None, "The execution ended as TimedOut."),
        ("Failed", "No such instance", "No such instance"),
    ],
)
def test_finish_ends_it(fake: AutomationFake, client: Any, status: str, given: str | None, message: str | None) -> None:
    """The test can end it, with what it puts out; the failure message is the test's, or one with the status."""
    execution = fake.execution(start(client))
    assert execution.ended_at is None
    execution.finish(status, outputs={"Id": ["i-1"]}, failure_message=given)
    shown = poll(client, execution.id)
    assert shown == poll(client, execution.id)
    assert (shown["AutomationExecutionStatus"], shown["Outputs"]) == (status, {"Id": ["i-1"]})
    assert (execution.ended, execution.outputs, shown.get("FailureMessage")) == (True, {"Id": ["i-1"]}, message)


def test_finish_refuses_what_makes_no_sense(fake: AutomationFake, client: Any) -> None:
    """A status that ends nothing, outputs of the wrong shape, or a second end are mistakes of the test."""
    execution = fake.execution(start(client))
    with pytest.raises(FakeUsageError, match=r"Unknown status 'Sucess'\. Did you mean 'Success'\?"):
        execution.finish("Sucess")
    with pytest.raises(FakeUsageError, match="Unknown status 'InProgress'"):
        execution.finish("InProgress")
    with pytest.raises(FakeUsageError, match="Invalid outputs"):
        execution.finish(outputs={"Id": "i-1"})  # type: ignore[dict-item]
    with pytest.raises(FakeUsageError, match="Invalid failure_message"):
        execution.finish("Failed", failure_message=5)  # type: ignore[arg-type]
    assert execution.status == "Pending"
    execution.finish("Failed")
    with pytest.raises(FakeUsageError, match="has already ended as Failed"):
        execution.finish()


def test_times_are_aware_and_never_whole_seconds(
    fake: AutomationFake, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Callers parse times with `%f`, which fails for a time without a fraction."""
    sharp = datetime(2030, 1, 2, 3, 4, 5, 0, UTC)
    monkeypatch.setattr(time, "time", sharp.timestamp)
    execution_id = start(client)
    assert "ExecutionEndTime" not in poll(client, execution_id)
    fake.execution(execution_id).finish()
    shown = poll(client, execution_id)
    for name in ("ExecutionStartTime", "ExecutionEndTime"):
        assert sharp < shown[name] < sharp + timedelta(seconds=1)
        assert datetime.strptime(str(shown[name]), "%Y-%m-%d %H:%M:%S.%f%z") == shown[name]
    assert shown["ExecutionEndTime"] > shown["ExecutionStartTime"]


def test_an_added_execution(fake: AutomationFake, client: Any) -> None:
    """All callers see it, and it does not count as started."""
    execution = fake.add_execution(
        "AWS-StopEC2Instance", execution_id="exec-7", statuses=["InProgress", "Success"], parameters={"Id": ["i-1"]}
    )
    assert (execution.id, execution.call) == ("exec-7", None)
    assert execution.request == {"DocumentName": "AWS-StopEC2Instance", "Parameters": {"Id": ["i-1"]}}
    assert poll(client, "exec-7")["Parameters"] == {"Id": ["i-1"]}
    fake.assert_not_started()
    with pytest.raises(FakeUsageError, match="An execution 'exec-7' already exists in us-east-1"):
        fake.add_execution("Doc", execution_id="exec-7")
    assert fake.add_execution("Doc", execution_id="exec-7", region="eu-central-1").region == "eu-central-1"


def test_an_added_execution_of_a_registered_runbook(fake: AutomationFake, client: Any) -> None:
    """It has the runbook's version, defaults and steps."""
    fake.add_runbook({**PAUSE, "parameters": {"A": {"type": "String", "default": "b"}}}, name="Pause", version=4)
    execution = fake.add_execution("Pause", statuses=["InProgress"])
    shown = poll(client, execution.id)
    assert (shown["DocumentVersion"], shown["Parameters"]) == ("4", {"A": ["b"]})
    assert shown["CurrentStepName"] == "wait"


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        (5, {}, "Invalid document_name"),
        ("Doc", {"parameters": {"a": "b"}}, "Invalid parameters"),
        ("arn:aws:ssm:us-east-1:1:document/Pause:7", {}, "^Runbook 'arn:.*Pause:7' does not have this version"),
    ],
)
def test_an_added_execution_has_to_make_sense(fake: AutomationFake, name: Any, given: Any, message: str) -> None:
    """Names and parameters have AWS's types, and a registered runbook has to exist in that version."""
    fake.add_runbook(PAUSE, name="Pause")
    with pytest.raises(FakeUsageError, match=message):
        fake.add_execution(name, **given)
    assert not fake.executions


def test_what_an_execution_tells_the_test(fake: AutomationFake, client: Any) -> None:
    """It knows the call that started it, and its request, of which the test gets copies."""
    execution_id = start(client, DocumentVersion="$LATEST", Parameters={"A": ["b"]})
    execution = fake.execution(execution_id)
    assert execution.call is fake.calls[0]
    assert (execution.document_name, execution.document_version, execution.region) == ("Doc", "1", "us-east-1")
    assert fake.execution(start(client, DocumentVersion="12")).document_version == "12"  # there may be such a version
    execution.request["Parameters"]["A"].append("c")
    execution.parameters["A"].append("c")
    assert execution.request == {"DocumentName": "Doc", "DocumentVersion": "$LATEST", "Parameters": {"A": ["b"]}}
    assert execution.parameters == {"A": ["b"]}
    assert re.fullmatch(f"<Execution {execution_id} of Doc in 123456789012 us-east-1: Pending>", repr(execution))


def test_what_answers_hold_is_the_callers(fake: AutomationFake, client: Any) -> None:
    """Whatever a caller does to an answer, the next poll is answered afresh."""
    steps = [{"StepName": "a", "Outputs": {"x": ["y"]}}]
    fake.script(
        [{"AutomationExecutionStatus": "Success", "Variables": {"v": ["w"]}}], outputs={"o": ["p"]}, steps=steps
    )
    execution_id = start(client, Parameters={"A": ["b"]}, Targets=[], TargetMaps=[])
    first, expected = poll(client, execution_id), poll(client, execution_id)
    for name in ("Variables", "Outputs", "Parameters", "Targets", "StepExecutions", "ResolvedTargets"):
        first[name].clear()
    steps[0]["Outputs"].clear()  # type: ignore[attr-defined]
    assert poll(client, execution_id) == expected
    assert expected["Outputs"] == {"o": ["p"]}


def test_an_execution_shows_what_the_contract_names(fake: AutomationFake, client: Any) -> None:
    """Its working parts are not among the names that an editor completes, and no attribute can be set."""
    execution = fake.execution(start(client))
    told = "id call request account region document_name document_version parameters target parent children started_at"
    more = "ended_at status ended steps outputs failure_message events advance finish run_to step unresolved"
    assert {name for name in dir(execution) if not name.startswith("_")} == {*told.split(), *more.split()}
    with pytest.raises(AttributeError):
        execution.status = "Success"  # type: ignore[misc]


def test_an_interactive_run_of_unknown_steps_may_be_completed_after_its_end(client: Any) -> None:
    """A caller that completes each interactive run does so here too."""
    execution_id = start(client, Mode="Interactive")
    signal(client, execution_id, "StartStep", StepName=["any"])
    assert statuses(client, execution_id, 2) == ["InProgress", "Success"]
    client.stop_automation_execution(AutomationExecutionId=execution_id, Type="Complete")
    assert statuses(client, execution_id, 1) == ["Success"]
