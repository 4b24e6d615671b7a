"""What the plugin does for each test in runs that use the fake."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from ._service.engine import Service

_NAME: Final = "ssm_automation_watching"
_LATE: Final = "SSM Automation: late calls"
_SLEPT: Final = "SSM Automation: skip_sleep"
fake_key = pytest.StashKey[Any]()


def watch(config: pytest.Config) -> None:
    """Register the plugin, unless it is registered."""
    if not config.pluginmanager.has_plugin(_NAME):
        config.pluginmanager.register(WatchPlugin(), _NAME)


def finish(config: pytest.Config) -> None:
    """At the end of a run, send late calls to the controller, or have the plugin show them."""
    output: dict[str, Any] | None = getattr(config, "workeroutput", None)
    if output is None:
        watch(config)  # a test may have imported the fake while it ran
    else:
        output[_LATE] = _take_late_calls()


def _take_late_calls() -> str:
    """Return the late calls that no report contains yet, one per line; do not import the fake for that."""
    late: Any = sys.modules.get("pytest_ssm_automation._transports.owner.late")
    text: str = late.take() if late else ""
    return text


class StrictError(AssertionError):
    """Fail a test that passed, because strict mode found problems."""


class WatchPlugin:
    """Fail tests that passed with problems, and add problems, hints and late calls to reports."""

    def __init__(self) -> None:
        """Start without late calls."""
        self._sent: list[str] = []
        self._before: dict[str, str] | None = None

    def check(self, item: pytest.Item) -> None:
        """Raise an exception if a test that passed has problems."""
        fake = item.stash.get(fake_key, None)
        if fake is not None and not getattr(item, "_excinfo", None) and (text := _problems(fake)):
            raise StrictError(text)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Remember the environment before the fixtures of a test with a fake, if `monkeypatch` may change it first."""
        if {"ssm_automation", "monkeypatch"}.issubset(getattr(item, "fixturenames", ())):
            self._before = dict(os.environ)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None]:
        """Restore the environment once more, after all fixtures.

        A `monkeypatch` that was set up before the fake is undone after it, and puts back the values of the fake.
        """
        try:
            yield
        finally:
            if fake_key in item.stash:
                _restore_environment(self._before)
            self._before = None

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Show the problems of strict mode: as the failure, or in a section if the test failed by itself."""
        report = yield
        if text := _take_late_calls():
            report.sections.append((_LATE, text))
        fake: Any = item.stash.get(fake_key, None)
        if fake is None:
            return report
        if call.when == "teardown":
            if text := fake._clock.skipped_nothing():  # noqa: SLF001 - it is only for the plugin
                report.sections.append((_SLEPT, f"{item.nodeid}: {text}"))
            del item.stash[fake_key]
        if call.excinfo is not None and isinstance(call.excinfo.value, StrictError):
            if report.failed:
                report.longrepr = f"The test passed, but strict mode found problems:\n\n{call.excinfo.value}"
        elif not (report.passed and call.when != "teardown") and (text := _problems(fake, faults=call.when != "setup")):
            _add_problems(report, text)
        if report.failed and call.when == "call" and call.excinfo is not None:
            from ._hints import hints, ways

            service: Service = fake._service  # noqa: SLF001 - it is only for the plugin
            looked_up = isinstance(call.excinfo.value, LookupError | StopIteration)
            looked_up = looked_up or "StepExecutions" in str(report.longrepr)
            sections = {"hints": hints(service, looked_up=looked_up), "the path of each execution": ways(service)}
            report.sections += [
                (f"SSM Automation: {title}", "\n".join(lines)) for title, lines in sections.items() if lines
            ]
        return report

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Receive the latest late calls of an xdist worker. A crashed worker has sent those of its reports."""
        if text := getattr(node, "workeroutput", {}).get(_LATE):
            self._sent.append(text)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """List the calls that were made after their test had ended, and tests where no sleep was skipped."""
        reports = (report for reports in terminalreporter.stats.values() for report in reports)
        sections = [section for report in reports for section in getattr(report, "sections", ())]
        sections += [(_LATE, text) for text in (*self._sent, _take_late_calls()) if text]
        for title in (_LATE, _SLEPT):
            if texts := [text for name, text in sections if name == title]:
                terminalreporter.section(title, red=title == _LATE)
                for text in texts:
                    terminalreporter.line(text)


def _restore_environment(before: Mapping[str, str] | None) -> None:
    """Undo what the outermost fake of a test has changed, if it has ended."""
    from ._transports.hooks.interception import environment
    from ._transports.owner.active import all_active

    if not all_active():
        changes = environment.changes
        if before is not None:
            changes = changes._replace(before={name: before.get(name) for name in changes.after})
        changes.undo()


def _problems(fake: Any, *, faults: bool = True) -> str:
    """Describe new problems. If the setup failed, faults are omitted, because none can have fired."""
    text: str = fake._take_problems(faults=faults)  # noqa: SLF001 - it is only for the plugin
    return text if fake.options.strict else ""


def _add_problems(report: pytest.TestReport, text: str) -> None:
    """Add problems to a failure; fail a teardown that passed with problems."""
    if report.failed:
        report.sections.append((f"SSM Automation: problems noted during {report.when}", text))
    elif report.when == "teardown":
        report.outcome = "failed"
        report.longrepr = f"The teardown passed, but strict mode found problems in it:\n\n{text}"
