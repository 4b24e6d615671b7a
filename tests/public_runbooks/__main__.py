"""Run a folder of runbooks under moto, and print by action what was executed, what failed, and why.

Usage: `tox run -e public-runbooks -- FOLDER [--parameters FILE] [--cases] [--ways] [NAME...]`. Nothing is fetched: the
folder is one of yours, such as a clone of github.com/ceshihao/ssm-public-documents. Parameters are drawn, and name
resources that are made for that, unless the file has them: a JSON object of lists of strings by name, by document. Then
the cases of `cases.py` are run, which check the resources before and after. The exit status is 1 if a case failed.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import time
from collections import Counter, defaultdict
from contextlib import redirect_stdout, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import boto3
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from moto import mock_aws

from pytest_ssm_automation import AutomationFake, FakeUsageError, strategies

from .cases import CASES, Case
from .resources import with_resources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pytest_ssm_automation import Execution

Parameters = dict[str, list[str]]
_REGION: Final = "us-east-1"
# Functions of Lambda are not run, because that takes Docker.
_MOTO: Final[Any] = {"lambda": {"use_docker": False}, "stepfunctions": {"execute_state_machine": True}}
_MOST_POLLS: Final = 60
_SECONDS: Final = 120
_ENDED: Final = frozenset({"Success", "Failed", "TimedOut", "Cancelled", "Rejected"})
_SIGNALS: Final = {"aws:approve": "Approve", "aws:pause": "Resume"}
_UNABLE: Final = "can't be executed"
_CODE: Final = re.compile(r"An error occurred \((\S+)\) when calling the (\S+) operation")
_CALLED: Final = re.compile(r"called (\S+ \S+), (which .+?)\. Answer it")
_REASON: Final = re.compile(r"set the outputs:\n  \S+ \(\S+\): (.*)")
_LONGEST: Final = 120


class Step(NamedTuple):
    """What became of a step.

    Attributes:
        action: Its action.
        status: Its status, or `can't be executed`.
        reason: Why it failed, or can't be executed.
    """

    action: str
    status: str
    reason: str = ""


class Ran(NamedTuple):
    """What became of a runbook.

    Attributes:
        name: Its name.
        status: The status of its execution, or `can't be executed`.
        steps: The steps that it has begun.
        way: The way of the execution, as text.
        reason: Why it was not run to its end.
    """

    name: str
    status: str
    steps: Sequence[Step] = ()
    way: str = ""
    reason: str = ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a folder of runbooks, and print what became of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", help="only these documents")
    parser.add_argument("--parameters", type=Path, help="a JSON file with parameters, by document")
    parser.add_argument("--cases", action="store_true", help="run the cases alone")
    parser.add_argument("--ways", action="store_true", help="print the path of each execution")
    chosen = parser.parse_intermixed_args(arguments)
    paths = {path.stem: path for path in documents(chosen.folder) if not chosen.names or path.stem in chosen.names}
    if not chosen.cases:
        given_ones = json.loads(chosen.parameters.read_text(encoding="utf-8")) if chosen.parameters else {}
        ran = [run(path, given_ones.get(name)) for name, path in paths.items()]
        print("\n".join([*(each.way for each in ran if chosen.ways), *report(ran)]))
    return print_cases({name: path for name, path in paths.items() if name in CASES})


def documents(folder: Path) -> Iterator[Path]:
    """Yield the runbooks of a folder; other files and other documents are skipped."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".json", ".yaml", ".yml"}:
            with suppress(yaml.YAMLError, UnicodeDecodeError):
                content = _read(path)
                if isinstance(content, dict) and content.get("schemaVersion") == "0.3":
                    yield path


def _read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


# A runbook is run.


def run(path: Path, parameters: Parameters | None = None) -> Ran:
    """Run a runbook; without parameters, they are drawn, and name resources that are made for that."""
    with mock_aws(config=_MOTO), _fake(str(path.parent)) as fake:
        try:
            runbook = fake.add_runbook(path)
        except FakeUsageError as error:
            return Ran(path.stem, "refused", reason=str(error))
        if parameters is None:
            declared = _read(path).get("parameters", {})
            parameters = with_resources(path.stem, drawn(runbook), declared, _client)
        return walk(fake, path.stem, parameters)


def drawn(runbook: Any) -> Parameters:
    """Draw parameters of a runbook."""
    found: list[Parameters] = []

    @settings(
        max_examples=1, phases=[Phase.generate], database=None, derandomize=True, suppress_health_check=[*HealthCheck]
    )
    @given(strategies.parameters_for(runbook))
    def take(parameters: Parameters) -> None:
        found.append(parameters)

    take()
    return found[0]


def walk(fake: AutomationFake, name: str, parameters: Parameters) -> Ran:
    """Start a runbook, and poll it until it ends; approve and resume what waits."""
    client: Any = fake.client()
    try:
        started = client.start_automation_execution(
            DocumentName=name, **({"Parameters": parameters} if parameters else {})
        )
    except Exception as error:  # noqa: BLE001 - drawn parameters may be refused in many ways
        return Ran(name, "refused", reason=str(error))
    execution = fake.execution(started["AutomationExecutionId"])
    reason = ""
    try:
        # scripts print
        with redirect_stdout(io.StringIO()):
            _poll(client, execution)
    except Exception as error:  # noqa: BLE001 - what can't be executed is one of several kinds
        reason = str(error)
    status = _UNABLE if reason else execution.status
    return Ran(name, status, [*_steps(execution, reason)], str(execution), reason)


def _poll(client: Any, execution: Execution) -> None:
    for _ in range(_MOST_POLLS):
        shown = client.get_automation_execution(AutomationExecutionId=execution.id)["AutomationExecution"]
        if shown["AutomationExecutionStatus"] in _ENDED:
            return
        if shown["AutomationExecutionStatus"] == "Waiting":
            step = next(step for step in execution.steps if step["StepStatus"] == "Waiting")
            client.send_automation_signal(
                AutomationExecutionId=execution.id,
                SignalType=_SIGNALS[step["Action"]],
                Payload={"StepName": [step["StepName"]]},
            )
        time.sleep(_SECONDS)


def _steps(execution: Execution, reason: str) -> Iterator[Step]:
    for step in execution.steps:
        if step["StepStatus"] == "InProgress" and reason:
            yield Step(step["Action"], _UNABLE, why(reason))
        elif step["StepStatus"] != "Pending":
            yield Step(step["Action"], step["StepStatus"], why(step.get("FailureMessage", "")))


def _fake(*runbooks: str) -> AutomationFake:
    """Make a fake that also knows the runbooks which others start."""
    return AutomationFake(execute_steps=True, skip_sleep=True, runbooks=runbooks)


# What is printed.


def why(text: str) -> str:
    """Shorten a reason, so that equal ones can be counted."""
    if found := _CODE.search(text):
        return f"{found[2]}: {found[1]}"
    if found := _CALLED.search(text):
        return f"{found[1]}, {found[2]}"
    if found := _REASON.search(text):
        return found[1][:_LONGEST]
    bare = re.sub(r"^Step \w+ (?:when it|out while step) is [^.]*\.", "", text.partition("Please refer")[0])
    lines = re.sub(r"\S*\d\S*", "N", bare).strip().splitlines()
    return lines[-1][:_LONGEST] if lines else ""


def report(ran: Sequence[Ran]) -> Iterator[str]:
    """Write what became of the runbooks, and by action what became of their steps."""
    statuses = Counter(each.status for each in ran)
    yield f"{len(ran)} runbooks: {', '.join(f'{count} {status}' for status, count in statuses.most_common())}"
    yield from (f"  {each.name}: {each.reason.splitlines()[0]}" for each in ran if each.status == "refused")
    steps: dict[str, list[Step]] = defaultdict(list)
    for each in ran:
        for step in each.steps:
            steps[step.action].append(step)
    yield f"\n{'action':34}{'executed':>10}{'failed':>10}{_UNABLE:>20}"
    for action, found in sorted(steps.items()):
        good, unable = (sum(step.status == status for step in found) for status in ("Success", _UNABLE))
        yield f"{action:34}{good:>10}{len(found) - good - unable:>10}{unable:>20}"
    for action, found in sorted(steps.items()):
        reasons = Counter(f"{step.status}: {step.reason}" for step in found if step.status != "Success")
        if reasons:
            yield f"\n{action}"
            yield from (f"{count:>6}  {reason}" for reason, count in reasons.most_common())


# The cases.


def print_cases(paths: dict[str, Path]) -> int:
    """Run the cases for the documents that there are; return the exit status."""
    missed = [name for name in CASES if name not in paths]
    failed = 0
    print(f"\n{len(paths)} cases" + (f", not in the folder: {', '.join(missed)}" if missed else ""))
    for name, path in paths.items():
        problem = try_case(path, CASES[name])
        failed += bool(problem)
        print(f"  {name}: {problem or 'as expected'}")
    print(f"{len(paths) - failed} of {len(paths)} as expected")
    return int(failed > 0)


def try_case(path: Path, case: Case) -> str:
    """Run a case; return what is not as expected."""
    with mock_aws(config=_MOTO), _fake() as fake:
        aws: Callable[[str], Any] = _client
        parameters = case.prepare(aws)
        before = case.look(aws, parameters)
        if before != case.before:
            return f"expected {case.before!r} before, but got {before!r}"
        fake.add_runbook(path)
        ran = walk(fake, path.stem, parameters)
        after = case.look(aws, parameters)
    if ran.reason:
        return ran.reason
    if ran.status != "Success" or after != case.after:
        return f"{ran.status}, expected {case.after!r} afterwards, but got {after!r}\n{ran.way}"
    return ""


def _client(service: str) -> Any:
    return boto3.client(service, region_name=_REGION)


if __name__ == "__main__":
    raise SystemExit(main())
