"""The service's messages for violated constraints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..brief import java
from .violations import python_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.model import Shape

    from .violations import Constraint, Steps


def sentence(shape: Shape, steps: Steps, params: Mapping[str, Any], value: object, broken: Constraint) -> str:
    """Write the service's message, or botocore's for requests that botocore never sends.

    For an invalid item in a list of scalars or a map, the service shows the whole list or map.
    """
    if broken.rule == "type":
        given = f"value: {value!r}, type: {type(value)}, valid type: {broken.limit}"
        return f"Invalid type for parameter {python_path(steps)}, {given}"
    if broken.rule == "unknown":
        allowed: Any = broken.limit
        return f'Unknown parameter in input: "{python_path(steps)}", must be one of: {", ".join(allowed)}'
    owner: Any = shape
    owned: Any = params
    path: list[str] = []
    for position, (kind, name) in enumerate(steps):
        below = _step(owner, kind, name)
        if kind in {"key", "value"} or (kind == "item" and below.type_name not in {"structure", "map"}):
            return _said(owned, path, _nested(owner, steps[position:]))
        path.extend([str(name + 1), "member"] if kind == "item" else [name[:1].lower() + name[1:]])
        owner, owned = below, owned.get(name) if kind == "member" else owned[name]
    return _said(value, path, _constraint_text(owner, broken.rule))


def _said(value: object, path: list[str], text: str) -> str:
    given = "null" if value is None else f"'{java(value)}'"
    return f"Value {given} at '{'.'.join(path)}' failed to satisfy constraint: {text}"


def _step(shape: Any, kind: str, name: Any) -> Any:
    if kind == "member":
        return shape.members[name]
    return shape.member if kind == "item" else getattr(shape, kind)


def _nested(owner: Any, steps: Steps) -> str:
    """List all constraints on the items of a list or map, not only the violated one, as the service does."""
    kind = steps[0][0]
    below = _step(owner, *steps[0])
    texts = [_constraint_text(below, rule) for rule in ("max", "min", "pattern", "enum") if rule in below.metadata]
    if below.type_name in {"list", "map"} and len(steps) > 1:
        texts.append(_nested(below, steps[1:]))
    subject = {"item": "Member", "key": "Map keys", "value": "Map value"}[kind]
    return f"{subject} must satisfy constraint: [{', '.join(texts)}]"


def _constraint_text(shape: Shape, rule: str) -> str:
    limit = shape.metadata.get(rule)
    what = "value" if shape.type_name in {"integer", "long"} else "length"
    if rule == "required":
        return "Member must not be null"
    if rule == "pattern":
        return f"Member must satisfy regular expression pattern: {limit}"
    if rule == "enum":
        return f"Member must satisfy enum value set: [{', '.join(limit or ())}]"
    bound = "less" if rule == "max" else "greater"
    return f"Member must have {what} {bound} than or equal to {limit}"
