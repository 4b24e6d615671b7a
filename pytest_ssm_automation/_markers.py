"""Read the ini file and the markers of a test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from ._errors import FakeUsageError, check_names, hide_usage_errors, unknown_name
from ._options import NAMES, Options, from_ini
from ._service.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ._service.runs.scripts import Script

__tracebackhide__ = hide_usage_errors

_OF_ERROR: Final = ("message", "times", "after", "when", "operation")
_OF_REPLAY: Final = ("path", "when")
_ini_key = pytest.StashKey[Options]()
_PREFIX: Final = "ssm_automation_"
_IN_INI: Final = [_PREFIX + name for name in (*NAMES, "dummy_credentials")]


def settings_of(item: pytest.Item) -> tuple[Options, list[Fault], list[Mapping[str, Any]], list[Script]]:
    """Return the options, faults, steps and recordings of a test, from the ini file and the markers.

    For each option, the nearest marker takes precedence.
    """
    options = _options_of_ini(item.config)
    if options.seed is None:
        options = options._replace(seed=item.nodeid)
    marks = _marks(item)
    for mark in marks:
        if mark.name == "ssm_automation":
            if mark.args:
                fact = "The marker ssm_automation takes options as keywords, such as strict=False"
                raise FakeUsageError(f"{fact}, but got {mark.args[0]!r}")
            options = options.but(mark.kwargs)
    faults = [fault for mark in marks if mark.name == "ssm_automation_error" for fault in _faults(mark)]
    steps = [_with_first(mark, "name", "the name of one step") for mark in marks if mark.name == "ssm_automation_step"]
    recorded = [_recorded(mark) for mark in marks if mark.name == "ssm_automation_replay"]
    return options, faults, steps, recorded


def _options_of_ini(config: pytest.Config) -> Options:
    """Read the ini file, once per run."""
    if _ini_key not in config.stash:
        folder = config.inipath.parent if config.inipath else config.invocation_params.dir
        try:
            _check_names(config)
            config.stash[_ini_key] = from_ini({name: _ini_value(config, f"{_PREFIX}{name}") for name in NAMES}, folder)
        except FakeUsageError as error:
            raise FakeUsageError(f"{config.inipath.name if config.inipath else 'Option -o'}: {error}") from None
    return config.stash[_ini_key]


def _check_names(config: pytest.Config) -> None:
    """Refuse a misspelt option, of which pytest only warns; another plugin may have one with this prefix."""
    for key in _said(config):
        if key.startswith(_PREFIX) and key not in _IN_INI:
            try:
                config.getini(key)
            except ValueError:
                raise unknown_name("option", key, _IN_INI) from None


def _said(config: pytest.Config) -> Mapping[str, Any]:
    """Return what the ini file says; pytest 9 renamed the attribute."""
    said: Mapping[str, Any] | None = getattr(config, "_inicfg", None)
    return getattr(config, "inicfg", {}) if said is None else said


def _ini_value(config: pytest.Config, option: str) -> object:
    """Read an option. If its type is not the one that pytest expects, return the raw value, or the error without one.

    The table `[tool.pytest]` contains values of TOML's own types, such as the number in `execution_limit = 5`.
    """
    try:
        return config.getini(option)
    except (TypeError, ValueError, pytest.UsageError) as error:
        raw = _said(config).get(option, str(error))
        return getattr(raw, "value", raw)  # pytest 9 wraps the values


def _recorded(mark: pytest.Mark) -> Script:
    from ._recordings.reading import script_of

    check_names(f"argument of the marker {mark.name}", mark.kwargs, _OF_REPLAY)
    return script_of(**_with_first(mark, "path", "the path of one recording"))


def _with_first(mark: pytest.Mark, name: str, meaning: str) -> Mapping[str, Any]:
    """Return the arguments of a marker by name, the first of which may be positional."""
    if len(mark.args) + (name in mark.kwargs) != 1:
        got = repr(mark.args) if mark.args else "none"
        raise FakeUsageError(f"The marker {mark.name} takes {meaning}, but got {got}")
    return {**({name: mark.args[0]} if mark.args else {}), **mark.kwargs}


def _marks(item: pytest.Item) -> list[pytest.Mark]:
    """Return all markers: the nearest last, decorators from top to bottom, lists in their order.

    If none is of the plugin, return an empty list, because the order takes long to find out.
    """
    if not any(mark.name.startswith("ssm_automation") for mark in item.iter_markers()):
        return []
    return [mark for node in item.listchain() for mark in _in_reading_order(node)]


def _in_reading_order(node: Any) -> list[pytest.Mark]:
    """Return markers in reading order: base classes first (last in pytest 7), then reverse those of decorators."""
    owner = getattr(node, "obj", None)
    classes = reversed(getattr(owner, "__mro__", (owner,)))
    order = {id(mark): number for number, mark in enumerate(mark for each in classes for mark in _stored(each))}
    # Those of a parameter set, and those that were added to the node, are not stored, and come last.
    return sorted(node.own_markers, key=lambda mark: order.get(id(mark), len(order)))


def _stored(owner: object) -> list[pytest.Mark]:
    stored: Any = getattr(owner, "__dict__", {}).get("pytestmark", ())
    marks: list[Any] = [*stored] if isinstance(stored, list | tuple) else [stored]
    # Decorators apply from the bottom up, and leave marks; what is written in a list are decorators.
    decorated = [mark for mark in marks if isinstance(mark, pytest.Mark)]
    return decorated[::-1] or [mark.mark for mark in marks]


def _faults(mark: pytest.Mark) -> list[Fault]:
    check_names(f"argument of the marker {mark.name}", mark.kwargs, _OF_ERROR)
    if not mark.args:
        raise FakeUsageError("The marker ssm_automation_error needs at least one error")
    return [Fault(error, **mark.kwargs) for error in mark.args]
