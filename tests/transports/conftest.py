"""What tests of the transports share."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

if TYPE_CHECKING:
    from collections.abc import Callable

URL = "https://ssm.us-east-1.amazonaws.com/"


def sign(
    operation: str, members: Any = None, *, region: str = "us-east-1", url: str = URL, body: bytes | None = None
) -> dict[str, Any]:
    """Sign a request as AWS documents it; the keywords of `requests.request`."""
    data = json.dumps(members or {}).encode() if body is None else body
    headers = {"X-Amz-Target": f"AmazonSSM.{operation}", "Content-Type": "application/x-amz-json-1.1"}
    request = AWSRequest("POST", url, headers, data)
    SigV4Auth(Credentials("AKIDSIGNER", "secret", "token"), "ssm", region).add_auth(request)
    return {"method": "POST", "url": url, "data": data, "headers": dict(request.headers.items())}


@pytest.fixture
def signed() -> Callable[..., dict[str, Any]]:
    """Sign a request without botocore's client: `requests.request(**signed(operation, members, ...))`."""
    return sign


@pytest.fixture
def post() -> Callable[..., requests.Response]:
    """Sign a request, and send it with `requests`: `post(operation, members, ...)`."""

    def post(operation: str, members: Any = None, **how: Any) -> requests.Response:
        return requests.request(**sign(operation, members, **how), timeout=5)

    return post


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the thread of the test sleeps, and waits for conditions with a time limit. It does not really wait."""
    seconds: list[float] = []
    thread, wait = threading.current_thread(), threading.Condition.wait

    def note(asked: float) -> None:
        seconds.extend([asked] if asked else [])

    def wait_for(condition: threading.Condition, timeout: float | None = None) -> bool:
        if timeout is None or threading.current_thread() is not thread:
            return wait(condition, timeout)
        note(timeout)
        return False

    monkeypatch.setattr(time, "sleep", note)
    monkeypatch.setattr(threading.Condition, "wait", wait_for)
    return seconds
