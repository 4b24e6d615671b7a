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
_NAMES = {
    "_clock": ("SleptTooLong",),
    "_errors": ("AutomationFakeError", "FakeUsageError", "PolledTooOften", "RunbookWarning", "StepFailed"),
    "_fake": ("AutomationFake",),
    "_service.calls": ("Call",),
    "_service.checks.rules": ("constraints",),
    "_service.checks.violations": ("Constraint", "Violation"),
    "_service.faults": ("Fault",),
    "_service.runbooks.declarations": ("Runbook",),
    "_service.runs.execution": ("Execution",),
    "_service.runs.step_runs": ("StepRun",),
    "_transports.guard.network": ("NetworkBlockedError",),
    "_transports.owner.late": ("LateCallError",),
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use, so that importing the package is fast."""
    for home, names in _NAMES.items():
        if name in names:
            from importlib import import_module

            globals()[name] = getattr(import_module(f".{home}", __name__), name)
            return globals()[name]
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    """List the public names, imported or not."""
    return sorted({*globals(), *__all__})
