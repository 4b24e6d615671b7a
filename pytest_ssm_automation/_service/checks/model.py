"""Shapes, errors and their documentation, from the installed botocore service model, whose only reader this is."""

from __future__ import annotations

import re
from functools import cache
from html import unescape
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.loaders import Loader
    from botocore.model import OperationModel, ServiceModel, Shape, StructureShape

START: Final = "StartAutomationExecution"
OPERATIONS: Final = (
    START,
    "GetAutomationExecution",
    "DescribeAutomationExecutions",
    "DescribeAutomationStepExecutions",
    "StopAutomationExecution",
    "SendAutomationSignal",
)
DOCUMENT_OPERATIONS: Final = ("DescribeDocument", "GetDocument", "ListDocumentVersions")
# Answered for automations alone.
TAG_OPERATIONS: Final = ("ListTagsForResource", "AddTagsToResource", "RemoveTagsFromResource")
# What a fault can be injected into.
AUTOMATION_OPERATIONS: Final = (*OPERATIONS, *TAG_OPERATIONS)
CHECKED: Final = (*OPERATIONS, *DOCUMENT_OPERATIONS, *TAG_OPERATIONS)


class _Found(dict[Any, Any]):
    """A loader's cache that keeps nothing empty: a test may have patched the file system when it was looked for."""

    def __setitem__(self, key: Any, value: Any) -> None:
        if value:
            super().__setitem__(key, value)


@cache
def loader() -> Loader:
    """Give the one loader whose loaded models the whole process shares; it reads no configuration of the user's."""
    from botocore.loaders import Loader

    made: Any = Loader()
    made._cache = _Found()  # noqa: SLF001 - botocore has no other place for it
    found: Loader = made
    return found


@cache
def service_model() -> ServiceModel:
    """Give botocore's model of SSM, which is read once in a process.

    Where it can't be read, since a test has patched the file system, it is the one of a client that there is.

    Raises:
        botocore.exceptions.DataNotFoundError: It can't be read, and there is no client.
    """
    from botocore.exceptions import BotoCoreError
    from botocore.model import ServiceModel

    try:
        return ServiceModel(loader().load_service_model("ssm", "service-2"), "ssm")
    except (BotoCoreError, OSError, ValueError, TypeError, AttributeError):
        if found := _model_of_a_client():
            return found
        raise


def _model_of_a_client() -> ServiceModel | None:
    """Find the model of a client in memory."""
    import gc

    from botocore.client import BaseClient

    models: Iterator[Any] = (
        each.meta.service_model for each in gc.get_objects() if isinstance(each, BaseClient) and hasattr(each, "meta")
    )
    return next((each for each in models if each.service_name == "ssm"), None)


@cache
def operation_model(operation: str) -> OperationModel:
    """Give botocore's model of one operation."""
    return service_model().operation_model(operation)


@cache
def input_shape(operation: str) -> StructureShape:
    """Give the shape of an operation's request."""
    return cast("StructureShape", operation_model(operation).input_shape)


@cache
def output_shape(operation: str) -> StructureShape:
    """Give the shape of an operation's answer."""
    return cast("StructureShape", operation_model(operation).output_shape)


@cache
def documented_errors(operation: str = START) -> tuple[str, ...]:
    """Name the exceptions that an operation documents, in the model's order."""
    return tuple(shape.name for shape in operation_model(operation).error_shapes)


@cache
def error_shapes() -> dict[str, StructureShape]:
    """Map the name of every exception of SSM to its shape."""
    shapes = cast("list[StructureShape]", service_model().error_shapes)
    return {shape.name: shape for shape in shapes}


@cache
def members(shape: str) -> frozenset[str]:
    """Give the names of the members that a structure may have."""
    return frozenset(cast("StructureShape", service_model().shape_for(shape)).members)


@cache
def enum(shape: str) -> tuple[str, ...]:
    """Give the values that a shape's enumeration allows."""
    return tuple(service_model().shape_for(shape).metadata["enum"])


def first_sentence(shape: Shape) -> str:
    """Give the first sentence of a shape's documentation as plain text; empty where the model has none."""
    text = " ".join(unescape(re.sub(r"<[^>]+>", " ", shape.documentation)).split())
    return re.split(r"(?<=[.!?])\s", text, maxsplit=1)[0]
