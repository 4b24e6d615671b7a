"""Pass the environment of the running test to processes that `multiprocessing` starts with spawn or a fork server.

A fork server keeps the environment with which it was started, possibly by an earlier test.
"""

from __future__ import annotations

import os
from importlib import import_module
from multiprocessing import spawn
from typing import TYPE_CHECKING, Any, Final

from ..patching import Patch, WrapperPatch

if TYPE_CHECKING:
    from collections.abc import Callable

IGNORED: Final = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"


class _Os:
    """An object that is unpickled as the module `os`."""

    def __reduce__(self) -> tuple[Any, ...]:
        return import_module, ("os",)


class _Environment:
    """An object that is unpickled as `os.environ` and sets variables, even if this package can't be imported there."""

    def __init__(self, variables: dict[str, str]) -> None:
        self._variables = variables

    def __reduce__(self) -> tuple[Any, ...]:
        return getattr, (_Os(), "environ"), None, None, iter(self._variables.items())


def carry_environment() -> Patch:
    """Pass the current AWS variables to all processes that are started from now on."""
    return WrapperPatch(spawn, "get_preparation_data", _prepare).apply()


def _prepare(original: Callable[..., dict[str, Any]], *args: Any, **kwargs: Any) -> dict[str, Any]:
    """Wrap `multiprocessing.spawn.get_preparation_data`. The new process ignores unknown keys."""
    variables = {
        name: value for name, value in os.environ.items() if name.startswith("AWS_") or name.lower() == "no_proxy"
    }
    return {**original(*args, **kwargs), "ssm_automation": _Environment({IGNORED: "false", **variables})}
