"""Find all violations of the service model in a request, in the order of the model's members."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from . import model
from .patterns import compile_pattern
from .sentences import sentence
from .violations import Constraint, Violation, python_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from .violations import Steps

# The Python types that botocore's ParamValidator accepts for each type of the model.
PYTHON_TYPES: Mapping[str, tuple[Any, ...]] = {
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
# The constraints on one value, in the order of the service, and whether a value meets the limit.
_MEETS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "pattern": lambda value, limit: compile_pattern(limit).fullmatch(value) is not None,
    "min": lambda value, limit: _measured(value) >= limit,
    "max": lambda value, limit: _measured(value) <= limit,
    "enum": lambda value, limit: value in limit,
}
# The id of a constraint without the operation, the path to the value that violates it, and the value.
_Broken: TypeAlias = "tuple[str, Steps, Any]"


def check(operation: str, params: Mapping[str, Any]) -> list[Violation]:
    """List all violations of the service model in a request, in the model's order."""
    shape, known = model.input_shape(operation), model_constraints(operation)
    found: list[Violation] = []
    for name, steps, value in _broken(shape, "", (), params):
        broken = known[_prefix(operation) + name]
        text = sentence(shape, steps, params, value, broken)
        # botocore sends booleans as numbers.
        sent = broken.rule == "type" and isinstance(value, PYTHON_TYPES[str(broken.limit)])
        caught_by = "service" if sent else broken.caught_by
        found.append(Violation(broken.id, python_path(steps), broken.rule, broken.limit, value, caught_by, text))
    return found


@cache
def model_constraints(operation: str) -> Mapping[str, Constraint]:
    """Return the service model's constraints on the request of an operation by id, in the model's order."""
    prefix = _prefix(operation)
    return {
        prefix + name: Constraint(prefix + name, limit, "model", "botocore" if by_botocore else "service")
        for name, limit, by_botocore in _described(model.input_shape(operation), "")
    }


def _prefix(operation: str) -> str:
    return "" if operation == model.START else f"{operation}/"


def _measured(value: Any) -> Any:
    return value if isinstance(value, int | float | Decimal) else len(value)


@cache
def _limits(shape: Any) -> tuple[tuple[str, Any], ...]:
    """Return the rules about a value alone, with their limits. A minimum of 0 is none."""
    limits = {rule: shape.metadata[rule] for rule in _MEETS if shape.metadata.get(rule)}
    return tuple((rule, tuple(limit) if rule == "enum" else limit) for rule, limit in limits.items())


def _inner(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _described(shape: Any, path: str) -> Iterator[tuple[str, object, bool]]:
    """Yield all constraints on a shape: the id, the limit, and whether botocore checks it before sending."""
    kind = shape.type_name
    # A request is always a mapping, because it is passed as keyword arguments.
    if path:
        yield f"{path}:type", kind, True
    for rule, limit in _limits(shape):
        yield f"{path}:{rule}", limit, rule == "min" and kind != "map"
    if kind == "structure":
        yield f"{path or 'request'}:unknown", tuple(shape.members), True
        for name, member in shape.members.items():
            if name in shape.required_members:
                yield f"{_inner(path, name)}:required", None, True
            yield from _described(member, _inner(path, name))
    elif kind == "list":
        yield from _described(shape.member, f"{path}[]")
    elif kind == "map":
        yield from _described(shape.key, f"{path}{{key}}")
        yield from _described(shape.value, f"{path}{{value}}")


def _broken(shape: Any, path: str, steps: Steps, value: Any) -> Iterator[_Broken]:
    """Yield what a value violates."""
    kind = shape.type_name
    known, is_bool = isinstance(value, PYTHON_TYPES[kind]), isinstance(value, bool)
    if path and (not known or (is_bool and kind in _NUMBERS)):
        yield f"{path}:type", steps, value
    if not known:
        return
    for rule, limit in _limits(shape):
        if not _MEETS[rule](value, limit):
            yield f"{path}:{rule}", steps, value
    if kind == "structure":
        yield from _broken_members(shape, path, steps, value)
    elif kind == "list":
        for number, item in enumerate(value):
            yield from _broken(shape.member, f"{path}[]", (*steps, ("item", number)), item)
    elif kind == "map":
        for key, item in value.items():
            yield from _broken(shape.key, f"{path}{{key}}", (*steps, ("key", key)), key)
            yield from _broken(shape.value, f"{path}{{value}}", (*steps, ("value", key)), item)


def _broken_members(shape: Any, path: str, steps: Steps, value: Mapping[str, Any]) -> Iterator[_Broken]:
    for name, member in shape.members.items():
        inside = (*steps, ("member", name))
        if name in value:
            yield from _broken(member, _inner(path, name), inside, value[name])
        elif name in shape.required_members:
            yield f"{_inner(path, name)}:required", inside, None
    for name in value:
        if name not in shape.members:
            yield f"{path or 'request'}:unknown", (*steps, ("member", name)), value[name]
