"""Values are selected from responses by JSONPath."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3
from executed import api, body

if TYPE_CHECKING:
    import pytest
    from executed import Bench, Members

    from pytest_ssm_automation import StepRun

# https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-outputs-inputs.html
RESPONSE = {
    "NextToken": "abcdefg",
    "Reservations": [
        {
            "OwnerId": "123456789012",
            "Instances": [
                {
                    "ImageId": "ami-12345678",
                    "BlockDeviceMappings": [{"Ebs": {"DeleteOnTermination": True, "VolumeId": f"vol-{number}"}}],
                    "State": {"Code": 16 * number, "Name": "running"},
                    "Tags": [{"Key": "Name", "Value": f"n{number}"}, {"Key": "Odd", "Value": None}],
                }
            ],
            "Groups": [],
        }
        for number in (0, 1)
    ],
    "a.b": 1,
    "Null": None,
}


FOUND: list[tuple[str, Any]] = [
    ("$.Reservations[0].Instances[0].ImageId", "ami-12345678"),
    ("$.Reservations[0].Instances[0].BlockDeviceMappings[0].Ebs.DeleteOnTermination", True),
    ("$.Reservations[1].Instances[0].State.Code", 16),
    ("$.Reservations..BlockDeviceMappings..VolumeId", ["vol-0", "vol-1"]),
    (
        "$.Reservations[0].Instances[0].BlockDeviceMappings[0]",
        {"Ebs": {"DeleteOnTermination": True, "VolumeId": "vol-0"}},
    ),
    ("$.Reservations..Instances..State", [{"Code": 0, "Name": "running"}, {"Code": 16, "Name": "running"}]),
    ("$.Reservations[0]..ImageId", ["ami-12345678"]),
    ("$.Reservations[0].Instances[0].State.*", [0, "running"]),
    ("NextToken", "abcdefg"),
    ("$.'a.b'", 1),
    ("$['a.b']", 1),
    ("$.Reservations[*].OwnerId", ["123456789012", "123456789012"]),
    ("$.Reservations[0].Instances[0].Tags[?(@.Key == 'Name')].Value", ["n0"]),
    ("$.Reservations[0].Groups", []),
    ("$.Reservations[5].OwnerId", None),
    ("$.Reservations..Absent", None),
    ("$.Null", None),
    ("$", RESPONSE),
]
KINDS = {str: "String", int: "Integer", bool: "Boolean", list: "MapList", dict: "StringMap", type(None): "String"}


def test_selectors(bench: Bench) -> None:
    """A path to one value gives it; one that can have several gives a list, even of one; nothing and null are none."""
    seen: list[Members] = []
    bench.begin(
        body(
            "return events",
            RESPONSE,
            outputs={
                f"Output{number}": (
                    selector.replace("$", "$.Payload") if "$" in selector else f"Payload.{selector}",
                    KINDS[type(value)],
                )
                for number, (selector, value) in enumerate(FOUND)
            },
        ),
        polls=2,
    )

    def execute(run: StepRun) -> Members:
        seen.append(run.execute())
        return {}

    bench.fake.step_outputs("script", execute)
    bench.poll(bench.fake.executions[-1].id)
    for number, (selector, value) in enumerate(FOUND):
        assert seen[0].get(f"Output{number}") == value, selector


def test_responses_become_json(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Times become ISO 8601, bytes and streams become text, and whatever else there is becomes its text."""
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    client = bench.aws("ec2")
    answer = {"A": [moment, moment.date()], "B": (b"x", None, 1.5), "C": {1}, "D": io.BytesIO(b"y")}
    client.meta.events.register("before-call.ec2", lambda **_: (SimpleNamespace(status_code=200), answer))
    monkeypatch.setattr(boto3, "client", lambda *_, **__: client)
    run = bench.run(api("it", "ec2", "DescribeHosts"))
    assert json.loads(run.step("it")["Outputs"]["OutputPayload"][0]) == {
        "A": ["2026-01-02T03:04:05+00:00", "2026-01-02"],
        "B": ["x", None, 1.5],
        "C": "{1}",
        "D": "y",
    }
