from __future__ import annotations

import itertools
import random
from collections import OrderedDict
from typing import Any

import oracle
import pytest
from model import START

from pytest_ssm_automation._service.checks.accepting import accepts
from pytest_ssm_automation._service.checks.constraints import check
from pytest_ssm_automation._service.checks.model import CHECKED

REQUESTS = 5000
VALID: dict[str, Any] = {"DocumentName": "Doc", "Tags": [{"Key": "Team", "Value": "web"}]}


class Text(str):
    """A string of another type."""

    __slots__ = ()


def has_tuples(value: Any) -> bool:
    """Return whether a value contains tuples, which botocore accepts as lists."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return isinstance(value, tuple) or any(map(has_tuples, parts))


@pytest.mark.slow
@pytest.mark.parametrize("operation", CHECKED)
def test_it_accepts_what_is_valid(operation: str) -> None:
    """It accepts exactly the random and mutated requests of JSON's types that the oracle finds valid."""
    number = REQUESTS if operation == START else REQUESTS // 20
    accepted = 0
    for params in itertools.islice(oracle.mutations(random.Random(operation), operation), number):
        valid = not oracle.violations(operation, params)
        assert accepts(operation)(params) is (valid and not has_tuples(params)), params
        accepted += valid
    assert number / 10 < accepted < number


@pytest.mark.parametrize(
    "odd",
    [{"DocumentName": Text("Doc")}, OrderedDict(VALID), {**VALID, "Tags": tuple(VALID["Tags"])}],
)
def test_other_types_are_in_doubt(odd: Any) -> None:
    """Values of other types than JSON's are left to the checks, which accept them."""
    assert not accepts(START)(odd)
    assert check(START, odd) == []
