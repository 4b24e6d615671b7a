"""Adapt botocore's retries for calls to a fake: no delays, and a full retry quota for each fake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from botocore.retries.quota import RetryQuota

    from ..owner.active import Active

_filled_for: WeakKeyDictionary[RetryQuota, Active | None] = WeakKeyDictionary()


def is_rate_limiter(handler: Callable[..., Any]) -> bool:
    """Return whether an event handler is the rate limiter of adaptive mode, which delays requests.

    aiobotocore's limiters share no base class with botocore's.
    """
    return type(getattr(handler, "__self__", None)).__name__.endswith("ClientRateLimiter")


def fill_quota(handlers: Iterable[Callable[..., Any]], active: Active | None) -> None:
    """Fill the retry quota of a client, which its handlers of `needs-retry` have, once for each fake.

    The quota belongs to the client. Otherwise, throttling in one test would leave fewer retries for the next test.
    """
    for handler in handlers:
        checker = getattr(getattr(handler, "__self__", None), "_retry_quota", None)
        quota: Any = getattr(checker, "_quota", None)
        if quota is not None and _filled_for.get(quota) is not active:
            quota.release(quota._max_capacity)
            _filled_for[quota] = active


def without_delay(responses: Iterable[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Set the delays that handlers of `needs-retry` return to 0 seconds."""
    return [(handler, 0 if delay else delay) for handler, delay in responses]
