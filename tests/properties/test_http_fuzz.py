"""Whatever arrives over HTTP is answered as AWS answers, and nothing of it is lost."""

from __future__ import annotations

import json
import socket
from contextlib import redirect_stderr
from io import StringIO
from typing import TYPE_CHECKING, Any, Final

import model
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pytest_ssm_automation import AutomationFake
from pytest_ssm_automation._transports.http.answering import answer_http
from pytest_ssm_automation._transports.http.endpoint import Endpoint

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hypothesis.strategies import SearchStrategy

SERVED: Final = (*model.OPERATIONS, *model.DOCUMENT_OPERATIONS)
RUNBOOK = {
    "schemaVersion": "0.3",
    "mainSteps": [{"name": "wait", "action": "aws:sleep", "inputs": {"Duration": "PT1S"}}],
}
AUTHORIZATION = (
    "AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/ssm/aws4_request, SignedHeaders=host, Signature=" + "0" * 64
)
SIGNED = {
    "X-Amz-Date": "20260101T000000Z",
    "Authorization": AUTHORIZATION,
    "Content-Type": "application/x-amz-json-1.1",
}


def known(operation: str) -> SearchStrategy[dict[str, Any]]:
    """Draw a request that has members of an operation, with any JSON in them."""
    return st.dictionaries(st.sampled_from(sorted(model.input_shape(operation).members)), values, max_size=4)


texts = st.text(st.characters(codec=None), max_size=20) | st.sampled_from(
    ["Known", "i-1", "Auto", "ExecutionId"]
)  # surrogates, too
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts
values = st.recursive(
    scalars, lambda below: st.lists(below, max_size=3) | st.dictionaries(texts, below, max_size=3), max_leaves=10
)
operations = st.sampled_from(SERVED)
requests_ = operations.flatmap(lambda operation: st.tuples(st.just(operation), known(operation)))
bodies = st.binary(max_size=200) | values.map(lambda value: json.dumps(value).encode())
header_texts = st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0"), max_size=30)
headers = st.fixed_dictionaries(
    {},
    optional={
        "X-Amz-Target": header_texts | operations.map("AmazonSSM.{}".format),
        "Content-Type": header_texts | st.just("application/x-amz-json-1.1"),
        "Content-Encoding": header_texts | st.just("gzip"),
        "Authorization": header_texts | header_texts.map("AWS4-HMAC-SHA256 {}".format) | st.just(AUTHORIZATION),
        "X-Amz-Date": header_texts,
        "amz-sdk-request": header_texts | st.integers().map("attempt={}".format),
    },
)


@pytest.fixture(scope="module")
def fake() -> AutomationFake:
    """A fake that isn't active, with a runbook; examples look only at what they add."""
    made = AutomationFake(seed="fuzz")
    made.add_runbook(RUNBOOK, name="Known")
    return made


@pytest.fixture(scope="module")
def port(fake: AutomationFake) -> Iterator[int]:
    """The port where the fake is served."""
    server = Endpoint(fake._service)
    yield int(server.url.rpartition(":")[2])
    server.close()


def names_one_of_ours(method: str, sent: Mapping[str, str]) -> bool:
    """Tell whether a request has to be on the record."""
    kind = sent.get("Content-Type", "").partition(";")[0].strip().lower()
    target = sent.get("X-Amz-Target", "")
    return (
        method == "POST"
        and kind in {"application/x-amz-json-1.1", "application/json"}
        and target.startswith("AmazonSSM.")
        and target.removeprefix("AmazonSSM.") in SERVED
    )


def check_answer(status: int, content_type: str, body: bytes) -> None:
    """See that an answer is one of AWS's."""
    members = json.loads(body)
    assert content_type == "application/x-amz-json-1.1"
    assert isinstance(members, dict)
    if status == 200:
        assert "__type" not in members
    else:
        assert 400 <= status < 500
        assert members.keys() & {"message", "Message"} or members.keys() == {"__type"}
        assert members["__type"].isalpha()
        assert "Traceback" not in body.decode()


@pytest.mark.slow
@given(sent=headers, body=bodies, method=st.sampled_from(["POST", "POST", "GET", "BREW"]) | header_texts)
def test_any_request(fake: AutomationFake, sent: dict[str, str], body: bytes, method: str) -> None:
    """Any method, headers and bytes get an answer, and one record if they name an operation."""
    before = len(fake.calls)
    answer = answer_http(fake._service, method, "http://x", sent, body)
    check_answer(answer.status, answer.headers["Content-Type"], answer.body)
    assert len(fake.calls) - before == names_one_of_ours(method, sent)


@given(request=requests_)
@example(request=("DescribeDocument", {"Name": ["x"]}))
@example(request=("StartAutomationExecution", {"DocumentName": "x", "ClientToken": 7}))
@example(request=("DescribeAutomationExecutions", {"NextToken": "\udcff", "MaxResults": 1}))
def test_any_members(fake: AutomationFake, request: tuple[str, dict[str, Any]]) -> None:
    """A signed request with any JSON in its members is answered or refused, and is one record."""
    operation, members = request
    before = len(fake.calls)
    sent = {**SIGNED, "X-Amz-Target": f"AmazonSSM.{operation}"}
    answer = answer_http(fake._service, "POST", "http://x", sent, json.dumps(members).encode())
    check_answer(answer.status, answer.headers["Content-Type"], answer.body)
    assert len(fake.calls) - before == 1
    assert (fake.calls[-1].error is None) == (answer.status == 200)


@given(depth=st.integers(90, 100_000), close=st.booleans(), member=st.sampled_from(["[", '{"a":']))
@settings(max_examples=30)
def test_any_depth(fake: AutomationFake, depth: int, *, close: bool, member: str) -> None:
    """No nesting is too deep to be refused."""
    end = {"[": "]", '{"a":': "}"}[member] * depth if close else ""
    inner = "1" if member != "[" else ""
    body = f'{{"DocumentName": "Doc", "Other": {member * depth}{inner}{end}}}'.encode()
    sent = {**SIGNED, "X-Amz-Target": "AmazonSSM.StartAutomationExecution"}
    answer = answer_http(fake._service, "POST", "http://x", sent, body)
    check_answer(answer.status, answer.headers["Content-Type"], answer.body)
    assert (answer.status == 200) == (close and depth < 100)


def exchange(port: int, sent: bytes) -> bytes:
    """Send bytes over a new connection, and read until it ends."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def check_received(received: bytes) -> None:
    """See that what came over a connection is an answer of AWS's, whole."""
    head, _, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 ")
    found = {name.lower(): value for name, _, value in (line.partition(b": ") for line in head.split(b"\r\n")[1:])}
    assert len(body) == int(found[b"content-length"])
    check_answer(int(head[9:12]), found[b"content-type"].decode(), body)


over_connections = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@given(sent=st.binary(min_size=1, max_size=500) | st.text(st.characters(codec="ascii"), min_size=1).map(str.encode))
@example(sent=b"\x1c")
@over_connections
def test_any_bytes_over_a_connection(port: int, sent: bytes) -> None:
    """Bytes that are hardly HTTP get an answer, without a hang or a trace."""
    with redirect_stderr(StringIO()) as complaints:
        check_received(exchange(port, sent.replace(b"HEAD", b"head")))
    assert complaints.getvalue() == ""


@given(data=st.data(), request=requests_)
@over_connections
def test_any_truncation_over_a_connection(
    fake: AutomationFake, port: int, data: st.DataObject, request: tuple[str, dict[str, Any]]
) -> None:
    """A request that ends anywhere is answered, and from the end of its headers on it is on the record."""
    operation, members = request
    body = json.dumps(members).encode()
    lines = {**SIGNED, "X-Amz-Target": f"AmazonSSM.{operation}", "Content-Length": str(len(body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    whole = f"POST / HTTP/1.1\r\n{head}\r\n".encode() + body
    sent = whole[: data.draw(st.integers(1, len(whole)), label="length")]
    before = len(fake.calls)
    check_received(exchange(port, sent))
    if len(sent) >= len(whole) - len(body):
        assert len(fake.calls) - before == 1
