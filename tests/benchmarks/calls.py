"""Measure calls of the fake, compared with botocore's Stubber and moto."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from time import process_time
from typing import TYPE_CHECKING, Any

import boto3
from botocore.stub import Stubber
from measuring import ROUNDS, compare, cpu_each, in_turns
from moto import mock_aws

from pytest_ssm_automation import AutomationFake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from measuring import Row

TYPICAL: dict[str, Any] = {
    "DocumentName": "AWS-RestartEC2Instance",
    "DocumentVersion": "$DEFAULT",
    "Parameters": {
        "InstanceId": ["i-0123456789abcdef0"],
        "AutomationAssumeRole": ["arn:aws:iam::123456789012:role/automation"],
    },
    "Mode": "Auto",
    "Tags": [{"Key": "Team", "Value": "platform"}, {"Key": "Environment", "Value": "staging"}],
}
SMALL: dict[str, Any] = {"DocumentName": "AWS-RestartEC2Instance"}
ANSWER = {"AutomationExecutionId": "73c8eef8-f4ee-4a05-820c-e354ff0ef5c4"}
START = "start_automation_execution"
THREADS = 64
STEPS = 40


def rows() -> Iterator[Row]:
    """Measure all of it."""
    client: Any = boto3.client("ssm")
    yield whole_test(client)
    yield from warm_starts(client)
    yield many_threads(client)
    yield poll(client)


def whole_test(client: Any) -> Row:
    """A fake entered, one start, and the fake left; with a Stubber: activated, one answer, one call, deactivated."""

    def fake() -> None:
        with AutomationFake():
            client.start_automation_execution(**TYPICAL)

    def stubber() -> None:
        with Stubber(client) as stub:
            stub.add_response(START, ANSWER)
            client.start_automation_execution(**TYPICAL)

    ours, bare = in_turns(lambda: cpu_each(fake, 100), lambda: cpu_each(stubber, 100), rounds=2 * ROUNDS)
    return compare("fake entered, one start, left", "1.25", ours, "Stubber", bare)


def warm_starts(client: Any) -> Iterator[Row]:
    """A start of a fake that has answered before."""

    def moto() -> float:
        with mock_aws():
            known: Any = boto3.client("ssm")
            known.put_parameter(Name="name", Value="value", Type="String")
            return cpu_each(lambda: known.get_parameter(Name="name"), 50)

    for name, aim, request in (("typical request", "1.25", TYPICAL), ("DocumentName alone", "1.4", SMALL)):
        ours, bare = in_turns(_by_fake(client, request), _by_stubber(client, START, request, ANSWER), rounds=2 * ROUNDS)
        yield compare(f"warm start, {name}", aim, ours, "Stubber", bare)
    ours, motos = in_turns(_by_fake(client, TYPICAL), moto)
    yield compare("warm start, typical request", "1/10", ours, "moto's get_parameter", motos)


def _by_fake(client: Any, request: dict[str, Any]) -> Callable[[], float]:
    def measure() -> float:
        with AutomationFake():
            client.start_automation_execution(**request)
            return cpu_each(lambda: client.start_automation_execution(**request), 200)

    return measure


def _by_stubber(client: Any, method: str, request: dict[str, Any], answer: dict[str, Any]) -> Callable[[], float]:
    def measure() -> float:
        with Stubber(client) as stub:

            def call() -> None:
                stub.add_response(method, answer)
                getattr(client, method)(**request)

            call()
            return cpu_each(call, 200)

    return measure


def many_threads(client: Any) -> Row:
    """Starts of 64 threads on one client, by the CPU time of the whole process."""

    def measure(call: Callable[[Any], object]) -> float:
        started = process_time()
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(call, range(20 * THREADS)))
        return (process_time() - started) / (20 * THREADS)

    def fake() -> float:
        with AutomationFake():
            return measure(lambda _: client.start_automation_execution(**TYPICAL))

    def stubber() -> float:
        with Stubber(client) as stub:

            def call(_: object) -> None:
                stub.add_response(START, ANSWER)
                client.start_automation_execution(**TYPICAL)

            return measure(call)

    ours, bare = in_turns(fake, stubber)
    return compare(f"start, {THREADS} threads on one client", "1.25", ours, "Stubber", bare)


def poll(client: Any) -> Row:
    """GetAutomationExecution of an execution that has walked a runbook of 40 steps."""
    steps = [
        {"name": f"Step{number}", "action": "aws:sleep", "inputs": {"Duration": "PT1S"}} for number in range(STEPS)
    ]
    answer: dict[str, Any] = {}
    bare: list[float] = []

    def fake() -> float:
        with AutomationFake() as made:
            made.add_runbook({"schemaVersion": "0.3", "mainSteps": steps}, name="Walked")
            request = client.start_automation_execution(DocumentName="Walked")
            for _ in range(3):
                answer.update(client.get_automation_execution(**request_of(request)))
            ours = cpu_each(lambda: client.get_automation_execution(**request_of(request)), 50)
        answer.pop("ResponseMetadata")
        bare.append(_by_stubber(client, "get_automation_execution", request_of(request), answer)())
        return ours

    def request_of(started: dict[str, Any]) -> dict[str, str]:
        return {"AutomationExecutionId": started["AutomationExecutionId"]}

    ours = in_turns(fake)[0]
    found = len(answer["AutomationExecution"]["StepExecutions"])
    if found != STEPS:
        message = f"Expected {STEPS} steps, but got {found}"
        raise RuntimeError(message)
    return compare(f"poll of {STEPS} walked steps", "2", ours, "Stubber, same answer", bare[-len(ours) :])
