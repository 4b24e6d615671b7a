"""Select values from the response of an operation, by JSONPath.

Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-outputs-inputs.html
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, cast

from .._service.runbooks.kinds import is_mapping

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._service.runbooks.flow import Step

# The value of a selector that finds nothing.
NOTHING: Final = object()
_SCALARS: Final = (str, int, float)


class SelectorError(ValueError):
    """A selector is no JSONPath. The message shows it."""


def plain(value: Any) -> Any:
    """Convert a response of boto3 to JSON values. Assumed: times become ISO 8601, and bytes and streams text."""
    if value is None or isinstance(value, _SCALARS):
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


def select(selector: str, response: Any) -> Any:
    """Return the value at a path; all values, as a list, if the path can have several; `NOTHING` if there is none.

    Args:
        selector: The JSONPath, such as `$.Reservations[0].Instances[0].State.Name`.
        response: The response, as JSON values.

    Raises:
        SelectorError: The selector is no JSONPath.
    """
    path, single = _read(selector)
    found = [match.value for match in path.find(response)]
    if not found:
        return NOTHING
    return found[0] if single else found


def select_each(selector: str, response: Any) -> list[Any]:
    """Return all values at a path.

    Raises:
        SelectorError: The selector is no JSONPath.
    """
    return [match.value for match in _read(selector)[0].find(response)]


def outputs_of(step: Step, response: Any) -> Mapping[str, Any]:
    """Return the declared outputs of a step. A selector that finds nothing or null has no output.

    Raises:
        SelectorError: A selector is no JSONPath.
    """
    found = {name: select(selector, response) for name, selector in step.selectors.items()}
    return {name: value for name, value in found.items() if value is not NOTHING and value is not None}


@lru_cache(maxsize=1024)
def _read(selector: str) -> tuple[Any, bool]:
    """Parse a selector. Return it, and whether it has at most one value."""
    from jsonpath_ng.exceptions import JSONPathError
    from jsonpath_ng.ext.parser import parse

    try:
        path = parse(selector)
    except JSONPathError as error:
        raise SelectorError(f"{selector!r} is not a JSONPath: {error}") from None
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
