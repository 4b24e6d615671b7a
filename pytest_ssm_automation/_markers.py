"""Read the ini file and the markers of a test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import pytest

from ._errors import FakeUsageError, hide_usage_errors, unknown_name
from ._options import NAMES, Options, from_ini
from ._service.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__tracebackhide__ = hide_usage_errors

_OF_ERROR: Final = ("message", "times", "after", "when", "operation")
_ini_key = pytest.StashKey[Options]()


def options_of(item: pytest.Item) -> Options:
    """Combine the ini file and the markers; for each option, the nearest marker wins.

    Raises:
        FakeUsageError: An option does not exist, or its value is invalid.
    """
    options = _options_of_ini(item.config)
    if options.seed is None:
        options = options.seeded(item.nodeid)
    for mark in reversed(list(item.iter_markers("ssm_automation"))):
        if mark.args:
            raise FakeUsageError(f"The marker ssm_automation takes only keyword arguments, but got {mark.args[0]!r}")
        options = options.but(mark.kwargs)
    return options


def _options_of_ini(config: pytest.Config) -> Options:
    """Read the ini file, once per run."""
    if _ini_key not in config.stash:
        folder = config.inipath.parent if config.inipath else config.invocation_params.dir
        config.stash[_ini_key] = from_ini(
            {name: _ini_value(config, f"ssm_automation_{name}") for name in NAMES}, folder
        )
    return config.stash[_ini_key]


def _ini_value(config: pytest.Config, option: str) -> object:
    """Read an option. If its type is not the one that pytest expects, return the raw value.

    The table `[tool.pytest]` contains values of TOML's own types, such as the number in `execution_limit = 5`.
    """
    try:
        return config.getini(option)
    except (TypeError, ValueError, pytest.UsageError) as error:
        # pytest 9 renamed the attribute, and wraps the values.
        said: Any = getattr(config, "_inicfg", None) or getattr(config, "inicfg", {})
        if option not in said:
            raise FakeUsageError(f"Invalid value of {option}: {error}") from None
        return getattr(said[option], "value", said[option])


def faults_of(item: pytest.Item) -> list[Fault]:
    """Make the faults of markers: outer markers first, decorators from top to bottom, and lists in their order.

    Raises:
        FakeUsageError: An error or argument does not exist, or a marker has no error.
    """
    if not item.get_closest_marker("ssm_automation_error"):
        return []
    marks = [mark for node in item.listchain() for mark in _in_reading_order(node)]
    return [fault for mark in marks if mark.name == "ssm_automation_error" for fault in _faults(mark)]


def steps_of(item: pytest.Item) -> list[Mapping[str, Any]]:
    """Return the arguments of step markers: outer markers first, decorators from top to bottom, lists in their order.

    Raises:
        FakeUsageError: A marker does not name exactly one step.
    """
    if not item.get_closest_marker("ssm_automation_step"):
        return []
    marks = [mark for node in item.listchain() for mark in _in_reading_order(node)]
    return [_step(mark) for mark in marks if mark.name == "ssm_automation_step"]


def _step(mark: pytest.Mark) -> Mapping[str, Any]:
    if len(mark.args) > 1 or (mark.args and "name" in mark.kwargs):
        raise FakeUsageError(f"The marker ssm_automation_step takes the name of one step, but got {mark.args!r}")
    return {**dict(zip(("name",), mark.args, strict=False)), **mark.kwargs}


def _in_reading_order(node: Any) -> list[pytest.Mark]:
    """Return markers in reading order: reverse those of decorators, which apply from bottom to top, but not lists."""
    marks: list[pytest.Mark] = list(node.own_markers)
    owner = getattr(node, "obj", None)
    for each in getattr(owner, "__mro__", (owner,)):
        stored = getattr(each, "__dict__", {}).get("pytestmark")
        listed = cast("Sequence[object]", stored) if isinstance(stored, list) else ()
        decorated = {id(mark) for mark in listed if isinstance(mark, pytest.Mark)}
        places = [place for place, mark in enumerate(marks) if id(mark) in decorated]
        for place, mark in zip(places, [marks[place] for place in reversed(places)], strict=True):
            marks[place] = mark
    return marks


def _faults(mark: pytest.Mark) -> list[Fault]:
    for name in mark.kwargs:
        if name not in _OF_ERROR:
            raise unknown_name("argument of the marker ssm_automation_error", name, _OF_ERROR)
    if not mark.args:
        raise FakeUsageError("The marker ssm_automation_error needs at least one error")
    return [Fault(error, **mark.kwargs) for error in mark.args]
