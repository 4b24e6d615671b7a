"""Error coverage: the documented errors that tests have faced, summed over the workers of pytest-xdist."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ._assertions import count
from ._errors import check_names, hide_usage_errors
from ._service.checks.model import documented_errors
from ._service.errors import CONNECTION_ERRORS, catalogue
from ._service.runbooks.library import flow_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from ._drawing import Arrow
    from ._service.calls import Call
    from ._service.runs.run import Run

__tracebackhide__ = hide_usage_errors
_STEP_FAILURES: Final = frozenset({"Failed", "TimedOut"})
_LEGEND: Final = "Green steps ran in a test, orange ones also failed in one, and dashed ones never ran."
_COUNTS: Final = {"rejected": "refusals", "failed": "faults", "lost": "faults"}


@dataclass
class RunbookCoverage:
    """Which steps of a runbook have run, and which have failed. Of several versions, all steps and ways are kept.

    Attributes:
        steps: The actions of the steps by name.
        arrows: The ways between them.
        ran: The steps that have begun.
        failed: The steps that have failed or timed out.
    """

    steps: dict[str, str] = field(default_factory=dict[str, str])
    arrows: list[Arrow] = field(default_factory=list["Arrow"])
    ran: set[str] = field(default_factory=set[str])
    failed: set[str] = field(default_factory=set[str])

    def add(self, steps: Mapping[str, str], arrows: Iterable[Arrow], ran: Iterable[str], failed: Iterable[str]) -> None:
        """Add what another fake or worker has seen."""
        self.steps.update(steps)
        self.arrows += [arrow for arrow in arrows if arrow not in self.arrows]
        self.ran.update(ran)
        self.failed.update(failed)

    def missing(self) -> dict[str, list[str]]:
        """Return the steps that never ran, and those that never failed."""
        return {
            "never_run": [step for step in self.steps if step not in self.ran],
            "never_failed": [step for step in self.steps if step not in self.failed],
        }


class Coverage:
    """Count the records of fakes.

    Attributes:
        tests: The ids of the tests in which the code under test received an error, by error code.
        counts: The numbers of executions, refusals and faults.
        runbooks: The steps of each registered runbook that a test started, by name.
        crashed: The number of crashed xdist workers, whose counts are missing.
    """

    def __init__(self) -> None:
        """Start empty."""
        self.tests: defaultdict[str, set[str]] = defaultdict(set)
        self.counts: Counter[str] = Counter()
        self.runbooks: defaultdict[str, RunbookCoverage] = defaultdict(RunbookCoverage)
        self.crashed = 0

    def add(self, test: str, calls: Iterable[Call], runs: Sequence[Run]) -> None:
        """Count the calls and runs of one fake in one test."""
        from ._drawing import arrows_of

        starting = {id(run.call) for run in runs}
        for call in calls:
            if call.error is not None:
                self.tests[call.error].add(test)
            if call.outcome in _COUNTS:
                self.counts[_COUNTS[call.outcome]] += 1
            self.counts["executions"] += id(call) in starting
        for run in runs:
            if run.runbook is not None:
                changes = [change for change in run.history if change.step]
                ran = {str(change.step) for change in changes}
                failed = {str(change.step) for change in changes if change.status in _STEP_FAILURES}
                self.runbooks[run.runbook.name].add({}, (), ran, failed)
        # Many executions may share a runbook.
        for runbook in {id(run.runbook): run.runbook for run in runs if run.runbook}.values():
            flow = flow_of(runbook)
            steps = {step.name: step.action for step in flow.steps}
            self.runbooks[runbook.name].add(steps, arrows_of(flow), (), ())

    def to_send(self) -> dict[str, Any]:
        """Return all data as plain collections, for `merge`."""
        runbooks = {
            name: (seen.steps, [tuple(arrow) for arrow in seen.arrows], seen.ran, seen.failed)
            for name, seen in self.runbooks.items()
        }
        return {"tests": dict(self.tests), "counts": dict(self.counts), "runbooks": runbooks}

    def merge(self, sent: dict[str, Any]) -> None:
        """Add the data of a worker."""
        for error, tests in sent["tests"].items():
            self.tests[error] |= tests
        self.counts.update(sent["counts"])
        for name, seen in sent["runbooks"].items():
            self.runbooks[name].add(*seen)

    def faced(self) -> dict[str, int]:
        """Return the number of tests for each documented error, in the model's order."""
        return {error: len(self.tests[error]) for error in documented_errors()}

    def missing(self, required: Iterable[str]) -> list[str]:
        """Return the required errors that no test faced."""
        return [error for error in required if not self.tests[error]]

    def lines(self) -> list[str]:
        """Return the lines of the report for the terminal."""
        faced = self.faced()
        width = max(map(len, faced))
        lines = [f"{error:{width}}  {count(tests, 'test') if tests else 'never'}" for error, tests in faced.items()]
        return [*lines, *self._sums()]

    def step_lines(self) -> list[str]:
        """Return the lines about the steps of runbooks for the terminal, three for each runbook."""
        return [
            line
            for name, seen in sorted(self.runbooks.items())
            for line in (
                f"{name}: {count(len(seen.steps), 'step')}",
                f"  never run: {', '.join(seen.missing()['never_run']) or 'none'}",
                f"  never failed: {', '.join(seen.missing()['never_failed']) or 'none'}",
            )
        ]

    def missing_counts(self) -> list[str]:
        """Return a line about missing counts, if any are missing."""
        return [f"The counts of {count(self.crashed, 'crashed worker')} are missing."] if self.crashed else []

    def _sums(self) -> list[str]:
        """Return the last lines: the errors that no test faced, the sums, and missing counts."""
        never = ", ".join(error for error, tests in self.faced().items() if not tests)
        faced = f"Never faced: {never}" if never else "Every documented error was faced."
        sums = ", ".join(count(self.counts[f"{noun}s"], noun) for noun in ("execution", "refusal", "fault"))
        return [faced, sums, *self.missing_counts()]

    def _pictures(self) -> list[str]:
        """Return the lines with a flowchart of each runbook, which shows what ran."""
        from ._drawing import flowchart

        lines = ["", "## SSM Automation: steps of runbooks", "", _LEGEND] if self.runbooks else []
        for name, seen in sorted(self.runbooks.items()):
            chart = flowchart(seen.steps, seen.arrows, ran=seen.ran, failed=seen.failed)
            lines += ["", f"### `{name}`", "", "```mermaid", *chart.splitlines(), "```"]
        return lines

    def append_markdown(self, path: Path) -> None:
        """Append the report to a file as Markdown, such as the summary of a CI job."""
        rows = [f"| `{error}` | {number or 'never'} |" for error, number in self.faced().items()]
        sums = [text for line in self._sums() for text in ("", line)]
        title = ["## SSM Automation: errors faced", "", "| error | tests |", "|---|---|"]
        with path.open("a", encoding="utf-8") as file:
            if file.tell():
                file.write("\n\n")
            file.write("\n".join([*title, *rows, *sums, *self._pictures()]) + "\n")

    def write_json(self, path: Path) -> None:
        """Write the report as JSON."""
        faced = self.faced()
        report: dict[str, Any] = {
            "errors": faced,
            "never_faced": [error for error, tests in faced.items() if not tests],
            **{name: self.counts[name] for name in ("executions", "refusals", "faults")},
            "crashed_workers": self.crashed,
        }
        if self.runbooks:
            report["runbooks"] = {name: seen.missing() for name, seen in sorted(self.runbooks.items())}
        path.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


# Fakes add their records here when they end; `None` in a run without a report.
coverage: Coverage | None = None


def required_errors(text: str) -> list[str]:
    """Read the value of `--ssm-automation-require`."""
    names = [name.strip() for name in text.split(",")]
    check_names("error", names, ("all", *catalogue(), *CONNECTION_ERRORS, "ParamValidationError"))
    return [error for name in names for error in (documented_errors() if name == "all" else (name,))]
