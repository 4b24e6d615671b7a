from __future__ import annotations

import builtins
import contextlib
import importlib
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import requests

from pytest_ssm_automation import AutomationFake, AutomationFakeError, FakeUsageError
from pytest_ssm_automation._transports.http import body as body_module
from pytest_ssm_automation._transports.http import endpoint as module

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Sign = Callable[..., dict[str, Any]]

START = "StartAutomationExecution"
DOC = {"DocumentName": "Doc"}
CHILD = """
import json, sys, boto3
ssm = boto3.client("ssm")
answer = ssm.start_automation_execution(DocumentName="Doc", Parameters={"InstanceId": ["i-1"]})
print(json.dumps([answer["AutomationExecutionId"], answer["ResponseMetadata"]["RetryAttempts"]]))
"""


@pytest.fixture
def url(fake: AutomationFake) -> str:
    """Where the fixture `fake` is served."""
    return fake.serve_endpoint()


def port_of(url: str) -> int:
    """Give the port of a URL."""
    return int(url.rpartition(":")[2])


def exchange(url: str, sent: bytes, *, end: bool = True) -> tuple[int, dict[str, str], bytes]:
    """Send bytes, and read the answer until the connection is closed."""
    with socket.create_connection(("127.0.0.1", port_of(url)), timeout=10) as connection:
        connection.sendall(sent)
        if end:
            connection.shutdown(socket.SHUT_WR)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = received.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return int(status.split()[1]), headers, body


def raw(
    signed: dict[str, Any],
    *,
    length: object = None,
    chunked: bytes | None = None,
    coding: str = "chunked",
    host: str = "127.0.0.1",
) -> bytes:
    """Write a signed request as it goes over the connection."""
    body: bytes = signed["data"]
    headers = {**signed["headers"], "Host": host, "Content-Length": str(len(body) if length is None else length)}
    if chunked is not None:
        del headers["Content-Length"]
        headers["Transfer-Encoding"], body = coding, chunked
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST / HTTP/1.1\r\n{head}\r\n".encode("latin-1", "replace") + body


def test_one_server_on_loopback_only(fake: AutomationFake, url: str, post: Any) -> None:
    """A fake listens on a free port of 127.0.0.1, so that other machines can't reach it, and may serve again."""
    assert re.fullmatch(r"http://127\.0\.0\.1:\d{4,5}", url)
    assert fake._endpoint is not None
    assert fake._endpoint._server.socket.getsockname() == ("127.0.0.1", port_of(url))
    assert fake.serve_endpoint() == url
    with AutomationFake() as other:
        assert other.serve_endpoint() != url
    fake.__exit__(None, None, None)
    with fake:
        assert post(START, DOC, url=fake.serve_endpoint()).status_code == 200
    fake.__enter__()
    fake.assert_started_once(DocumentName="Doc")


def test_it_is_gone_afterwards(signed: Sign) -> None:
    """After the fake, the port and all connections are closed, no thread is left, and half a request is no call."""
    request = signed(START, DOC)
    begun = (b"", b"POST / HTTP/1.1\r\n", raw(request, length=1000), raw(request, chunked=b"17\r\n{"))
    with AutomationFake() as fake, contextlib.ExitStack() as stack:
        address = ("127.0.0.1", port_of(fake.serve_endpoint()))
        connections = [stack.enter_context(socket.create_connection(address, timeout=5)) for _ in begun]
        for connection, sent in zip(connections, begun, strict=True):
            connection.sendall(sent)
        server: Any = fake._endpoint
        while len(server._server._serving) < len(begun):
            time.sleep(0.001)
        fake.__exit__(None, None, None)
        assert [connection.recv(1) for connection in connections] == [b""] * len(begun)
        fake.__enter__()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, timeout=5)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ssm-automation")]
    assert fake.calls == ()


@pytest.mark.parametrize("before", [None, "http://mine.example"])
@pytest.mark.parametrize("meanwhile", [None, "http://other.example"])
def test_the_environment_is_set_and_restored(
    monkeypatch: pytest.MonkeyPatch, before: str | None, meanwhile: str | None
) -> None:
    """Child processes find the server by variables that are as before afterwards, unless they were changed."""
    monkeypatch.setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
    monkeypatch.setenv("NO_PROXY", "example.com")
    if before:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SSM", before)
    variables = dict(os.environ)
    with AutomationFake() as fake:
        url = fake.serve_endpoint()
        assert os.environ["AWS_ENDPOINT_URL_SSM"] == url
        assert "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS" not in os.environ
        assert os.environ["NO_PROXY"] == "example.com,127.0.0.1"
        if meanwhile:
            monkeypatch.setenv("AWS_ENDPOINT_URL_SSM", meanwhile)
    assert dict(os.environ) == ({**variables, "AWS_ENDPOINT_URL_SSM": meanwhile} if meanwhile else variables)


@pytest.mark.slow
def test_a_child_process_reaches_it(fake: AutomationFake, url: str) -> None:
    """A child has dummy credentials, a Region and the endpoint by its environment, and botocore's own retries."""
    fake.fail_with("InternalServerError")
    done = subprocess.run([sys.executable, "-c", CHILD], capture_output=True, text=True, check=True, timeout=60)
    execution = fake.assert_started_once(Parameters={"InstanceId": ["i-1"]})
    assert json.loads(done.stdout) == [execution.id, 1]
    assert [(call.outcome, call.attempt, call.endpoint_url) for call in fake.calls] == [
        ("failed", 1, url), ("started", 2, url)
    ]  # fmt: skip


@pytest.mark.skipif(sys.version_info < (3, 14), reason="this Python has no interpreters to import")
@pytest.mark.slow
def test_a_subinterpreter_reaches_it(fake: AutomationFake, url: str) -> None:
    """Other interpreters of the process have no fake, and find the server by the environment, as processes do."""
    interpreters: Any = importlib.import_module("concurrent.interpreters")
    futures: Any = importlib.import_module("concurrent.futures")
    other = interpreters.create()
    other.exec(CHILD)
    other.close()
    with futures.InterpreterPoolExecutor(2) as pool:
        for done in [pool.submit(exec, CHILD) for _ in range(3)]:
            done.result()
    assert [call.endpoint_url for call in fake.calls] == [url] * 4
    fake.assert_started(times=4, DocumentName="Doc", Parameters={"InstanceId": ["i-1"]})


def test_clients_of_this_process_need_no_connection(fake: AutomationFake, url: str) -> None:
    """They find the endpoint in the environment too, but are answered as ever."""
    client: Any = boto3.client("ssm")
    client.start_automation_execution(**DOC)
    assert client.meta.endpoint_url == url
    assert [call.endpoint_url for call in fake.calls] == [url]


def test_the_fixtures_serve_http(run: Any) -> None:
    """One gives the URL for child processes, the other a mock that also serves `requests`, for other URLs too."""
    run(
        """
        import os
        import requests

        def test_endpoint(ssm_automation, ssm_automation_endpoint):
            assert os.environ["AWS_ENDPOINT_URL_SSM"] == ssm_automation_endpoint
            assert requests.get(ssm_automation_endpoint).json()["__type"] == "UnknownOperationException"

        def test_requests(ssm_automation, ssm_automation_http):
            assert "AWS_ENDPOINT_URL_SSM" not in os.environ
            ssm_automation_http.add("GET", "https://mine.example/", body="mine")
            assert requests.get("https://mine.example/").text == "mine"
            answer = requests.post("https://ssm.us-east-1.amazonaws.com/", headers={
                "X-Amz-Target": "AmazonSSM.StartAutomationExecution", "Content-Type": "application/x-amz-json-1.1"})
            assert answer.json()["__type"] == "MissingAuthenticationTokenException"
            ssm_automation.assert_rejected(error="MissingAuthenticationTokenException")
        """
    ).assert_outcomes(passed=2)


def test_without_werkzeug(fake: AutomationFake, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the extra to install; nothing else needs it."""
    original = builtins.__import__

    def without(name: str, *args: Any) -> Any:
        if name.startswith("werkzeug"):
            raise ModuleNotFoundError("No module named 'werkzeug'", name="werkzeug")
        return original(name, *args)

    monkeypatch.delitem(sys.modules, module.__name__)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(FakeUsageError, match=re.escape("needs werkzeug: install pytest-ssm-automation[endpoint]")):
        fake.serve_endpoint()
    client: Any = fake.client()
    client.start_automation_execution(**DOC)


def test_mistakes_of_the_test_are_answered_too(fake: AutomationFake, url: str, post: Any) -> None:
    """What can't be raised in another process is InternalFailure there, without a trace, and a problem of the test."""
    fake.fail_with("ThrottlingException", when=lambda call: bool(call.params["Mode"]))
    answer = post(START, DOC, url=url)
    assert (answer.status_code, answer.json()) == (500, {"__type": "InternalFailure", "message": "KeyError: 'Mode'"})
    assert [(call.outcome, call.error) for call in fake.calls] == [("failed", "KeyError")]
    for error in (KeyboardInterrupt, KeyboardInterrupt()):
        fake.reset()
        fake.fail_with(error)
        answer = post(START, DOC, url=url)
        assert answer.json()["__type"] == "InternalFailure"
    assert answer.json()["message"].startswith("FakeUsageError: KeyboardInterrupt() can't be raised in a caller that")
    with pytest.raises(AssertionError, match=r"KeyboardInterrupt\(\) can't be raised in a caller that sends HTTP"):
        fake.verify()


def test_sixty_four_clients_at_once(fake: AutomationFake, url: str, post: Any) -> None:
    """None is lost, none is counted twice, and none shares an id with another."""
    names, barrier = {f"Doc-{number}" for number in range(64)}, threading.Barrier(64)

    def call(name: str) -> str:
        barrier.wait()
        answer: str = post(START, {"DocumentName": name}, url=url).json()["AutomationExecutionId"]
        return answer

    with ThreadPoolExecutor(64) as pool:
        ids = list(pool.map(call, names))
    assert sorted(ids) == sorted(execution.id for execution in fake.executions)
    assert {execution.document_name for execution in fake.executions} == names
    assert len(set(ids)) == len(fake.calls) == 64


@pytest.mark.parametrize("kind", ["length", "chunks"])
def test_ten_megabytes(fake: AutomationFake, url: str, signed: Sign, kind: str) -> None:
    """A body above the limit is read to its end, refused as AWS would refuse it, and on the record."""
    request = signed(START, body=b" " * 10_000_000)
    data = request["data"] if kind == "length" else (b" " * 100_000 for _ in range(100))
    answer = requests.request(**{**request, "url": url, "data": data}, timeout=30)
    assert (answer.status_code, answer.json()["__type"]) == (400, "SerializationException")
    assert "1048576 bytes" in answer.json()["message"]
    assert [call.error for call in fake.calls] == ["SerializationException"]


@pytest.mark.parametrize(
    "how",
    [
        {"length": 1000},
        {"length": -1},
        {"length": 10**30},
        {"length": "1_0"},
        {"length": "\u0665"},
        {"chunked": b"", "coding": "gzip, chunked"},
        *(
            {"chunked": chunked}
            for chunked in (
                b"zz\r\n",
                b"5\r\nab",
                b"",
                b"FFFFFFFFFFFFFFFFFF\r\nab\r\n",
                b"FFFFFFFFFFFFFFFF\r\nab\r\n0\r\n\r\n",
                b"-1\r\nab\r\n0\r\n\r\n",
                b"+1\r\na\r\n0\r\n\r\n",
                b"0x1\r\na\r\n0\r\n\r\n",
                b"1\r\nab\r\n0\r\n\r\n",
                b"1;" + b"x" * 10_000 + b"\r\na\r\n0\r\n\r\n",
                b"0\r\n" + b"x: y\r\n" * 101 + b"\r\n",
                b"0\r\nx: y\r\n",
                b"0\r\n",
            )
        ),
    ],
    ids=lambda how: str(how)[:60],
)
def test_truncated_requests(fake: AutomationFake, url: str, signed: Sign, how: dict[str, Any]) -> None:
    """A request that ends before it should is refused at once, and on the record."""
    status, headers, body = exchange(url, raw(signed(START, DOC), **how))
    assert (status, headers["content-type"]) == (400, "application/x-amz-json-1.1")
    assert json.loads(body)["__type"] == "SerializationException"
    assert [(call.operation, call.error) for call in fake.calls] == [(START, "SerializationException")]


@pytest.mark.parametrize(
    "chunked",
    [
        b"17\r\n%s\r\n0\r\n\r\n",
        b'17;name;other = "quoted; text"\r\n%s\r\n0;last\r\n\r\n',
        b"00000017 \t\r\n%s\r\n000\r\nX-Checksum: abc\r\nX-Other:\r\n\r\n",
        b"17\n%s\n0\n\n",
    ],
)
def test_legal_chunks_are_read(fake: AutomationFake, url: str, signed: Sign, chunked: bytes) -> None:
    """Extensions of chunks mean nothing here, and trailers are left out, as the specification allows."""
    body = b'{"DocumentName": "Doc"}'
    status, _, _ = exchange(url, raw(signed(START, body=body), chunked=chunked % body))
    assert status == 200
    fake.assert_started_once(exact=True, DocumentName="Doc")


@pytest.mark.slow
def test_a_body_without_end(fake: AutomationFake, url: str, signed: Sign, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sender that never stops is answered when it has sent enough, and one that drips or is silent after a time."""
    monkeypatch.setattr(body_module, "_MOST_READ", 3 * 1024 * 1024)
    endless = (b"%x\r\n" % 65536 + b" " * 65536 + b"\r\n") * 49
    status, _, body = exchange(url, raw(signed(START, DOC), chunked=endless), end=False)
    assert (status, json.loads(body)["message"]) == (400, "The request has more than 1048576 bytes.")
    monkeypatch.setattr(module._Handler, "timeout", 0.5)
    with socket.create_connection(("127.0.0.1", port_of(url)), timeout=10) as connection:
        connection.sendall(raw(signed(START, DOC), length=100_000))
        received = b""
        while not received:
            connection.sendall(b" ")
            connection.settimeout(0.1)
            with contextlib.suppress(TimeoutError):
                received = connection.recv(65536)
    assert b" 408 " in received
    status, _, body = exchange(url, raw(signed(START, DOC), length=1000), end=False)
    assert (status, json.loads(body)["__type"]) == (408, "RequestTimeoutException")
    assert [call.error for call in fake.calls] == ["SerializationException", *["RequestTimeoutException"] * 2]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200),
        ("127.0.0.2:80", 200),
        ("LOCALHOST:1234", 200),
        ("[::1]:1", 200),
        ("ssm.localhost", 200),
        ("", 200),
        ("evil.example", 400),
        ("evil.example:8080", 400),
        ("127.0.0.1.evil.example", 400),
        ("localhost@evil.example", 400),
        ("127.0.0.1,evil.example", 400),
        ("[x", 400),
        ("192.168.0.1", 400),
        ("0.0.0.0", 400),  # noqa: S104 - nothing is bound to it
    ],
)
def test_only_loopback_names_are_served(fake: AutomationFake, url: str, signed: Sign, host: str, status: int) -> None:
    """A page in a browser whose name was pointed to this machine gets nothing, and leaves nothing on the record.

    Browsers always send the Host header, so a request without it is not from one.
    """
    sent = raw(signed(START, DOC), host=host)
    if not host:
        sent = sent.replace(b"Host: \r\n", b"").replace(b"HTTP/1.1", b"HTTP/1.0")
    answered, _, body = exchange(url, sent)
    assert answered == status
    assert len(fake.calls) == (status == 200)
    if status != 200:
        assert json.loads(body)["__type"] == "InvalidSignatureException"
        assert json.loads(body)["message"] == f"The Host header names {host!r}, which is not this machine."


@pytest.mark.parametrize("ends", [True, False])
def test_closing_waits_for_calls_that_end(signed: Sign, monkeypatch: pytest.MonkeyPatch, *, ends: bool) -> None:
    """A request that is being answered when the fake ends is answered to its end first, and leaves no thread.

    One that is stuck in a function of the test keeps the fake from ending for a moment only.
    """
    monkeypatch.setattr(module, "_LONGEST_CLOSE", 10 if ends else 0.3)
    stuck, closing, go = threading.Event(), threading.Event(), threading.Event()

    def when(_: Any) -> bool:
        stuck.set()
        released = (closing if ends else go).wait(10)
        time.sleep(0.1)  # longer than the server takes to stop listening
        return not released

    with AutomationFake() as fake:
        fake.fail_with("ThrottlingException", when=when)
        url = fake.serve_endpoint()
        server: Any = fake._endpoint
        stop = server._server.stop

        def close(*arguments: Any) -> None:
            closing.set()
            stop(*arguments)

        monkeypatch.setattr(server._server, "stop", close)
        with socket.create_connection(("127.0.0.1", port_of(url)), timeout=10) as connection:
            connection.sendall(raw(signed(START, DOC)))
            assert stuck.wait(10)
            server.close()
            fake._endpoint = None
            serving = server._server._serving
            assert any(thread.is_alive() for thread in serving) is not ends
            go.set()
    for thread in serving:
        thread.join()
    fake.assert_started_once(DocumentName="Doc")


@pytest.mark.parametrize(
    "sent",
    [
        b"\r\n\r\n",
        b"\x00\x01\x02\r\n\r\n",
        b"GET /\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/x\r\n\r\n",
        b"GET http://[x HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + b"x: y\r\n" * 200 + b"\r\n",
        b"POST /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        b"\xff / HTTP/1.1\r\nUser-Agent: \xff\r\n\r\n",
        b"HEAD / HTTP/1.1\r\n\r\n",
    ],
    ids=lambda sent: repr(sent[:24]),
)
def test_what_is_hardly_http(fake: AutomationFake, url: str, sent: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    """Everything gets a response in AWS's format, nothing is printed, and the server continues."""
    status, headers, body = exchange(url, sent)
    assert (status, headers["content-type"], headers["connection"]) == (400, "application/x-amz-json-1.1", "close")
    if not sent.startswith(b"HEAD"):
        assert json.loads(body)["__type"] == "UnknownOperationException"
        assert int(headers["content-length"]) == len(body)
    assert requests.get(url, timeout=5).status_code == 400
    assert fake.calls == ()
    assert capfd.readouterr() == ("", "")


@pytest.fixture(autouse=True)
def _quiet(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """See that the server never complains."""
    yield
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("name", ["SocketBlockedError", "RuntimeError"])
def test_a_blocked_socket_is_explained(fake: AutomationFake, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """If pytest-socket blocks the socket, the error says how to allow it; other errors are unchanged."""
    error = type(name, (RuntimeError,), {})("blocked")

    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(socket, "socket", refuse)
    expected = AutomationFakeError if name == "SocketBlockedError" else RuntimeError
    with pytest.raises(expected, match="allow_hosts" if name == "SocketBlockedError" else "blocked"):
        fake.serve_endpoint()
