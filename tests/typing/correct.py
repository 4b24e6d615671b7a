"""Correct tests of a user, in which type checkers must report nothing."""

# pyright: strict

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from botocore.exceptions import ClientError
from dirty_equals import Contains, IsList, IsPartialDict, IsStr, IsUUID

from pytest_ssm_automation import AutomationFake, Call, Execution, Fault

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

INSTANCES = ["i-1", "i-2"]
PARAMETERS = {"InstanceId": INSTANCES}
REQUEST: dict[str, Any] = {"DocumentName": "AWS-RestartEC2Instance"}


class Positive:
    """A matcher of one's own."""

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self.equals(other)

    def equals(self, other: Any) -> bool:
        """Tell whether a value is a positive number in digits."""
        return isinstance(other, str) and other.isdecimal() and int(other) > 0


def in_europe(call: Call) -> bool:
    """Tell whether a call is made in Europe."""
    return call.region.startswith("eu-")


def make_it_fail(fake: AutomationFake, client: SSMClient) -> Fault:
    """Faults by name, by class and by instance, and with names that the types don't know."""
    fake.fail_with("InvalidTarget", message="gone", times=2, after=1, when={"DocumentName": "Doc"})
    fake.fail_with("ThrottlingException", times=None, operation="GetAutomationExecution", when=in_europe)
    fake.fail_with(client.exceptions.InvalidTarget)
    fake.fail_with(ClientError({"Error": {"Code": "InvalidTarget"}}, "StartAutomationExecution"))
    fake.fail_with(KeyboardInterrupt())
    name: str = "InternalServerError"
    fake.fail_with(name)
    return fake.lose_response(when=lambda call: call.region == "eu-central-1")


def say_how_it_goes(fake: AutomationFake) -> Execution:
    """Statuses as names or members, in a list or a tuple, or in a list of one's own."""
    fake.script(["InProgress", {"AutomationExecutionStatus": "Failed", "FailureMessage": "gone"}])
    fake.script(("Pending", "Success"), outputs={"step.Output": ["value"]}, when={"DocumentName": "Doc"})
    statuses = ["Pending", "Success"]
    fake.script(statuses)
    return fake.add_execution("Doc", statuses=("Success",), parameters=PARAMETERS, steps=[{"StepName": "a"}])


def ask(fake: AutomationFake) -> None:
    """Plain values, matchers at any depth, and parts of what is inside."""
    fake.assert_started_once(DocumentName="AWS-RestartEC2Instance", Parameters={"InstanceId": ["i-1"]})
    fake.assert_started(Parameters=PARAMETERS, Mode="Auto", times=1, region="us-east-1", exact=True)
    fake.assert_started(**REQUEST)
    fake.assert_started(Parameters=mock.ANY, Tags=mock.ANY, DocumentName=mock.ANY, Targets=[mock.ANY])
    fake.assert_started(DocumentName=IsStr(regex="AWS-.*"), ClientToken=IsUUID(4), MaxErrors=Positive())
    fake.assert_started(DocumentName=IsStr, Parameters=IsPartialDict(InstanceId=["i-1"]))
    fake.assert_started(Parameters={"InstanceId": IsList(IsStr, length=1), "Force": Contains("true"), "a": ["b"]})
    fake.assert_started(Parameters={"InstanceId": [IsStr(), "i-2"]}, Tags=[{"Key": "Env"}, IsPartialDict(Key="a")])
    fake.assert_started(
        TargetLocations=[{"Accounts": ["123456789012"], "Regions": INSTANCES, "Targets": [{"Key": "tag:a"}]}],
        partial=True,
    )
    fake.assert_started(TargetMaps=[{"InstanceId": ["i-1"]}], AlarmConfiguration={"Alarms": [{"Name": "a"}]})
    fake.assert_not_started(account="123456789012", DocumentName="Doc")
    call = fake.assert_called("DescribeAutomationExecutions", Filters=[{"Key": "ExecutionId", "Values": ["a"]}])
    fake.assert_called("SendAutomationSignal", SignalType="Approve", Payload={"Comment": ["fine"]})
    fake.assert_rejected(constraint="Mode:enum", Mode="auto")
    fake.assert_rejected(constraint="runbook:InstanceIds:required", error="ValidationException", Targets="no list")
    assert call.params["Filters"] == []
    assert fake.executions[0].status == "Success"
    assert list(fake.calls) == []


def options(transport: Any) -> AutomationFake:
    """All options, as the marker takes them too."""
    AutomationFake(transport=transport, runbooks=[Path("runbooks"), "*.yaml"])
    with AutomationFake(transport="wire", strict=False, relax=["Parameters:max"], seed=1, execution_limit=None) as fake:
        fake.reset()
    return AutomationFake(relax=("Mode:enum",), allow_network=["example.com"], unknown_documents="reject")


@pytest.mark.ssm_automation(transport="wire")
@pytest.mark.ssm_automation_error("InvalidTarget", times=2)
def use_the_client(ssm_client: SSMClient, ssm_automation: AutomationFake) -> str:
    """A client is one of boto3's stubs."""
    ssm_client.start_automation_execution(DocumentName="Doc", Parameters={"InstanceId": ["i-1"]})
    client = ssm_automation.client("eu-central-1")
    execution = client.get_automation_execution(AutomationExecutionId="id")["AutomationExecution"]
    ssm_automation.executions[0].finish("Failed", failure_message="gone")
    return execution.get("AutomationExecutionStatus", "")
