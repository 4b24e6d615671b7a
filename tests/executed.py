"""Runbooks whose steps are executed under moto, for the tests of that."""

from __future__ import annotations

import io
import textwrap
from typing import TYPE_CHECKING, Any

import boto3
from botocore.awsrequest import AWSResponse, HTTPHeaders
from caller import poll, start

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_ssm_automation import AutomationFake, Execution

Members = dict[str, Any]
REGION = "us-east-1"
# The polls before the one that executes the first step.
BEFORE = 2


def step(name: str, action: str, inputs: Members | None = None, **properties: Any) -> Members:
    """Write a step of a runbook; `outputs` maps names to selectors, or to a selector and a type."""
    outputs = properties.pop("outputs", {})
    declared = [
        {
            "Name": each,
            "Selector": how if isinstance(how, str) else how[0],
            "Type": "String" if isinstance(how, str) else how[1],
        }
        for each, how in outputs.items()
    ]
    shown = {"outputs": declared} if declared else {}
    return {"name": name, "action": f"aws:{action}", "inputs": inputs or {}, **shown, **properties}


def api(name: str, service: str, operation: str, /, action: str = "executeAwsApi", **inputs: Any) -> Members:
    """Write a step that calls an operation; properties of the step and `outputs` are among the inputs in lower case."""
    properties = {key: inputs.pop(key) for key in [*inputs] if key[0].islower()}
    return step(name, action, {"Service": service, "Api": operation, **inputs}, **properties)


def script(source: str, payload: Any = None, /, *, name: str = "script", **properties: Any) -> Members:
    """Write a step that runs a script, with a handler of that name."""
    inputs = {"Runtime": "python3.11", "Handler": "handler", "Script": textwrap.dedent(source)}
    inputs |= {} if payload is None else {"InputPayload": payload}
    return step(name, "executeScript", inputs, **properties)


def body(source: str, payload: Any = None, /, **properties: Any) -> Members:
    """Write a step that runs the body of a handler."""
    indented = textwrap.indent(textwrap.dedent(source), "    ")
    return script(f"def handler(events, context):\n{indented}", payload, **properties)


def prop(selector: str, *desired: Any, action: str = "assertAwsResourceProperty", **inputs: Any) -> Members:
    """Write a step that looks at a property of the parameters named `a`."""
    name = inputs.pop("name", "look")
    given = {"Names": ["a"], "PropertySelector": selector, "DesiredValues": [*desired], **inputs}
    return api(name, given.pop("Service", "ssm"), "GetParameters", action, **given)


def wait(*desired: Any, **inputs: Any) -> Members:
    """Write a step that waits for the value of the parameter `a`."""
    return prop("$.Parameters[0].Value", *desired, action="waitForAwsResourceProperty", **inputs)


def answers(text: bytes, status: int = 200) -> Callable[..., AWSResponse]:
    """Return a handler that answers a request as another library does."""

    class Raw(io.BytesIO):
        def stream(self) -> Iterator[bytes]:
            yield self.read()

    return lambda **_: AWSResponse("https://aws", status, HTTPHeaders(), Raw(text))


class Bench:
    """A fake that executes steps, beside moto.

    Attributes:
        fake: The fake.
        client: A client of it.
    """

    def __init__(self, fake: AutomationFake) -> None:
        """Take an active fake."""
        self.fake = fake
        self.client: Any = fake.client()
        self._count = 0

    def aws(self, service: str, region: str = REGION, **kwargs: Any) -> Any:
        """Make a client of the test's own."""
        return boto3.client(service, region_name=region, **kwargs)

    def keys_of(self, account: str) -> dict[str, str]:
        """Return credentials of a role in an account, as code under test gets them."""
        role = f"arn:aws:iam::{account}:role/operator"
        made = self.aws("sts").assume_role(RoleArn=role, RoleSessionName="it")["Credentials"]
        return {
            "aws_access_key_id": made["AccessKeyId"],
            "aws_secret_access_key": made["SecretAccessKey"],
            "aws_session_token": made["SessionToken"],
        }

    def register(self, *steps: Members, name: str = "Doc", **document: Any) -> None:
        """Register a runbook."""
        self._count += name.startswith("Doc")
        self.fake.add_runbook({"schemaVersion": "0.3", **document, "mainSteps": [*steps]}, name=name)

    def begin(self, *steps: Members, polls: int = BEFORE, given: Members | None = None, **document: Any) -> str:
        """Register a runbook, start it, poll it so often that its first step is due at the next poll, return the id."""
        name = f"Doc-{self._count}" if self._count else "Doc"
        self.register(*steps, name=name, **document)
        execution_id = start(self.client, DocumentName=name, **({"Parameters": given} if given else {}))
        for _ in range(polls):
            poll(self.client, execution_id)
        return execution_id

    def poll(self, execution_id: str) -> Members:
        """Poll an execution."""
        return poll(self.client, execution_id)

    def run(self, *steps: Members, given: Members | None = None, **document: Any) -> Run:
        """Run a runbook to its end."""
        execution_id = self.begin(*steps, given=given, **document)
        self.poll(execution_id)
        return Run(self.poll(execution_id), self.fake)


class Run:
    """What a caller sees of a run.

    Attributes:
        shown: The execution, as GetAutomationExecution shows it.
    """

    def __init__(self, shown: Members, fake: AutomationFake) -> None:
        """Take what a poll has shown."""
        self.shown = shown
        self._fake = fake

    @property
    def execution(self) -> Execution:
        """The public object."""
        return self._fake.execution(self.shown["AutomationExecutionId"])

    @property
    def status(self) -> str:
        """The status."""
        status: str = self.shown["AutomationExecutionStatus"]
        return status

    def step(self, name: str) -> Members:
        """Return a step."""
        found: Members = next(each for each in self.shown["StepExecutions"] if each["StepName"] == name)
        return found

    def outputs(self, name: str) -> Members:
        """Return the outputs of a step, without the response that it repeats."""
        shown: Members = self.step(name).get("Outputs", {})
        return {key: value for key, value in shown.items() if key != "OutputPayload"}

    def text(self, name: str) -> str:
        """Return the failure message of a step, without the service's frame."""
        message: str = self.step(name)["FailureMessage"]
        return message.partition(". ")[2].removesuffix(
            ". Please refer to Automation Service Troubleshooting Guide for more diagnosis details."
        )
