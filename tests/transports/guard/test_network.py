from __future__ import annotations

import http.server
import re
import threading
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import urllib3
import urllib3.util.connection
import vcr
from botocore.awsrequest import AWSPreparedRequest
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError, NoCredentialsError
from botocore.httpsession import URLLib3Session
from vcr.record_mode import RecordMode

from pytest_ssm_automation import AutomationFake, FakeUsageError, NetworkBlockedError
from pytest_ssm_automation._transports.guard import network

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


CASSETTE = """
version: 1
interactions:
- request: {method: GET, uri: "https://s3.example/", body: null, headers: {}}
  response:
    status: {code: 200, message: OK}
    headers: {Content-Type: [application/xml]}
    body: {string: "<ListAllMyBucketsResult><Buckets></Buckets></ListAllMyBucketsResult>"}
"""


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
    """The hosts to which connections are opened, in place of the network."""
    hosts: list[str] = []

    def connect(address: tuple[str, int], *_: Any, **__: Any) -> Any:
        hosts.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(urllib3.util.connection, "create_connection", connect)
    return hosts


def prepared(method: str, url: str) -> Any:
    """Make a request as botocore sends it."""
    headers: Any = {}
    return AWSPreparedRequest(method=method, url=url, headers=headers, body=b"", stream_output=False)


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_an_unanswered_request_is_refused_at_once(
    reached: list[str], fake: AutomationFake, waits: list[float], mode: str
) -> None:
    """It does not leave the process, is not retried, and the error says how to allow it."""
    retries: Any = {"mode": mode}
    client: Any = boto3.client("s3", region_name="us-east-1", config=Config(retries=retries))
    with pytest.raises(NetworkBlockedError) as caught:
        client.list_buckets()
    assert str(caught.value) == (
        "Blocked GET https://s3.amazonaws.com/ (s3 ListBuckets), which would have left the process: nothing answered "
        "it. Answer it with moto or a Stubber, or allow it with the option allow_network."
    )
    with pytest.raises(AssertionError, match=r"GET https://s3\.amazonaws\.com/ \(s3 ListBuckets\)"):
        fake.verify()
    assert (reached, waits) == ([], [])


def test_secrets_in_a_query_are_not_shown(fake: AutomationFake) -> None:
    """No message contains the query of a URL."""
    url = "https://example.com/key?X-Amz-Signature=secret"
    request = prepared("GET", url)
    with pytest.raises(NetworkBlockedError, match=r"^Blocked GET https://example\.com/key, which"):
        URLLib3Session().send(request)
    with pytest.raises(AssertionError, match="blocked") as caught:
        fake.verify()
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "allowed", "passes"),
    [
        ("http://localhost:4566/", False, True),
        ("http://127.0.0.2/", False, True),
        ("http://[::1]:80/", False, True),
        ("http://bucket.localhost:4566/", False, True),
        ("http://0.0.0.0:5000/", False, True),
        ("http://[::]:5000/", False, True),
        ("https://example.com/", True, True),
        ("https://EXAMPLE.com/", ("other.example", "example.com"), True),
        ("https://example.com/", ["Example.com"], True),
        ("http://169.254.169.254/latest", True, True),
        *(
            (url, ["other.example"], False)
            for url in (
                "https://example.com/",
                "https://localhost.example.com/",
                "https://127.example.com/",
                "https://127.0.0.1.nip.io/",
                "http://0.0.0.1/",
                "http://0.0.0.0.nip.io/",
                "http://[::2]/",
            )
        ),
    ],
)
def test_what_may_be_reached(reached: list[str], url: str, allowed: Any, *, passes: bool) -> None:
    """This machine always, as with LocalStack or moto's server, and other hosts if they are allowed.

    A host whose name only starts like loopback's is another one.
    """
    with (
        AutomationFake(allow_network=allowed) as fake,
        pytest.raises(EndpointConnectionError if passes else NetworkBlockedError),
    ):
        URLLib3Session().send(prepared("GET", url))
    assert len(reached) == passes
    if passes:
        fake.verify()


def test_looking_for_the_machines_credentials_is_no_mistake(
    reached: list[str], fake: AutomationFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client without credentials looks at instance metadata, gets none, and a strict test doesn't fail for it."""
    for host in ("169.254.169.254", "169.254.170.2", "[fd00:ec2::254]"):
        with pytest.raises(EndpointConnectionError):
            URLLib3Session().send(prepared("GET", f"http://{host}/latest/meta-data"))
    with monkeypatch.context() as patched:  # undone before the fake ends
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_EC2_METADATA_DISABLED"):
            patched.delenv(name)
        client: Any = boto3.Session().client("sts", region_name="us-east-1")
        with pytest.raises(NoCredentialsError):
            client.get_caller_identity()
    fake.verify()
    assert reached == []


def test_the_innermost_fake_guards(reached: list[str]) -> None:
    """A request belongs to the fake that is innermost when it is made, and a reset forgets it.

    For an operation that the fake could answer, the error says how.
    """
    with AutomationFake() as outer, AutomationFake() as inner:
        client: Any = inner.client()
        with pytest.raises(NetworkBlockedError, match=r"DescribeDocument\).* Register the runbook with add_runbook"):
            client.describe_document(Name="Doc")
        with pytest.raises(NetworkBlockedError, match=r"POST https://ssm\.us-east-1\.amazonaws\.com/") as caught:
            client.get_parameter(Name="x")
        assert "add_runbook" not in str(caught.value)
    outer.verify()
    with pytest.raises(AssertionError, match="blocked"):
        inner.verify()
    inner.reset()
    inner.verify()
    assert (inner.calls, reached) == ((), [])


def test_what_a_proxy_hides_is_seen(reached: list[str], fake: AutomationFake, port: int) -> None:
    """The request decides, not the host that the connection goes to: here, a proxy on this machine."""
    for scheme in ("http", "https"):
        proxies = {scheme: f"http://127.0.0.1:{port}"}
        client: Any = boto3.client("s3", endpoint_url=f"{scheme}://s3.example", config=Config(proxies=proxies))
        with pytest.raises(NetworkBlockedError, match=r"s3\.example"):
            client.list_buckets()
    assert reached == []


def test_a_connection_that_is_open_is_guarded(port: int) -> None:
    """A connection that was opened before the fake can't be used under it."""
    client: Any = boto3.client("ssm", endpoint_url=f"http://127.0.0.1:{port}", region_name="us-east-1")
    with AutomationFake(allow_network=True):
        client.get_parameter(Name="x")
    connected = client._endpoint.http_session._manager.connection_from_url(f"http://127.0.0.1:{port}")
    request = prepared("POST", "http://far.example/")
    with AutomationFake() as fake, pytest.MonkeyPatch.context() as patch:
        patch.setattr(URLLib3Session, "_get_connection_manager", lambda *_: _Manager(connected))
        with pytest.raises(NetworkBlockedError, match=r"far\.example"):
            client._endpoint.http_session.send(request)
        fake.assert_blocked("http://far.example")
    client.close()


class _Manager:
    """A manager with the same connection pool for all URLs."""

    def __init__(self, pool: Any) -> None:
        """Hold the pool."""
        self.connection_from_url = lambda _: pool


def test_a_recorder_replays_and_records_nothing(reached: list[str], fake: AutomationFake, tmp_path: Path) -> None:
    """Vcrpy replays its cassette together with the fake; what it would have to record is blocked."""
    cassette = tmp_path / "cassette.yaml"
    cassette.write_text(CASSETTE, encoding="utf-8")
    client: Any = boto3.client("s3", region_name="us-east-1", endpoint_url="https://s3.example")
    with vcr.use_cassette(str(cassette), record_mode=RecordMode.NONE, match_on=["method", "host"]):
        assert client.list_buckets()["Buckets"] == []
        fake.client().start_automation_execution(DocumentName="Doc")
    fake.verify()
    assert len(fake.calls) == 1
    with vcr.use_cassette(str(tmp_path / "new.yaml")), pytest.raises(NetworkBlockedError):
        client.list_buckets()
    fake.assert_blocked("https://s3.example", times=1)
    assert (reached, list(tmp_path.iterdir())) == ([], [cassette])


def test_other_libraries_connect_as_ever(fake: AutomationFake, port: int) -> None:
    """The guard is botocore's: urllib3 itself is not touched."""
    with urllib3.PoolManager() as manager:
        assert manager.request("POST", f"http://127.0.0.1:{port}").status == 200
    with pytest.raises(urllib3.exceptions.MaxRetryError):
        urllib3.PoolManager().request("GET", "http://127.0.0.1:9", retries=0)
    fake.verify()


def test_blocked_requests_can_be_expected(fake: AutomationFake) -> None:
    """Requests that `assert_blocked` expects are not problems; others still are, and a message names them."""
    with pytest.raises(AssertionError) as caught:
        fake.assert_blocked()
    assert str(caught.value) == (
        "A request to the network was not blocked, expected at least once.\n\nNo request was blocked."
    )
    for service, method in (("s3", "list_buckets"), ("s3", "list_buckets"), ("sqs", "list_queues")):
        with pytest.raises(NetworkBlockedError):
            getattr(boto3.client(service, region_name="us-east-1"), method)()
    fake.assert_blocked("https://s3.amazonaws.com/?list-type=2", times=2)
    with pytest.raises(AssertionError, match=r"blocked \(.*:\n  POST https://sqs.*\(sqs ListQueues\)$"):
        fake.verify()
    fake.assert_blocked(re.compile(r"sqs\..*amazonaws"))
    fake.verify()
    fake.assert_blocked(times=3)
    with pytest.raises(AssertionError) as caught:
        fake.assert_blocked("https://sqs.example", times=1)
    assert str(caught.value).startswith(
        "A request to 'https://sqs.example' was not blocked, expected once.\n\n"
        "Blocked (3):\n  GET https://s3.amazonaws.com/ (s3 ListBuckets)\n"
    )
    with pytest.raises(AssertionError, match="'sqs' was blocked once, expected twice"):
        fake.assert_blocked(re.compile("sqs"), times=2)
    wrong: list[dict[str, Any]] = [{"url": 1}, {"url": b"https://x"}, {"times": 0}, {"times": True}]
    for given in wrong:
        with pytest.raises(FakeUsageError, match=f"Expected {next(iter(given))} to be"):
            fake.assert_blocked(**given)


class Interrupted:
    """A context variable. An interrupt follows its setting at once."""

    def __init__(self) -> None:
        """Start without a value."""
        self.value: object = None

    def get(self) -> object:
        """Return the value."""
        return self.value

    def set(self, value: object) -> None:
        """Set the value."""
        self.value = value
        if value is not None:
            raise KeyboardInterrupt


@pytest.mark.parametrize("during", [network._during, network._during_aio])
def test_an_interrupt_leaves_nothing_behind(during: Any) -> None:
    """After an interrupt at any moment, later requests are not taken for parts of the interrupted call."""
    variable = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        during(variable, lambda *_: None, "session", "request").send(None)  # starts a coroutine
    assert variable.value is None
