"""Every action that is executed: it does what it says, in the account and the Region of its execution."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import moto
import pytest
from botocore import handlers
from executed import Bench, Run, answers, body, step

from pytest_ssm_automation._executing.actions.table import TABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from executed import Members

IMAGE = "ami-12c6146b"
PLACES = (("123456789012", "eu-west-1"), ("210987654321", "us-east-1"))
TEMPLATE = json.dumps({"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "of-stack"}}}})
MACHINE = json.dumps({"StartAt": "It", "States": {"It": {"Type": "Pass", "End": True}}})
SCRIPT = body(
    "import boto3\nboto3.client('ssm').put_parameter(Name='by-script', Value=events['Value'], Type='String')",
    {"Value": "{{ global:REGION }}"},
)
# The hosts and the keys of the invocations of a Lambda function, which moto can't run without Docker.
invoked: list[tuple[str, str]] = []


@pytest.fixture(scope="module")
def aws() -> Iterator[None]:
    """Moto, which executes state machines."""
    with moto.mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        yield


def invoke(request: Any, **_: Any) -> Any:
    """Answer the invocation of a function."""
    invoked.append((request.url, request.headers["Authorization"].decode()))

    return answers(b"{}")()


class Place:
    """An account and a Region, where a run is started."""

    def __init__(self, bench: Bench, account: str, region: str) -> None:
        """Get credentials of the account."""
        self.bench, self.account, self.region = bench, account, region
        self.keys = bench.keys_of(account)

    def aws(self, service: str) -> Any:
        """Make a client here."""
        return self.bench.aws(service, self.region, **self.keys)

    def launch(self) -> str:
        """Launch an instance here."""
        made = self.aws("ec2").run_instances(ImageId=IMAGE, MinCount=1, MaxCount=1)
        return str(made["Instances"][0]["InstanceId"])

    def put(self) -> Members:
        """Put a parameter here, and return how to look at it."""
        self.aws("ssm").put_parameter(Name="looked-at", Value="v", Type="String", Overwrite=True)
        looked = {"Service": "ssm", "Api": "GetParameters", "Names": "looked-at"}
        return {**looked, "PropertySelector": "$.Parameters[0].Value", "DesiredValues": "v"}

    def machine(self) -> str:
        """Create a state machine here."""
        role = f"arn:aws:iam::{self.account}:role/it"
        made = self.aws("stepfunctions").create_state_machine(name="ours", definition=MACHINE, roleArn=role)
        return str(made["stateMachineArn"])

    def run(self, *steps: Members, **document: Any) -> Run:
        """Run a runbook here, until it has ended."""
        self.bench.client = self.aws("ssm")
        execution_id = self.bench.begin(*steps, **document)
        deadline = time.monotonic() + 20
        while (shown := self.bench.poll(execution_id))["AutomationExecutionStatus"] == "InProgress":
            assert time.monotonic() < deadline
        return Run(shown, self.bench.fake)

    def found(self, service: str, operation: str, **inputs: Any) -> Any:
        """Return the first list that an operation returns here."""
        response = getattr(self.aws(service), operation)(**inputs)
        return next((value for value in response.values() if isinstance(value, list)), [])

    def images(self) -> Any:
        """Return the images of the account here."""
        return self.found("ec2", "describe_images", Owners=[self.account])

    def queues(self) -> Any:
        """Return the queues of the stack here."""
        return self.found("sqs", "list_queues", QueueNamePrefix="of-stack")

    def parameter(self, name: str) -> Any:
        """Return a parameter here."""
        return self.found("ssm", "get_parameters", Names=[name])

    def invocations(self) -> Any:
        """Return the invocations of functions here."""
        key = self.keys["aws_access_key_id"]
        return [url for url, signed in invoked if f".{self.region}." in url and f"{key}/" in signed]

    def executions(self) -> Any:
        """Return the executions of the state machine here, if there is one."""
        arn = f"arn:aws:states:{self.region}:{self.account}:stateMachine:ours"
        machines = self.found("stepfunctions", "list_state_machines")
        return machines and self.found("stepfunctions", "list_executions", stateMachineArn=arn)


class Case(NamedTuple):
    """A case of an action.

    Attributes:
        inputs: Makes what the step needs in a place, and returns the inputs.
        look: Returns what the step changes in a place; `None` if it changes nothing.
    """

    inputs: Callable[[Place], Members]
    look: Callable[[Place], Any] | None


PUT = {"Service": "ssm", "Api": "PutParameter", "Value": "{{ global:REGION }}", "Type": "String", "Overwrite": "true"}
COPIED = {"SourceRegion": "us-east-1", "ImageName": "copied", "Encrypted": "false"}
COMMAND = {"DocumentName": "AWS-RunShellScript", "Parameters": {"commands": "date"}, "TimeoutSeconds": "60"}
STACK = {"StackName": "ours", "TemplateBody": TEMPLATE, "TimeoutInMinutes": "5"}
CASES: dict[str, Case] = {
    "assertAwsResourceProperty": Case(Place.put, None),
    "changeInstanceState": Case(
        lambda at: {"InstanceIds": at.launch(), "DesiredState": "stopped", "Force": "true"},
        lambda at: at.found("ec2", "describe_instances"),
    ),
    "copyImage": Case(lambda _: {"SourceImageId": IMAGE, **COPIED}, Place.images),
    "createImage": Case(
        lambda at: {"InstanceId": at.launch(), "ImageName": "created", "NoReboot": "true"}, Place.images
    ),
    "createStack": Case(lambda _: STACK, Place.queues),
    "createTags": Case(
        lambda at: {"ResourceIds": at.launch(), "Tags": [{"Key": "by-step", "Value": 1}]},
        lambda at: at.found("ec2", "describe_tags", Filters=[{"Name": "key", "Values": ["by-step"]}]),
    ),
    "deleteImage": Case(
        lambda at: {"ImageId": at.aws("ec2").create_image(InstanceId=at.launch(), Name="ours")["ImageId"]},
        Place.images,
    ),
    "deleteStack": Case(
        lambda at: {
            "StackName": at.aws("cloudformation").create_stack(
                StackName="gone", TemplateBody=TEMPLATE.replace("of-stack", "of-stack-of-test")
            )["StackId"]
        },
        Place.queues,
    ),
    "executeAutomation": Case(lambda _: {"DocumentName": "Child"}, lambda at: at.parameter("by-child")),
    "executeAwsApi": Case(lambda _: {**PUT, "Name": "by-api"}, lambda at: at.parameter("by-api")),
    "executeScript": Case(lambda _: SCRIPT["inputs"], lambda at: at.parameter("by-script")),
    "executeStateMachine": Case(lambda at: {"stateMachineArn": at.machine(), "input": "{}"}, Place.executions),
    "invokeLambdaFunction": Case(lambda _: {"FunctionName": "ours", "InputPayload": {"a": 1}}, Place.invocations),
    "runCommand": Case(lambda at: {"InstanceIds": at.launch(), **COMMAND}, lambda at: at.found("ssm", "list_commands")),
    "runInstances": Case(
        lambda _: {"ImageId": IMAGE, "MinInstanceCount": "1", "MaxInstanceCount": "2"},
        lambda at: at.found("ec2", "describe_instances"),
    ),
    "waitForAwsResourceProperty": Case(Place.put, None),
}


def test_every_action_has_its_case() -> None:
    """No action is executed without a test of where."""
    assert {f"aws:{action}" for action in CASES} == {*TABLE}


@pytest.mark.slow
@pytest.mark.parametrize("action", CASES)
def test_an_action_does_what_it_says_in_its_place_alone(
    action: str, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its resources change in the account and the Region of the execution, and nowhere else; inputs may be text."""
    invocation = ("before-send.lambda.Invoke", invoke)
    monkeypatch.setattr(handlers, "BUILTIN_HANDLERS", [invocation, *handlers.BUILTIN_HANDLERS])
    case, places = CASES[action], [Place(bench, *each) for each in PLACES]
    bench.register(step("put", "executeAwsApi", {**PUT, "Name": "by-child"}), name="Child")
    for place in places:
        inputs = case.inputs(place)
        before = [case.look(each) if case.look else None for each in places]
        run = place.run(step("it", action, inputs))
        assert run.step("it")["StepStatus"] == "Success", run.step("it")["FailureMessage"]
        after = [case.look(each) if case.look else None for each in places]
        changed = [at for at, old, new in zip(places, before, after, strict=True) if old != new]
        assert changed == ([place] if case.look else [])
