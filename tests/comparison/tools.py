"""The five tools, each used as its documentation says."""

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

# the package claims to be typed, but its functions are not
_boto_mock: Any = import_module("pytest_boto_mock.plugin")


class CannotExpress(Exception):  # noqa: N818 - it is a finding, not a failure
    """The tool does not support the scenario."""


@dataclass(frozen=True)
class Error:
    """A service error of a scenario."""

    code: str
    message: str = "made up"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The behaviour of AWS that a scenario needs.

    Attributes:
        starts: The result of each start: the id of the execution, an error, or a connection error of botocore after the
            execution was started.
        statuses: The status in each response of GetAutomationExecution.
        runbook: An existing runbook: its name and its content.
        retries: Whether botocore's own retries matter.
        executes: Whether the steps of the runbook are to be executed.
    """

    starts: tuple[str | Error | BotoCoreError, ...] = ()
    statuses: tuple[str, ...] = ()
    runbook: tuple[str, dict[str, Any]] | None = None
    retries: bool = False
    executes: bool = False


def make_client(service: str = "ssm") -> Any:
    """Make a client as code under test does, with retries."""
    return boto3.client(service, config=RETRIES)


def view(status: str) -> dict[str, Any]:
    """Write a response of GetAutomationExecution with the members that callers need."""
    return {"AutomationExecution": {"AutomationExecutionStatus": status}}


def answers(plan: Plan, client: Any) -> dict[str, list[Any]]:
    """Write the responses of operations by hand, in order, with errors of a real client."""
    return {
        "StartAutomationExecution": [
            {"AutomationExecutionId": start} if isinstance(start, str) else typed_error(client, start)
            for start in plan.starts
        ],
        "GetAutomationExecution": [view(status) for status in plan.statuses],
    }


def typed_error(client: Any, error: Error | BotoCoreError) -> Exception:
    """Make botocore's exception for an error."""
    if not isinstance(error, Error):
        return error
    response = {"Error": {"Code": error.code, "Message": error.message}}
    typed: Exception = client.exceptions.from_code(error.code)(response, "StartAutomationExecution")
    return typed


class Tool:
    """A tool to fake AWS.

    Attributes:
        name: Its name on the page.
        by_hand: Whether the test writes the responses.
    """

    name: str
    by_hand = True

    @contextmanager
    def on(self, plan: Plan, client: Any = None) -> Iterator[Any]:
        """Set up the tool, and yield the client for the code under test.

        Args:
            plan: The behaviour of AWS.
            client: An existing client; by default, the tool makes one.
        """
        raise NotImplementedError  # each tool has its own way

    def duplicates(self) -> str:
        """Describe what the tool knows about duplicate executions."""
        return "it does not know executions"


class BareStubber(Tool):
    """botocore's Stubber: a queue of responses."""

    name = "botocore Stubber"

    @contextmanager
    def on(self, plan: Plan, client: Any = None) -> Iterator[Any]:
        """Queue the responses on the client."""
        client = client or make_client()
        with Stubber(client) as stubber:
            for start in plan.starts:
                if isinstance(start, Error):
                    stubber.add_client_error("start_automation_execution", start.code, start.message, 400)
                else:
                    self._add_start(stubber, start)
            for status in plan.statuses:
                stubber.add_response("get_automation_execution", view(status))
            yield client

    def _add_start(self, stubber: Stubber, start: Any) -> None:
        answer: Any = start if isinstance(start, Exception) else {"AutomationExecutionId": start}
        try:
            stubber.add_response("start_automation_execution", answer)
        except (AttributeError, TypeError, ParamValidationError) as error:
            raise CannotExpress("it queues responses and service errors, but no connection errors") from error


class Moto(Tool):
    """moto: a fake of many services, with state."""

    name = "moto"
    by_hand = False

    @contextmanager
    def on(self, plan: Plan, client: Any = None) -> Iterator[Any]:
        """Mock AWS, and create the runbook."""
        with mock_aws():
            if client:
                patch_client(client)
            client = client or make_client()
            if plan.runbook:
                name, content = plan.runbook
                client.create_document(Name=name, Content=json.dumps(content), DocumentType="Automation")
            yield client


class Magic(Tool):
    """A MagicMock instead of the client."""

    name = "MagicMock"

    @contextmanager
    def on(self, plan: Plan, client: Any = None) -> Iterator[Any]:
        """Yield a mock with the responses as side effects."""
        planned = answers(plan, client or make_client())
        self._mock = mock.MagicMock()
        self._mock.start_automation_execution.side_effect = planned["StartAutomationExecution"]
        self._mock.get_automation_execution.side_effect = planned["GetAutomationExecution"]
        yield self._mock

    def duplicates(self) -> str:
        """Return what the mock has counted."""
        return f"it counts {self._mock.start_automation_execution.call_count} calls, but does not know executions"


class BotoMock(Tool):
    """pytest-boto-mock: a handler for each operation, instead of botocore's `_make_api_call`."""

    name = "pytest-boto-mock"

    @contextmanager
    def on(self, plan: Plan, client: Any = None) -> Iterator[Any]:
        """Patch botocore with handlers that return the responses in order."""
        client = client or make_client()
        handlers = {operation: mock.Mock(side_effect=queue) for operation, queue in answers(plan, client).items()}
        with ExitStack() as stack:

            def patch(target: str, new: Any) -> None:
                stack.enter_context(mock.patch(target, new=new))

            # in a test, this is the fixture of pytest-mock
            mocker = _boto_mock.BotoMockerFixture(SimpleNamespace(patch=patch))
            mocker.patch(mocker.build_make_api_call({"ssm": handlers}))
            yield client


class Ours(Tool):
    """This project: errors are injected, and responses depend on requests."""

    name = "pytest-ssm-automation"
    by_hand = False

    @contextmanager
    def on(self, plan: Plan, client: Any = None) -> Iterator[Any]:
        """Activate a fake with the runbook and the errors."""
        transport = "wire" if plan.retries else "stubber"
        with AutomationFake(transport=transport, execute_steps=plan.executes) as self._fake:
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
        """Use the fake's assertion."""
        try:
            self._fake.assert_no_duplicate_starts()
        except AssertionError:
            return f"`assert_no_duplicate_starts` fails: {len(self._fake.executions)} executions"
        return "no duplicates"


TOOLS = (BareStubber, Moto, Magic, BotoMock, Ours)
