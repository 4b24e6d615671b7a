"""A fake of AWS Systems Manager Automation, for tests of code that starts runbooks.

Documentation: https://pytest-ssm-automation.readthedocs.io/

Example:
    >>> def test_restart(ssm_automation):
    ...     restart_instance("i-0123456789abcdef0")
    ...     ssm_automation.assert_started_once(DocumentName="AWS-RestartEC2Instance")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _startup as _startup  # reads environment variables before tests change them

if TYPE_CHECKING:
    from ._clock import SleptTooLong
    from ._errors import AutomationFakeError, FakeUsageError, PolledTooOften, RunbookWarning, StepFailed
    from ._fake import AutomationFake
    from ._service.calls import Call
    from ._service.checks.rules import constraints
    from ._service.checks.violations import Constraint, Violation
    from ._service.faults import Fault
    from ._service.runbooks.declarations import Runbook
    from ._service.runs.execution import Execution
    from ._service.runs.step_runs import StepRun
    from ._transports.guard.network import NetworkBlockedError
    from ._transports.owner.late import LateCallError

__all__ = [
    "AutomationFake",
    "AutomationFakeError",
    "Call",
    "Constraint",
    "Execution",
    "FakeUsageError",
    "Fault",
    "LateCallError",
    "NetworkBlockedError",
    "PolledTooOften",
    "Runbook",
    "RunbookWarning",
    "SleptTooLong",
    "StepFailed",
    "StepRun",
    "Violation",
    "constraints",
]
_HOMES = {
    "AutomationFake": "_fake",
    "AutomationFakeError": "_errors",
    "Call": "_service.calls",
    "Constraint": "_service.checks.violations",
    "Execution": "_service.runs.execution",
    "FakeUsageError": "_errors",
    "Fault": "_service.faults",
    "LateCallError": "_transports.owner.late",
    "NetworkBlockedError": "_transports.guard.network",
    "PolledTooOften": "_errors",
    "Runbook": "_service.runbooks.declarations",
    "RunbookWarning": "_errors",
    "SleptTooLong": "_clock",
    "StepFailed": "_errors",
    "StepRun": "_service.runs.step_runs",
    "Violation": "_service.checks.violations",
    "constraints": "_service.checks.rules",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use, so that importing the package is fast."""
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    from importlib import import_module

    globals()[name] = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    return globals()[name]


def __dir__() -> list[str]:
    """List the public names, imported or not."""
    return sorted({*globals(), *__all__})
