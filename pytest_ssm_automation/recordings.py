"""Recorded executions: compare them with what the fake shows for their runbooks.

`python -m pytest_ssm_automation record` records an execution at AWS.

Example:
    >>> from pytest_ssm_automation import recordings
    >>> def test_the_edited_runbook_takes_the_same_path():
    ...     assert recordings.compare("tests/runs/bake.json", runbook="runbooks/Bake.yaml") == ()
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._errors import hide_usage_errors

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping
    from typing import Any

    from ._service.runbooks.declarations import Runbook

__all__ = ["compare"]

__tracebackhide__ = hide_usage_errors


def compare(
    path: str | os.PathLike[str], *, runbook: Mapping[str, Any] | str | os.PathLike[str] | Runbook | None = None
) -> tuple[str, ...]:
    """Compare a recorded execution with a walk of its runbook, with its parameters and the results of its steps.

    Ids, times and `ExecutedBy` are not compared. Only the last result of a step is in a recording, so steps that ran
    only in an earlier round of a jump back are not compared. The walk stops at the first step for which the recording
    has no result. A difference reads, for example, `choose.StepStatus: recorded "Success", walked "Pending"`.

    Args:
        path: The file of the recording: that of the command `record`, or the output of
            `aws ssm get-automation-execution`, which needs `runbook`.
        runbook: An edited runbook, as for `add_runbook`; by default the recorded one.

    Returns:
        A line for each member that differs, first those of steps, then those of the execution, and then those of the
        executions that it started, after their ids. Empty if nothing differs.

    Raises:
        FakeUsageError: A file cannot be read or is not valid, or there is no runbook.
    """
    from ._recordings.comparing import compare_file

    return compare_file(path, runbook)
