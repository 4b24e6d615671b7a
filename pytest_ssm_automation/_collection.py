"""What the plugin does with collected tests that use the fake."""

from __future__ import annotations

import re
import sys
from importlib import import_module
from itertools import takewhile
from pkgutil import walk_packages
from typing import TYPE_CHECKING, Any

from ._watch_plugin import watch

if TYPE_CHECKING:
    from collections.abc import Collection

    import pytest

# The fixture that makes a client, and those of pyfakefs, where `fake.client()` could not read the files of botocore.
_NEED_DATA = frozenset({"ssm_client", "fs", "fs_class", "fs_module", "fs_session"})


def bring_in(item: Any) -> None:
    """Make a test request the fixture, before its other function-scoped fixtures."""
    names: list[str] | None = getattr(item, "fixturenames", None)
    if names is not None and "ssm_automation" not in names:
        known = item._fixtureinfo.name2fixturedefs  # noqa: SLF001 - pytest has no public access to scopes of fixtures
        wide = [*takewhile(lambda name: name in known and known[name][-1].scope != "function", names)]
        # A new list, because all parameter sets of a test share the original.
        item.fixturenames = [*wide, "ssm_automation", *names[len(wide) :]]


def parametrize_errors(metafunc: pytest.Metafunc) -> None:
    """Run a test once for each documented error, unless it names its own."""
    for mark in metafunc.definition.iter_markers("parametrize"):
        names = mark.args[0] if mark.args else mark.kwargs["argnames"]
        if "each_documented_error" in (re.split(r"\W+", names) if isinstance(names, str) else names):
            return
    from ._service.checks.model import documented_errors

    metafunc.parametrize("each_documented_error", documented_errors(), indirect=True)


def prepare(config: pytest.Config, used: Collection[str]) -> None:
    """Import the fake and read the service model, before a test patches the file system.

    Tests request the fixtures in `used`.
    """
    if config.option.collectonly:
        return
    watch(config)
    from . import _service
    from ._service.checks.model import service_model
    from ._transports.hooks.clients import read_data

    import_module("._fake", __package__)
    if "pyfakefs" in sys.modules or config.pluginmanager.has_plugin("pytester"):
        # They remove modules that are first imported while they are active, and classes imported again are others.
        for module in walk_packages(_service.__path__, f"{_service.__name__}."):
            import_module(module.name)
    service_model()
    if not _NEED_DATA.isdisjoint(used):
        read_data()
