"""Error coverage: the documented errors that tests have faced, summed over the workers of pytest-xdist."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from ._assertions import count
from ._errors import hide_usage_errors, unknown_name
from ._service.checks.model import START, documented_errors
from ._service.errors import CONNECTION_ERRORS, catalogue
from ._service.runbooks.library import flow_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ._drawing import Arrow
    from ._service.calls import Call
    from ._service.runs.run import Run

__tracebackhide__ = hide_usage_errors
_STEP_FAILURES: Final = frozenset({"Failed", "TimedOut"})
_LEGEND: Final = "Green steps ran in a test, orange ones also failed in one, and dashed ones never ran."
_COUNTS: Final = {"started": "executions", "rejected": "refusals", "failed": "faults", "lost": "faults"}


class StepCoverage:
    """Collect which steps of registered runbooks have run, and which have failed.

    Attributes:
        steps: The actions of the steps of each runbook that a test started, by name.
        arrows: The ways between them.
        ran: The steps that have begun.
        failed: The steps that have failed or timed out.
    """

    def __init__(self) -> None:
        """Start empty."""
        self.steps: dict[str, dict[str, str]] = {}
        self.arrows: dict[str, list[Arrow]] = {}
        self.ran: dict[str, set[str]] = {}
        self.failed: dict[str, set[str]] = {}

    def add(self, runs: Iterable[Run]) -> None:
        """Add the runs of one fake."""
        from ._drawing import arrows_of

        known: set[int] = set()
        for run in runs:
            if run.runbook is None:
                continue
            name, flow = run.runbook.name, flow_of(run.runbook)
            if id(flow) not in known:
                known.add(id(flow))
                self._add_flow(name, {step.name: step.action for step in flow.steps}, arrows_of(flow))
            changes = [change for change in run.history if change.step]
            self.ran[name].update(str(change.step) for change in changes)
            self.failed[name].update(str(change.step) for change in changes if change.status in _STEP_FAILURES)

    def merge(self, sent: dict[str, Any]) -> None:
        """Add the data of a worker."""
        from ._drawing import Arrow

        for name, (steps, arrows, ran, failed) in sent.items():
            self._add_flow(name, steps, [Arrow(*arrow) for arrow in arrows])
            self.ran[name].update(ran)
            self.failed[name].update(failed)

    def _add_flow(self, name: str, steps: dict[str, str], arrows: list[Arrow]) -> None:
        """Add the flow of a runbook; of several versions with one name, all steps and ways are kept."""
        self.steps.setdefault(name, {}).update(steps)
        known = self.arrows.setdefault(name, [])
        known += [arrow for arrow in arrows if arrow not in known]
        self.ran.setdefault(name, set())
        self.failed.setdefault(name, set())

    def to_send(self) -> dict[str, Any]:
        """Return all data as plain lists and mappings, for `merge`."""
        return {
            name: [steps, [[*arrow] for arrow in self.arrows[name]], sorted(self.ran[name]), sorted(self.failed[name])]
            for name, steps in self.steps.items()
        }

    def missing(self) -> dict[str, dict[str, list[str]]]:
        """Return the steps that never ran, and those that never failed, by runbook."""
        return {
            name: {
                "never_run": [step for step in self.steps[name] if step not in self.ran[name]],
                "never_failed": [step for step in self.steps[name] if step not in self.failed[name]],
            }
            for name in sorted(self.steps)
        }

    def lines(self) -> list[str]:
        """Return the lines of the report for the terminal, three for each runbook."""
        return [
            line
            for name, missing in self.missing().items()
            for line in (
                f"{name}: {count(len(self.steps[name]), 'step')}",
                f"  never run: {', '.join(missing['never_run']) or 'none'}",
                f"  never failed: {', '.join(missing['never_failed']) or 'none'}",
            )
        ]

    def pictures(self) -> list[str]:
        """Return the lines of the report in Markdown: a flowchart of each runbook, which shows what ran."""
        from ._drawing import flowchart

        if not self.steps:
            return []
        lines = ["", "## SSM Automation: steps of runbooks", "", _LEGEND]
        for name in sorted(self.steps):
            chart = flowchart(self.steps[name], self.arrows[name], ran=self.ran[name], failed=self.failed[name])
            lines += ["", f"### `{name}`", "", "```mermaid", *chart.splitlines(), "```"]
        return lines


class ErrorCoverage:
    """Count the records of fakes.

    Attributes:
        steps: The steps of runbooks that have run and failed.
        tests: The ids of the tests in which the code under test received an error, by error code.
        counts: The numbers of executions, refusals and faults.
        crashed: The number of crashed xdist workers, whose counts are missing.
    """

    def __init__(self) -> None:
        """Start empty."""
        self.steps = StepCoverage()
        self.tests: dict[str, set[str]] = {}
        self.counts: Counter[str] = Counter()
        self.crashed = 0

    def add(self, test: str, calls: Iterable[Call]) -> None:
        """Count the calls of one fake in one test."""
        known: set[str | None] = {None}
        for call in calls:
            if call.error is not None:
                self.tests.setdefault(call.error, set()).add(test)
            if call.outcome in _COUNTS:
                self.counts[_COUNTS[call.outcome]] += 1
            if call.operation == START:
                if call.outcome == "lost" and call.execution_id not in known:  # a replay may be lost, too
                    self.counts["executions"] += 1
                known.add(call.execution_id)

    def merge(self, sent: dict[str, Any]) -> None:
        """Add the counts of a worker."""
        for error, tests in sent["tests"].items():
            self.tests.setdefault(error, set()).update(tests)
        self.counts.update(sent["counts"])
        self.steps.merge(sent["steps"])

    def to_send(self) -> dict[str, Any]:
        """Return all counts as plain lists and numbers, for `merge`."""
        return {
            "tests": {error: sorted(tests) for error, tests in self.tests.items()},
            "counts": dict(self.counts),
            "steps": self.steps.to_send(),
        }

    def faced(self) -> dict[str, int]:
        """Return the number of tests for each documented error, in the model's order."""
        return {error: len(self.tests.get(error, ())) for error in documented_errors()}

    def missing(self, required: Iterable[str]) -> list[str]:
        """Return the required errors that no test faced."""
        return [error for error in required if not self.tests.get(error)]

    def lines(self) -> list[str]:
        """Return the lines of the report for the terminal."""
        faced = self.faced()
        width = max(map(len, faced))
        lines = [f"{error:{width}}  {count(tests, 'test') if tests else 'never'}" for error, tests in faced.items()]
        return [*lines, *self._sums()]

    def missing_counts(self) -> list[str]:
        """Return a line about missing counts, if any are missing."""
        return [f"The counts of {count(self.crashed, 'crashed worker')} are missing."] if self.crashed else []

    def _sums(self) -> list[str]:
        """Return the last lines: the errors that no test faced, the sums, and missing counts."""
        never = ", ".join(error for error, tests in self.faced().items() if not tests)
        faced = f"Never faced: {never}" if never else "Every documented error was faced."
        sums = ", ".join(count(self.counts[f"{noun}s"], noun) for noun in ("execution", "refusal", "fault"))
        return [faced, sums, *self.missing_counts()]

    def append_markdown(self, path: Path) -> None:
        """Append the report to a file as Markdown, such as the summary of a CI job."""
        rows = [f"| `{error}` | {number or 'never'} |" for error, number in self.faced().items()]
        sums = [text for line in self._sums() for text in ("", line)]
        table = ["## SSM Automation: errors faced", "", "| error | tests |", "|---|---|", *rows, *sums]
        lines = [*table, *self.steps.pictures()]
        with path.open("a", encoding="utf-8") as file:
            if file.tell():
                file.write("\n\n")
            file.write("\n".join(lines) + "\n")

    def write_json(self, path: Path) -> None:
        """Write the report as JSON."""
        faced = self.faced()
        report = {
            "errors": faced,
            "never_faced": [error for error, tests in faced.items() if not tests],
            **{name: self.counts[name] for name in ("executions", "refusals", "faults")},
            "crashed_workers": self.crashed,
            **({"runbooks": self.steps.missing()} if self.steps.steps else {}),
        }
        path.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


# Fakes add their records here when they end; `None` in a run without a report.
coverage: ErrorCoverage | None = None


def required_errors(text: str) -> list[str]:
    """Read the value of `--ssm-automation-require`."""
    if text == "all":
        return list(documented_errors())
    names = [name.strip() for name in text.split(",")]
    allowed = (*catalogue(), *CONNECTION_ERRORS, "ParamValidationError")
    for name in names:
        if name not in allowed:
            raise unknown_name("error", name, ("all", *allowed))
    return names
