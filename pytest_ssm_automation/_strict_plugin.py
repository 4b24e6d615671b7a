"""What the plugin does for each test in runs that use the fake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ._transports import late

if TYPE_CHECKING:
    from collections.abc import Generator


fake_key = pytest.StashKey[Any]()


class StrictError(AssertionError):
    """Fail a test that passed, because strict mode found problems."""


class StrictPlugin:
    """Fail tests that passed with problems, and add problems, hints and late calls to reports."""

    def __init__(self, late_title: str) -> None:
        """Set the title of the section with late calls."""
        self._late = late_title

    def check(self, item: pytest.Item) -> None:
        """Raise an exception if a test that passed has problems."""
        fake = item.stash.get(fake_key, None)
        if fake is not None and not getattr(item, "_excinfo", None) and (text := _problems(fake)):
            raise StrictError(text)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Show the problems of strict mode: as the failure, or in a section if the test failed by itself."""
        report = yield
        if text := late.take():
            report.sections.append((self._late, text))
        fake = item.stash.get(fake_key, None)
        if fake is None:
            return report
        if call.when == "teardown":
            del item.stash[fake_key]
        if call.excinfo is not None and isinstance(call.excinfo.value, StrictError):
            if report.failed:
                report.longrepr = f"The test passed, but strict mode found problems:\n\n{call.excinfo.value}"
        elif not (report.passed and call.when != "teardown") and (text := _problems(fake, faults=call.when != "setup")):
            _add_problems(report, text)
        if report.failed and call.when == "call" and call.excinfo is not None:
            looked_up = isinstance(call.excinfo.value, LookupError | StopIteration)
            asked: Any = fake
            if text := asked._hints(str(report.longrepr), looked_up=looked_up):  # noqa: SLF001 - it is only for the plugin
                report.sections.append(("SSM Automation: hints", text))
        return report


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
