"""Values are selected from responses by JSONPath."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pytest

from pytest_ssm_automation._executing.selectors import NOTHING, SelectorError, plain, select, select_each

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
}


@pytest.mark.parametrize(
    ("selector", "value"),
    [
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
        ("NextToken", "abcdefg"),
        ("$.NextToken", "abcdefg"),
        ("$.'a.b'", 1),
        ("$['a.b']", 1),
        ("$.Reservations[*].OwnerId", ["123456789012", "123456789012"]),
        ("$.Reservations[0].Instances[0].Tags[?(@.Key == 'Name')].Value", ["n0"]),
        ("$.Reservations[0].Groups", []),
        ("$.Reservations[5].OwnerId", NOTHING),
        ("$.Reservations..Absent", NOTHING),
        ("$", RESPONSE),
    ],
)
def test_selectors(selector: str, value: Any) -> None:
    """A path that names one value gives it; one that can have several gives a list, even of one."""
    assert select(selector, RESPONSE) == value
    found = select_each(selector, RESPONSE)
    assert found in ([value], value) or value is NOTHING


def test_what_is_no_selector() -> None:
    """The message has the selector."""
    with pytest.raises(SelectorError, match=r"'\$\.\[' is not a JSONPath"):
        select("$.[", RESPONSE)


def test_responses_become_json() -> None:
    """Times become ISO 8601, bytes become text, and whatever else there is becomes its text."""
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert plain({"A": [moment, moment.date()], "B": (b"x", None, 1.5), "C": {1}, "D": io.BytesIO(b"y")}) == {
        "A": ["2026-01-02T03:04:05+00:00", "2026-01-02"],
        "B": ["x", None, 1.5],
        "C": "{1}",
        "D": "y",
    }
