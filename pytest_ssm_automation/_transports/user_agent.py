"""Keep what botocore writes into the User-Agent header, which is mostly the same for all calls of a client.

Since 1.44, botocore keeps all of it except the features of a call. Here the whole text is kept, for equal features.
Before, botocore writes all components for each call. Here the text of each component is kept. A component is an
immutable tuple, and its text depends on nothing else.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from botocore import useragent

from .patching import Patch, WrapperPatch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# The names in botocore that `_to_string` uses.
_OF_MODULE: Final = ("_default_modify_components", "get_context", "modify_components")
_OF_CLASS: Final = ("_get_static_parts", "set_client_features", "to_string")
# The last parts and features of each client, and the text for them.
_texts: WeakKeyDictionary[Any, tuple[Any, set[str], str]] = WeakKeyDictionary()


def user_agent_patches() -> Iterator[Patch]:
    """Yield patches that keep texts, if botocore has the names that they use."""
    kind: Any = getattr(useragent, "UserAgentString", object)
    component: Any = getattr(useragent, "UserAgentComponent", object)
    sizes: Any = getattr(useragent, "UserAgentComponentSizeConfig", None)
    if all(hasattr(useragent, name) for name in _OF_MODULE) and all(hasattr(kind, name) for name in _OF_CLASS):
        yield WrapperPatch(kind, "to_string", _to_string)
    elif hasattr(component, "to_string") and tuple in component.__mro__:
        yield Patch(component, "to_string", lru_cache(maxsize=256)(component.to_string))
        if sizes is not None:  # a part of a component that is equal only to itself
            yield Patch(useragent, sizes.__name__, lru_cache(maxsize=16)(sizes))


def _to_string(original: Callable[..., str], client: Any) -> str:
    """Wrap `UserAgentString.to_string`."""
    botocore: Any = useragent
    if botocore.modify_components is not botocore._default_modify_components:
        return original(client)
    context = botocore.get_context()
    of_client: set[str] = client._client_features or set()
    of_call: set[str] = context.features if context else set()
    features = of_client | of_call
    parts, known = client._get_static_parts(), _texts.get(client)
    if known is None or known[0] is not parts or known[1] != features:
        known = _texts[client] = parts, features, original(client)
    return known[2]
