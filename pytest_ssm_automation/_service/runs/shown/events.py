"""The events that EventBridge delivers when the status of an execution or of a step changes.

Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/monitoring-systems-manager-event-examples.html
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from ...runbooks.library import bare_name
from ..scripts import ENDED

if TYPE_CHECKING:
    from datetime import datetime

    from ..run import Run

OF_EXECUTION: Final = "EC2 Automation Execution Status-change Notification"
OF_STEP: Final = "EC2 Automation Step Status-change Notification"
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NOON: Final = 12
_MILLISECOND: Final = timedelta(milliseconds=1)


def event_of(run: Run, index: int) -> dict[str, Any]:
    """Make the event of a change in the history of a run, as the handler of an EventBridge rule receives it.

    AWS's examples only show executions and steps that have ended. Assumed: before the end, there is no `EndTime`, and
    `Time` contains the milliseconds since the start.

    Returns:
        The event, a new object for each call.
    """
    change = run.history[index]
    name, version = bare_name(run.document_name), run.document_version
    arn = f"arn:{run.partition}:ssm:{run.region}:{run.account}"
    detail: dict[str, Any] = {
        "ExecutionId": run.id,
        "Definition": name,
        "DefinitionVersion": float(version),
        "Status": change.status,
        "StartTime": _format(change.started),
        **({"EndTime": _format(change.time)} if change.status in ENDED else {}),
        "Time": float((change.time - change.started) // _MILLISECOND),
    }
    if change.step is None:
        detail["ExecutedBy"] = run.executed_by
    else:
        detail |= {"StepName": change.step, "Action": change.action}
    return {
        "version": "0",
        "id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{run.account} {run.region} {run.id} {index}")),
        "detail-type": OF_EXECUTION if change.step is None else OF_STEP,
        "source": "aws.ssm",
        "account": run.account,
        "time": f"{change.time:%Y-%m-%dT%H:%M:%SZ}",
        "region": run.region,
        "resources": [f"{arn}:automation-execution/{run.id}", f"{arn}:automation-definition/{name}:{version}"],
        "detail": detail,
    }


def _format(time: datetime) -> str:
    """Format a time as in AWS's events, in English whatever the locale: `Nov 29, 2016 7:43:25 PM`."""
    half = "AM" if time.hour < _NOON else "PM"
    return f"{_MONTHS[time.month - 1]} {time.day}, {time.year} {time.hour % _NOON or _NOON}:{time:%M:%S} {half}"
