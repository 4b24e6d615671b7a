"""Validation of a start against its runbook."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from ..checks.violations import OF_RUNBOOK, Violation
from .parameters import FORMS, ROLE_ARN, check_parameters, resolved_parameters
from .references import sole_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from .declarations import Runbook

# The constraint on the role that a runbook assumes.
ASSUME_ROLE: Final = f"{OF_RUNBOOK}assumeRole"


def check_start(runbook: Runbook, params: Mapping[str, Any]) -> list[Violation]:
    """List all violations of the runbook's declarations in a request of StartAutomationExecution.

    Assumed: values that targets supply are checked like Parameters, and after them, and the role comes last.
    """
    name: str = params.get("TargetParameterName", "")
    given: Mapping[str, list[str]] = params.get("Parameters", {})
    maps: Sequence[Mapping[str, list[str]]] = params.get("TargetMaps") or [{}]
    found = check_parameters(runbook, given, supplied=[{name, *names} for names in maps])
    alone = partial(check_parameters, runbook, supplied=[runbook.parameters])
    for index, names in enumerate(maps):
        broken = alone(names)
        found += [replace(each, path=each.path.replace("Parameters", f"TargetMaps[{index}]", 1)) for each in broken]
    for path, value in _targeted(params) if name in runbook.parameters else ():
        found += [replace(each, path=path) for each in alone({name: [value]})]
    if name and name not in runbook.parameters:
        found += [replace(each, path="TargetParameterName", value=name) for each in alone({name: []})]
    return found or _check_role(runbook, given, {name, *(key for names in maps for key in names)})


def _targeted(params: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the values of TargetParameterName that the request contains, with their paths."""
    targets: Sequence[Mapping[str, Any]] = params.get("Targets", ())
    for index, target in enumerate(targets):
        if target.get("Key") == "ParameterValues":
            for number, value in enumerate(target.get("Values", [])):
                yield f"Targets[{index}].Values[{number}]", value


def _check_role(runbook: Runbook, given: Mapping[str, Sequence[str]], supplied: Collection[str]) -> list[Violation]:
    """Check that the role of a runbook is the ARN of a role, if it is not empty.

    It is not checked if its value is unknown, or if it is composed of several parts.

    Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-troubleshooting.html
    """
    role, path = runbook.assume_role or "", "DocumentName"
    if name := sole_name(role):
        values = [] if name in supplied else resolved_parameters(runbook, given).get(name, [])
        role, path = values[0] if len(values) == 1 else "", f"Parameters[{name!r}][0]"
    if not role or "{{" in role or re.fullmatch(FORMS[ROLE_ARN], role, re.ASCII):
        return []
    text = "The format of the supplied assume role ARN is invalid."
    return [Violation(ASSUME_ROLE, path, "assumeRole", FORMS[ROLE_ARN], role, "runbook", text)]
