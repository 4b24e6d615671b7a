"""Which constraints a service enforces, and what a request violates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from .._errors import FakeUsageError, check_names, hide_usage_errors, unknown_name
from .checks.accepting import accepts
from .checks.rules import NOT_ENFORCED, TARGET_KEY, all_constraints, check_rules, check_targets

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from .checks.violations import Violation
    from .runs.store import ExecutionStore

__tracebackhide__ = hide_usage_errors

_SIZES: Final = frozenset({"min", "max"})


class Validation:
    """Validates requests.

    Attributes:
        relaxed: The ids of constraints that are turned off.
    """

    def __init__(self, store: ExecutionStore, relax: Collection[str], enforce: Collection[str]) -> None:
        """Set the constraints to turn off and on. The ids of executions may be of any length."""
        if relax or enforce:
            _check_names(relax, enforce)
        self._store = store
        self.relaxed, self._enforced = frozenset(relax), frozenset(enforce)

    def violations(self, operation: str, params: Mapping[str, Any]) -> tuple[Violation, ...]:
        """List the violations of enforced constraints in a request."""
        broken: list[Violation] = []
        if not accepts(operation)(params):
            from .checks.constraints import check

            broken = check(operation, params)
        if not broken or not any(violation.rule == "type" for violation in broken):
            broken += check_rules(operation, params)
            if TARGET_KEY in self._enforced:
                broken += check_targets(operation, params)
        return tuple(violation for violation in broken if not self._tolerates(violation)) if broken else ()

    def _tolerates(self, violation: Violation) -> bool:
        """Return whether a constraint is not enforced, or is the length of an id that the test has chosen."""
        name = violation.constraint
        chosen = violation.path == "AutomationExecutionId" and violation.rule in _SIZES
        return (
            name in self.relaxed
            or (name in NOT_ENFORCED and name not in self._enforced)
            or (chosen and bool(self._store.named(str(violation.value))))
        )


def _check_names(relax: Collection[str], enforce: Collection[str]) -> None:
    from .checks.violations import can_be_relaxed
    from .runbooks.creating.creation import RELAXABLE

    known = {*all_constraints(), *RELAXABLE}
    for name in relax:
        if not _is_declared(name) and name not in known:
            raise unknown_name("constraint", name, known)
        if not can_be_relaxed(name):
            raise FakeUsageError(f"{name} can't be relaxed, because botocore does not send such requests")
    check_names("constraint", enforce, known)


def _is_declared(name: str) -> bool:
    """Return whether a constraint is a kind of declaration in a runbook."""
    from .checks.violations import OF_RUNBOOK
    from .runbooks.parameters import DECLARED_RULES
    from .runbooks.starts import ASSUME_ROLE

    return name == ASSUME_ROLE or (name.startswith(OF_RUNBOOK) and name.rpartition(":")[2] in DECLARED_RULES)
