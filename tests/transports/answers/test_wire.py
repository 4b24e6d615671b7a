from __future__ import annotations

import copy
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from textwrap import dedent
from typing import TYPE_CHECKING, Any
from unittest import mock

import boto3
import botocore.client
import botocore.session
import pytest
from botocore import UNSIGNED
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.credentials import DeferredRefreshableCredentials, RefreshableCredentials
from botocore.exceptions import ClientError, ReadTimeoutError
from caller import start
from reaching import Body

from pytest_ssm_automation import AutomationFake, NetworkBlockedError

if TYPE_CHECKING:
    from collections.abc import Iterator

KEYS = {"aws_access_key_id": "AKIDMODULE", "aws_secret_access_key": "x"}
MODULE_CLIENT: Any = boto3.client("ssm", region_name="us-east-1", **KEYS)


@pytest.fixture
def fake() -> Iterator[AutomationFake]:
    """An active fake on the wire."""
    with AutomationFake(transport="wire", seed="wire") as active:
        yield active


class Handler:
    """A user's own handler of `before-send`."""

    def __init__(self, answer: Any = None) -> None:
        self.seen: list[Any] = []
        self.answer = answer

    def __call__(self, request: Any, **kwargs: Any) -> Any:
        """Note the request."""
        self.seen.append(request)
        return self.answer


@pytest.mark.slow
@pytest.mark.parametrize("transport", ["stubber", "wire"])
def test_the_first_call_imports_nothing_for_its_transport(transport: str) -> None:
    """What a transport needs is imported when a fake is entered, so that a signal handler can't meet half a module."""
    program = f"""
    import sys
    from pytest_ssm_automation import AutomationFake

    with AutomationFake(transport="{transport}") as fake:
        client = fake.client()
        before = set(sys.modules)
        client.start_automation_execution(DocumentName="Doc")
        late = [name for name in set(sys.modules) - before if "_transports" in name]
        assert not late, late
    """
    subprocess.run([sys.executable, "-c", dedent(program)], check=True)


def test_the_answer_is_parsed_by_botocore(fake: AutomationFake) -> None:
    """The response's metadata are those of an HTTP answer that botocore has read."""
    answer = MODULE_CLIENT.start_automation_execution(DocumentName="Doc")
    metadata = answer["ResponseMetadata"]
    assert answer["AutomationExecutionId"] == fake.executions[0].id
    assert (metadata["HTTPStatusCode"], metadata["RetryAttempts"]) == (200, 0)
    headers = metadata["HTTPHeaders"]
    assert headers["x-amzn-requestid"] == metadata["RequestId"]
    assert headers["content-type"] == "application/x-amz-json-1.1"
    assert int(headers["content-length"]) > 0
    assert headers["date"].endswith(" GMT")


def test_each_attempt_is_signed_and_sent(fake: AutomationFake) -> None:
    """A handler sees each attempt with its number, a signature of the client's own key, a target and a body."""
    retries: Any = {"mode": "standard"}
    client: Any = boto3.client("ssm", region_name="eu-central-1", config=Config(retries=retries), **KEYS)
    handler = Handler()
    client.meta.events.register("before-send.ssm.StartAutomationExecution", handler)
    fake.fail_with("InternalServerError", times=2)
    start(client)
    for number, request in enumerate(handler.seen, 1):
        assert f"attempt={number}" in request.headers["amz-sdk-request"].decode()
        authorization = request.headers["Authorization"].decode()
        assert authorization.startswith("AWS4-HMAC-SHA256 Credential=AKIDMODULE/")
        assert "/eu-central-1/ssm/aws4_request, SignedHeaders=" in authorization
        assert request.headers["X-Amz-Target"] == b"AmazonSSM.StartAutomationExecution"
        assert json.loads(request.body) == {"DocumentName": "Doc"}
        assert request.url == "https://ssm.eu-central-1.amazonaws.com/"
    assert [call.attempt for call in fake.calls] == [1, 2, 3]
    assert fake.calls[0].endpoint_url == "https://ssm.eu-central-1.amazonaws.com"


def test_a_handler_of_the_users_that_answers_wins(fake: AutomationFake) -> None:
    """Like a user's Stubber: what it answers never reaches the fake, and what it lets pass does."""
    client: Any = boto3.client("ssm", region_name="us-east-1", **KEYS)
    handler = Handler(AWSResponse("", 400, {}, Body(b'{"__type": "Mine", "message": "no"}')))  # type: ignore[arg-type]
    client.meta.events.register("before-send.ssm", handler)
    with pytest.raises(ClientError, match=r"\(Mine\).*: no"):
        start(client)
    assert fake.calls == ()
    handler.answer = None
    assert start(client) == fake.executions[0].id
    assert len(handler.seen) == 2


def test_requests_may_be_compressed(fake: AutomationFake) -> None:
    """Where the model asks for compression botocore compresses, and the fake reads it all the same."""
    session = botocore.session.Session()
    loader = session.get_component("data_loader")
    described = copy.deepcopy(loader.load_service_model("ssm", "service-2"))
    described["operations"]["StartAutomationExecution"]["requestcompression"] = {"encodings": ["gzip"]}
    original = loader.load_service_model
    loader.load_service_model = lambda name, *args, **kwargs: (
        described if (name, *args[:1]) == ("ssm", "service-2") else original(name, *args, **kwargs)
    )
    client = session.create_client("ssm", region_name="us-east-1", config=Config(request_min_compression_size_bytes=1))
    handler = Handler()
    client.meta.events.register("before-send.ssm", handler)
    start(client, Parameters={"Text": ["x" * 500]})
    (request,) = handler.seen
    assert request.headers["Content-Encoding"] in (b"gzip", "gzip")
    assert len(request.body) < 200
    fake.assert_started_once(Parameters={"Text": ["x" * 500]})


def never() -> Any:
    """Fail, because credentials are fetched."""
    pytest.fail("credentials are fetched")


def of_role(minutes: int) -> Any:
    """Make the credentials of a role that expire in some minutes."""
    expires = datetime.now(UTC) + timedelta(minutes=minutes)
    return RefreshableCredentials("AKIDROLE", "secret", "token", expires, never, "assume-role")


@pytest.mark.parametrize(
    ("credentials", "key", "signed"),
    [
        (None, None, False),
        (of_role(60), "AKIDROLE", True),
        (of_role(1), "AKIDROLE", False),
        (DeferredRefreshableCredentials(never, "assume-role"), None, False),
    ],
    ids=["none", "fresh", "stale", "deferred"],
)
def test_credentials_are_never_fetched(
    fake: AutomationFake, credentials: Any, key: str | None, *, signed: bool
) -> None:
    """Valid credentials sign; a client without any, or whose own would have to be refreshed, is answered unsigned."""
    client: Any = boto3.client("ssm", region_name="us-east-1")
    client._request_signer._credentials = credentials
    handler = Handler()
    client.meta.events.register("before-send.ssm", handler)
    start(client)
    assert ("Authorization" in handler.seen[0].headers) is signed
    assert fake.calls[0].access_key_id == key


def test_an_unsigned_client_is_answered(fake: AutomationFake) -> None:
    """A client that does not sign is answered too."""
    start(boto3.client("ssm", region_name="us-east-1", config=Config(signature_version=UNSIGNED)))
    fake.assert_started_once()


def test_nested_fakes_of_different_transports() -> None:
    """The innermost fake answers in its own way: throttled calls are tried again on the wire, not by the stubber."""
    client = boto3.client("ssm", region_name="us-east-1", config=Config(retries={"mode": "standard"}))
    with AutomationFake(transport="wire") as wire:
        wire.fail_with("ThrottlingException", times=2)
        start(client)
        with AutomationFake() as stubber:
            stubber.fail_with("ThrottlingException")
            with pytest.raises(ClientError):
                start(client)
            with pytest.raises(NetworkBlockedError):
                client.describe_document(Name="Unknown")
            with AutomationFake(transport="wire") as inner:
                inner.fail_with("ThrottlingException")
                start(client)
            start(client)
        start(client)
    assert [len(fake.calls) for fake in (wire, stubber, inner)] == [4, 2, 2]


@pytest.mark.parametrize("token", [None, "01234567-89ab-cdef-0123-456789abcdef"], ids=["without", "with"])
def test_a_lost_response_is_retried(fake: AutomationFake, token: str | None) -> None:
    """A client tries a lost start again: without a ClientToken it starts twice, and with one it doesn't."""
    fake.lose_response()
    execution_id = start(MODULE_CLIENT, **({"ClientToken": token} if token else {}))
    assert fake.execution(execution_id).id == execution_id
    if token:
        assert [call.outcome for call in fake.calls] == ["lost", "replayed"]
        fake.assert_no_duplicate_starts()
    else:
        assert [call.outcome for call in fake.calls] == ["lost", "started"]
        with pytest.raises(AssertionError, match="ClientToken"):
            fake.assert_no_duplicate_starts()


def test_an_injected_instance_reaches_the_caller(fake: AutomationFake) -> None:
    """An instance of a connection error is raised for every attempt, and as a copy."""
    error = ReadTimeoutError(endpoint_url="https://mine")
    fake.fail_with(error, times=None)
    with pytest.raises(ReadTimeoutError, match="https://mine") as caught:
        start(MODULE_CLIENT)
    assert caught.value is not error


def test_clients_are_not_changed(fake: AutomationFake) -> None:
    """A client keeps its endpoint, handlers and emitter, which may be another library's, and they see the request."""
    client: Any = boto3.client("ssm", region_name="us-east-1", **KEYS)
    endpoint, signed = client._endpoint, mock.Mock(return_value=None)
    emitter = endpoint._event_emitter = mock.Mock(wraps=endpoint._event_emitter)
    client.meta.events.register("before-sign.ssm", signed)
    client.meta.events.register("needs-retry.ssm", lambda endpoint, **_: endpoint._event_emitter.unregister("x", print))
    start(client)
    assert (client._endpoint, endpoint._event_emitter) == (endpoint, emitter)
    emitter.unregister.assert_called_once_with("x", print)
    assert "request-created.ssm.StartAutomationExecution" in {each.args[0] for each in emitter.emit.call_args_list}
    assert len(fake.calls) == signed.call_count == 1
