"""JSON values of responses, and how they are shown and compared."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any, Final

from botocore.utils import parse_to_aware_datetime

from .._service.brief import cut
from .._service.runbooks.kinds import is_list

_MOST_SHOWN: Final = 300
# Dates and times as runbooks write them, such as those of `global:DATE_TIME`.
_TIME: Final = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T_ ]\d\d[:.]\d\d[:.]\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)?",
    re.ASCII,
)


def as_json(value: Any) -> str:
    """Write a response as JSON, with times as the AWS CLI writes them."""
    return json.dumps(value, ensure_ascii=False, default=_as_text)


def _as_text(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="milliseconds")


def time_of(value: Any) -> datetime:
    """Return the time that a string or a number means, as botocore does.

    Raises:
        ValueError: It means none.
    """
    try:
        return parse_to_aware_datetime(value)  # type: ignore[no-untyped-call, unused-ignore]  # typed by botocore-stubs
    except (OverflowError, OSError, RuntimeError) as error:
        raise ValueError(str(error)) from None


def as_shown(value: object) -> str:
    """Write a value for a message; `None` is a missing one."""
    return "nothing" if value is None else cut(as_json(value), _MOST_SHOWN)


def are_equal(one: Any, other: Any) -> bool:
    """Return whether two members are equal but for times in texts, the order of names in JSON, and empty containers."""
    if isinstance(one, str) and isinstance(other, str):
        return one == other or _normal(one) == _normal(other)
    if is_list(one) and is_list(other):
        return len(one) == len(other) and all(map(are_equal, one, other))
    return one == other or (one in (None, [], {}) and other in (None, [], {}))


def _normal(text: str) -> str:
    timeless = _TIME.sub("TIME", text)
    try:
        return json.dumps(json.loads(timeless), sort_keys=True)
    except ValueError:
        return timeless
