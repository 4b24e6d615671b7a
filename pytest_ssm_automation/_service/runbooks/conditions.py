"""Validation and evaluation of the conditions of `aws:branch` and `aws:loop`.

A condition is true, false, or `None` if it depends on an unknown value.

Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-branch-condition.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from .kinds import is_list, is_mapping
from .references import as_text, unknown_in

Resolve = Callable[[Any], Any]


def _boolean(given: str) -> str:
    return given.strip().lower()


def _numeric(compare: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    def test(value: str, expected: str) -> bool:
        try:
            return compare(float(value), float(expected))
        except ValueError:
            return False

    return test


OPERATORS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "StringEquals": lambda value, expected: value == expected,
    "EqualsIgnoreCase": lambda value, expected: value.lower() == expected.lower(),
    "StartsWith": lambda value, expected: value.startswith(expected),
    "EndsWith": lambda value, expected: value.endswith(expected),
    "Contains": lambda value, expected: expected in value,
    "NumericEquals": _numeric(lambda value, expected: value == expected),
    "NumericGreater": _numeric(lambda value, expected: value > expected),
    "NumericLesser": _numeric(lambda value, expected: value < expected),
    "NumericGreaterOrEquals": _numeric(lambda value, expected: value >= expected),
    "NumericLesserOrEquals": _numeric(lambda value, expected: value <= expected),
    "BooleanEquals": lambda value, expected: _boolean(value) == _boolean(expected),
}
JOINING: Final = ("And", "Or", "Not")
_LEAST_JOINED: Final = 2
_BESIDE: Final = ("Variable", "NextStep")


def problems(condition: object, path: str) -> Iterator[tuple[str, object, tuple[str, ...]]]:
    """Find invalid operators in a condition; yield the path, the invalid operator, and the allowed ones."""
    if not is_mapping(condition):
        yield path, condition, ()
        return
    for key, value in condition.items():
        if key in JOINING:
            for where, each in _operands(value, f"{path}.{key}"):
                yield from problems(each, where)
        elif key not in OPERATORS and key not in _BESIDE:
            yield f"{path}.{key}", key, (*OPERATORS, *JOINING)


def _operands(value: object, path: str) -> list[tuple[str, object]]:
    if is_list(value):
        return [(f"{path}[{number}]", each) for number, each in enumerate(value)]
    return [(path, value)]


def short_joins(condition: object, path: str) -> Iterator[tuple[str, str, int]]:
    """Find `And` and `Or` of fewer than two conditions; yield the path, the operator, and the number of conditions."""
    for key, value in condition.items() if is_mapping(condition) else ():
        if key in JOINING:
            operands = _operands(value, f"{path}.{key}")
            if key != "Not" and len(operands) < _LEAST_JOINED:
                yield f"{path}.{key}", key, len(operands)
            for where, each in operands:
                yield from short_joins(each, where)


def truth(condition: Mapping[str, Any], resolve: Resolve) -> bool | None:
    """Evaluate a condition; `None` if the result depends on an unknown value.

    It may be an operand of another one. `resolve` replaces references by their values, if they are known.
    """
    found: list[bool | None] = []
    for key, value in condition.items():
        if key in OPERATORS:
            found.append(_compared(key, resolve(condition.get("Variable")), resolve(value)))
        elif key == "Not":
            inner = _all(truth(each, resolve) for _, each in _operands(value, "") if is_mapping(each))
            found.append(None if inner is None else not inner)
        elif key in JOINING:
            operands = (truth(each, resolve) for _, each in _operands(value, "") if is_mapping(each))
            found.append(_all(operands) if key == "And" else _any(operands))
    return _all(iter(found))


def _compared(operator: str, value: object, expected: object) -> bool | None:
    if unknown_in(value) or unknown_in(expected):
        return None
    return OPERATORS[operator](as_text(value), as_text(expected))


def _all(found: Iterator[bool | None]) -> bool | None:
    seen = [*found]
    return False if False in seen else None if None in seen else True


def _any(found: Iterator[bool | None]) -> bool | None:
    seen = [*found]
    return True if True in seen else None if None in seen else False
