"""The five ways to answer for AWS, each used as its own documentation says."""

from __future__ import annotations

import json
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest import mock

import boto3
from application import RETRIES
from botocore.exceptions import BotoCoreError, ParamValidationError
from botocore.stub import Stubber
from moto import mock_aws
from moto.core.models import patch_client

from pytest_ssm_automation import AutomationFake

if TYPE_CHECKING:
    from collections.abc import Iterator

# it says that it is typed, but its functions are not
_boto_mock: Any = import_module("pytest_boto_mock.plugin")


class CannotExpress(Exception):  # noqa: N818 - it is a finding, not a failure
    """The tool has no way to say what the situation needs."""


@dataclass(frozen=True)
class Error:
    """An error of the service that a situation needs."""

    code: str
    message: str = "made up"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a situation needs AWS to do.

    Attributes:
        starts: What becomes of each start: the id of the execution, an error, or a connection error of botocore after
            the execution was started.
        statuses: What each GetAutomationExecution shows.
        runbook: A runbook that exists: its name, and its content.
        retries: Whether botocore's own retries matter.
    """

    starts: tuple[str | Error | BotoCoreError, ...] = ()
    statuses: tuple[str, ...] = ()
    runbook: tuple[str, dict[str, Any]] | None = None
    retries: bool = False


def make_client(service: str = "ssm") -> Any:
    """Make a client as code under test does, with retries switched on."""
    return boto3.client(service, config=RETRIES)


def view(status: str) -> dict[str, Any]:
    """Write what GetAutomationExecution answers, as briefly as callers can bear."""
    return {"AutomationExecution": {"AutomationExecutionStatus": status}}


def answers(plan: Plan, client: Any) -> dict[str, list[Any]]:
    """Write by hand what the operations answer, in order; errors are those of a real client."""
    return {
        "StartAutomationExecution": [
            {"AutomationExecutionId": start} if isinstance(start, str) else typed_error(client, start)
            for start in plan.starts
        ],
        "GetAutomationExecution": [view(status) for status in plan.statuses],
    }


def typed_error(client: Any, error: Error | BotoCoreError) -> Exception:
    """Make the exception that botocore would raise for an error."""
    if not isinstance(error, Error):
        return error
    response = {"Error": {"Code": error.code, "Message": error.message}}
    typed: Exception = client.exceptions.from_code(error.code)(response, "StartAutomationExecution")
    return typed


class Tool:
    """A way to answer for AWS.

    Attributes:
        name: What the page calls it.
        written: How many answers had to be written by hand in the latest situation.
    """

    name: str

    def __init__(self) -> None:
        self.written = 0

    @contextmanager
    def on(self, plan: Plan, client: Any = None) -> Iterator[Any]:
        """Let the tool answer as planned, and give the client that the code under test is to use.

        Args:
            plan: What AWS is to do.
            client: A client that was made before; by default, one is made as the tool prefers it.
        """
        raise NotImplementedError

    def duplicates(self) -> str:
        """Say what the tool knows of executions that were started twice."""
        return "it knows no executions"


class BareStubber(Tool):
    """botocore's Stubber: answers queued by hand."""

    name = "botocore Stubber"

    @contextmanager
    def on(self, plan: Plan, client: Any = None) -> Iterator[Any]:
        """Queue the answers on the client."""
        client = client or make_client()
        with Stubber(client) as stubber:
            for start in plan.starts:
                if isinstance(start, Error):
                    stubber.add_client_error("start_automation_execution", start.code, start.message, 400)
                else:
                    self._add_start(stubber, start)
            for status in plan.statuses:
                stubber.add_response("get_automation_execution", view(status))
            self.written = len(plan.starts) + len(plan.statuses)
            yield client

    def _add_start(self, stubber: Stubber, start: Any) -> None:
        answer: Any = start if isinstance(start, Exception) else {"AutomationExecutionId": start}
        try:
            stubber.add_response("start_automation_execution", answer)
        except (AttributeError, TypeError, ParamValidationError) as error:
            raise CannotExpress("it queues answers and service errors, no connection errors") from error


class Moto(Tool):
    """moto: a stand-in for many services, with state."""

    name = "moto"

    @contextmanager
    def on(self, plan: Plan, client: Any = None) -> Iterator[Any]:
        """Mock AWS; a runbook is created as in AWS."""
        self.written = 0
        with mock_aws():
            if client:
                patch_client(client)
            client = client or make_client()
            if plan.runbook:
                name, content = plan.runbook
                client.create_document(Name=name, Content=json.dumps(content), DocumentType="Automation")
            yield client


class Magic(Tool):
    """MagicMock in the place of the client."""

    name = "MagicMock"

    @contextmanager
    def on(self, plan: Plan, client: Any = None) -> Iterator[Any]:
        """Give a mock with the answers as side effects, and whatever else MagicMock makes up."""
        client = client or make_client()
        planned = answers(plan, client)
        self.written = sum(map(len, planned.values()))
        self._mock = mock.MagicMock()
        self._mock.start_automation_execution.side_effect = planned["StartAutomationExecution"]
        self._mock.get_automation_execution.side_effect = planned["GetAutomationExecution"]
        yield self._mock

    def duplicates(self) -> str:
        """Say what the mock has counted."""
        return f"it counts {self._mock.start_automation_execution.call_count} calls, but knows no executions"


class BotoMock(Tool):
    """pytest-boto-mock: a handler for each operation, in the place of botocore's `_make_api_call`."""

    name = "pytest-boto-mock"

    @contextmanager
    def on(self, plan: Plan, client: Any = None) -> Iterator[Any]:
        """Patch botocore with handlers that take the answers in order."""
        client = client or make_client()
        planned = answers(plan, client)
        self.written = sum(map(len, planned.values()))
        with ExitStack() as stack:

            def patch(target: str, new: Any) -> None:
                stack.enter_context(mock.patch(target, new=new))

            # in a test this is pytest-mock's fixture; its `patch` does the same until the test ends
            mocker = _boto_mock.BotoMockerFixture(SimpleNamespace(patch=patch))
            handlers = {operation: mock.Mock(side_effect=queue) for operation, queue in planned.items()}
            mocker.patch(mocker.build_make_api_call({"ssm": handlers}))
            yield client


class Ours(Tool):
    """This project: errors are asked for, and answers follow from requests."""

    name = "pytest-ssm-automation"

    @contextmanager
    def on(self, plan: Plan, client: Any = None) -> Iterator[Any]:
        """Activate a fake that knows the runbook, and raises the errors."""
        self.written = 0
        with AutomationFake(transport="wire" if plan.retries else "stubber") as self._fake:
            if plan.runbook:
                name, content = plan.runbook
                self._fake.add_runbook(content, name=name)
            for start in plan.starts:
                if isinstance(start, Error):
                    self._fake.fail_with(start.code, message=start.message)
                elif isinstance(start, Exception):
                    self._fake.lose_response(start)
            yield client or make_client()

    def duplicates(self) -> str:
        """Ask the fake."""
        try:
            self._fake.assert_no_duplicate_starts()
        except AssertionError:
            return f"`assert_no_duplicate_starts` fails: {len(self._fake.executions)} executions"
        return "no duplicates"


TOOLS = (BareStubber, Moto, Magic, BotoMock, Ours)
