from __future__ import annotations

import gc
import re
import weakref
from typing import Any

import botocore.exceptions
import pytest
from botocore.exceptions import BotoCoreError, ClientError, ReadTimeoutError
from caller import start
from model import COMMON_ERRORS, CONNECTION_ERRORS, error_shapes

from pytest_ssm_automation import AutomationFake, FakeUsageError, Fault

# Texts that were observed.
TEXTS = {
    "AutomationDefinitionNotFoundException": "An Automation runbook with the specified name ",
    "ExpiredTokenException": "The security token included in the request is expired",
    "ThrottlingException": "Rate exceeded",
    "UnrecognizedClientException": "The security token included in the request is invalid.",
}
STEPS = [{"name": f"get_{number:04}", "action": "aws:sleep", "inputs": {"Duration": "PT1M"}} for number in range(120)]


def outcomes(client: Any, times: int, **members: Any) -> list[str]:
    """List the outcomes of several starts: `ok`, or the error code."""
    found = []
    for _ in range(times):
        try:
            start(client, **members)
        except ClientError as error:
            found.append(error.response["Error"]["Code"])
        except BotoCoreError as error:
            found.append(type(error).__name__)
        else:
            found.append("ok")
    return found


@pytest.mark.parametrize("code", sorted({*error_shapes(), *COMMON_ERRORS}))
def test_every_error_can_be_caught(client: Any, fake: AutomationFake, code: str) -> None:
    """All exceptions of the model, and errors that any AWS service may send, have a plain text, a status and an id."""
    fake.fail_with(code)
    with pytest.raises(getattr(client.exceptions, code, ClientError)) as caught:
        start(client)
    error, metadata = caught.value.response["Error"], caught.value.response["ResponseMetadata"]
    assert (error["Code"], error["Message"]) == (code, str(caught.value).partition("operation: ")[2])
    assert error["Message"].startswith(TEXTS.get(code, ""))
    assert error["Message"]
    assert not re.search("<[a-z]+>|  |&", error["Message"])
    assert metadata["HTTPStatusCode"] == COMMON_ERRORS.get(code, 400)
    assert metadata["HTTPHeaders"]["x-amzn-requestid"] == metadata["RequestId"]
    assert (fake.calls[0].outcome, fake.calls[0].error) == ("failed", code)
    fake.fail_with(code, message="mine")
    with pytest.raises(ClientError, match=rf"\({code}\) when calling .* operation: mine$"):
        start(client)


@pytest.mark.parametrize("name", CONNECTION_ERRORS)
def test_connection_errors_are_botocores(client: Any, fake: AutomationFake, name: str) -> None:
    """By name or as an instance, the caller meets botocore's own class, and nothing was started."""
    kind = getattr(botocore.exceptions, name)
    for error, url in ((name, "https://ssm.us-east-1.amazonaws.com"), (kind(endpoint_url="https://mine"), "mine")):
        fake.fail_with(error)
        with pytest.raises(kind, match=url):
            start(client)
    assert [(call.outcome, call.error) for call in fake.calls] == [("failed", name)] * 2
    assert fake.executions == ()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, ["X", "ok", "ok", "ok"]),
        ({"times": 3}, ["X", "X", "X", "ok"]),
        ({"times": None}, ["X", "X", "X", "X"]),
        ({"after": 2}, ["ok", "ok", "X", "ok"]),
        ({"after": 1, "times": 2}, ["ok", "X", "X", "ok"]),
        ({"when": {}}, ["X", "ok", "ok", "ok"]),
        ({"when": {"DocumentName": "Doc"}}, ["X", "ok", "ok", "ok"]),
        ({"when": {"DocumentName": "Doc", "Mode": "Auto"}}, ["ok", "ok", "ok", "ok"]),
        ({"when": {"DocumentName": "Other"}}, ["ok", "ok", "ok", "ok"]),
        ({"when": {"Parameters": {"x": ["y"]}}}, ["X", "ok", "ok", "ok"]),
        ({"when": lambda call: call.region == "us-east-1"}, ["X", "ok", "ok", "ok"]),
        ({"when": lambda call: "Mode" in call.params}, ["ok", "ok", "ok", "ok"]),
        ({"operation": "GetAutomationExecution"}, ["ok", "ok", "ok", "ok"]),
        ({"operation": "GetAutomationExecution", "when": lambda _: True}, ["ok", "ok", "ok", "ok"]),
    ],
)
def test_faults_come_when_they_should(
    client: Any, fake: AutomationFake, arguments: dict[str, Any], expected: list[str]
) -> None:
    """How often, after how many, for which requests and which operation."""
    fault = fake.fail_with("InvalidTarget", **arguments)
    found = outcomes(client, 4, Parameters={"x": ["y"]})
    assert found == [{"X": "InvalidTarget"}.get(outcome, outcome) for outcome in expected]
    assert fault.fired == expected.count("X")
    if fault.fired >= (fault.times or 1):
        fake.assert_faults_raised()
    else:
        with pytest.raises(AssertionError, match="fired"):
            fake.assert_faults_raised()


def test_faults_queue_up(client: Any, fake: AutomationFake) -> None:
    """Faults come in order, and never overwrite each other; one that lets a call through leaves it to no later one."""
    fake.fail_with("InvalidTarget", times=2)
    fake.fail_with("ReadTimeoutError", after=1, when={"DocumentName": "Other"})
    fake.fail_with("InternalServerError")
    assert outcomes(client, 1) + outcomes(client, 4, DocumentName="Other") + outcomes(client, 2) == [
        "InvalidTarget",
        "InvalidTarget",
        "ok",
        "ReadTimeoutError",
        "InternalServerError",
        "ok",
        "ok",
    ]
    assert [fault.fired for fault in fake.faults] == [2, 1, 1]


def test_a_plan_comes_with_the_fake() -> None:
    """`faults=` injects a plan in its order, and the plan can serve again."""
    plan = [Fault("InvalidTarget"), Fault("InternalServerError")]
    for _ in range(2):
        with AutomationFake(faults=plan) as fake:
            assert outcomes(fake.client(), 3) == ["InvalidTarget", "InternalServerError", "ok"]
    assert [fault.fired for fault in plan] == [0, 0]


@pytest.mark.parametrize("error", [None, "ConnectTimeoutError", ReadTimeoutError(endpoint_url="https://mine")])
def test_a_lost_response_is_a_connection_error(client: Any, fake: AutomationFake, error: Any) -> None:
    """The execution is there, though the caller got an error; the default is a timeout of the read."""
    fault = fake.lose_response() if error is None else fake.lose_response(error)
    name = "ReadTimeoutError" if error is None else error if isinstance(error, str) else type(error).__name__
    assert outcomes(client, 2) == [name, "ok"]
    assert fault.lost
    assert [(call.outcome, call.error) for call in fake.calls] == [("lost", name), ("started", None)]
    assert [execution.id for execution in fake.executions] == [call.execution_id for call in fake.calls]


def test_an_unknown_execution_is_refused(client: Any, fake: AutomationFake) -> None:
    """An unknown id is a mistake in the test, and the message suggests the nearest one, if any."""
    with pytest.raises(FakeUsageError, match=r"^Unknown execution 'exec-1'\. There is no execution\.$"):
        fake.execution("exec-1")
    execution_id = start(client)
    with pytest.raises(FakeUsageError, match=f"Unknown execution .* Did you mean '{execution_id}'"):
        fake.execution(execution_id[:-1])


def test_ids_repeat_with_the_seed_but_never_collide() -> None:
    """Two fakes in a process never have the same ids, even with the same seed."""
    ids = []
    for seed in ("a", "a", 1, 1, None, None):
        options: dict[str, Any] = {} if seed is None else {"seed": seed}
        with AutomationFake(**options) as fake:
            ids += [start(fake.client()) for _ in range(5)]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("calls", [0, 1])
def test_a_fake_is_freed_at_once(calls: int) -> None:
    """A fake is no part of a cycle, so that a long run does not keep fakes, and collects garbage rarely."""
    gc.disable()
    try:
        with AutomationFake() as fake:
            for _ in range(calls):
                start(fake.client())
        held = weakref.ref(fake), weakref.ref(fake._service)
        del fake
        assert [each() for each in held] == [None, None]
    finally:
        gc.enable()


def test_misspelt_names_are_refused(fake: AutomationFake) -> None:
    """`fail_with` and others refuse unknown names; of many the nearest are shown, and where or how many all are."""
    for name in ("InvalidTargets", "invalidtarget"):
        with pytest.raises(FakeUsageError, match=rf"^Unknown error '{name}'\. Did you mean 'InvalidTarget'\? Similar "):
            fake.fail_with(name)
    with pytest.raises(FakeUsageError) as caught:
        fake.fail_with("InvalidTargt")
    count = len({*error_shapes(), *COMMON_ERRORS, *CONNECTION_ERRORS})
    site = "https://pytest-ssm-automation.readthedocs.io/"
    assert str(caught.value).startswith(
        "Unknown error 'InvalidTargt'. Did you mean 'InvalidTarget'? "
        f"Similar names: 'InvalidTag', 'InvalidTargetMaps'. All {count} are listed under Errors at {site}"
    )
    fake.add_runbook({"schemaVersion": "0.3", "mainSteps": STEPS}, name="Acme-Many")
    for given, hint in (("other", ""), ("get-0006", r" .* 'get_0006'\? Similar names: 'get_\d{4}', 'get_\d{4}'\.")):
        with pytest.raises(FakeUsageError, match=rf"^Unknown step '{given}'\.{hint} There are {len(STEPS)}\.$"):
            fake.fail_step(given)
    with pytest.raises(FakeUsageError, match=r"^Unknown connection error 'ReadTimeout'\. Did you mean 'ReadTimeoutE"):
        fake.lose_response("ReadTimeout")
    with pytest.raises(FakeUsageError, match="times=0"):
        fake.fail_with("InvalidTarget", times=0)
    assert fake.faults == ()


def test_reprs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fake shows the transport, numbers of calls and executions, and the test; an execution shows where it is."""
    monkeypatch.setenv("PYTEST_CURRENT_TEST", "test_it.py::test_it[a b] (call)")
    with AutomationFake(transport="wire") as fake:
        fake.add_execution("Doc", execution_id="exec-1")
        assert repr(fake) == "<AutomationFake wire, 0 calls, 1 execution, test_it.py::test_it[a b]>"
        start(fake.client(), Targets=[{"Key": "ParameterValues", "Values": ["i-1"]}], TargetParameterName="InstanceId")
        monkeypatch.delenv("PYTEST_CURRENT_TEST")
    assert repr(fake) == "<AutomationFake wire, 1 call, 2 executions, test_it.py::test_it[a b]>"
    assert repr(AutomationFake()) == "<AutomationFake stubber, 0 calls, 0 executions>"
    parent = fake.executions[1]
    parent.advance()
    assert repr(parent) == f"<Execution {parent.id} of Doc in 123456789012 us-east-1: InProgress>"
    (child,) = parent.children
    assert repr(child) == f"<Execution {child.id} of Doc in 123456789012 us-east-1 on {child.target}: {child.status}>"


@pytest.mark.parametrize(
    ("slip", "told"),
    [
        (lambda fake: fake.fail_step("wait"), r"No runbook is registered, so there is no step 'wait'\. Register "),
        (lambda fake: fake.fail_step("wait", runbook="Doc"), "No runbook 'Doc' is registered, .* download Doc "),
        (
            lambda fake: fake.step_outputs("wait", {}),
            "No runbook is registered, .* add_runbook.* option runbooks.* download",
        ),
        (lambda fake: fake.add_execution("Doc").step("wait"), "Doc is not registered, so its executions have no steps"),
        (lambda fake: fake.script(["Succeeded"]), r"Unknown status 'Succeeded'\. Did you mean 'Success'\?"),
        (lambda fake: fake.script(["RUNNING"]), "Did you mean 'InProgress'"),
        (lambda fake: fake.script(["Error"]), "Did you mean 'Failed'"),
        (lambda fake: fake.script(["Sucess"]), "Did you mean 'Success'"),
        (lambda fake: fake.add_execution("Doc").finish("Completed"), "Did you mean 'Success'"),
        (lambda fake: fake.script("Pending", "Failed"), r"write script\(\['Pending', 'Failed'\]\)"),
        (lambda fake: fake.fail_with("A", "B"), r"write fail_with\('A'\), fail_with\('B'\)"),
        (lambda fake: fake.add_runbook("Name", "text"), r"write add_runbook\(content, name='Name'\)"),
        (
            lambda fake: fake.script(state="x"),
            r"^Unknown argument of script 'state'\. Did you mean 'statuses'\? Allowed: ",
        ),
        (lambda fake: fake.script(), r"AutomationFake\.script\(\) missing 1 required positional argument"),
        (lambda fake: fake.fail_with("InvalidTarget", time=2), r"^Unknown argument of fail_with 'time'\. .* 'times'\?"),
        (lambda fake: fake.fail_step("get", mesage="x"), r"^Unknown argument of fail_step 'mesage'\. .* 'message'\?"),
        (lambda fake: fake.fail_step(), r"AutomationFake\.fail_step\(\) missing 1 required positional argument"),
        (lambda fake: fake.client(region="x"), r"^Unknown argument of client 'region'\. Did you mean 'region_name'\?"),
    ],
)
def test_messages_name_the_mistake(fake: AutomationFake, slip: Any, told: str) -> None:
    """A slip in the use of the fake is told with what was given, and what to write instead."""
    with pytest.raises(TypeError, match=told):
        slip(fake)
