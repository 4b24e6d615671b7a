"""A plugin of pytest that notes the outcome of each test in a file, and, if told so, has a fake active in each test."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

_outcomes: dict[str, str] = {}

if os.environ.get("SUITES_ACTIVE"):

    @pytest.fixture(autouse=True)
    def _guard(ssm_automation: object) -> object:
        """Have a fake active, as a project does that guards its whole suite."""
        return ssm_automation


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note the outcome of a test: that of its call, unless its setup or teardown fails."""
    if report.when == "call" or report.outcome != "passed":
        _outcomes[report.nodeid] = "failed" if report.failed else _outcomes.get(report.nodeid, report.outcome)


def pytest_sessionfinish() -> None:
    """Write the outcomes."""
    Path(os.environ["SUITES_OUTCOMES"]).write_text(json.dumps(_outcomes), encoding="utf-8")
