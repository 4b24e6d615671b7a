from __future__ import annotations

import http.server
import threading
import time
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest, HTTPHeaders
from botocore.config import Config
from botocore.exceptions import BotoCoreError, EndpointConnectionError, HTTPClientError, NoCredentialsError
from botocore.httpsession import URLLib3Session
from botocore.stub import Stubber
from moto import mock_aws

from pytest_ssm_automation import AutomationFake, AutomationFakeError, NetworkBlockedError
from pytest_ssm_automation._transports.network import check_host

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Server(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        """Answer as SSM would, a parameter's value."""
        body = b'{"Parameter": {"Name": "x", "Value": "from the server"}}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Keep quiet."""


@pytest.fixture
def port() -> Iterator[int]:
    """The port of a server on this machine."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Server) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The URLs that requests reach, in place of the network."""
    urls: list[str] = []

    def send(_: Any, request: AWSPreparedRequest) -> Any:
        urls.append(request.url)
        raise EndpointConnectionError(endpoint_url=request.url)

    monkeypatch.setattr(URLLib3Session, "send", send)
    return urls


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_a_request_that_nobody_answers_is_refused_at_once(reached: list[str], fake: AutomationFake, mode: str) -> None:
    """It never leaves the process, isn't retried, and the error says how to let it."""
    retries: Any = {"mode": mode}
    client: Any = boto3.client("s3", region_name="us-east-1", config=Config(retries=retries))
    began = time.perf_counter()
    with pytest.raises(NetworkBlockedError) as caught:
        client.list_buckets()
    assert time.perf_counter() - began < 1
    assert str(caught.value) == (
        "GET https://s3.amazonaws.com/ would have left the process: nobody answered it (option allow_network)"
    )
    with pytest.raises(AssertionError, match=r"GET https://s3\.amazonaws\.com/"):
        fake.verify()
    assert reached == []


def test_the_error_is_botocores_and_the_fakes() -> None:
    """Callers' handlers of BotoCoreError see it, botocore's retries don't, and the test can tell."""
    assert issubclass(NetworkBlockedError, BotoCoreError)
    assert issubclass(NetworkBlockedError, AutomationFakeError)
    assert not issubclass(NetworkBlockedError, HTTPClientError)


def test_other_operations_of_ssm_are_guarded(reached: list[str], fake: AutomationFake, client: Any) -> None:
    """A get_parameter that neither moto nor a Stubber answers is refused, and isn't a call of Automation."""
    with pytest.raises(NetworkBlockedError, match=r"POST https://ssm\.us-east-1\.amazonaws\.com/"):
        client.get_parameter(Name="x")
    assert (fake.calls, reached) == ((), [])


def test_secrets_in_a_query_are_not_shown(fake: AutomationFake) -> None:
    """What stands behind the question mark of a URL is in no message."""
    url = "https://example.com/key?X-Amz-Signature=secret"
    request: Any = AWSPreparedRequest(method="GET", url=url, headers=HTTPHeaders(), body=b"", stream_output=False)
    with pytest.raises(NetworkBlockedError, match=r"GET https://example\.com/key would have"):
        URLLib3Session().send(request)
    with pytest.raises(AssertionError, match="blocked") as caught:
        fake.verify()
    assert "secret" not in str(caught.value)


def test_loopback_is_let_through(fake: AutomationFake, port: int) -> None:
    """A server on this machine can be called, as with LocalStack or moto's server."""
    client: Any = boto3.client("ssm", endpoint_url=f"http://127.0.0.1:{port}")
    assert client.get_parameter(Name="x")["Parameter"]["Value"] == "from the server"
    fake.verify()


@pytest.mark.parametrize("allowed", [True, ["S3.amazonaws.com"], ("other.example", "s3.amazonaws.com")])
def test_hosts_may_be_allowed(reached: list[str], allowed: Any) -> None:
    """With the option, requests reach the network: all of them, or those to the hosts that it names."""
    with AutomationFake(allow_network=allowed) as fake:
        client: Any = boto3.client("s3", region_name="us-east-1", config=Config(retries={"max_attempts": 0}))
        with pytest.raises(EndpointConnectionError):
            client.list_buckets()
        fake.verify()
    assert reached == ["https://s3.amazonaws.com/"]


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("http://localhost:4566/", False),
        ("http://127.0.0.2/", False),
        ("http://[::1]:80/", False),
        ("http://bucket.localhost:4566/", False),
        ("https://example.com/", True),
        ("https://EXAMPLE.com/", ("example.com",)),
        ("http://169.254.169.254/latest", True),
    ],
)
def test_what_may_be_reached(url: str, allowed: Any) -> None:
    """Loopback always, all else when it is allowed."""
    assert check_host("GET", url, allowed=allowed) is None  # type: ignore[func-returns-value]


@pytest.mark.parametrize(
    "url",
    ["https://example.com/", "https://localhost.example.com/", "https://127.example.com/", "https://127.0.0.1.nip.io/"],
)
def test_what_may_not_be_reached(url: str) -> None:
    """Any other host, also one whose name only starts like loopback's."""
    with pytest.raises(NetworkBlockedError, match="would have left the process"):
        check_host("GET", url, allowed=("other.example",))


@pytest.mark.parametrize("host", ["169.254.169.254", "169.254.170.2", "[fd00:ec2::254]"])
def test_the_machine_has_no_credentials(host: str) -> None:
    """Instance metadata is unreachable, as on a machine outside AWS."""
    with pytest.raises(EndpointConnectionError):
        check_host("GET", f"http://{host}/latest/meta-data", allowed=False)


def test_looking_for_the_machines_credentials_is_no_mistake(
    reached: list[str], fake: AutomationFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client without credentials looks at instance metadata, gets none, and a strict test doesn't fail for it."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_EC2_METADATA_DISABLED"):
        monkeypatch.delenv(name)
    client: Any = boto3.Session().client("sts", region_name="us-east-1")
    with pytest.raises(NoCredentialsError):
        client.get_caller_identity()
    fake.verify()
    assert reached == []


def test_moto_and_stubbers_are_not_disturbed(fake: AutomationFake) -> None:
    """What somebody answers never reaches the guard."""
    with mock_aws():
        s3: Any = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket="bucket")
        assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["bucket"]
    sqs: Any = boto3.client("sqs")
    with Stubber(sqs) as stubber:
        stubber.add_response("list_queues", {})
        sqs.list_queues()
    fake.verify()


def test_the_innermost_fake_guards(reached: list[str]) -> None:
    """A request belongs to the fake that is innermost when it is made."""
    with AutomationFake() as outer, AutomationFake() as inner:
        client: Any = boto3.client("s3")
        with pytest.raises(NetworkBlockedError):
            client.list_buckets()
    outer.verify()
    with pytest.raises(AssertionError, match="blocked"):
        inner.verify()


def test_resetting_forgets_blocked_requests(fake: AutomationFake) -> None:
    """A fake that was reset has nothing to say of what came before."""
    client: Any = boto3.client("s3")
    with pytest.raises(NetworkBlockedError):
        client.list_buckets()
    fake.reset()
    fake.verify()
