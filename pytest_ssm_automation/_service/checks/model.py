"""Shapes, errors and their documentation from botocore's service model. Other modules do not read the model."""

from __future__ import annotations

import re
from functools import cache
from html import unescape
from typing import TYPE_CHECKING, Any, Final, cast

from botocore.client import BaseClient
from botocore.loaders import Loader
from botocore.model import ServiceModel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from botocore.model import OperationModel, Shape, StructureShape

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
# Answered only for automations, not for other resources.
TAG_OPERATIONS: Final = ("ListTagsForResource", "AddTagsToResource", "RemoveTagsFromResource")
# Operations that faults can be injected into.
AUTOMATION_OPERATIONS: Final = (*OPERATIONS, *TAG_OPERATIONS)
# Members of a start that name targets.
TARGET_MEMBERS: Final = frozenset({"TargetLocations", "TargetLocationsURL", "TargetMaps", "Targets"})
CHECKED: Final = (*OPERATIONS, *DOCUMENT_OPERATIONS, *TAG_OPERATIONS)


class _Found(dict[Any, Any]):
    """A cache for a loader that does not store empty results, which a test with a patched file system could cause."""

    def __setitem__(self, key: Any, value: Any) -> None:
        if value:
            super().__setitem__(key, value)


@cache
def loader() -> Loader:
    """Return the loader that the whole process shares; it ignores the user's configuration."""
    made: Any = Loader()
    made._cache = _Found()  # noqa: SLF001 - botocore has no public way to set it
    found: Loader = made
    return found


@cache
def service_model() -> ServiceModel:
    """Return botocore's model of SSM: that of an SSM client if the process has one, else read from botocore's files.

    Raises:
        botocore.exceptions.DataNotFoundError: There is no client, and the files cannot be read, because a test has
            patched the file system.
    """
    return _model_of_a_client() or ServiceModel(loader().load_service_model("ssm", "service-2"), "ssm")


def _model_of_a_client() -> ServiceModel | None:
    """Return the model of a client's class in memory, if there is one; reading the files takes much longer.

    The docstrings of a client's methods contain it, because botocore writes them when they are first read.
    """
    for kind in _subclasses(BaseClient):
        method = vars(kind).get("start_automation_execution")
        operation = getattr(method.__doc__, "_gen_kwargs", {}).get("operation_model")
        if operation is not None and operation.service_model.service_name == "ssm":
            found: ServiceModel = operation.service_model
            return found
    return None


def _subclasses(kind: type[Any]) -> Iterator[type[Any]]:
    for each in kind.__subclasses__():
        yield each
        yield from _subclasses(each)


@cache
def operation_model(operation: str) -> OperationModel:
    """Return botocore's model of one operation."""
    return service_model().operation_model(operation)


@cache
def input_shape(operation: str) -> StructureShape:
    """Return the shape of an operation's request."""
    return cast("StructureShape", operation_model(operation).input_shape)


@cache
def output_shape(operation: str) -> StructureShape:
    """Return the shape of an operation's response."""
    return cast("StructureShape", operation_model(operation).output_shape)


@cache
def documented_errors(operation: str = START) -> tuple[str, ...]:
    """Return the names of the exceptions that an operation documents, in the model's order."""
    return tuple(shape.name for shape in operation_model(operation).error_shapes)


@cache
def error_shapes() -> dict[str, StructureShape]:
    """Map the names of all exceptions of SSM to their shapes."""
    shapes = cast("list[StructureShape]", service_model().error_shapes)
    return {shape.name: shape for shape in shapes}


@cache
def members(shape: str) -> frozenset[str]:
    """Return the names of a structure's members."""
    return frozenset(cast("StructureShape", service_model().shape_for(shape)).members)


def present_members(shape: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Remove members without a value, and members that the installed model lacks."""
    known = members(shape)
    return {name: value for name, value in values.items() if value is not None and name in known}


@cache
def enum(shape: str) -> tuple[str, ...]:
    """Return the values of an enum shape."""
    return tuple(service_model().shape_for(shape).metadata["enum"])


def first_sentence(shape: Shape) -> str:
    """Return the first sentence of a shape's documentation as plain text; empty if it has none."""
    text = " ".join(unescape(re.sub(r"<[^>]+>", " ", shape.documentation)).split())
    return re.split(r"(?<=[.!?])\s", text, maxsplit=1)[0]
