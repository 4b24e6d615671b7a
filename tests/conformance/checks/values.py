"""How references and outputs become values."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.bench import Bench

IDS = ["i-00000000000000001", "i-00000000000000002"]


def _step(shown: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(step for step in shown["StepExecutions"] if step["StepName"] == name)
    return found


def _input(bench: Bench, step: str, name: str) -> Any:
    bench.needs_fake()
    return json.loads(_step(bench.finished("lists"), step)["Inputs"][name])


def lists_in_lists(bench: Bench) -> None:
    """Alone or beside other items, its items become those of the outer list."""
    found = [_input(bench, name, "InstanceIds") for name in ("state0", "state1")]
    bench.expect(found, [IDS, ["i-00000000000000003", *IDS]])


def maps_in_lists(bench: Bench) -> None:
    """A list of maps becomes part of the outer list, too."""
    bench.expect(_input(bench, "maps", "Tags"), [{"Key": "a", "Value": "b"}])


def references_in_defaults(bench: Bench) -> None:
    """A parameter and a system variable; the execution shows the default as it is written."""
    shown = bench.finished("defaults")
    bench.expect(shown["Parameters"]["Name"], ["of {{ Source }} in {{ global:REGION }}"])
    read = json.loads(_step(shown, "read")["Inputs"]["Value"])
    bench.expect(bool(re.fullmatch("of this in [a-z]+-[a-z-]+-[0-9]", read)) or read, wanted=True)


def _converted(bench: Bench, **outputs: Any) -> Any:
    """Return what a step that reads such outputs gets."""
    fake, name = bench.fake, bench.name("conversions")
    fake.step_outputs("get", outputs, runbook=name)
    shown = bench.until(bench.client.start_automation_execution(DocumentName=name)["AutomationExecutionId"])
    return json.loads(_step(shown, "use")["Inputs"]["Value"])


def conversions(bench: Bench) -> None:
    """Each documented conversion."""
    found = _converted(bench, Text=3, Number="5", Flag="true", List="a")
    bench.expect(found, {"Text": "3", "Number": 5, "Flag": True, "List": ["a"]})
    found = _converted(bench, Text=["a"], Number=["5"], Flag=[False], List=7)
    bench.expect(found, {"Text": "a", "Number": 5, "Flag": False, "List": ["7"]})


def conversions_by_json(bench: Bench) -> None:
    """Lists and maps become JSON."""
    found = _converted(bench, Text=["a", "b"], Number=1, Flag=True, List={"a": 1})
    bench.expect(found, {"Text": '["a","b"]', "Number": 1, "Flag": True, "List": ['{"a":1}']})
