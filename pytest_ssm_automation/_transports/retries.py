"""botocore's retries under a fake: as many as ever, but without waiting, and with a full quota for each fake."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import botocore.endpoint
from botocore.retries.bucket import TokenBucket
from botocore.retries.quota import RetryQuota

from .patching import Patch, WrapperPatch

if TYPE_CHECKING:
    from collections.abc import Callable

    from .active import Active


class _NoBackoff:
    """Stands for the module `time` where botocore's endpoint sleeps before it tries again, its only use there."""

    def sleep(self, seconds: float) -> None:
        """Return at once."""

    def __getattr__(self, name: str) -> Any:
        """Be the module `time` in all else."""
        return getattr(time, name)


def patch_retries(current: Callable[[], Active | None]) -> tuple[Patch, ...]:
    """Let no retry wait, and start each fake with a full quota; `current` gives the innermost active fake."""
    owners: WeakKeyDictionary[RetryQuota, Active | None] = WeakKeyDictionary()

    def acquire_quota(original: Callable[..., bool], quota: Any, amount: int) -> bool:
        if owners.get(quota) is not current():
            owners[quota] = current()
            quota.release(quota._max_capacity)
        return original(quota, amount)

    def acquire_token(_original: Callable[..., bool], _bucket: TokenBucket, *_: Any, **__: Any) -> bool:
        return True

    return (
        Patch(botocore.endpoint, "time", _NoBackoff()),
        WrapperPatch(RetryQuota, "acquire", acquire_quota),
        WrapperPatch(TokenBucket, "acquire", acquire_token),
    )
