"""Check after each test that nothing the plugin replaces, sets or starts is left behind."""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.pool import Pool
from typing import TYPE_CHECKING, Any, Final

import botocore.endpoint
import pytest
from botocore.client import BaseClient
from botocore.httpsession import URLLib3Session
from botocore.retries.bucket import TokenBucket
from botocore.retries.quota import RetryQuota
from requests.adapters import HTTPAdapter

from pytest_ssm_automation import AutomationFake

if TYPE_CHECKING:
    from collections.abc import Generator

ATTRIBUTES: Final[tuple[tuple[Any, str], ...]] = (
    (BaseClient, "_convert_to_request_dict"),
    (BaseClient, "_make_api_call"),
    (BaseClient, "__init__"),
    (URLLib3Session, "send"),
    (botocore.endpoint, "time"),
    (TokenBucket, "acquire"),
    (RetryQuota, "acquire"),
    (HTTPAdapter, "send"),
    (threading.Thread, "start"),
    (ThreadPoolExecutor, "submit"),
    (Pool, "apply_async"),
    (time, "sleep"),
    (time, "time"),
    (time, "monotonic"),
)
_LONGEST_WAIT: Final = 5.0
_before_key = pytest.StashKey[dict[str, object]]()


def state() -> dict[str, object]:
    """Return what a test must not change, by descriptive names."""
    attributes = {f"{owner.__name__}.{name}": vars(owner)[name] for owner, name in ATTRIBUTES}
    # pytest's own, and set anew for each phase of a test
    variables = {f"os.environ[{name!r}]": text for name, text in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    threads = {f"the thread {thread.name!r} ({thread.ident})": "running" for thread in threading.enumerate()}
    return {**attributes, **variables, **threads}


def leaks(before: dict[str, object]) -> list[str]:
    """List what has changed; a thread that is about to end gets a moment for it."""
    deadline = time.monotonic() + _LONGEST_WAIT
    while True:
        after = state()
        changed = [
            f"{name}: {before.get(name)!r} has become {after.get(name)!r}"
            for name in sorted({*before, *after})
            if before.get(name) != after.get(name)
        ]
        if not any(line.startswith("the thread ") for line in changed) or time.monotonic() > deadline:
            return changed
        time.sleep(0.01)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Remember how things are before any fixture of the test."""
    with AutomationFake():
        pass  # patches that an earlier test has left for a thread, which has ended since, go with the next fake
    item.stash[_before_key] = state()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """Compare after all fakes have ended; fakes of a wider scope may stay active."""
    yield
    if lines := leaks(item.stash[_before_key]):
        raise AssertionError("\n  ".join(["The test has left something behind:", *lines]))
