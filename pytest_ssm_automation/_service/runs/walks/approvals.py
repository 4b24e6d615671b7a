"""The decisions of approvers, and the outputs of an `aws:approve` step.

Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-approve.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...runbooks.references import as_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from .visits import Visit

APPROVED: Final = "Approved"
WAITING: Final = "Waiting"


def decision(kind: str, approver: str, time: datetime, comment: str) -> dict[str, str]:
    """Write a decision on a step, such as `Approve`, with the ARN of the caller, the time and a comment."""
    return {
        "Approver": approver,
        "Decision": kind,
        "ApprovalDecisionTime": f"{time:%Y-%m-%dT%H:%M:%S.%fZ}",
        "Comment": comment,
    }


def outputs_of_approval(visit: Visit) -> Mapping[str, Any]:
    """Return the outputs of a step after the decisions that there are."""
    kinds = [each["Decision"] for each in visit.decisions]
    status = WAITING if len(kinds) < _needed(visit) else APPROVED
    if any(kind != "Approve" for kind in kinds):
        status = "Rejected"
    return {"ApprovalStatus": status, "ApproverDecisions": [*visit.decisions]}


def _needed(visit: Visit) -> int:
    """Return how many approvals a step needs; 1 if that is not known."""
    given = as_text(visit.inputs.get("MinRequiredApprovals", 1))
    return max(int(given), 1) if given.isdecimal() else 1
