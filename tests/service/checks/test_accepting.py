from __future__ import annotations

import itertools
import random
from collections import OrderedDict
from typing import Any

import oracle
import pytest
from botocore.model import DenormalizedStructureBuilder
from model import START

from pytest_ssm_automation._service.checks.accepting import accepts, generate
from pytest_ssm_automation._service.checks.constraints import Found, _compiled, check
from pytest_ssm_automation._service.checks.model import CHECKED

REQUESTS = 20_000
VALID: dict[str, Any] = {
    "DocumentName": "Doc",
    "Parameters": {"Id": ["one", "two"]},
    "Tags": [{"Key": "Team", "Value": "web"}],
}


class Text(str):
    """A string of another type."""

    __slots__ = ()


def has_tuples(value: Any) -> bool:
    """Return whether a value contains tuples, which botocore accepts as lists."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return isinstance(value, tuple) or any(map(has_tuples, parts))


@pytest.mark.slow
@pytest.mark.parametrize("operation", CHECKED)
def test_it_accepts_what_the_checks_find_valid(operation: str) -> None:
    """For random and mutated requests of JSON's types, it agrees with the checks that list violations."""
    number = REQUESTS if operation == START else REQUESTS // 20
    accepted = 0
    for params in itertools.islice(oracle.mutations(random.Random(operation), operation), number):
        found: Found = []
        _compiled(operation).check(params, found)
        sure = accepts(operation)(params)
        accepted += sure
        assert not (sure and found), params
        assert sure or found or has_tuples(params), params
    assert number / 10 < accepted < number


@pytest.mark.parametrize(
    "odd",
    [
        {"DocumentName": Text("Doc")},
        OrderedDict(VALID),
        {**VALID, "Parameters": OrderedDict(VALID["Parameters"])},
        {**VALID, "Parameters": {Text("Id"): ["one"]}},
        {**VALID, "Tags": tuple(VALID["Tags"])},
    ],
)
def test_other_types_are_in_doubt(odd: Any) -> None:
    """Values of other types than JSON's are left to the checks, which accept them."""
    assert accepts(START)(VALID)
    assert not accepts(START)(odd)
    assert check(START, odd) == []


@pytest.mark.parametrize("kind", ["timestamp", "blob", "float", "double"])
def test_shapes_of_other_types_are_in_doubt(kind: str) -> None:
    """A member whose type no request of today has is left to the checks."""
    shape = DenormalizedStructureBuilder().with_members({"A": {"type": kind}, "B": {"type": "string"}}).build_model()
    assert generate(shape)({"B": "text"})
    assert not generate(shape)({"A": 1.5})
