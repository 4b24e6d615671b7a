from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.retries.quota import RetryQuota
from model import CONNECTION_ERRORS, documented_errors
from reaching import Body

from pytest_ssm_automation import AutomationFake

if TYPE_CHECKING:
    from collections.abc import Iterator

MODES = ("legacy", "standard", "adaptive")
# Attempts in legacy, standard and adaptive mode; other errors are not retried.
RETRIED = {
    "InternalServerError": (5, 3, 3),
    "ThrottlingException": (5, 3, 3),
    "ServiceUnavailable": (5, 3, 3),
    **dict.fromkeys(CONNECTION_ERRORS, (5, 3, 3)),
}
ERRORS = (
    *documented_errors(),
    "ThrottlingException",
    "ServiceUnavailable",
    "AccessDeniedException",
    "ExpiredTokenException",
    "UnrecognizedClientException",
    "ValidationException",
    *CONNECTION_ERRORS,
)


@pytest.fixture
def fake() -> Iterator[AutomationFake]:
    """An active fake on the wire."""
    with AutomationFake(transport="wire", seed="retries") as active:
        yield active


def client_of(mode: str, service: Any = "ssm", **retries: Any) -> Any:
    """Make a client with a retry mode."""
    how: Any = {"mode": mode, **retries}
    return boto3.client(service, region_name="us-east-1", config=Config(retries=how))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("error", ERRORS)
def test_attempts(fake: AutomationFake, waits: list[float], error: str, mode: str) -> None:
    """Errors have the attempts of botocore's retry mode, each attempt is one call, and none is delayed."""
    fake.fail_with(error, times=None)
    client = client_of(mode)
    attempts = RETRIED.get(error, (1, 1, 1))[MODES.index(mode)]
    with pytest.raises((ClientError, BotoCoreError)) as caught:
        client.start_automation_execution(DocumentName="Doc")
    assert waits == []
    assert [call.attempt for call in fake.calls] == list(range(1, attempts + 1))
    assert {call.error for call in fake.calls} == {error}
    if isinstance(caught.value, ClientError):
        response: Any = caught.value.response
        assert response["Error"]["Code"] == error
        assert response["ResponseMetadata"]["RetryAttempts"] == attempts - 1
    else:
        assert type(caught.value).__name__ == error


@pytest.mark.parametrize("mode", MODES)
def test_retries_at_work(fake: AutomationFake, mode: str) -> None:
    """After two failures the third attempt succeeds, and the caller only sees it in RetryAttempts."""
    fake.fail_with("ThrottlingException", times=2)
    answer = client_of(mode).start_automation_execution(DocumentName="Doc")
    assert answer["ResponseMetadata"]["RetryAttempts"] == 2
    assert [(call.outcome, call.attempt) for call in fake.calls] == [("failed", 1), ("failed", 2), ("started", 3)]
    fake.verify()


@pytest.mark.parametrize("mode", ["standard", "adaptive"])
def test_the_quota_is_full_for_each_fake(mode: str) -> None:
    """A client that has used its quota of retries up retries again under a fake, under the next one, and after it."""
    client = client_of(mode)
    quotas = [each._retry_quota._quota for each in _handlers(client) if hasattr(each, "_retry_quota")]
    assert [quota.acquire(RetryQuota.INITIAL_CAPACITY) for quota in quotas] == [True]

    def attempts(fake: AutomationFake) -> int:
        before = len(fake.calls)
        with pytest.raises(ClientError):
            client.start_automation_execution(DocumentName="Doc")
        return len(fake.calls) - before

    with AutomationFake(transport="wire") as first:
        first.fail_with("ThrottlingException", times=None)
        assert [attempts(first) for _ in range(60)][::59] == [3, 1]
        with AutomationFake(transport="wire") as nested:
            nested.fail_with("ThrottlingException", times=None)
            assert attempts(nested) == 3
    with AutomationFake(transport="wire") as second:
        second.fail_with("ThrottlingException", times=None)
        assert attempts(second) == 3
        assert [attempts(second) for _ in range(60)][-1] == 1
    assert [quota.available_capacity for quota in quotas] == [RetryQuota.INITIAL_CAPACITY]


def _handlers(client: Any) -> list[Any]:
    found = client.meta.events._emitter._handlers.prefix_search("needs-retry.ssm")
    return [handler.__self__ for handler in found if hasattr(handler, "__self__")]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("service", "call"), [("dynamodb", "list_tables"), ("ssm", "describe_parameters")])
def test_other_calls_wait(
    fake: AutomationFake, monkeypatch: pytest.MonkeyPatch, mode: str, service: str, call: str
) -> None:
    """A client that another service, or another operation, answers 500 waits before it tries again, as ever."""
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    monkeypatch.setattr(random, "random", lambda: 0.5)
    client = client_of(mode, service, total_max_attempts=3)
    if service == "ssm":
        client.start_automation_execution(DocumentName="Doc")
    client.meta.events.register(f"before-send.{service}", lambda request, **_: _answer(request.url, 500))
    with pytest.raises(ClientError, match="reached max retries: 2"):
        getattr(client, call)()
    assert len(slept) == 2
    assert all(slept)


def test_throttling_by_the_fake_slows_nothing_else(fake: AutomationFake) -> None:
    """Adaptive mode's rate limiter learns nothing from faults, so other calls of the client are as fast as before."""
    client = client_of("adaptive")
    fake.fail_with("ThrottlingException", times=None)
    with pytest.raises(ClientError):
        client.start_automation_execution(DocumentName="Doc")
    assert [each._enabled for each in _handlers(client) if hasattr(each, "_enabled")] == [False]


def _answer(url: str, status: int) -> AWSResponse:
    headers: Any = {}
    return AWSResponse(url, status, headers, Body(b"{}"))
