"""How long steps take by the clock.

Sources:
    https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-sleep.html
    https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-approve.html
    https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-pause.html
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from ...runbooks.actions import PAUSING, SLEEP
from ...runbooks.references import as_text, unknown_in

if TYPE_CHECKING:
    from .visits import Visit

# Of approvals and pauses without timeoutSeconds.
DEFAULT_TIMEOUT: Final = 7 * 24 * 60 * 60
_DURATION: Final = re.compile(
    r"P(?:([0-9]{1,4})W)?(?:([0-9]{1,5})D)?(?:T(?:([0-9]{1,6})H)?(?:([0-9]{1,8})M)?(?:([0-9]{1,9}(?:\.[0-9]+)?)S)?)?",
    re.ASCII | re.IGNORECASE,
)
_UNITS: Final = ("weeks", "days", "hours", "minutes", "seconds")


def over_at(visit: Visit) -> datetime | None:
    """Return when a step of `aws:sleep` is over, or an approval or a pause expires; `None` if it takes no time."""
    if visit.step.action in PAUSING:
        seconds = visit.step.declared.get("TimeoutSeconds", DEFAULT_TIMEOUT)
        return None if seconds is None else visit.started + timedelta(seconds=seconds)
    if visit.step.action != SLEEP:
        return None
    if "Timestamp" in visit.inputs:
        return _moment(as_text(visit.inputs["Timestamp"]))
    found = _DURATION.fullmatch(as_text(visit.inputs.get("Duration", "")).strip())
    if found is None:
        return None
    parts = {unit: float(number) for unit, number in zip(_UNITS, found.groups(), strict=True) if number}
    return visit.started + timedelta(**parts)


def wrong_input(visit: Visit) -> str | None:
    """Return what is wrong with an input of a sleep, once it is resolved; `None` if nothing is."""
    if visit.step.action != SLEEP or unknown_in(visit.inputs) or over_at(visit):
        return None
    name = next((name for name in ("Duration", "Timestamp") if visit.inputs.get(name) not in (None, "")), None)
    return name and f"{name} is not in ISO 8601: {as_text(visit.inputs[name])}"


def _moment(text: str) -> datetime | None:
    """Read a time in ISO 8601, in UTC if it has no time zone; `None` if it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
