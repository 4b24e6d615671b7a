"""The times of executions and steps."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Final

_MILLISECOND: Final = timedelta(milliseconds=1)


def now(after: datetime | None = None) -> datetime:
    """Return the current time in UTC, in milliseconds as the service sends it.

    `time.time` is called through its module, so that libraries that patch it affect executions too. Callers parse times
    with `%f`, so the milliseconds are never 0.

    Args:
        after: An earlier time. The result is later, even if the clock stands still.
    """
    moment = datetime.fromtimestamp(round(time.time() * 1_000_000) // 1000 / 1000, UTC)
    if after is not None and moment <= after:
        moment = after + _MILLISECOND
    return moment if moment.microsecond else moment + _MILLISECOND
