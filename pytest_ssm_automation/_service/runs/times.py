"""The times of executions and steps."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Final

_MILLISECOND: Final = timedelta(milliseconds=1)


def now(after: datetime | None = None) -> datetime:
    """Return the current time as `at` does, but later than a time before it, even if the clock stands still.

    `time.time` is called through its module, so that libraries that patch it affect executions too.
    """
    moment = at(time.time())
    if after is None or moment > after:
        return moment
    return _shown(after + _MILLISECOND)


def at(seconds: float) -> datetime:
    """Return a time in UTC, in milliseconds as the service sends it, from seconds since 1970.

    Callers parse times with `%f`, so the milliseconds are never 0.
    """
    return _shown(datetime.fromtimestamp(round(seconds * 1_000_000) // 1000 / 1000, UTC))


def read(text: str) -> datetime | None:
    """Read a time in ISO 8601, in UTC if it has no time zone; `None` if it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _shown(moment: datetime) -> datetime:
    return moment if moment.microsecond else moment + _MILLISECOND
