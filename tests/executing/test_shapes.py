"""Inputs take the types of an operation's request."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.session import Session

from pytest_ssm_automation._executing.calling import typed

SESSION = Session()


@pytest.mark.parametrize(
    ("service", "operation", "given", "sent"),
    [
        ("ssm", "PutParameter", {"Name": "a", "Overwrite": "True", "Value": 5}, {"Overwrite": True, "Value": "5"}),
        ("ssm", "PutParameter", {"Overwrite": ["false"], "Value": ["one"]}, {"Overwrite": False, "Value": "one"}),
        ("ssm", "PutParameter", {"Overwrite": "perhaps", "Value": {"a": [1, True]}}, {"Value": '{"a":[1,true]}'}),
        ("ssm", "PutParameter", {"Value": ["one", "two"], "Tags": None}, {"Value": '["one","two"]', "Tags": ...}),
        ("ssm", "PutParameter", {"Value": True}, {"Value": "true"}),
        ("ssm", "GetParameters", {"Names": "a"}, {"Names": ["a"]}),
        ("ssm", "GetParameters", {"Names": '["a", "b"]'}, {"Names": ["a", "b"]}),
        ("ssm", "GetParameters", {"Names": "[no list"}, {"Names": ["[no list"]}),
        ("ssm", "GetParameters", {"Names": ["a", ["b", ["c"]], None, 4]}, {"Names": ["a", "b", "c", "4"]}),
        ("ssm", "DescribeParameters", {"MaxResults": "7"}, {"MaxResults": 7}),
        ("ssm", "DescribeParameters", {"MaxResults": "seven"}, {"MaxResults": "seven"}),
        ("ssm", "PutParameter", {"Tags": '[{"Key": "a", "Value": 1}]'}, {"Tags": [{"Key": "a", "Value": "1"}]}),
        ("ssm", "PutParameter", {"Unknown": ["as", "it is"]}, {"Unknown": ["as", "it is"]}),
        ("sqs", "SetQueueAttributes", {"Attributes": '{"a": 1, "b": null}'}, {"Attributes": {"a": "1"}}),
        ("sqs", "SetQueueAttributes", {"Attributes": "no map"}, {"Attributes": "no map"}),
        (
            "s3",
            "PutBucketVersioning",
            {"VersioningConfiguration": ['{"Status": "Enabled"}']},
            {"VersioningConfiguration": {"Status": "Enabled"}},
        ),
        ("s3", "PutBucketVersioning", {"VersioningConfiguration": "{no"}, {"VersioningConfiguration": "{no"}),
        ("cloudwatch", "PutMetricAlarm", {"Threshold": "1.5"}, {"Threshold": 1.5}),
        ("cloudwatch", "PutMetricAlarm", {"Threshold": "much"}, {"Threshold": "much"}),
        ("cloudwatch", "PutMetricAlarm", {"Threshold": 2}, {"Threshold": 2}),
        (
            "ec2",
            "DescribeInstances",
            {"Filters": [{"Name": "n", "Values": "v"}]},
            {"Filters": [{"Name": "n", "Values": ["v"]}]},
        ),
        (
            "ec2",
            "DescribeRegions",
            {"Filters": '[{"Name": "n", "Values": ["v"]}]'},
            {"Filters": [{"Name": "n", "Values": ["v"]}]},
        ),
    ],
)
def test_values_are_converted(service: str, operation: str, given: dict[str, Any], sent: dict[str, Any]) -> None:
    """Text becomes what the operation takes, a list of one its text, and nulls are left out; the rest stays."""
    model = SESSION.get_service_model(service).operation_model(operation)
    expected = {name: value for name, value in {**given, **sent}.items() if value is not ...}
    assert typed(model, given) == expected


def test_an_operation_without_inputs() -> None:
    """Inputs of an operation that takes none go to botocore, which refuses them."""
    model = SESSION.get_service_model("dynamodb").operation_model("DescribeLimits")
    assert typed(model, {"A": "b"}) == {"A": "b"}
