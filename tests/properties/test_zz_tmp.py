from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import oracle
import pytest
from botocore.model import DenormalizedStructureBuilder, Shape, ShapeResolver
from botocore.validate import ParamValidator
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from pytest_ssm_automation import FakeUsageError, _shapes
from pytest_ssm_automation._service import model
from pytest_ssm_automation.strategies import from_shape

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVICE = model.service_model()
OPERATIONS = [SERVICE.operation_model(name) for name in SERVICE.operation_names]
SHAPES = [
    pytest.param(shape, id=shape.name)
    for operation in OPERATIONS
    for shape in (operation.input_shape, operation.output_shape)
    if shape
]
FEW = settings(max_examples=200)


def shape_of(shapes: dict[str, Any], name: str = "It") -> Shape:
    """Make a shape that SSM has nothing like."""
    return ShapeResolver(shapes).get_shape_by_name(name)


def string_of(pattern: str, **limits: int) -> Shape:
    """Make a string shape with a pattern."""
    return shape_of({"It": {"type": "string", "pattern": pattern, **limits}})


def judge(shape: Any, value: Any) -> None:
    """Ask botocore about types and members, and the model and the oracle's reading of patterns about limits."""
    assert not ParamValidator().validate(value, shape).has_errors()
    for inner, part in inside(shape, value):
        size = part if isinstance(part, int) else len(part)
        assert inner.metadata.get("min", size) <= size <= inner.metadata.get("max", size)
        if inner.metadata.get("pattern"):
            assert oracle._compiled(inner.metadata["pattern"]).fullmatch(part)
        if inner.metadata.get("enum"):
            assert part in inner.metadata["enum"]


def inside(shape: Any, value: Any) -> Iterator[tuple[Any, Any]]:
    """Give every part of a value that has a size, with its shape."""
    if isinstance(value, datetime):
        assert value.tzinfo
    elif shape.type_name == "structure":
        for name in value:
            yield from inside(shape.members[name], value[name])
    elif not isinstance(value, (bool, float)):
        yield shape, value
        for item in value if isinstance(value, list) else ():
            yield from inside(shape.member, item)
        for key in value if isinstance(value, dict) else ():
            yield from inside(shape.key, key)
            yield from inside(shape.value, value[key])


@FEW
@pytest.mark.parametrize("shape", SHAPES)
@given(st.data())
def test_any_shape(shape: Shape, data: st.DataObject) -> None:
    """What is drawn for the request or the answer of any operation of SSM keeps to its shape."""
    judge(shape, data.draw(from_shape(shape)))


def test_ends_of_strings() -> None:
    """Of all strings of the model, the shortest and the longest that pattern and bounds allow are at hand."""
    shapes = map(SERVICE.shape_for, SERVICE.shape_names)
    for shape in (shape for shape in shapes if shape.type_name == "string" and not shape.metadata.get("enum")):
        for template in _shapes.templates(shape.metadata.get("pattern"), *_shapes.bounds(shape)):
            for size in {template.low, min(template.high, 100_000)}:
                text = template.written(size)
                assert len(text) == size
                judge(shape, text)
