"""Measure the costs of the fake, compared with other tools: `tox run -e bench`.

Whatever is compared is measured in turns, in one run of this script; medians and the middle half of all rounds are
printed.
"""

from __future__ import annotations

import json
import os
import runpy
import tempfile
import time
import tracemalloc
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import boto3
import calls
import executing
import processes
from botocore.validate import ParamValidator
from hypothesis import given, settings
from hypothesis import strategies as st
from measuring import ROUNDS, compare, in_turns, print_table, seconds_each, text
from moto import mock_aws

from pytest_ssm_automation import AutomationFake, strategies
from pytest_ssm_automation._service.checks.accepting import accepts
from pytest_ssm_automation._service.checks.model import START, input_shape
from pytest_ssm_automation._service.checks.rules import check_rules
from pytest_ssm_automation._service.runbooks.library import RunbookStore, find_runbooks
from pytest_ssm_automation._service.runbooks.reading.yaml_text import write_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from measuring import Row


def set_up() -> Iterator[Row]:
    """Measure the set-up and teardown of the fake, and a client, compared with mock_aws and boto3.client."""

    def fake() -> None:
        with AutomationFake():
            pass

    def client() -> float:
        with AutomationFake() as made:
            made.client()
            return seconds_each(made.client, 50)

    def moto() -> None:
        with mock_aws():
            boto3.client("ssm")

    ours, clients, motos = in_turns(
        lambda: seconds_each(fake, 50), client, lambda: seconds_each(moto, 3), rounds=ROUNDS // 2
    )
    yield compare("AutomationFake, set up and torn down", "under 0.2 ms", ours, "mock_aws + boto3.client", motos)
    yield compare("fake.client(), after the first", "under 0.3 ms", clients, "mock_aws + boto3.client", motos)


def growth() -> Iterator[Row]:
    """Measure a call with many recorded calls, compared with few; and the memory of a record."""
    with AutomationFake() as fake:
        client: Any = fake.client()

    def start() -> None:
        client.start_automation_execution(**calls.TYPICAL)

    few, many = [], []
    for _ in range(5):
        with AutomationFake():
            seconds_each(start, 100)
            few.append(seconds_each(start, 500))
            seconds_each(start, 100_000 - 600)
            many.append(seconds_each(start, 500))
    yield compare("start, at 100 000 recorded calls", "at most 1.1x", many, "at 100", few)
    with AutomationFake():
        seconds_each(start, 100)
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        seconds_each(start, 5000)
        size = (tracemalloc.get_traced_memory()[0] - before) / 5000
        tracemalloc.stop()
    yield ("a recorded call", f"{size / 1000:.2f} kB", "", "", "under 1.5 kB")


def library(folder: Path) -> Iterator[Row]:
    """A library of 500 runbooks, in JSON and in YAML, each with 12 steps and a script in it, found and loaded."""
    script = "".join(
        f"def handler_{number}(events, context):\n    return {{'Number': {number}}}\n" for number in range(90)
    )
    step = {
        "action": "aws:executeScript",
        "inputs": {"Runtime": "python3.11", "Handler": "handler_1", "Script": script},
    }
    small = {
        "action": "aws:executeAwsApi",
        "onFailure": "Abort",
        "inputs": {"Service": "ec2", "Api": "DescribeInstances"},
    }
    content: dict[str, Any] = {
        "schemaVersion": "0.3",
        "description": "Benchmark. " * 20,
        "parameters": {f"Parameter{number}": {"type": "String", "default": "x"} for number in range(6)},
        "mainSteps": [{"name": f"Step{number}", **(small if number % 4 else step)} for number in range(12)],
    }
    writers: dict[str, Callable[[Any], str]] = {"json": partial(json.dumps, indent=2), "yaml": write_yaml}
    rounds = count()

    def load(kind: str) -> float:
        # Parsed texts are cached, so each round has different texts.
        written = writers[kind]({**content, "description": f"Round {next(rounds)}"})
        (folder / kind).mkdir(exist_ok=True)
        for number in range(500):
            (folder / kind / f"Runbook-{number}.{kind}").write_text(written, encoding="utf-8")
        return seconds_each(lambda: RunbookStore(find_runbooks([kind], folder)).load_all(), 1)

    by_json, by_yaml = in_turns(lambda: load("json"), lambda: load("yaml"), rounds=3)
    size = len(writers["json"](content)) / 1000
    yield (f"500 JSON runbooks of {size:.0f} kB, loaded", text(median(by_json)), "", "", "under 2000 ms")
    yield compare(f"500 YAML runbooks of {size:.0f} kB, loaded", "at most 5x", by_yaml, "JSON", by_json)


def runs() -> Iterator[Row]:
    """Measure a run of a runbook with 40 steps; and a start with a registered runbook, compared with one without."""
    step = {"action": "aws:executeAwsApi", "outputs": [{"Name": "Id", "Type": "String", "Selector": "$.Id"}]}
    steps = [
        {
            "name": f"step{n}",
            **step,
            "inputs": {"Service": "ec2", "Api": "A", "Ids": ["{{ Id }}", f"{{{{ step{n - 1}.Id }}}}"]},
        }
        for n in range(1, 40)
    ]
    content = {
        "schemaVersion": "0.3",
        "parameters": {"Id": {"type": "String", "default": "i-0123456789abcdef0"}},
        "mainSteps": [{"name": "step0", **step}, *steps],
    }

    def walk() -> float:
        with AutomationFake() as fake:
            fake.add_runbook(content, name="Walked")
            for place in range(40):
                fake.step_outputs(f"step{place}", {"Id": f"i-{place}"})
            client: Any = fake.client()
            for _ in range(20):
                client.start_automation_execution(DocumentName="Walked")
            started = time.perf_counter()
            for execution in fake.executions:
                execution.advance()
                execution.advance()
            return (time.perf_counter() - started) / 20

    def start(register: bool) -> float:  # noqa: FBT001 - of two measurements
        with AutomationFake() as fake:
            if register:
                fake.add_runbook(content, name="Walked")
            client: Any = fake.client()
            return seconds_each(lambda: client.start_automation_execution(**calls.TYPICAL), 300)

    (walked,) = in_turns(walk)
    yield ("a walk of 40 steps", text(median(walked)), "", "", "under 2 ms")
    beside, alone = in_turns(lambda: start(True), lambda: start(False))  # noqa: FBT003
    yield compare("start, beside a registered runbook", "no dearer", beside, "without", alone)


def validation() -> Iterator[Row]:
    """Measure the validation of a request, compared with botocore's, which checks less, and `jsonschema`."""
    shape = input_shape(START)
    other = runpy.run_path(str(Path(__file__).parents[1] / "oracle.py"))["_validator"](START)

    def ours() -> None:
        accepts(START)(calls.TYPICAL)
        check_rules(calls.TYPICAL)

    def botocores() -> None:
        ParamValidator().validate(calls.TYPICAL, shape)

    mine, theirs, schema = in_turns(
        lambda: seconds_each(ours, 500),
        lambda: seconds_each(botocores, 500),
        lambda: seconds_each(lambda: other.is_valid(calls.TYPICAL), 50),
    )
    yield compare("validation", "under 0.5x", mine, "botocore", theirs)
    yield compare("validation", "", mine, "jsonschema", schema)


def properties() -> Iterator[Row]:
    """Drawing requests in a real run of Hypothesis."""
    rates: dict[str, list[float]] = {"valid": [], "invalid": []}
    started = time.perf_counter()
    drawn = {"valid": strategies.valid_requests(), "invalid": strategies.invalid_requests()}
    for strategy in drawn.values():
        strategy.validate()
    yield ("both strategies, built", text(time.perf_counter() - started), "", "", "50 ms")
    for _ in range(5):
        for name, strategy in drawn.items():
            rates[name].append(1 / draw_all(strategy, 1000))
    for name, measured in rates.items():
        yield (f"{name} requests drawn", f"{median(measured):.0f} a second", "", "", "500 a second")


def draw_all(strategy: st.SearchStrategy[Any], examples: int) -> float:
    """Seconds that one example of a property takes that does nothing with it."""

    @settings(max_examples=examples, database=None, deadline=None)
    @given(strategy)
    def look(_: Any) -> None:
        pass

    return seconds_each(look, 1) / examples


def main() -> None:
    """Measure everything, and print it."""
    os.environ.update(AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="x", AWS_DEFAULT_REGION="us-east-1")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = [
            *calls.rows(),
            *processes.rows(folder),
            *set_up(),
            *growth(),
            *library(folder),
            *runs(),
            *executing.rows(),
            *validation(),
            *properties(),
        ]
    print_table(rows)


if __name__ == "__main__":
    main()
