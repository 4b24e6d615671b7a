"""What the service of a fake begins with, from the options and the arguments of the fake."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

from ._clock import clocks
from ._errors import FakeUsageError, check_names, hide_usage_errors
from ._options import check_extra
from ._service.faults import Fault
from ._service.runs.targets.locations import refused
from ._service.state import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ._executing.executor import HasWord
    from ._options import Options
    from ._service.runs.overrides import StepOverride
    from ._service.runs.scripts import Script
    from ._service.runs.store import Executor

__tracebackhide__ = hide_usage_errors

_OF_STEP: Final = ("name", "outputs", "fails", "times", "status", "runbook", "when")


def settings_of(
    options: Options, faults: Iterable[object], steps: Iterable[object], scripts: Iterable[Script]
) -> Settings:
    """Return the settings for options, faults, overrides of steps and recordings."""
    return Settings(
        relax=options.relax,
        enforce=options.enforce,
        execution_limit=options.execution_limit,
        reject_unknown_documents=options.unknown_documents == "reject",
        fetch=_fetch if options.unknown_urls == "accept" else _fetch_hosted,
        faults=tuple(_faults(faults)),
        steps=tuple(_overrides(steps)),
        scripts=tuple(scripts),
        pace=options.pace,
        make_executor=partial(_make_executor, options),
        execute_steps=bool(options.execute_steps),
        takes_time=options.skip_sleep,
        runbooks=options.runbooks,
    )


def _make_executor(options: Options, has_word: HasWord) -> Executor:
    from ._executing.executor import Executor

    check_extra()
    advance = clocks.advance if options.skip_sleep else None
    return Executor(has_word, actions=options.execute_steps, advance=advance)


def _fetch(url: str) -> tuple[int, bytes] | None:
    if "requests" not in sys.modules:  # then nothing mocks it, and its import would slow down a property
        return None
    from ._transports.http.fetching import fetch

    return fetch(url)


def _fetch_hosted(url: str) -> tuple[int, bytes]:
    if (found := _fetch(url)) is None:
        raise refused("it is not hosted")
    return found


def _faults(given: Iterable[object]) -> Iterator[Fault]:
    for fault in given:
        if not isinstance(fault, Fault):
            raise FakeUsageError(f"Expected each item of faults to be a Fault, but got {fault!r}")
        yield fault


def _overrides(given: Iterable[object]) -> Iterator[StepOverride]:
    for step in given:
        if not isinstance(step, Mapping) or "name" not in step:
            raise FakeUsageError(f"Expected each item of steps to be a mapping with a name, but got {step!r}")
        said: Mapping[str, Any] = cast("Mapping[str, Any]", step)
        check_names("argument of ssm_automation_step", said, _OF_STEP)
        from ._service.runs.overrides import make_overrides

        yield from make_overrides(**said)
