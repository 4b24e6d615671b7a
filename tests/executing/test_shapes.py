"""Inputs take the types of an operation's request."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3
from executed import api

if TYPE_CHECKING:
    import pytest
    from executed import Bench

# What a step has, and what it sends where that is not the same; `...` is nothing.
CONVERTED: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
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
    (
        "dynamodb",
        "UpdateTable",
        {"ProvisionedThroughput": {"ReadCapacityUnits": "5"}},
        {"ProvisionedThroughput": {"ReadCapacityUnits": 5}},
    ),
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
    ("dynamodb", "DescribeLimits", {"A": "b"}, {}),
]


def test_values_are_converted(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Text becomes what the operation takes, a list of one its text, and nulls are left out; the rest stays."""
    clients = {service: bench.aws(service) for service in {row[0] for row in CONVERTED}}
    sent: list[Any] = []
    for client in clients.values():
        client.meta.events.register("provide-client-params.*.*", lambda params, **_: sent.append(params))
        client.meta.events.register("before-call.*.*", lambda **_: (SimpleNamespace(status_code=200), {}))
    monkeypatch.setattr(boto3, "client", lambda service, **_: clients[service])
    steps = [
        api(f"step{number}", service, operation, **given, onFailure="Continue")
        for number, (service, operation, given, _) in enumerate(CONVERTED)
    ]
    bench.run(*steps)
    for found, (*row, given, changed) in zip(sent, CONVERTED, strict=True):
        assert found == {name: value for name, value in {**given, **changed}.items() if value is not ...}, row
