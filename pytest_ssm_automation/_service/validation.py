"""Which constraints a service enforces, and what a request violates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from .._errors import FakeUsageError, check_names, hide_usage_errors, unknown_name
from .checks import model
from .checks.accepting import accepts
from .checks.rules import NOT_ENFORCED, ONE_TARGET, TARGET_KEY, all_constraints, check_rules

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from .checks.violations import Violation
    from .runbooks.declarations import Runbook

__tracebackhide__ = hide_usage_errors

# The rules that hold for starts by steps too.
# Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-executeAutomation.html
_OF_STEPS: Final = ("request:", "Targets:max")


class Validation:
    """Validates requests.

    Attributes:
        relaxed: The ids of constraints that are turned off.
    """

    def __init__(self, relax: Collection[str], enforce: Collection[str]) -> None:
        """Set the constraints to turn off and on."""
        if relax or enforce:
            _check_names(relax, enforce)
        self.relaxed, self._off = frozenset(relax), NOT_ENFORCED.difference(enforce).union(relax)

    def violations(self, operation: str, params: Mapping[str, Any]) -> list[Violation]:
        """List the violations of enforced constraints in a request."""
        broken: list[Violation] = []
        if not accepts(operation)(params):
            from .checks.constraints import check

            broken = check(operation, params)
        if operation == model.START and not (broken and any(violation.rule == "type" for violation in broken)):
            broken += check_rules(params, keys=TARGET_KEY not in self._off)
        return broken and [each for each in broken if each.constraint not in self._off]

    def refusal_of_start(self, params: Mapping[str, Any], runbook: Runbook) -> str | None:
        """Return the service's text for a start by a step that it refuses; `None` if it does not.

        Of the model, only types count: AWS's own runbooks give parameters that are empty or longer than 512 characters.
        """
        broken = self.violations(model.START, params)
        if counting := [each for each in broken if each.rule == "type" or each.constraint.startswith(_OF_STEPS)]:
            return refusal(counting)[1]
        undeclared = self.undeclared(params, runbook)
        return str(undeclared[0]) if undeclared else None

    def undeclared(self, params: Mapping[str, Any], runbook: Runbook) -> tuple[Violation, ...]:
        """List what a start violates of the declarations of a runbook."""
        from .runbooks.starts import check_start

        return tuple(each for each in check_start(runbook, params) if each.constraint not in self.relaxed)


def refusal(violations: Sequence[Violation]) -> tuple[str, str]:
    """Return the code and the text of the service for the violations of a request."""
    if any(each.rule == "type" for each in violations):
        return "SerializationException", "The request could not be read."
    of_model = [violation for violation in violations if not violation.constraint.startswith("request:")]
    if not of_model or all(violation.constraint == "Targets:max" for violation in of_model):
        return "InvalidAutomationExecutionParametersException", ONE_TARGET if of_model else violations[0].sentence
    sentences = list(dict.fromkeys(violation.sentence for violation in of_model))
    errors = "error" if len(sentences) == 1 else "errors"
    return "ValidationException", f"{len(sentences)} validation {errors} detected: {'; '.join(sentences)}"


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
