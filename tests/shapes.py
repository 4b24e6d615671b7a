"""Whether values match the shapes of a model, as botocore and the oracle judge them, and the simplest one drawn."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import oracle
from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.validate import ParamValidator
from hypothesis import find, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hypothesis.strategies import SearchStrategy


def problems(shape: Shape, value: Any) -> list[str]:
    """Everything in which a value differs from its shape: what botocore checks, and what it lets through."""
    report = ParamValidator().validate(value, shape)
    if report.has_errors():
        return [report.generate_report()]
    return [
        problem for inner, part, path in _inside(shape, value, shape.name) for problem in _limits(inner, part, path)
    ]


def _inside(shape: Shape, value: Any, path: str) -> Iterator[tuple[Shape, Any, str]]:
    """Give a value and every part of it, with its shape and path."""
    yield shape, value, path
    if isinstance(shape, StructureShape):
        for name, member in value.items():
            yield from _inside(shape.members[name], member, f"{path}.{name}")
    elif isinstance(shape, MapShape):
        for key, member in value.items():
            yield from _inside(shape.key, key, f"{path}.{key} (key)")
            yield from _inside(shape.value, member, f"{path}.{key}")
    elif isinstance(shape, ListShape):
        for number, member in enumerate(value):
            yield from _inside(shape.member, member, f"{path}[{number}]")


def _limits(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if shape.type_name in {"string", "list", "map", "blob", "integer", "long"}:
        size = value if isinstance(value, int) else len(value)
        if not shape.metadata.get("min", size) <= size <= shape.metadata.get("max", size):
            yield f"{path}: {size} members or characters"
    if "pattern" in shape.metadata and not _matcher(shape.metadata["pattern"]).fullmatch(value):
        yield f"{path}: {value!r} does not match"
    if shape.metadata.get("enum") and value not in shape.metadata["enum"]:
        yield f"{path}: {value!r} is not in the enum"


def _matcher(pattern: str) -> Any:
    """Compile a pattern as the oracle does, unless it has a class that the oracle takes for Unicode's, not ASCII's."""
    return re.compile(pattern, re.ASCII) if re.search(r"\\[DSW]", pattern) else oracle.compiled(pattern)


def simplest(strategy: SearchStrategy[Any], condition: Callable[[Any], bool]) -> Any:
    """Find what a failing example shrinks to, without a database, which takes all parametrized tests for one."""
    return find(strategy, condition, settings=settings(max_examples=5000, database=None))
