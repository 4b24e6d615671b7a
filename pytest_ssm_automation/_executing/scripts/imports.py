"""The modules of this process, which a script can't replace for others, nor for itself where it calls AWS."""

from __future__ import annotations

import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.util import spec_from_loader
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from .sources import Source

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

    from ..attempt import Attempt

_KEPT: Final = frozenset({"boto3", "botocore", "s3transfer"})
_INSTALLERS: Final = frozenset({"ensurepip", "pip"})


class Modules(MetaPathFinder, Loader):
    """The modules before a script, and a finder that gives it this process's boto3 even after it has dropped that."""

    def __init__(self, attempt: Attempt) -> None:
        """Remember the modules."""
        self._attempt = attempt
        self._before = dict(sys.modules)
        self._path = [*sys.path]
        self._finders = [*sys.meta_path]
        sys.meta_path.insert(0, self)

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:  # noqa: ARG002
        """Find a module of boto3 that is in use. To install another one is refused."""
        package = name.partition(".")[0]
        if package in _INSTALLERS and name not in self._before:
            self._attempt.refuse("it installs packages")
        if package in _KEPT and name in self._before:
            return spec_from_loader(name, self)
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the module that is in use."""
        module = self._before[spec.name]
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Leave the module as it is."""
        made: Any = module.__spec__
        module.__spec__ = made.loader_state

    def restore(self) -> None:
        """Restore the modules and the path. Modules that the script has imported from where others do stay."""
        sys.meta_path[:], sys.path[:] = self._finders, self._path
        for name in [name for name in sys.modules if name not in self._before]:
            if not _is_from(sys.modules[name], self._path):
                del sys.modules[name]
        for name, module in self._before.items():
            if sys.modules.get(name) is not module:
                sys.modules[name] = module
                parent, _, child = name.rpartition(".")
                if parent in self._before and hasattr(self._before[parent], child):
                    setattr(self._before[parent], child, module)


def _is_from(module: object, path: list[str]) -> bool:
    """Return whether a module comes from Python itself, or from a folder of a path."""
    spec: ModuleSpec | None = getattr(module, "__spec__", None)
    if spec is None or isinstance(spec.loader, Source):
        return False
    places = [*(spec.submodule_search_locations or ()), *([spec.origin] if spec.origin else [])]
    return spec.origin in {"built-in", "frozen"} or any(
        Path(place).is_relative_to(folder or ".") for place in places for folder in path
    )
