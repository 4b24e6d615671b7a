from __future__ import annotations

import itertools
import os
import random
from typing import TYPE_CHECKING, Any

import botocore.session
import oracle
import pytest
from botocore.validate import ParamValidator
from caller import load
from model import OPERATIONS, START

from pytest_ssm_automation._service.checks.constraints import check
from pytest_ssm_automation._service.checks.rules import check_rules
from pytest_ssm_automation._service.runbooks.parameters import DECLARED_RULES, check_parameters

if TYPE_CHECKING:
    from pytest_ssm_automation._service.checks.violations import Violation

REQUESTS = int(os.environ.get("SSM_AUTOMATION_ORACLE_REQUESTS", "10000"))
PARAMETERS = int(os.environ.get("SSM_AUTOMATION_ORACLE_PARAMETERS", "2000"))
SERVICE = botocore.session.Session().get_service_model("ssm")
SEEDS = 4


def pair(violation: Violation) -> tuple[str, str]:
    """Write a violation as the oracle does."""
    of_key = violation.constraint.rpartition(":")[0].endswith("{key}")
    return violation.path + (" (key)" if of_key else ""), violation.rule


def disagreements(operation: str, params: dict[str, Any]) -> list[Any]:
    """List the differences between the package and the others about a request."""
    ours = check(operation, params)
    pairs, theirs = {pair(violation) for violation in ours}, oracle.violations(operation, params)
    found: list[Any] = sorted(pairs ^ theirs)
    if operation == START and not any(violation.rule == "type" for violation in ours):
        rules = {violation.rule for violation in check_rules(params)} - {"at_most_one_target"}
        found += sorted(rules ^ oracle.rule_violations(params))
    shape: Any = SERVICE.operation_model(operation).input_shape
    refused = ParamValidator().validate(params, shape).has_errors()
    if refused != any(violation.caught_by == "botocore" for violation in ours):
        found.append(("botocore refuses", refused))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(SEEDS))
def test_nobody_disagrees_about_starts(seed: int) -> None:
    """The package, the oracle and botocore's own validation agree about random and mutated requests."""
    requests = itertools.islice(oracle.mutations(random.Random(seed)), REQUESTS // SEEDS)
    found = ((params, disagreements(START, params)) for params in requests)
    assert [each for each in found if each[1]][:3] == []


@pytest.mark.parametrize("operation", OPERATIONS[1:])
def test_nobody_disagrees_about_other_operations(operation: str) -> None:
    """They also agree about requests of the other operations."""
    requests = itertools.islice(oracle.mutations(random.Random(0), operation), REQUESTS // 50)
    found = ((params, disagreements(operation, params)) for params in requests)
    assert [each for each in found if each[1]][:3] == []


def test_the_requests_are_worth_judging() -> None:
    """Many of them are valid, many aren't, and they break constraints of every kind."""
    requests = list(itertools.islice(oracle.mutations(random.Random(0)), 1000))
    broken = [check(START, params) for params in requests]
    assert 200 < sum(map(bool, broken)) < 800
    assert {violation.rule for violations in broken for violation in violations} == {
        "type", "required", "unknown", "min", "max", "pattern", "enum"
    }  # fmt: skip


def judged(declared: dict[str, Any], given: dict[str, list[str]]) -> set[tuple[str, str]]:
    """Return the package's violations in parameters, in the format of the oracle."""
    steps = [{"name": "wait", "action": "aws:sleep", "inputs": {"Duration": "PT1S"}}]
    content = {"schemaVersion": "0.3", "parameters": declared, "mainSteps": steps}
    found = check_parameters(load(content, name="Team-Runbook"), given)
    return {(violation.path, violation.rule) for violation in found}


@pytest.mark.parametrize("seed", range(SEEDS))
def test_nobody_disagrees_about_parameters(seed: int) -> None:
    """The package and the oracle agree about random and mutated parameters of random declarations."""
    draws = itertools.islice(oracle.parameter_draws(random.Random(seed)), PARAMETERS // SEEDS)
    differing = ((each, judged(*each) ^ oracle.parameter_violations(*each)) for each in draws)
    assert [each for each in differing if each[1]][:3] == []


def test_the_parameters_are_worth_judging() -> None:
    """Many of them are valid, many aren't, and they break every rule of a declaration."""
    draws = list(itertools.islice(oracle.parameter_draws(random.Random(0)), 1000))
    broken = [judged(*each) for each in draws]
    assert 200 < sum(map(bool, broken)) < 900
    assert {rule for found in broken for _, rule in found} == set(DECLARED_RULES)
