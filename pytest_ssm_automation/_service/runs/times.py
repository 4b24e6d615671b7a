"""The time, as executions and steps show it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Final

_MILLISECOND: Final = timedelta(milliseconds=1)


def now(after: datetime | None = None) -> datetime:
    """Give the time in UTC, in milliseconds as the service sends it.

    The clock is read as `time.time()`, through the module, so that what patches it moves executions too. Callers parse
    times with `%f`, so none is at a whole second.

    Args:
        after: A time that this one has to be later than, even if the clock stands still.
    """
    read = datetime.fromtimestamp(time.time(), UTC)
    moment = read.replace(microsecond=read.microsecond // 1000 * 1000)
    if after is not None and moment <= after:
        moment = after + _MILLISECOND
    return moment if moment.microsecond else moment + _MILLISECOND
