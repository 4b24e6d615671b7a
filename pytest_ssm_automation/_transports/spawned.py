"""Processes that `multiprocessing` spawns, or has a fork server fork: they get the environment of the running test.

A fork server keeps the environment that it was started with, maybe by an earlier test or before any fake.
"""

from __future__ import annotations

import os
from importlib import import_module
from multiprocessing import spawn
from typing import TYPE_CHECKING, Any, Final

from .patching import Patch, WrapperPatch

if TYPE_CHECKING:
    from collections.abc import Callable

_IGNORED: Final = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"


class _Os:
    """Is unpickled as the module `os`."""

    def __reduce__(self) -> tuple[Any, ...]:
        return import_module, ("os",)


class _Environment:
    """Is unpickled as `os.environ`, in which it sets variables; this package need not be importable there."""

    def __init__(self, variables: dict[str, str]) -> None:
        self._variables = variables

    def __reduce__(self) -> tuple[Any, ...]:
        return getattr, (_Os(), "environ"), None, None, iter(self._variables.items())


def carry_environment() -> Patch:
    """Let processes that are started from now on have the AWS variables that this process has then."""
    return WrapperPatch(spawn, "get_preparation_data", _prepare).apply()


def _prepare(original: Callable[..., dict[str, Any]], *args: Any, **kwargs: Any) -> dict[str, Any]:
    """Stand before `multiprocessing.spawn.get_preparation_data`; what it doesn't know the new process ignores."""
    variables = {
        name: value for name, value in os.environ.items() if name.startswith("AWS_") or name.lower() == "no_proxy"
    }
    return {**original(*args, **kwargs), "ssm_automation": _Environment({_IGNORED: "false", **variables})}
