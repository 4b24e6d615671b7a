"""The hooks of the report, which are registered only if a report is requested."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from . import _report
from ._errors import FakeUsageError


class ReportPlugin:
    """Count the errors that tests face, sum them over xdist workers, and report them."""

    def __init__(self, config: pytest.Config) -> None:
        """Read the options, and have fakes add their records from now on."""
        reports: list[str] = config.option.ssm_automation_report
        required: str | None = config.option.ssm_automation_require
        try:
            self._required = _report.required_errors(required) if required else []
        except FakeUsageError as error:
            raise pytest.UsageError(f"--ssm-automation-require: {error}") from None
        self._files = [_file(report) for report in reports if report != "terminal"]
        self._terminal = "terminal" in reports
        self._coverage = _report.Coverage()
        self._before = _report.coverage
        _report.coverage = self._coverage

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Add the counts of an xdist worker. A crashed worker has sent nothing."""
        if sent := getattr(node, "workeroutput", {}).get("ssm_automation"):
            self._coverage.merge(sent)
        else:
            self._coverage.crashed += 1

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """In a worker, send the counts. Otherwise write the files, and fail the run if required errors are missing."""
        output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
        if output is not None:
            output["ssm_automation"] = self._coverage.to_send()
            return
        if session.config.option.collectonly:
            self._required = []
        for kind, path in self._files:
            write = self._coverage.write_json if kind == "json" else self._coverage.append_markdown
            write(path)
        if self._coverage.missing(self._required) and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the report, and missing required errors."""
        coverage = self._coverage
        sections: dict[str, list[str]] = {}
        if self._terminal:
            sections = {"errors faced": coverage.lines(), "steps of runbooks": coverage.step_lines()}
        if missing := coverage.missing(self._required):
            sections["errors required and never faced"] = [", ".join(missing), *coverage.missing_counts()]
        for title, lines in sections.items():
            if lines:
                terminalreporter.section(f"SSM Automation: {title}", red="required" in title)
                for line in lines:
                    terminalreporter.line(line)

    def pytest_unconfigure(self) -> None:
        """Restore the state before this run."""
        _report.coverage = self._before


def _file(report: str) -> tuple[str, Path]:
    """Parse a value of the option: the format, and the path of the file."""
    kind, _, name = report.partition(":")
    if kind not in {"json", "markdown"} or not name:
        # Path.exists raises for a name that is too long, before Python 3.14
        is_path = os.path.exists(report.partition("::")[0])  # noqa: PTH110 - see above
        hint = "; put paths of tests before it" if is_path else ""
        raise pytest.UsageError(
            f"--ssm-automation-report takes no value, json:PATH or markdown:PATH, but got {report!r}{hint}"
        )
    path = Path(name)
    try:
        with path.open("a", encoding="utf-8"):
            return kind, path
    except OSError as error:
        raise pytest.UsageError(f"--ssm-automation-report={report}: {error.strerror}") from None
