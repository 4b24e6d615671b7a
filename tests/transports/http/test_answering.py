from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import model
import pytest
import requests

from pytest_ssm_automation import AutomationFake

if TYPE_CHECKING:
    from collections.abc import Callable

    Sign = Callable[..., dict[str, Any]]

START = "StartAutomationExecution"
URL = "https://ssm.us-east-1.amazonaws.com/"
MOST_BYTES = 1024 * 1024


@pytest.fixture
def send(signed: Sign) -> Callable[..., tuple[AutomationFake, requests.Response]]:
    """Send a signed start to a new fake, with other headers, method or body."""

    def send(
        headers: dict[str, str | None] | None = None,
        *,
        method: str = "POST",
        body: bytes = b'{"DocumentName": "Doc"}',
        operation: str = START,
    ) -> tuple[AutomationFake, requests.Response]:
        sent = {**signed(operation, body=b"")["headers"], **(headers or {})}
        kept = {name: value for name, value in sent.items() if value is not None}
        with AutomationFake() as fake:
            fake.serve_requests()
            return fake, requests.request(method, URL, headers=kept, data=body, timeout=5)

    return send


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
    assert (answer.status_code, answer.json()) == (400, {"__type": code, "message": message})
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
    assert answer.status_code == 200
    assert fake.calls[0].access_key_id == "K"


@pytest.mark.parametrize(
    "how",
    [
        {"method": "GET"},
        {"headers": {"X-Amz-Target": None}},
        {"headers": {"X-Amz-Target": "AmazonSSM.StartAutomation"}},
        {"headers": {"X-Amz-Target": START}},
        {"headers": {"X-Amz-Target": "DynamoDB_20120810.StartAutomationExecution"}},
        {"headers": {"Content-Type": "text/plain"}},
        {"headers": {"Content-Type": None}},
    ],
    ids=str,
)
def test_what_names_no_operation_is_unknown(send: Any, how: dict[str, Any]) -> None:
    """A request with a wrong target, method or content type is refused, and not recorded."""
    fake, answer = send(**how)
    assert (answer.status_code, answer.json()["__type"]) == (400, "UnknownOperationException")
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
    ],
    ids=lambda body: repr(body)[:20],
)
def test_what_is_no_json_object_cant_be_read(send: Any, body: bytes) -> None:
    """A body that can't be read is refused as AWS does, and its request is on the record without members."""
    fake, answer = send(body=body)
    assert (answer.status_code, answer.json()["__type"]) == (400, "SerializationException")
    assert [(call.params, call.error, call.region) for call in fake.calls] == [
        ({}, "SerializationException", "us-east-1")
    ]


def test_nulls_are_absent_and_unknown_members_ignored(send: Any) -> None:
    """As in other services of this protocol, at any depth."""
    body = {"DocumentName": "Doc", "Mode": None, "Parameters": {"A": ["1"], "B": None}, "Other": [{"x": None}]}
    fake, answer = send(body=json.dumps(body).encode())
    assert answer.status_code == 200
    assert fake.calls[0].params == {"DocumentName": "Doc", "Parameters": {"A": ["1"]}, "Other": [{}]}


def test_bodies_may_be_compressed(send: Any) -> None:
    """Several gzip members are one body; incomplete ones, other data, and what is too large then are refused."""
    packed, body = {"Content-Encoding": "GZIP"}, b'{"DocumentName": "Doc"}'
    first, whole = gzip.compress(body[:9]), gzip.compress(body)
    assert send(packed, body=first + gzip.compress(body[9:]))[1].status_code == 200
    truncated = (whole[:end] for end in range(len(whole)))
    for wrong in (*truncated, whole + b"x", first + whole[:-1], body, gzip.compress(b" " * 50_000_000)):
        fake, answer = send(packed, body=wrong)
        assert answer.json()["__type"] == "SerializationException"
        assert [call.error for call in fake.calls] == ["SerializationException"]


@pytest.mark.parametrize(
    ("operation", "member", "value", "constraint"),
    [
        (START, "DocumentName", ["Doc"], "DocumentName:type"),
        *(
            ("DescribeAutomationExecutions", "MaxResults", value, "DescribeAutomationExecutions/MaxResults:type")
            for value in (True, False, 1.5, "1")
        ),
    ],
)
def test_members_of_the_wrong_type_cant_be_read(
    send: Any, operation: str, member: str, value: object, constraint: str
) -> None:
    """Botocore would not even send them; JSON's true is not an integer for the service."""
    fake, answer = send(operation=operation, body=json.dumps({member: value}).encode())
    assert answer.json()["__type"] == "SerializationException"
    (call,) = fake.calls
    assert (call.params, call.violations[0].constraint) == ({member: value}, constraint)


@pytest.mark.parametrize(
    ("header", "attempt"), [("attempt=2; max=3", 2), ("ttl=1; attempt=3", 3), ("", 1), ("attempt=x", 1)]
)
def test_attempts_are_recorded(send: Any, header: str, attempt: int) -> None:
    """SDKs tell which of their attempts a request is; if they don't, it is the first."""
    fake, answer = send({"amz-sdk-request": header})
    (call,) = fake.calls
    assert (call.attempt, call.endpoint_url, call.access_key_id) == (attempt, URL, "AKIDSIGNER")
    assert answer.headers["x-amzn-RequestId"]


def test_what_is_ours(fake: AutomationFake, post: Any) -> None:
    """The fake claims Automation operations, wrong targets and registered documents, but nothing else of SSM."""
    fake.serve_requests()
    steps = [{"name": "wait", "action": "aws:sleep", "inputs": {"Duration": "PT1S"}}]
    fake.add_runbook({"schemaVersion": "0.3", "mainSteps": steps}, name="Known", region="eu-central-1")

    def ours(operation: str, body: bytes = b"{}", region: str = "eu-central-1") -> bool:
        try:
            return bool(post(operation, body=body, region=region).headers["x-amzn-RequestId"])
        except requests.ConnectionError:
            return False

    assert all(ours(operation) for operation in (*model.OPERATIONS, "Bogus"))
    assert requests.post(URL, timeout=5).json()["__type"] == "UnknownOperationException"
    assert ours("DescribeDocument", b'{"Name": "Known"}')
    assert not ours("DescribeDocument", b'{"Name": "Known"}', region="us-east-1")
    assert not ours("DescribeDocument", b'{"Name": "Other"}')
    assert not ours("DescribeDocument", b"not JSON")
    assert not ours("GetParameter")
