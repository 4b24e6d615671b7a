from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import boto3
import botocore.endpoint
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.retries.bucket import TokenBucket
from botocore.retries.quota import RetryQuota

from pytest_ssm_automation import AutomationFake
from pytest_ssm_automation._service.checks.model import documented_errors
from pytest_ssm_automation._service.errors import CONNECTION_ERRORS

if TYPE_CHECKING:
    from collections.abc import Iterator

MODES = ("legacy", "standard", "adaptive")
# Attempts in legacy, standard and adaptive mode; all else is tried once.
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


def client_of(mode: str, **retries: Any) -> Any:
    """Make a client with a retry mode."""
    how: Any = {"mode": mode, **retries}
    return boto3.client("ssm", region_name="us-east-1", config=Config(retries=how))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("error", ERRORS)
def test_attempts(fake: AutomationFake, error: str, mode: str) -> None:
    """Each error is tried as often as botocore's retry mode says, each attempt is one call, and none of them waits."""
    fake.fail_with(error, times=None)
    client = client_of(mode)
    attempts = RETRIED.get(error, (1, 1, 1))[MODES.index(mode)]
    began = time.monotonic()
    with pytest.raises((ClientError, BotoCoreError)) as caught:
        client.start_automation_execution(DocumentName="Doc")
    assert time.monotonic() - began < 1
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


@pytest.mark.parametrize("mode", MODES)
def test_the_callers_own_number_of_attempts(fake: AutomationFake, mode: str) -> None:
    """A caller who asks for fewer attempts gets fewer."""
    fake.fail_with("InternalServerError", times=None)
    client = client_of(mode, total_max_attempts=2)
    with pytest.raises(client.exceptions.InternalServerError, match=r"reached max retries: 1"):
        client.start_automation_execution(DocumentName="Doc")
    assert len(fake.calls) == 2


@pytest.mark.parametrize("mode", ["standard", "adaptive"])
def test_the_quota_is_full_for_each_fake(mode: str) -> None:
    """A client that has used its quota of retries up under one fake retries again under the next, and after it."""
    client = client_of(mode)

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
    quotas = [
        item.cell_contents._quota
        for node in _handlers(client)
        for item in getattr(node, "__closure__", None) or ()
        if hasattr(item.cell_contents, "_quota")
    ]
    assert all(quota.available_capacity == RetryQuota.INITIAL_CAPACITY for quota in quotas)


def _handlers(client: Any) -> list[Any]:
    return list(client.meta.events._emitter._handlers.prefix_search("needs-retry.ssm"))


def test_botocore_is_as_before_afterwards() -> None:
    """Clock, quota and token bucket of botocore are its own again."""
    before = (botocore.endpoint.time, RetryQuota.acquire, TokenBucket.acquire)  # type: ignore[attr-defined]
    with AutomationFake():
        assert botocore.endpoint.time is not time  # type: ignore[attr-defined]
        assert botocore.endpoint.time.monotonic is time.monotonic  # type: ignore[attr-defined]
    assert before == (botocore.endpoint.time, RetryQuota.acquire, TokenBucket.acquire)  # type: ignore[attr-defined]


def test_sleeping_elsewhere_goes_on(fake: AutomationFake) -> None:
    """Only botocore's backoff doesn't wait; the caller's own `time.sleep` does."""
    began = time.monotonic()
    time.sleep(0.05)
    assert time.monotonic() - began >= 0.05
