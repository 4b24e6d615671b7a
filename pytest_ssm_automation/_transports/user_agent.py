"""Cache the components of botocore's User-Agent header. Before 1.44, botocore writes all of them for each call.

A component is an immutable tuple, and its text depends on nothing else.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from botocore import useragent

from .patching import Patch

if TYPE_CHECKING:
    from collections.abc import Iterator


def user_agent_patches() -> Iterator[Patch]:
    """Yield a patch that caches the texts of components, if botocore has such components."""
    component: type[Any] = getattr(useragent, "UserAgentComponent", object)
    write: Any = vars(component).get("to_string")
    if write is not None and tuple in component.__mro__:
        yield Patch(component, "to_string", lru_cache(maxsize=256)(write))
