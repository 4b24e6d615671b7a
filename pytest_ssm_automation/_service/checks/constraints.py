"""Compile shapes of the service model to checks that report all violations at once.

A check is a closure, made once for each shape. It appends the violations of a value, in the order of the model's
members. Messages and paths are built only for violations.
"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from . import model
from .accepting import accepts
from .patterns import compile_pattern
from .sentences import sentence
from .violations import Constraint, Violation, python_path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from botocore.model import Shape

    from .violations import Steps

# The Python types that botocore's ParamValidator accepts for each type of the model.
PYTHON_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "list": (list, tuple),
    "map": (dict,),
    "structure": (dict,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (float, Decimal, int),
    "double": (float, Decimal, int),
    "timestamp": (datetime, str, int, float),
    "blob": (bytes, bytearray, str),
}
_NUMBERS: Final = frozenset({"integer", "long", "float", "double"})


Found: TypeAlias = list[tuple[Constraint, "Steps", object]]
# Each check reports paths relative to its own value, and outer checks prepend their step. Valid values cost no paths.
Check: TypeAlias = "Callable[[Any, Found], None]"


def check(operation: str, params: Mapping[str, Any]) -> list[Violation]:
    """List all violations of the service model in a request, in the model's order."""
    if accepts(operation)(params):
        return []
    found: Found = []
    _compiled(operation).check(params, found)
    if not found:
        return []
    shape = model.input_shape(operation)
    return [
        Violation(
            broken.id,
            python_path(steps),
            broken.rule,
            broken.limit,
            value,
            broken.caught_by,
            sentence(shape, steps, params, value, broken),
        )
        for broken, steps, value in found
    ]


def model_constraints(operation: str) -> Sequence[Constraint]:
    """List the service model's constraints on the request of an operation."""
    return _compiled(operation).constraints


@cache
def _compiled(operation: str) -> Compiler:
    return Compiler(operation)


class Compiler:
    """Compile the request shape of one operation, and collect its constraints.

    Attributes:
        check: The check for the whole request.
        constraints: Every constraint, in the model's order.
    """

    def __init__(self, operation: str) -> None:
        """Compile the input shape of `operation`."""
        self._prefix = "" if operation == model.START else f"{operation}/"
        self.constraints: list[Constraint] = []
        self.check = self._structure(model.input_shape(operation), "")

    def _shape(self, shape: Shape, path: str) -> Check:
        kind = shape.type_name
        if kind in {"structure", "list", "map"}:
            made: Check = getattr(self, f"_{kind}")(shape, path)
            return made
        return self._scalar(shape, path)

    def _add(self, path: str, rule: str, limit: object, *, botocore: bool = False) -> Constraint:
        constraint = Constraint(
            f"{self._prefix}{path or 'request'}:{rule}", limit, "model", "botocore" if botocore else "service"
        )
        self.constraints.append(constraint)
        return constraint

    def _type(self, shape: Shape, path: str) -> tuple[tuple[Any, ...], Constraint]:
        return PYTHON_TYPES[shape.type_name], self._add(path, "type", shape.type_name, botocore=True)

    def _size(self, shape: Shape, path: str) -> tuple[float, float, Check]:
        """Compile `min` and `max`, of a length or a number, and a function that reports which of them is violated."""
        least: float = shape.metadata.get("min", 0) or -math.inf
        most: float = shape.metadata.get("max", math.inf)
        # botocore checks minima, except those of maps, but no maxima.
        low = self._add(path, "min", least, botocore=shape.type_name != "map") if least > 0 else None
        high = self._add(path, "max", most) if "max" in shape.metadata else None
        measure = _measure(shape)

        def size(value: Any, found: Found) -> None:
            broken: Any = low if measure(value) < least else high
            found.append((broken, (), value))

        return least, most, size

    def _scalar(self, shape: Shape, path: str) -> Check:
        types, wrong_type = self._type(shape, path)
        regex: str | None = shape.metadata.get("pattern")
        names: list[str] = shape.metadata.get("enum", [])
        pattern = self._add(path, "pattern", regex) if regex else None
        match: Callable[[str], object] | None = None  # compiled when it is first needed
        least, most, size = self._size(shape, path)
        enum = self._add(path, "enum", tuple(names)) if names else None
        measure = _measure(shape)
        measured = bool({"min", "max"} & shape.metadata.keys())

        def scalar(value: Any, found: Found) -> None:
            if not isinstance(value, types):
                found.append((wrong_type, (), value))
                return
            nonlocal match
            if pattern and regex:
                match = match or compile_pattern(regex).fullmatch
                if not match(value):
                    found.append((pattern, (), value))
            if measured and not least <= measure(value) <= most:
                size(value, found)
            if enum and value not in names:
                found.append((enum, (), value))

        return _no_boolean(scalar, wrong_type) if shape.type_name in _NUMBERS else scalar

    def _list(self, shape: Any, path: str) -> Check:
        types, wrong_type = self._type(shape, path)
        least, most, size = self._size(shape, path)
        member = self._shape(shape.member, f"{path}[]")

        def list_(value: Any, found: Found) -> None:
            if not isinstance(value, types):
                found.append((wrong_type, (), value))
                return
            if not least <= len(value) <= most:
                size(value, found)
            for number, item in enumerate(value):
                before = len(found)
                member(item, found)
                if len(found) > before:
                    _prepend(("item", number), found, before)

        return list_

    def _map(self, shape: Any, path: str) -> Check:
        types, wrong_type = self._type(shape, path)
        least, most, size = self._size(shape, path)
        check_key = self._shape(shape.key, f"{path}{{key}}")
        check_value = self._shape(shape.value, f"{path}{{value}}")

        def map_(value: Any, found: Found) -> None:
            if not isinstance(value, types):
                found.append((wrong_type, (), value))
                return
            if not least <= len(value) <= most:
                size(value, found)
            for key, item in value.items():
                for step, check_part, part in (("key", check_key, key), ("value", check_value, item)):
                    before = len(found)
                    check_part(part, found)
                    if len(found) > before:
                        _prepend((step, key), found, before)

        return map_

    def _structure(self, shape: Any, path: str) -> Check:
        # A request is always a mapping, because it is passed as keyword arguments.
        types, wrong_type = self._type(shape, path) if path else ((), None)
        unknown = self._add(path, "unknown", tuple(shape.members), botocore=True)
        checks: dict[str, Check] = {}
        required: dict[str, Constraint] = {}
        for name, member in shape.members.items():
            inner = f"{path}.{name}" if path else name
            if name in shape.required_members:
                required[name] = self._add(inner, "required", None, botocore=True)
            checks[name] = self._shape(member, inner)
        order = {name: number for number, name in enumerate(checks)}

        def structure(value: Any, found: Found) -> None:
            if wrong_type and not isinstance(value, types):
                found.append((wrong_type, (), value))
                return
            first = len(found)
            for name, item in value.items():
                before = len(found)
                if check_member := checks.get(name):
                    check_member(item, found)
                    if len(found) > before:
                        _prepend(("member", name), found, before)
                else:
                    found.append((unknown, (("member", name),), item))
            if not required.keys() <= value.keys():
                found.extend((required[name], (("member", name),), None) for name in required.keys() - value.keys())
            if len(found) > first:
                _sort_by_member(order, found, first)

        return structure


def _measure(shape: Shape) -> Callable[[Any], float]:
    return int if shape.type_name in _NUMBERS else len


def _no_boolean(scalar: Check, wrong_type: Constraint) -> Check:
    """Reject booleans as numbers, as the service does; botocore accepts and sends them."""
    sent = replace(wrong_type, caught_by="service")

    def number(value: Any, found: Found) -> None:
        if isinstance(value, bool):
            found.append((sent, (), value))
        scalar(value, found)

    return number


def _sort_by_member(order: Mapping[str, int], found: Found, first: int) -> None:
    """Sort the violations of a structure from index `first` on in the model's order, with unknown members last."""
    found[first:] = sorted(found[first:], key=lambda each: order.get(each[1][0][1], len(order)))


def _prepend(step: tuple[str, Any], found: Found, first: int) -> None:
    """Prepend a step to the paths of all violations from index `first` on."""
    found[first:] = [(broken, (step, *steps), value) for broken, steps, value in found[first:]]
