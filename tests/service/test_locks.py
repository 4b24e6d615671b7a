from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from caller import start

from pytest_ssm_automation import AutomationFake

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PATIENCE = 20


def together(call: Callable[[int], object], threads: int = 2) -> list[Any]:
    """Call a function in threads at the same time."""
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(call, range(threads)))


def meeting() -> Callable[[object], bool]:
    """Make a function that returns when two threads are in it."""
    barrier = threading.Barrier(2)

    def meet(_: object) -> bool:
        barrier.wait(PATIENCE)
        return True

    return meet


def test_a_barrier_in_the_condition_of_a_fault(fake: AutomationFake, client: Any) -> None:
    """Two calls are in `when` at the same time, and of both one meets the fault."""
    fault = fake.fail_with("InvalidTarget", when=meeting())

    def call(_: int) -> str:
        try:
            return start(client)
        except client.exceptions.InvalidTarget:
            return "InvalidTarget"

    results = together(call)
    assert sorted(len(each) for each in results) == [13, 36]
    assert fault.fired == 1
    assert len(fake.executions) == 1


def test_a_barrier_in_the_condition_of_a_script(fake: AutomationFake, client: Any) -> None:
    """Two starts are in the `when` of a script at the same time."""
    fake.script(["Success"], when=meeting())
    together(lambda _: start(client))
    assert [execution.status for execution in fake.executions] == ["Success"] * 2


def test_a_barrier_in_a_resolver(fake: AutomationFake, client: Any) -> None:
    """Two starts are in the resolver at the same time."""
    meet = meeting()
    fake.resolve_targets(lambda target: [f"i-{number}" for number in range(2) if meet(target)])
    target = {"Key": "tag:Env", "Values": ["test"]}
    together(lambda _: start(client, Targets=[target], TargetParameterName="InstanceId"))
    assert len(fake.executions) == 2


def test_a_resolver_that_calls_ssm_from_a_pool(fake: AutomationFake, client: Any) -> None:
    """What it calls is answered, and recorded before the start that needs it."""

    def resolve(_: Mapping[str, Any]) -> list[str]:
        with ThreadPoolExecutor(1) as pool:
            return [pool.submit(start, client, DocumentName="Inner").result(PATIENCE)]

    fake.resolve_targets(resolve)
    start(
        client, DocumentName="Outer", Targets=[{"Key": "tag:Env", "Values": ["test"]}], TargetParameterName="InstanceId"
    )
    assert [call.params["DocumentName"] for call in fake.calls] == ["Inner", "Outer"]


def test_a_condition_of_a_script_that_calls_ssm_for_each_target(fake: AutomationFake, client: Any) -> None:
    """Scripts are chosen for the executions on targets too, with no lock held."""
    seen: list[Any] = []

    def ask(call: Any) -> bool:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(client.describe_automation_executions).result(PATIENCE)
        seen.append(call.params.get("Parameters"))
        return bool(seen[-1] == {"InstanceId": ["i-b"]})

    fake.script(["Failed"], when=ask)
    targets = [{"Key": "ParameterValues", "Values": ["i-a", "i-b"]}]
    start(client, Targets=targets, TargetParameterName="InstanceId")
    (parent,) = fake.executions
    for _ in range(4):
        client.get_automation_execution(AutomationExecutionId=parent.id)
    assert seen == [None, {"InstanceId": ["i-a"]}, {"InstanceId": ["i-b"]}]
    assert [child.status for child in parent.children] == ["Success", "Failed"]


@pytest.mark.parametrize("before", [True, False], ids=["another-function", "no-function"])
def test_a_script_that_is_added_while_targets_wait(fake: AutomationFake, client: Any, *, before: bool) -> None:
    """It applies to executions that start later, on the targets of earlier ones too; its condition may call SSM."""
    if before:
        fake.script(["TimedOut"], when=lambda call: call.params.get("Parameters") == {"Id": ["c"]})

    def ask(call: Any) -> bool:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(client.describe_automation_executions).result(PATIENCE)
        return bool(call.params.get("Parameters") in ({"Id": ["a"]}, {"Id": ["b"]}))

    targets = [{"Key": "ParameterValues", "Values": ["a", "b", "c"]}]
    limits = {"MaxConcurrency": "1", "MaxErrors": "3"}
    start(client, Targets=targets, TargetParameterName="Id", **limits)
    start(client, DocumentName="Other")
    parent = fake.executions[0]
    parent.advance()
    fake.script(["Failed"], when=ask)
    while not parent.ended:
        parent.advance()
    assert [child.status for child in parent.children] == ["Success", "Failed", "TimedOut" if before else "Success"]


@pytest.mark.parametrize("before", [True, False], ids=["another-resolver", "no-resolver"])
def test_a_resolver_that_is_set_while_accounts_wait(fake: AutomationFake, client: Any, *, before: bool) -> None:
    """It resolves the targets of accounts that are started later, and may call SSM."""
    if before:
        fake.resolve_targets(lambda _: ["a"])

    def resolve(_: Mapping[str, Any]) -> list[str]:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(client.describe_automation_executions).result(PATIENCE)
        return ["b", "c"]

    targets = [{"Key": "tag:Env", "Values": ["test"]}]
    located = {"Accounts": ["111122223333", "444455556666"], "Regions": ["us-east-1"]}
    start(client, TargetLocations=[located], Targets=targets, TargetParameterName="Id")
    start(client, TargetLocations=[located])
    parent = fake.executions[0]
    parent.advance()
    fake.resolve_targets(resolve)
    while not parent.ended:
        parent.advance()
    assert [[each.target for each in child.children] for child in parent.children] == [["a"] * before, ["b", "c"]]


@pytest.mark.parametrize("transport", ["stubber", "wire"])
def test_a_fault_fires_exactly_as_often_as_it_should(transport: str) -> None:
    """`times` and `after` are exact, even if many calls match at the same time."""
    with AutomationFake(transport=transport) as fake:
        client = fake.client()
        fault = fake.fail_with("InvalidTarget", times=5, after=3, when=lambda _: True)

        def call(_: int) -> bool:
            try:
                return bool(start(client))
            except client.exceptions.InvalidTarget:
                return False

        assert sorted(together(call, 32)) == [False] * 5 + [True] * 27
        assert fault.fired == 5


def test_a_fault_that_its_own_condition_uses_up(fake: AutomationFake, client: Any) -> None:
    """A call in `when` uses up the fault, and the original call succeeds."""
    seen: list[str] = []

    def ask(call: Any) -> bool:
        if call.params["DocumentName"] == "Outer":
            with pytest.raises(client.exceptions.InvalidTarget):
                start(client, DocumentName="Inner")
        seen.append(call.params["DocumentName"])
        return True

    fault = fake.fail_with("InvalidTarget", when=ask)
    start(client, DocumentName="Outer")
    assert seen == ["Inner", "Outer"]
    assert fault.fired == 1


@pytest.mark.parametrize(
    ("operation", "recorded", "outcome"),
    [
        ("start", False, "lost"),
        ("start", True, "started"),
        ("describe", False, "failed"),
        ("describe", True, "answered"),
    ],
)
def test_a_call_that_a_signal_interrupts(
    fake: AutomationFake, client: Any, monkeypatch: pytest.MonkeyPatch, operation: str, outcome: str, *, recorded: bool
) -> None:
    """It is recorded once, wherever it was interrupted, and a start that had been made is recorded as lost."""
    original = fake._service._record

    def interrupt(*arguments: Any) -> None:
        if recorded:
            original(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(fake._service, "_record", interrupt)
    with pytest.raises(KeyboardInterrupt):
        start(client) if operation == "start" else client.describe_automation_executions()
    (call,) = fake.calls
    assert call.outcome == outcome
    assert [execution.call for execution in fake.executions] == ([call] if operation == "start" else [])
    fake.verify()


def test_a_token_that_two_starts_share(fake: AutomationFake, client: Any) -> None:
    """Starts with one ClientToken that are in a function of the test at the same time start one execution."""
    fake.script(["Success"], when=meeting())
    token = "01234567-89ab-cdef-0123-456789abcdef"
    ids = together(lambda _: start(client, ClientToken=token))
    assert ids[0] == ids[1]
    assert sorted(call.outcome for call in fake.calls) == ["replayed", "started"]
    assert start(client, ClientToken=token) == ids[0]


def test_a_limit_that_two_starts_reach() -> None:
    """They do not start more executions than the limit allows."""
    with AutomationFake(execution_limit=1) as fake:
        client = fake.client()
        fake.script(["InProgress"], when=meeting())

        def call(_: int) -> str:
            try:
                return start(client)
            except client.exceptions.AutomationExecutionLimitExceededException:
                return "limit"

        assert "limit" in together(call)
        assert len(fake.executions) == 1


def test_what_is_refused_asks_nothing() -> None:
    """A start that is refused, or replays a token, calls no function of the test."""
    with AutomationFake(unknown_documents="reject") as fake:
        client = fake.client()
        resolver = mock.Mock(return_value=["i-a"])
        fake.resolve_targets(resolver)
        targets: Any = {"Targets": [{"Key": "tag:Env", "Values": ["x"]}], "TargetParameterName": "InstanceId"}
        with pytest.raises(client.exceptions.AutomationDefinitionNotFoundException):
            start(client, **targets)
        assert resolver.mock_calls == []


@pytest.mark.parametrize("transport", ["stubber", "wire"])
@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), GeneratorExit(), ValueError("x")], ids=repr)
def test_whatever_a_function_raises_is_shown(transport: str, error: BaseException) -> None:
    """It reaches the caller, leaves a record, and a strict test shows it, though the caller may have swallowed it."""
    with AutomationFake(transport=transport) as fake:
        client = fake.client()
        fake.fail_with("InvalidTarget", when=mock.Mock(side_effect=[error, True]))
        with pytest.raises(type(error)):
            start(client)
        with pytest.raises(client.exceptions.InvalidTarget):
            start(client)
        assert [call.error for call in fake.calls] == [type(error).__name__, "InvalidTarget"]
        with pytest.raises(AssertionError, match=f"StartAutomationExecution: {type(error).__name__}"):
            fake.verify()


@pytest.mark.parametrize("give", ["fault", "script", "resolver"])
def test_a_function_that_has_nothing_more_to_give(fake: AutomationFake, client: Any, give: str) -> None:
    """StopIteration, as an exhausted mock raises it, ends no generator, and is reported as an error."""
    function = mock.Mock(side_effect=[], name="mine")
    if give == "fault":
        fake.fail_with("InvalidTarget", when=function)
    elif give == "script":
        fake.script(["Success"], when=function)
    else:
        fake.resolve_targets(function)
    targets: Any = {"Targets": [{"Key": "tag:Env", "Values": ["x"]}], "TargetParameterName": "InstanceId"}
    with pytest.raises(RuntimeError, match=r"mine.* raised StopIteration"):
        start(client, **targets)
    assert [call.error for call in fake.calls] == ["RuntimeError"]
    with pytest.raises(AssertionError, match="raised StopIteration"):
        fake.verify()
