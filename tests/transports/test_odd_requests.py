"""Unusual requests: recursive arguments, and bodies that event handlers have replaced."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError, ParamValidationError

from pytest_ssm_automation import AutomationFake, NetworkBlockedError

if TYPE_CHECKING:
    from collections.abc import Iterator

START = "StartAutomationExecution"
BODY = '{"DocumentName": "Döc", "Mode": null}'


@pytest.fixture(params=["stubber", "wire"])
def fake(request: pytest.FixtureRequest) -> Iterator[AutomationFake]:
    """A fake on each transport."""
    with AutomationFake(transport=request.param, seed="odd", relax=["DocumentName:pattern"]) as active:
        yield active


@pytest.fixture
def client(fake: AutomationFake) -> Any:
    """A new client."""
    return boto3.client("ssm", region_name="us-east-1")


def looked_at(fake: AutomationFake) -> None:
    """Look at a record in every way, to see that nothing dies of it."""
    for call in fake.calls:
        assert isinstance(call.params, dict)
        assert repr(call)
    assert repr(fake)
    with pytest.raises(AssertionError):
        fake.assert_started(DocumentName="Other")
    with pytest.raises(AssertionError):
        fake.assert_called(START, DocumentName="Other")
    fake.assert_not_started(DocumentName="Other")
    fake.assert_no_duplicate_starts()


def deep(levels: int) -> list[Any]:
    """A list in a list in a list."""
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


def endless() -> dict[str, Any]:
    """A dict that contains itself, more than once."""
    value: dict[str, Any] = {}
    value.update(a=[value], b=(value, [value]), c=value)
    return value


class Rude:
    """Raises an error whatever is asked of it."""

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """Refuse to be shown."""
        raise ValueError("rude")

    def __eq__(self, _: object) -> bool:
        """Refuse to be compared."""
        raise ValueError("rude")


class RudeDict(dict[str, Any]):
    """Has no items to show."""

    def items(self) -> Any:
        """Refuse to be looked at."""
        raise ValueError("rude")


class RudeList(list[Any]):
    """Can't be iterated."""

    def __iter__(self) -> Any:
        """Refuse to be looked at."""
        raise ValueError("rude")


ODD: dict[str, dict[str, Any]] = {
    "endless": {"Parameters": endless()},
    "endless tags": {"Tags": [endless()]},
    "endless name": {"DocumentName": endless()},
    "deep": {"Parameters": deep(3000)},
    "deep parameter": {"Parameters": {"InstanceId": deep(3000)}},
    "deep and unknown": {"Tags": deep(3000), "Bogus": deep(3000)},
    "deepest": {"ClientToken": deep(100_000)},
    "rude": {"DocumentName": Rude()},
    "rude item": {"Parameters": {"InstanceId": [Rude()]}},
    "rude dict": {"Parameters": RudeDict(InstanceId=["i-1"])},
    "rude list": {"Parameters": {"InstanceId": RudeList(["i-1"])}},
}


@pytest.mark.parametrize("odd", ODD)
def test_odd_arguments(fake: AutomationFake, client: Any, odd: str) -> None:
    """Botocore refuses arguments without end, or that raise, by its own error, as without a fake; the call is noted."""
    arguments = {"DocumentName": "Doc", **ODD[odd]}
    with pytest.raises((ParamValidationError, RecursionError, ValueError)) as caught:
        client.start_automation_execution(**arguments)
    plain: Any = boto3.client("ssm", region_name="us-east-1")
    fake.__exit__(None, None, None)
    with pytest.raises(caught.type):
        plain.start_automation_execution(**arguments)
    fake.__enter__()
    (call,) = fake.calls
    assert (call.outcome, call.error) == ("rejected", caught.type.__name__)
    assert call.params.keys() == arguments.keys()
    assert "..." in json.dumps(call.params)
    looked_at(fake)
    with pytest.raises(AssertionError, match="refused by botocore"):
        fake.verify()
    fake.assert_rejected(error=caught.type.__name__)
    fake.verify()


@pytest.mark.parametrize(
    "body",
    [
        BODY,
        BODY.encode(),
        bytearray(BODY.encode()),
        memoryview(BODY.encode()),
        io.BytesIO(BODY.encode()),
        io.StringIO(BODY),
    ],
    ids=lambda body: type(body).__name__,
)
def test_a_body_of_another_type_is_what_would_be_sent(fake: AutomationFake, client: Any, body: Any) -> None:
    """A handler that replaces the body by a text, or a file, has it answered; what is null in it is absent."""
    client.meta.events.register("before-call.ssm", lambda params, **_: params.update(body=body))
    if fake.options.transport == "wire" and isinstance(body, memoryview | io.StringIO):
        return  # botocore can't sign it
    client.start_automation_execution(DocumentName="Doc")
    fake.assert_started_once(exact=True, DocumentName="Döc")
    looked_at(fake)
    fake.verify()


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"",
        b"{",
        BODY.encode("utf-16"),
        b'{"DocumentName": null, "Other": ' + b"[" * 300 + b"]" * 300 + b"}",
        "\ud800",
        None,
    ],
    ids=lambda body: repr(body)[:20],
)
def test_a_body_that_cannot_be_read(fake: AutomationFake, client: Any, body: Any) -> None:
    """It is answered as AWS would, is on the record without members, and no fault is used up."""
    fault = fake.fail_with("InvalidTarget", when={"DocumentName": "Doc"})
    client.meta.events.register("before-call.ssm", lambda params, **_: params.update(body=body))
    if fake.options.transport == "wire" and body == "\ud800":
        pytest.skip("botocore can't sign it")
    with pytest.raises(ClientError, match="SerializationException"):
        client.start_automation_execution(DocumentName="Doc")
    assert [(call.outcome, call.error, call.params) for call in fake.calls] == [
        ("rejected", "SerializationException", {})
    ]
    assert fault.fired == 0
    looked_at(fake)
    with pytest.raises(AssertionError, match="refused by the service: SerializationException"):
        fake.verify()
    fake.assert_rejected(error="SerializationException")


@pytest.mark.parametrize("change", ["gone", "not compressed"])
def test_a_body_that_is_not_what_it_says(client: Any, fake: AutomationFake, change: str) -> None:
    """A handler that takes the body away, or lies about its encoding, gets what the service answers."""

    def handler(params: dict[str, Any], **_: Any) -> None:
        if change == "gone":
            del params["body"]
        else:
            params["headers"]["Content-Encoding"] = "gzip"
            params["body"] = b"\x1f\x8b"

    client.meta.events.register("before-call.ssm", handler)
    # botocore itself needs a body on the wire
    error = KeyError if change == "gone" and fake.options.transport == "wire" else ClientError
    with pytest.raises(error, match=r"body|SerializationException"):
        client.start_automation_execution(DocumentName="Doc")
    looked_at(fake)


@pytest.mark.parametrize(
    ("method", "members"),
    [
        ("describe_document", {"Name": "Doc"}),
        ("list_tags_for_resource", {"ResourceType": "Automation", "ResourceId": "x" * 36}),
    ],
)
def test_other_operations_are_left_alone(
    client: Any, fake: AutomationFake, method: str, members: dict[str, str]
) -> None:
    """An unreadable request is not treated as one for a registered runbook."""
    client.meta.events.register("before-call.ssm", lambda params, **_: params.update(body=b"[]"))
    with pytest.raises(NetworkBlockedError, match="would have left the process"):
        getattr(client, method)(**members)
    assert list(fake.calls) == []


def test_what_a_handler_changes_is_judged(fake: AutomationFake, client: Any) -> None:
    """Members that a handler adds are checked as if the caller had sent them."""
    client.meta.events.register(
        "before-call.ssm", lambda params, **_: params.update(body=json.dumps({"DocumentName": "Doc", "Mode": "auto"}))
    )
    with pytest.raises(ClientError, match="ValidationException"):
        client.start_automation_execution(DocumentName="Doc")
    fake.assert_rejected(constraint="Mode:enum")
