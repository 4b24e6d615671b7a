from __future__ import annotations

from datetime import datetime
from typing import Any

import oracle
import pytest
from botocore.model import DenormalizedStructureBuilder, Shape, ShapeResolver
from botocore.validate import ParamValidator
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from pytest_ssm_automation import FakeUsageError, _shapes
from pytest_ssm_automation._service import model
from pytest_ssm_automation.strategies import from_shape

SERVICE = model.service_model()
OPERATIONS = [SERVICE.operation_model(name) for name in SERVICE.operation_names]
INPUTS = {operation.name: operation.input_shape for operation in OPERATIONS if operation.input_shape}
OUTPUTS = {operation.name: operation.output_shape for operation in OPERATIONS if operation.output_shape}
FEW = settings(max_examples=10)


def shape_of(shapes: dict[str, Any], name: str = "It") -> Shape:
    """Make a shape that SSM has nothing like."""
    return ShapeResolver(shapes).get_shape_by_name(name)


def string_of(pattern: str, **limits: int) -> Shape:
    """Make a string shape with a pattern."""
    return shape_of({"It": {"type": "string", "pattern": pattern, **limits}})


def judge(shape: Shape, value: Any) -> None:
    """Ask botocore and the oracle about a value of any shape."""
    assert not ParamValidator().validate(value, shape).has_errors()
    assert not [error.message for error in oracle._Validator(oracle._schema(shape)).iter_errors(value)]
