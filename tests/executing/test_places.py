"""Steps run in the account and the Region of their execution."""

from __future__ import annotations

import os

import pytest
from executed import Bench, api, body

from pytest_ssm_automation import AutomationFake, FakeUsageError

ACCOUNTS = ("123456789012", "210987654321")
REGIONS = ("us-east-1", "eu-west-1")
VALUE = "{{ global:ACCOUNT_ID }} {{ global:REGION }}"
PUT = api("put", "ssm", "PutParameter", Name="a", Value=VALUE, Type="String", Overwrite=True)
WHO = api("who", "sts", "GetCallerIdentity", outputs={"Account": "$.Account"})


def taken(bench: Bench) -> dict[tuple[str, str], str]:
    """Return the parameter `a` of each account and Region that has one, and delete it."""
    found: dict[tuple[str, str], str] = {}
    for account in ACCOUNTS:
        for region in REGIONS:
            client = bench.aws("ssm", region, **bench.keys_of(account))
            for each in client.get_parameters(Names=["a"])["Parameters"]:
                found[account, region] = each["Value"]
                client.delete_parameter(Name="a")
    return found


def test_target_locations(bench: Bench) -> None:
    """A run on target locations has its steps executed in each account and Region."""
    bench.register(PUT, WHO)
    locations = [{"Accounts": [*ACCOUNTS], "Regions": [*REGIONS], "TargetLocationMaxConcurrency": "4"}]
    started = bench.client.start_automation_execution(DocumentName="Doc", TargetLocations=locations)
    shown = [bench.poll(started["AutomationExecutionId"]) for _ in range(6)][-1]
    assert shown["AutomationExecutionStatus"] == "Success"
    assert taken(bench) == {(a, r): f"{a} {r}" for a in ACCOUNTS for r in REGIONS}
    children = bench.fake.execution(started["AutomationExecutionId"]).children
    assert [each.step("who")["Outputs"]["Account"] for each in children] == [[a] for a in ACCOUNTS for _ in REGIONS]


def test_motos_server(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps reach the server that `AWS_ENDPOINT_URL` names, in any account; what it lacks is the test's mistake."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", server)
    with AutomationFake(execute_steps=True) as fake:
        bench = Bench(fake)
        bench.register(PUT, WHO)
        locations = [{"Accounts": [*ACCOUNTS], "Regions": ["us-east-1"], "TargetLocationMaxConcurrency": "2"}]
        started = bench.client.start_automation_execution(DocumentName="Doc", TargetLocations=locations)
        for _ in range(5):
            bench.poll(started["AutomationExecutionId"])
        assert taken(bench) == {(a, "us-east-1"): f"{a} us-east-1" for a in ACCOUNTS}
        execution_id = bench.begin(api("lost", "ssm", "DescribeInstanceInformation"))
        with pytest.raises(FakeUsageError, match="called ssm DescribeInstanceInformation, which was not answered: "):
            bench.poll(execution_id)


@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SSM"])
def test_motos_server_behind_the_fakes_endpoint(variable: str, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An endpoint that serves child processes is not in the way of steps, which find what was configured before."""
    monkeypatch.setenv(variable, server)
    read = "import boto3\nreturn boto3.client('ssm').get_parameter(Name='a')['Parameter']['Value']"
    with AutomationFake(execute_steps=True) as outer, AutomationFake(execute_steps=True) as fake:
        outer.serve_endpoint()
        url = fake.serve_endpoint()
        run = Bench(fake).run(PUT, body(read, name="read", outputs={"Value": "$.Payload"}))
        assert run.outputs("read")["Value"] == ["123456789012 us-east-1"]
        assert os.environ["AWS_ENDPOINT_URL_SSM"] == url
