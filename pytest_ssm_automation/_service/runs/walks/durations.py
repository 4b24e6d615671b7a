"""How long steps take by the clock.

Sources:
    https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-sleep.html
    https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-approve.html
    https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-pause.html
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ...runbooks.actions import PAUSING, SLEEP
from ...runbooks.creating.inputs import length_of
from ...runbooks.references import as_text
from .. import times

if TYPE_CHECKING:
    from datetime import datetime

    from .visits import Visit

# Of approvals and pauses without timeoutSeconds.
DEFAULT_TIMEOUT: Final = 7 * 24 * 60 * 60


def over_at(visit: Visit) -> datetime | None:
    """Return when a step of `aws:sleep` is over, or an approval or a pause expires; `None` if it takes no time."""
    if visit.step.action in PAUSING:
        return limit_of(visit)
    if visit.step.action != SLEEP or (end := end_of_sleep(visit)) is None:
        return None
    return min(end, limit_of(visit) or end)


def limit_of(visit: Visit) -> datetime | None:
    """Return when a step times out; `None` if it does not, or its time limit is a reference."""
    default = DEFAULT_TIMEOUT if visit.step.action in PAUSING else None
    seconds = visit.step.declared.get("TimeoutSeconds", default)
    return None if seconds is None else visit.started + timedelta(seconds=seconds)


def end_of_sleep(visit: Visit) -> datetime | None:
    """Return when the Duration of a sleep has passed, or its Timestamp is reached; `None` if they are no times."""
    if "Timestamp" in visit.inputs:
        return times.read(as_text(visit.inputs["Timestamp"]))
    length = length_of(as_text(visit.inputs.get("Duration", "")))
    return None if length is None else visit.started + length
