"""Select values from the response of an operation, by JSONPath.

Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-outputs-inputs.html
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from .._errors import StepFailed
from .._service.runbooks.kinds import is_mapping

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._service.runbooks.flow import Step


def plain(value: Any) -> Any:
    """Convert a response of boto3 to JSON values. Assumed: times become ISO 8601, and bytes and streams text."""
    if isinstance(value, str | int | float | None):
        return value
    if is_mapping(value):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in cast("list[Any]", value)]
    if hasattr(value, "read"):
        value = value.read()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | bytearray):
        return bytes(value).decode(errors="replace")
    return str(value)


def select(selector: str, response: Any) -> tuple[list[Any], bool]:
    """Return all values at a path, and whether it can have only one.

    Args:
        selector: The JSONPath, such as `$.Reservations[0].Instances[0].State.Name`.
        response: The response, as JSON values.

    Raises:
        StepFailed: The selector is no JSONPath.
    """
    path, single = _read(selector)
    return [match.value for match in path.find(response)], single


def outputs_of(step: Step, response: Any) -> Mapping[str, Any]:
    """Return the declared outputs of a step: lists, if the paths can have several values.

    A selector that finds nothing or null has no output.

    Raises:
        StepFailed: A selector is no JSONPath.
    """
    outputs: dict[str, Any] = {}
    for name, selector in step.selectors.items():
        found, single = select(selector, response)
        value = found[0] if single and found else found or None
        if value is not None:
            outputs[name] = value
    return outputs


@lru_cache(maxsize=1024)
def _read(selector: str) -> tuple[Any, bool]:
    """Parse a selector. Return it, and whether it has at most one value."""
    from jsonpath_ng.exceptions import JSONPathError
    from jsonpath_ng.ext.parser import parse

    try:
        path = parse(selector)
    except JSONPathError as error:
        raise StepFailed(f"{selector!r} is not a JSONPath: {error}") from None
    return path, _is_single(path)


def _is_single(path: Any) -> bool:
    from jsonpath_ng.jsonpath import Child, Fields, Index, Root, This

    if isinstance(path, Child):
        return _is_single(path.left) and _is_single(path.right)
    if isinstance(path, Fields):
        return len(path.fields) == 1 and path.fields != ("*",)
    if isinstance(path, Index):
        return len(getattr(path, "indices", (0,))) == 1
    return isinstance(path, Root | This)
