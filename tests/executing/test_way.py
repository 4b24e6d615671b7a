"""The way of an execution whose steps were executed."""

from __future__ import annotations

import pytest
from executed import Bench, Members, api, body, wait

STOP = api("stop", "ec2", "StopInstances", InstanceIds=["i-0aaaaaaa"])


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (
            api("get", "ec2", "DescribeHosts", outputs={"Code": ("$.ResponseMetadata.HTTPStatusCode", "Integer")}),
            "Success  get  executed (ec2 DescribeHosts): Code=200",
        ),
        (
            api("get", "ec2", "DescribeHosts", outputs={"Id": "$.Host.HostId"}),
            "Success  get  executed (ec2 DescribeHosts): Id: $.Host.HostId found nothing",
        ),
        (api("get", "ec2", "DescribeHosts"), "Success  get  executed (ec2 DescribeHosts): OutputPayload={'Hosts': []*"),
        (STOP, "Failed  stop  executed (ec2 StopInstances): An error occurred (InvalidInstanceID.NotFound)*"),
        (wait("x"), "InProgress  look  waits (ssm GetParameters)"),
        (
            body("import boto3\nfor _ in 'ab':\n  boto3.client('ec2').describe_hosts()"),
            "Success  script  executed (ec2 DescribeHosts x2): OutputPayload={'Payload': None}",
        ),
        (body("return events['Id']"), "Failed  script  executed: KeyError - 'Id' (line 2 of the script)"),
    ],
)
def test_a_line_names_the_operations_that_the_step_called(bench: Bench, given: Members, line: str) -> None:
    """It counts the calls of a script, and names a selector that found nothing, and the line that raised."""
    execution_id = bench.begin(given, polls=3)
    (_, shown) = str(bench.fake.execution(execution_id)).splitlines()
    expected = " ".join(line.split())
    shown = " ".join(shown.split())
    assert shown.startswith(expected[:-1]) if expected.endswith("*") else shown == expected


def test_a_function_of_the_test_that_executes_the_step(bench: Bench) -> None:
    """The test has decided, and the operations are named."""
    execution_id = bench.begin(api("get", "ec2", "DescribeHosts"))
    bench.fake.step_outputs("get", lambda run: {**run.execute(), "OutputPayload": {}})
    bench.poll(execution_id)
    assert str(bench.fake.execution(execution_id)).endswith("  Success  get  step_outputs (ec2 DescribeHosts)")
