"""The targets: the fake with each of its transports, and a service behind a client."""

from __future__ import annotations

import json
import re
import time
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from model import ENDED

from pytest_ssm_automation import AutomationFake, FakeUsageError
from pytest_ssm_automation._transports.http.endpoint import Endpoint
from pytest_ssm_automation._transports.http.requests_mock import RequestsMock

from .bench import CannotTell
from .runbooks import HARMLESS, Runbook, actions
from .signing import SigningClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

TRANSPORTS: Final = ("stubber", "wire", "requests", "endpoint")
KEYS: Final = {"aws_access_key_id": "AKIDCONTRACT", "aws_secret_access_key": "secret"}
PREFIX: Final = "pytest-ssm-automation-conformance"
# What names begin with where runbooks are registered, and not created.
REGISTERED: Final = "Conformance-"
_OURS: Final = re.compile(rf"{PREFIX}-[0-9a-f]{{8}}-[a-z]+")
LEFT: Final = "LEFT"
# Errors of executions that have ended and documents that are deleted.
_GONE: Final = frozenset(
    ("AutomationExecutionNotFoundException", "InvalidAutomationStatusUpdateException", "InvalidDocument")
)
_NO_OPERATION: Final = frozenset(("InvalidAction", "NotImplemented", "UnknownOperationException"))
# How often a clean-up operation is tried.
_TRIES: Final = 6


class FakeTarget:
    """The fake, over one transport.

    Attributes:
        title: Its name in the results.
        client: An SSM client on it.
        fake: The fake; `None` for a service.
        region: The Region of the client.
        start_seconds: The least time between two starts.
        poll_seconds: The time between two polls.
        polls: How often an execution is polled at most.
        made: The ids of the executions that were started.
    """

    region = "us-east-1"
    start_seconds = 0.0
    poll_seconds = 0.0
    polls = 50

    def __init__(
        self, transport: str, fake: AutomationFake, connect: Callable[[str, str], Any], host: Callable[..., str]
    ) -> None:
        """Use clients that `connect` makes for a Region and an access key."""
        self.title = transport
        self.fake: AutomationFake | None = fake
        self.client = connect(self.region, KEYS["aws_access_key_id"])
        self._connect = connect
        self.made: list[str] = []
        self._host = host
        self._add: Any = fake.add_runbook

    def register(self, runbook: str, content: Runbook) -> str:
        """Register a runbook as a test does, and return its name on the target."""
        name: str = self._add(content, name=f"{REGISTERED}{runbook}").name
        return name

    def refusal(self, content: Runbook) -> str | None:
        """Return why a runbook is refused that is registered as a test does; `None` if it is not."""
        try:
            self._add(content, name=f"{REGISTERED}refused")
        except FakeUsageError as error:
            return str(error)
        return None

    def host(self, locations: Any) -> str:
        """Host locations beside the fake, and return the URL."""
        return self._host(locations)

    def elsewhere(self, *, region: str | None = None, access_key_id: str | None = None) -> Any:
        """Return a client in another Region, or of another account."""
        return self._connect(region or self.region, access_key_id or KEYS["aws_access_key_id"])


@contextmanager
def fake_target(
    transport: str, *, before: Callable[[AutomationFake, str], str] = lambda _fake, url: url
) -> Iterator[FakeTarget]:
    """Yield a fake that is reached over a transport.

    Args:
        transport: One of `TRANSPORTS`.
        before: Takes the fake and the URL of its endpoint, and returns the URL to connect to instead.
    """
    options: Any = {"seed": "conformance", "unknown_documents": "reject"}
    config = Config(retries={"total_max_attempts": 3, "mode": "standard"})
    with ExitStack() as stack:
        if transport == "endpoint":  # not active, so that botocore opens a connection
            fake = AutomationFake(**options)
            endpoint = Endpoint(fake._service)
            stack.callback(endpoint.close)
            mock = RequestsMock(fake._service)
            mock.start()
            stack.callback(mock.stop)
            where = before(fake, endpoint.url)
            connect: Callable[[str, str], Any] = partial(
                _client, partial(boto3.client, "ssm", endpoint_url=where, config=config)
            )
            yield FakeTarget(transport, fake, connect, mock.host)
            return
        how = "wire" if transport == "wire" else "stubber"
        fake = stack.enter_context(AutomationFake(transport=how, **options))
        connect = partial(_client, partial(fake.client, config=config))
        if transport == "requests":
            fake.serve_requests()
            connect = _signing_client
        yield FakeTarget(transport, fake, connect, fake.host_target_locations)


def _client(make: Callable[..., Any], region: str, access_key_id: str) -> Any:
    return make(region_name=region, **{**KEYS, "aws_access_key_id": access_key_id})


def _signing_client(region: str, access_key_id: str) -> Any:
    return SigningClient(access_key_id, region=region)


class Service:
    """A service behind a client, where runbooks are documents that are created and deleted.

    Its attributes are those of a `FakeTarget`.
    """

    fake: AutomationFake | None = None

    def __init__(
        self,
        title: str,
        client: Any,
        *,
        connect: Callable[[str | None], Any] | None = None,
        start_seconds: float = 0.0,
        poll_seconds: float = 0.0,
        polls: int = 60,
    ) -> None:
        """Create nothing yet; `connect` makes a client for another Region."""
        self.title = title
        self.client = client
        self._connect = connect
        self.region: str = client.meta.region_name
        self.start_seconds = start_seconds
        self.poll_seconds = poll_seconds
        self.polls = polls
        self.made: list[str] = []
        self.documents: list[str] = []
        self.prefix = f"{PREFIX}-{token_hex(4)}"
        self._creates = True

    def register(self, runbook: str, content: Runbook) -> str:
        """Create a document of it, if all of its actions are harmless; a service that creates none has to know it."""
        if not actions(content) <= HARMLESS:
            raise CannotTell(f"{', '.join(sorted(actions(content) - HARMLESS))} does not run in an account")
        if self._creates:
            try:
                return self._create(f"{self.prefix}-{runbook}", content)
            except ClientError as error:
                if error.response["Error"]["Code"] not in _NO_OPERATION:
                    raise
            self._creates = False
            self.documents.clear()
        name = f"{REGISTERED}{runbook}"
        try:
            self.client.describe_document(Name=name)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            raise CannotTell(f"the target creates no documents, and does not have {name} ({code})") from error
        return name

    def _create(self, name: str, content: Runbook) -> str:
        if name not in self.documents:
            self.documents.append(name)  # before the call, because its response may be lost
        with_content = {"Content": json.dumps(content), "DocumentFormat": "JSON", "DocumentType": "Automation"}
        self.client.create_document(Name=name, **with_content)
        for _ in range(self.polls):
            if self.client.describe_document(Name=name)["Document"].get("Status") != "Creating":
                break
            time.sleep(self.poll_seconds)
        return name

    def refusal(self, content: Runbook) -> str | None:
        """Create a document of it; it is not started, so its actions need not be harmless."""
        name = f"{self.prefix}-refused"
        try:
            self._create(name, content)
        except ClientError as error:
            code, text = error.response["Error"]["Code"], error.response["Error"]["Message"]
            if code not in {"InvalidDocumentContent", *_NO_OPERATION}:
                raise
            self.documents.remove(name)
            if code in _NO_OPERATION:
                raise CannotTell("the target creates no documents") from error
            return text
        return None

    def host(self, locations: Any) -> str:
        """Raise `CannotTell`: nothing is uploaded for a check."""
        raise CannotTell("no target locations are uploaded for a check")

    def elsewhere(self, *, region: str | None = None, access_key_id: str | None = None) -> Any:
        """Raise `CannotTell` for another account; connect to another Region."""
        if access_key_id or not self._connect:
            raise CannotTell("there are no credentials of another account")
        return self._connect(region)

    def clean(self) -> list[str]:
        """Stop and delete what this run has made, and return a line for each."""
        return clean(self.client, self.prefix, self.documents, self.made, pause=self.poll_seconds)


Target = FakeTarget | Service


def leftovers(client: Any) -> tuple[list[str], list[str]]:
    """List documents of earlier runs, and executions that are still running."""
    filters = [{"Key": "Owner", "Values": ["Self"]}, {"Key": "DocumentType", "Values": ["Automation"]}]
    pages = client.get_paginator("list_documents").paginate(Filters=filters)
    names = [found["Name"] for page in pages for found in page["DocumentIdentifiers"]]
    return list(filter(_OURS.fullmatch, names)), _running(client, PREFIX)


def clean(client: Any, prefix: str, documents: Sequence[str], executions: Sequence[str], *, pause: float) -> list[str]:
    """Stop executions and delete documents, and return a line for each.

    Args:
        client: An SSM client.
        prefix: What the names of the documents begin with.
        documents: The documents.
        executions: The executions to stop, if those with the prefix can't be listed.
        pause: Seconds before something that failed is tried again.
    """
    running: Any = _insist(partial(_running, client, prefix), pause)
    told = []
    for execution_id in executions if isinstance(running, str) else running:
        error = _insist(partial(client.stop_automation_execution, AutomationExecutionId=execution_id), pause)
        told.append(f"execution {execution_id}: {_became('stopped', error)}")
    for name in documents:
        error = _insist(partial(client.delete_document, Name=name), pause)
        told.append(f"document {name}: {_became('deleted', error)}")
    return told


def _became(done: str, error: object) -> str:
    gone = not isinstance(error, str) or error.partition(":")[0] in _GONE
    return done if gone else f"{LEFT}, {error}"


def _running(client: Any, prefix: str) -> list[str]:
    filters = [{"Key": "DocumentNamePrefix", "Values": [prefix]}]
    pages = client.get_paginator("describe_automation_executions").paginate(Filters=filters)
    found: list[Mapping[str, Any]] = [each for page in pages for each in page["AutomationExecutionMetadataList"]]
    return [each["AutomationExecutionId"] for each in found if each["AutomationExecutionStatus"] not in ENDED]


def _insist(work: Callable[[], Any], pause: float) -> Any:
    """Call a function, with retries; return its result, or the last error as text."""
    error = ""
    for attempt in range(_TRIES):
        time.sleep(pause * attempt)
        try:
            return work()
        except ClientError as raised:
            code = raised.response["Error"]["Code"]
            error = f"{code}: {raised.response['Error'].get('Message', '')}"
            if code in _GONE:
                break
        except (BotoCoreError, ResponseParserError) as raised:
            error = f"{type(raised).__name__}: {raised}"
    return error


def account_of(session: Any) -> str:
    """Return the account of a session's credentials, or `unknown`."""
    with suppress(BotoCoreError, ClientError, ResponseParserError):
        account: str = session.client("sts").get_caller_identity()["Account"]
        return account
    return "unknown"
