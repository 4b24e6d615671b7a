"""Calls of the operations that an action of its own calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .selectors import plain
from .shapes import shaped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .attempt import Attempt


def typed(operation: Any, params: Mapping[str, Any]) -> dict[str, Any]:
    """Convert inputs to the types of an operation's request."""
    shape = operation.input_shape
    converted: dict[str, Any] = dict(params) if shape is None else shaped(params, shape)
    return converted


def ask(attempt: Attempt, service: str, method: str, **params: Any) -> Any:
    """Call an operation, and return its response as JSON values.

    Args:
        attempt: The attempt that calls it.
        service: The service, such as `ec2`.
        method: boto3's method, such as `stop_instances`.
        **params: The inputs. Empty texts, which stand for parameters that nobody has given, are left out.
    """
    client = attempt.client(service)
    operation = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method])
    given = {name: value for name, value in params.items() if value not in (None, "")}
    return plain(getattr(client, method)(**typed(operation, given)))


def renamed(attempt: Attempt, names: Mapping[str, str]) -> dict[str, Any]:
    """Return the inputs of a step by the names of an operation's members.

    Args:
        attempt: The attempt.
        names: The names of members that are not those of the inputs.
    """
    return {names.get(name, name): value for name, value in attempt.inputs.items()}


def flag(value: object) -> bool:
    """Return whether an input is true."""
    return str(value).lower() == "true"
