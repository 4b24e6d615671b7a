"""Validation and evaluation of the conditions of `aws:branch` and `aws:loop`.

A condition is true, false, or `None` if it depends on an unknown value.

Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-branch-condition.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from .kinds import as_list, is_list, is_mapping
from .references import as_text, unknown_in

if TYPE_CHECKING:
    from .findings import Findings

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


def check_condition(condition: object, path: str, step: str, found: Findings) -> None:
    """Check the operators of a condition of a step."""
    if not is_mapping(condition):
        found.mismatch(path, "a condition", condition)
        return
    for key, value in condition.items():
        where = f"{path}.{key}"
        if key in JOINING:
            items = (
                {f"{where}[{number}]": each for number, each in enumerate(value)} if is_list(value) else {where: value}
            )
            if key != "Not" and len(items) < _LEAST_JOINED:
                text = f"Expect at lease two expressions for operator: {key} in step: {step}."
                found.refuse(where, f"{text} Provided: {len(items)}")
            for at, each in items.items():
                check_condition(each, at, step, found)
        elif key not in OPERATORS and key not in _BESIDE:
            found.unknown(where, key, "an operator", (*OPERATORS, *JOINING))


def written(condition: Mapping[str, Any], write: Callable[[object], str]) -> str:
    """Write a condition with the operators of AWS in one line; `write` writes what is compared."""
    parts: list[str] = []
    for key, value in condition.items():
        if key in OPERATORS:
            parts.append(f"{write(condition.get('Variable'))} {key} {write(value)}")
        elif key in JOINING:
            parts.append(f"{key}({', '.join(written(each, write) for each in as_list(value))})")
    return " and ".join(parts)


def truth(condition: Mapping[str, Any], resolve: Resolve) -> bool | None:
    """Evaluate a condition; `None` if the result depends on an unknown value.

    It may be an operand of another one. `resolve` replaces references by their values, if they are known.
    """
    found: list[bool | None] = []
    for key, value in condition.items():
        if key in OPERATORS:
            found.append(_compared(key, resolve(condition.get("Variable")), resolve(value)))
        elif key in JOINING:
            operands = [truth(each, resolve) for each in as_list(value) if is_mapping(each)]
            joined = _joined(operands, decisive=key == "Or")
            found.append(not joined if key == "Not" and joined is not None else joined)
    return _joined(found, decisive=False)


def _compared(operator: str, value: object, expected: object) -> bool | None:
    if unknown_in(value) or unknown_in(expected):
        return None
    return OPERATORS[operator](as_text(value), as_text(expected))


def _joined(found: list[bool | None], *, decisive: bool) -> bool | None:
    return decisive if decisive in found else None if None in found else not decisive
