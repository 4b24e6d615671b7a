"""Keep the endpoint that botocore's rules give a client, because it does not depend on the call.

For each call, botocore finds the values of the parameters of its rules, and applies them, which takes a tenth of the
call. For SSM all of them are settings of the client, which handlers of `before-endpoint-resolution` can change for one
call. The endpoint is kept for equal settings.
"""

from __future__ import annotations

import copy
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from botocore import regions

from .patching import WrapperPatch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# The names in botocore that are used here.
_NAMES: Final = ("_get_customized_builtins", "construct_endpoint")
# Parameters of rules that are settings of the client, and have no other effect than the endpoint.
_SETTINGS: Final = frozenset({"Endpoint", "Region", "UseDualStack", "UseFIPS"})
# The parameters of an operation's model that rules can use too.
_OF_OPERATION: Final = ("static_context_parameters", "context_parameters", "operation_context_parameters")
# For each client, by operation: the last settings, and the endpoint for them.
_endpoints: WeakKeyDictionary[Any, dict[str, tuple[Any, Any]]] = WeakKeyDictionary()


def endpoint_patches() -> Iterator[WrapperPatch]:
    """Yield a patch that keeps endpoints, if botocore has the names that it uses."""
    rules: Any = getattr(regions, "EndpointRulesetResolver", object)
    if all(hasattr(rules, name) for name in _NAMES):
        yield WrapperPatch(rules, "construct_endpoint", _construct_endpoint)


def _construct_endpoint(
    original: Callable[..., Any], rules: Any, operation_model: Any, call_args: Any, request_context: Any
) -> Any:
    """Wrap `EndpointRulesetResolver.construct_endpoint`."""
    operations = _endpoints.get(rules)
    if operations is None:
        operations = _endpoints[rules] = {}
    known = operations.get(operation_model.name)
    if known is None and not _depends_on_settings(rules, operation_model):
        return original(rules, operation_model, call_args, request_context)
    settings = rules._get_customized_builtins(operation_model, call_args, request_context)
    if known is None or known[0] != settings:
        customized = copy.copy(rules)
        customized._get_customized_builtins = partial(_give, settings)  # so that handlers are called once
        known = settings, original(customized, operation_model, call_args, request_context)
        operations[operation_model.name] = known
    endpoint = known[1]
    return endpoint._make((endpoint.url, endpoint.properties, dict(endpoint.headers)))


def _give(settings: Any, *_: object) -> Any:
    return settings


def _depends_on_settings(rules: Any, operation_model: Any) -> bool:
    """Return whether an endpoint depends only on settings of the client."""
    return (
        operation_model.service_model.service_name == "ssm"
        and not any(getattr(operation_model, name, ()) for name in _OF_OPERATION)
        and set(getattr(rules, "_param_definitions", ("",))) <= _SETTINGS
    )
