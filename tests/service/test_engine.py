from __future__ import annotations

import sys
import threading
from typing import Any
from unittest import mock

import pytest
from botocore.exceptions import ClientError, ParamValidationError
from caller import poll, start

from pytest_ssm_automation import AutomationFake, FakeUsageError, Fault
from pytest_ssm_automation._service.engine import Service

TOKEN = "01234567-89ab-cdef-ABCD-EF0123456789"
TARGETS = [{"Key": "tag:Env", "Values": ["prod"]}]
WAIT = {"name": "wait", "action": "aws:sleep"}


def refusal(client: Any, **members: Any) -> dict[str, str]:
    """Try to start an execution, and return the error."""
    with pytest.raises(ClientError) as caught:
        start(client, **members)
    error: Any = caught.value.response["Error"]
    return dict(error)


@pytest.mark.needs("TargetLocation.ExcludeAccounts")
def test_a_sentence_is_said_once(client: Any) -> None:
    """Two bad members of one list of texts make one sentence, since it speaks of the whole list."""
    error = refusal(client, TargetLocations=[{"ExcludeAccounts": ["x" * 7, "y" * 7]}])
    assert error["Message"].startswith("1 validation error detected: Value '[xxxxxxx, yyyyyyy]' at ")


def test_faults_come_before_idempotency(fake: AutomationFake, client: Any) -> None:
    """A fault hits a replayed request as well."""
    execution_id = start(client, ClientToken=TOKEN)
    fake.fail_with("InternalServerError")
    assert refusal(client, ClientToken=TOKEN)["Code"] == "InternalServerError"
    assert start(client, ClientToken=TOKEN) == execution_id


def test_a_token_counts_in_its_region(fake: AutomationFake, client: Any) -> None:
    """Another Region knows nothing of a token."""
    assert start(client, ClientToken=TOKEN) != start(fake.client("eu-central-1"), ClientToken=TOKEN)


def test_a_limit_of_none_at_all() -> None:
    """A limit of 0 refuses every start."""
    with AutomationFake(execution_limit=0) as fake:
        assert refusal(fake.client())["Code"] == "AutomationExecutionLimitExceededException"


def test_a_lost_refusal_is_lost_too(client: Any, fake: AutomationFake) -> None:
    """What the service would have refused is not known to the caller either."""
    start(client, ClientToken=TOKEN)
    fake.lose_response("ConnectionClosedError")
    with pytest.raises(Exception, match="Connection was closed"):
        start(client, ClientToken=TOKEN, Mode="Auto")
    assert (fake.calls[1].outcome, fake.calls[1].error) == ("lost", "ConnectionClosedError")


@pytest.mark.parametrize(
    ("relaxed", "members"),
    [
        ("Parameters:min", {"Parameters": {}}),
        ("request:targets_need_target_parameter_name", {"Targets": TARGETS}),
        pytest.param(
            "TargetLocationsURL:pattern",
            {"TargetLocationsURL": "https://b.s3.cn-north-1.amazonaws.com.cn/k"},
            marks=pytest.mark.needs("TargetLocationsURL"),
        ),
        ("MaxConcurrency:pattern", {"TargetMaps": [{"k": ["v"]}], "MaxConcurrency": "lots"}),
    ],
)
def test_a_relaxed_constraint_is_not_enforced(relaxed: str, members: dict[str, Any]) -> None:
    """What the option names is let through."""
    with AutomationFake(relax=(relaxed,)) as fake:
        assert start(fake.client(), **members)
        fake.verify()


def test_what_the_service_does_not_enforce_is_enforced_on_request() -> None:
    """A constraint that is off by default is on if the option `enforce` names it."""
    long: dict[str, Any] = {"Parameters": {"k": ["v" * 5000]}}
    with AutomationFake() as fake:
        start(fake.client(), **long)
        fake.verify()
    with AutomationFake(enforce=["Parameters{value}[]:max", "Mode:enum"]) as fake:
        with pytest.raises(ClientError, match="length less than or equal to 512"):
            start(fake.client(), **long)
        fake.assert_rejected(constraint="Parameters{value}[]:max")


def test_declarations_of_runbooks_can_be_relaxed() -> None:
    """`relax` turns off the declarations that it names, and no others."""
    declared = {"X": {"type": "String", "allowedPattern": "[a-z]+", "maxChars": 3}}
    content = {"schemaVersion": "0.3", "parameters": declared, "mainSteps": [WAIT]}
    runbook = AutomationFake().add_runbook(content, name="Team-Runbook")
    with AutomationFake(relax=["runbook:X:allowedPattern", "runbook:X:required"], runbooks=[runbook]) as fake:
        client = fake.client()
        client.start_automation_execution(DocumentName="Team-Runbook")
        client.start_automation_execution(DocumentName="Team-Runbook", Parameters={"X": ["1"]})
        with pytest.raises(ClientError, match="of more than 3 characters"):
            client.start_automation_execution(DocumentName="Team-Runbook", Parameters={"X": ["1234"]})
        assert [each.constraint for each in fake.calls[-1].violations] == ["runbook:X:maxChars"]


@pytest.mark.parametrize(
    ("relaxed", "message"),
    [
        ("Parametrs:max", r"Unknown constraint 'Parametrs:max'\. Did you mean 'Parameters:max'\?"),
        ("Mode", "Unknown constraint 'Mode'"),
        ("runbook:X:pattern", "Unknown constraint 'runbook:X:pattern'"),
        ("DocumentName:type", "DocumentName:type can't be relaxed, because botocore does not send such requests"),
        ("Tags[].Key:required", r"Tags\[\]\.Key:required can't be relaxed"),
    ],
)
def test_what_cannot_be_relaxed_is_refused(relaxed: str, message: str) -> None:
    """A misspelt id, or one that botocore itself insists on, is a mistake in the test."""
    with pytest.raises(FakeUsageError, match=f"^{message}"):
        AutomationFake(relax=(relaxed,))


def test_resetting_starts_anew() -> None:
    """Nothing is left of what came before, but the plan that the fake was made with."""
    with AutomationFake(faults=[Fault("InvalidTarget")]) as fake:
        client = fake.client()
        fake.fail_with("InternalServerError")
        assert refusal(client)["Code"] == "InvalidTarget"
        assert refusal(client)["Code"] == "InternalServerError"
        first = start(client, ClientToken=TOKEN)
        fake.reset()
        assert (fake.calls, fake.executions) == ((), ())
        assert [fault.fired for fault in fake.faults] == [0]
        assert refusal(client)["Code"] == "InvalidTarget"
        assert start(client, ClientToken=TOKEN) != first


@pytest.mark.slow
def test_ids_can_be_looked_up_while_others_are_made(fake: AutomationFake) -> None:
    """Looking for an execution takes no notice of those that other threads start meanwhile."""
    for _ in range(2000):
        fake.add_execution("Doc")
    done = threading.Event()

    def keep_starting() -> None:
        client = fake.client()
        while not done.is_set():
            start(client)

    others = [threading.Thread(target=keep_starting) for _ in range(2)]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in others:
            thread.start()
        client: Any = fake.client()
        for _ in range(100):
            with pytest.raises(ParamValidationError):  # as no execution has this id of the test's own
                client.get_automation_execution(AutomationExecutionId="exec-1")
    finally:
        done.set()
        sys.setswitchinterval(before)
        for thread in others:
            thread.join()


@pytest.mark.parametrize("error", [ValueError("mine"), SystemExit(3)], ids=repr)
def test_what_a_function_raises_after_the_answer(fake: AutomationFake, client: Any, error: BaseException) -> None:
    """A signal that goes on to a function is recorded once, as answered; the caller and `verify` see what it raised."""
    content = {"schemaVersion": "0.3", "mainSteps": [{"name": "ask", "action": "aws:approve"}, WAIT]}
    fake.add_runbook(content, name="Team-Runbook")
    fake.script(["Waiting", "Success"])
    fake.step_outputs("wait", mock.Mock(side_effect=error))
    execution_id = start(client, DocumentName="Team-Runbook")
    assert poll(client, execution_id)["AutomationExecutionStatus"] == "Waiting"
    with pytest.raises(type(error)):
        client.send_automation_signal(AutomationExecutionId=execution_id, SignalType="Approve")
    assert [call.outcome for call in fake.calls] == ["started", "answered", "answered"]
    with pytest.raises(AssertionError, match=f"SendAutomationSignal: {type(error).__name__}"):
        fake.verify()


def test_a_service_executes_steps_only_with_an_executor() -> None:
    """A fake hands it one; a service alone knows nothing of boto3."""
    with pytest.raises(FakeUsageError, match="does not execute steps"):
        _ = Service(seed="engine").store.executor
