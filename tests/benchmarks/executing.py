"""Measure the execution of steps, compared with the same calls of boto3 under moto."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
from measuring import compare, cpu_each, in_turns
from moto import mock_aws

from pytest_ssm_automation import AutomationFake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from measuring import Row

PAIRS = 20
REGION = "us-east-1"
# As those of a role that runs a runbook, which the clients of steps have too.
CREDENTIALS = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", "aws_session_token": "testing"}
SCRIPT = "import boto3\nssm = boto3.client('ssm')\ndef handler(events, context):\n"
SCRIPT += f"    return [ssm.get_parameter(Name='a')['Parameter']['Value'] for _ in range({2 * PAIRS})]\n"


def rows() -> Iterator[Row]:
    """Measure all of it."""
    with mock_aws():
        ssm: Any = boto3.client("ssm", REGION)
        ssm.put_parameter(Name="a", Value="v", Type="String")
        yield from operations()
        yield script()
        yield told()


def api(number: int, service: str, operation: str, selector: str, **inputs: Any) -> dict[str, Any]:
    """Write a step that calls an operation."""
    outputs = [{"Name": "Value", "Selector": selector, "Type": "String"}]
    inputs = {"Service": service, "Api": operation, **inputs}
    return {"name": f"{service}{number}", "action": "aws:executeAwsApi", "inputs": inputs, "outputs": outputs}


def pair(number: int) -> list[dict[str, Any]]:
    """Write two steps."""
    return [
        api(number, "ssm", "GetParameter", "$.Parameter.Value", Name="a"),
        api(number, "ec2", "DescribeVpcs", "$.Vpcs[0].VpcId"),
    ]


STEPS = [step for number in range(PAIRS) for step in pair(number)]


def script_of() -> dict[str, Any]:
    """Write a step whose script makes as many calls as the other steps."""
    inputs = {"Runtime": "python3.11", "Handler": "handler", "Script": SCRIPT}
    return {"name": "script", "action": "aws:executeScript", "inputs": inputs}


def by_steps(steps: list[dict[str, Any]], *, execute: bool = True, told: bool = False) -> Callable[[], float]:
    """Return the measurement of a run from its start to its end, on a fake that has run it before.

    Args:
        steps: The steps.
        execute: Whether the fake executes steps.
        told: Whether the test sets all outputs.
    """

    def measure() -> float:
        with AutomationFake(execute_steps=execute) as fake:
            fake.add_runbook({"schemaVersion": "0.3", "mainSteps": steps}, name="Measured")
            for step in steps if told else ():
                fake.step_outputs(step["name"], {"Value": "v"})
            client: Any = fake.client(REGION)
            return run(client) and cpu_each(lambda: run(client), 2)

    return measure


def run(client: Any) -> bool:
    """Run the runbook to its end."""
    started = client.start_automation_execution(DocumentName="Measured")
    polled = {"AutomationExecutionId": started["AutomationExecutionId"]}
    shown = [client.get_automation_execution(**polled)["AutomationExecution"] for _ in range(3)][-1]
    if shown["AutomationExecutionStatus"] != "Success":
        raise RuntimeError(shown)
    return True


def operations() -> Iterator[Row]:
    """Steps that call operations, with and without their run, compared with calls of clients that were made as late."""

    def calls() -> float:
        ssm: Any = boto3.client("ssm", REGION, **CREDENTIALS)
        ec2: Any = boto3.client("ec2", REGION, **CREDENTIALS)

        def call() -> None:
            for _ in range(PAIRS):
                ssm.get_parameter(Name="a")
                ec2.describe_vpcs()

        call()
        return cpu_each(call, 2)

    ours, walked, bare = in_turns(by_steps(STEPS), by_steps(STEPS, execute=False), calls)
    yield compare(f"{2 * PAIRS} steps executed, with their run", "1.15", ours, "the calls under moto", bare)
    added = [one - other for one, other in zip(ours, walked, strict=True)]
    what = f"{2 * PAIRS} steps executed, less the same run without execution"
    yield compare(what, "under 1.15", added, "the calls under moto", bare)


def script() -> Row:
    """A script that makes a client, and as many calls."""

    def calls() -> None:
        ssm: Any = boto3.client("ssm", REGION, **CREDENTIALS)
        for _ in range(2 * PAIRS):
            ssm.get_parameter(Name="a")

    ours, bare = in_turns(by_steps([script_of()]), lambda: cpu_each(calls, 2))
    return compare(f"a script of {2 * PAIRS} calls, with its run", "under 1.15", ours, "the calls under moto", bare)


def told() -> Row:
    """Steps whose outputs the test sets, with and without the option."""
    with_option = by_steps(STEPS, told=True)
    ours, without = in_turns(with_option, by_steps(STEPS, execute=False, told=True))
    return compare(f"{2 * PAIRS} steps set by the test, with execute_steps", "1", ours, "without", without)
