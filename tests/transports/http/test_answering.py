from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import model
import pytest

from pytest_ssm_automation import AutomationFake
from pytest_ssm_automation._service.errors import ServiceError
from pytest_ssm_automation._transports.http.answering import answer_http, is_ours
from pytest_ssm_automation._transports.http.body import MOST_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_ssm_automation._transports.answers.protocol import HttpAnswer

    Sign = Callable[..., dict[str, Any]]

START = "StartAutomationExecution"


@pytest.fixture
def send(signed: Sign) -> Callable[..., tuple[AutomationFake, HttpAnswer]]:
    """Send a signed start to a new fake, with other headers, method or body."""

    def send(
        headers: dict[str, str | None] | None = None,
        *,
        method: str = "POST",
        body: bytes | ServiceError = b'{"DocumentName": "Doc"}',
        operation: str = START,
    ) -> tuple[AutomationFake, HttpAnswer]:
        fake = AutomationFake()
        sent = {**signed(operation, body=b"")["headers"], **(headers or {})}
        kept = {name: value for name, value in sent.items() if value is not None}
        return fake, answer_http(fake._service, method, "https://example", kept, body)

    return send


def test_a_signed_request_is_answered(send: Any) -> None:
    """The answer has the protocol's headers, and the record the key and the Region of the signature."""
    fake, answer = send()
    assert answer.status == 200
    assert json.loads(answer.body) == {"AutomationExecutionId": fake.executions[0].id}
    assert answer.headers["Content-Type"] == "application/x-amz-json-1.1"
    assert len(answer.headers["x-amzn-RequestId"]) == 36
    (call,) = fake.calls
    assert (call.region, call.access_key_id, call.endpoint_url) == ("us-east-1", "AKIDSIGNER", "https://example")


PARTS = ("Credential", "Signature", "SignedHeaders")
FIVE = "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term"
AUTHORIZATION = "Credential=K/20260101/us-east-1/ssm/aws4_request, SignedHeaders=host, Signature=" + "0" * 64


@pytest.mark.parametrize(
    ("headers", "code", "message"),
    [
        ({"Authorization": None}, "MissingAuthenticationTokenException", "Missing Authentication Token"),
        (
            {"Authorization": "Bearer token"},
            "IncompleteSignatureException",
            " ".join(f"Authorization header requires '{name}' parameter." for name in PARTS),
        ),
        (
            {"X-Amz-Date": None},
            "IncompleteSignatureException",
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
        ),
        (
            {"Authorization": f"AWS3-HTTPS {AUTHORIZATION}"},
            "IncompleteSignatureException",
            "Unsupported AWS 'AWS3-HTTPS'.",
        ),
        (
            {"Authorization": f"AWS4-HMAC-SHA256 {AUTHORIZATION.replace('/ssm', '')}"},
            "IncompleteSignatureException",
            f"{FIVE}, got 'K/20260101/us-east-1/aws4_request'",
        ),
        (
            {"Authorization": f"AWS4-HMAC-SHA256 {AUTHORIZATION.replace('ssm', 's3')}"},
            "InvalidSignatureException",
            "Credential should be scoped to correct service: 'ssm'.",
        ),
        (
            {"Authorization": f"AWS4-HMAC-SHA256 {AUTHORIZATION[:-1]}"},
            "InvalidSignatureException",
            "The request signature we calculated does not match the signature you provided.",
        ),
    ],
)
def test_signatures_have_to_be_well_formed(send: Any, headers: dict[str, str | None], code: str, message: str) -> None:
    """A request without a proper signature gets AWS's answer, and is on the record as refused."""
    fake, answer = send(headers)
    assert (answer.status, json.loads(answer.body)) == (400, {"__type": code, "message": message})
    (call,) = fake.calls
    assert (call.operation, call.params, call.outcome, call.error) == (START, {}, "rejected", code)
    fake.assert_rejected(error=code)


def test_parts_of_a_signature_may_come_in_any_order(send: Any) -> None:
    """AWS takes them so, with or without blanks after the commas; and `Date` serves for `X-Amz-Date`."""
    parts = ",".join(reversed(AUTHORIZATION.split(", ")))
    headers = {
        "Authorization": f"AWS4-HMAC-SHA256 {parts}",
        "X-Amz-Date": None,
        "Date": "Mon, 23 Nov 2026 00:00:00 GMT",
    }
    fake, answer = send(headers)
    assert answer.status == 200
    assert fake.calls[0].access_key_id == "K"


@pytest.mark.parametrize(
    "how",
    [
        {"method": "GET"},
        {"headers": {"X-Amz-Target": None}},
        {"headers": {"X-Amz-Target": "AmazonSSM.StartAutomation"}},
        {"headers": {"X-Amz-Target": START}},
        {"headers": {"X-Amz-Target": "DynamoDB_20120810.StartAutomationExecution"}},
        {"headers": {"X-Amz-Target": "AmazonSSM.GetParameter"}},
        {"headers": {"Content-Type": "text/plain"}},
        {"headers": {"Content-Type": None}},
    ],
    ids=str,
)
def test_what_names_no_operation_is_unknown(send: Any, how: dict[str, Any]) -> None:
    """A request with a wrong target, method or content type is refused, and not recorded."""
    fake, answer = send(**how)
    assert (answer.status, json.loads(answer.body)["__type"]) == (400, "UnknownOperationException")
    assert fake.calls == ()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe\xfd",
        b'{"DocumentName": ' + b"1" * 5000 + b"}",
        b"[" * 100_000,
        b'{"Parameters": ' + b"[" * 300 + b"]" * 300 + b"}",
        b" " * (MOST_BYTES + 1),
        '{"DocumentName": "Doc"}'.encode("utf-16"),
        '{"DocumentName": "Doc"}'.encode("utf-16-le"),
        '{"DocumentName": "Doc"}'.encode("utf-32"),
        '{"DocumentName": "Doc"}'.encode("utf-8-sig"),
        b'{"DocumentName": NaN}',
        b'{"DocumentName": "Doc", "Other": Infinity}',
        b'{"DocumentName": "Doc", "Other": -Infinity}',
        b'{"DocumentName": "\xed\xa0\x80"}',
        ServiceError("SerializationException"),
    ],
    ids=lambda body: repr(body)[:20],
)
def test_what_is_no_json_object_cant_be_read(send: Any, body: bytes) -> None:
    """A body that can't be read is refused as AWS does, and its request is on the record without members."""
    fake, answer = send(body=body)
    assert (answer.status, json.loads(answer.body)["__type"]) == (400, "SerializationException")
    assert [(call.params, call.error, call.region) for call in fake.calls] == [
        ({}, "SerializationException", "us-east-1")
    ]


def test_members_of_the_wrong_type_cant_be_read(send: Any) -> None:
    """The same goes for members of another type than the model's, which botocore would not even send."""
    fake, answer = send(body=b'{"DocumentName": ["Doc"]}')
    assert json.loads(answer.body)["__type"] == "SerializationException"
    assert fake.calls[0].params == {"DocumentName": ["Doc"]}


def test_nulls_are_absent_and_unknown_members_ignored(send: Any) -> None:
    """As in other services of this protocol, at any depth."""
    body = {"DocumentName": "Doc", "Mode": None, "Parameters": {"A": ["1"], "B": None}, "Other": [{"x": None}]}
    fake, answer = send(body=json.dumps(body).encode())
    assert answer.status == 200
    assert fake.calls[0].params == {"DocumentName": "Doc", "Parameters": {"A": ["1"]}, "Other": [{}]}


def test_bodies_may_be_compressed(send: Any) -> None:
    """Gzip is decompressed; invalid gzip, and a body that is too large after decompression, are refused."""
    packed = {"Content-Encoding": "gzip"}
    assert send(packed, body=gzip.compress(b'{"DocumentName": "Doc"}'))[1].status == 200
    assert send(packed, body=b'{"DocumentName": "Doc"}')[1].status == 400
    assert send(packed, body=gzip.compress(b" " * 50_000_000))[1].status == 400


def test_compressed_bodies_have_to_be_complete(send: Any) -> None:
    """Several gzip members are one body; incomplete ones, or other data after them, are refused."""
    packed, body = {"Content-Encoding": "GZIP"}, b'{"DocumentName": "Doc"}'
    whole = gzip.compress(body)
    assert send(packed, body=gzip.compress(body[:9]) + gzip.compress(body[9:]))[1].status == 200
    for wrong in (*(whole[:end] for end in range(len(whole))), whole + b"x", gzip.compress(body[:9]) + whole[:-1]):
        fake, answer = send(packed, body=wrong)
        assert json.loads(answer.body)["__type"] == "SerializationException"
        assert [call.error for call in fake.calls] == ["SerializationException"]


@pytest.mark.parametrize("value", ["true", "false", "1.5", '"1"'])
def test_a_number_is_a_number(send: Any, value: str) -> None:
    """JSON's true is not an integer for the service."""
    fake, answer = send(operation="DescribeAutomationExecutions", body=b'{"MaxResults": %s}' % value.encode())
    assert json.loads(answer.body)["__type"] == "SerializationException"
    assert fake.calls[0].violations[0].constraint == "DescribeAutomationExecutions/MaxResults:type"


def test_attempts_are_recorded(send: Any) -> None:
    """SDKs tell which of their attempts a request is."""
    fake, _ = send({"amz-sdk-request": "attempt=2; max=3"})
    assert fake.calls[0].attempt == 2


def test_unregistered_documents_are_unknown_here(send: Any) -> None:
    """Without another library to answer, unregistered documents do not exist."""
    fake, answer = send(operation="DescribeDocument", body=b'{"Name": "Doc"}')
    assert json.loads(answer.body)["__type"] == "InvalidDocument"
    assert [(call.operation, call.error) for call in fake.calls] == [("DescribeDocument", "InvalidDocument")]


def test_what_is_ours(signed: Sign) -> None:
    """The fake claims Automation operations, wrong targets and registered documents, but nothing else of SSM."""
    fake = AutomationFake()
    fake.add_runbook({"schemaVersion": "0.3", "mainSteps": [
        {"name": "wait", "action": "aws:sleep", "inputs": {"Duration": "PT1S"}}
    ]}, name="Known", region="eu-central-1")  # fmt: skip

    def ours(operation: str, body: bytes = b"{}", region: str = "eu-central-1") -> bool:
        headers = signed(operation, body=body, region=region)["headers"]
        return is_ours(fake._service, {name.lower(): value for name, value in headers.items()}, body)

    assert all(ours(operation) for operation in (*model.OPERATIONS, "Bogus"))
    assert is_ours(fake._service, {}, b"")
    assert ours("DescribeDocument", b'{"Name": "Known"}')
    assert not ours("DescribeDocument", b'{"Name": "Known"}', region="us-east-1")
    assert not ours("DescribeDocument", b'{"Name": "Other"}')
    assert not ours("DescribeDocument", b"not JSON")
    assert not ours("GetParameter")
