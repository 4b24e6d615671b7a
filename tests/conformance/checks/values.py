"""How references and outputs become values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from conformance.runbooks import runbook, step
from conformance.running import putting_out, ran

if TYPE_CHECKING:
    from conformance.bench import Bench

IDS = ["i-00000000000000001", "i-00000000000000002"]


def _read(bench: Bench, kind: str, default: Any, *given: Any) -> list[Any]:
    """Return what inputs become that refer to a parameter of a type, as `{{ Value }}`."""
    inputs = {"Service": "ec2", "Api": "Nothing", **{f"Given{place}": each for place, each in enumerate(given)}}
    parameters = {"Value": {"type": kind, "default": default}}
    shown = ran(bench, runbook(step("read", "aws:executeAwsApi", inputs), parameters=parameters))
    return [shown.input("read", f"Given{place}") for place in range(len(given))]


def lists_in_lists(bench: Bench) -> None:
    """Alone or beside other items, its items become those of the outer list."""
    found = _read(bench, "StringList", IDS, ["{{ Value }}"], ["i-00000000000000003", "{{ Value }}"])
    bench.expect(found, [IDS, ["i-00000000000000003", *IDS]])


def maps_in_lists(bench: Bench) -> None:
    """A list of maps becomes part of the outer list, too."""
    tags = [{"Key": "a", "Value": "b"}]
    bench.expect(_read(bench, "MapList", tags, ["{{ Value }}"]), [tags])


def references_in_defaults(bench: Bench) -> None:
    """A parameter and a system variable; the execution shows the default as it is written."""
    shown = bench.finished("defaults")
    bench.expect(shown["Parameters"]["Name"], ["of {{ Source }} in {{ global:REGION }}"])
    read = shown.input("read", "Value")
    bench.expect(bool(re.fullmatch("of this in [a-z]+-[a-z-]+-[0-9]", read)) or read, wanted=True)


def _converted(bench: Bench, **outputs: Any) -> Any:
    """Return what a step that reads such outputs gets."""
    kinds = {"Text": "String", "Number": "Integer", "Flag": "Boolean", "List": "StringList"}
    declared = [{"Name": name, "Selector": "$.x", "Type": kind} for name, kind in kinds.items()]
    get = {"name": "get", "action": "aws:executeAwsApi", "outputs": declared}
    value = {name: f"{{{{ get.{name} }}}}" for name in kinds}
    use = step("use", "aws:updateVariable", {"Name": "variable:All", "Value": value})
    content = runbook(get, use, variables={"All": {"type": "StringMap", "default": {}}})
    return ran(bench, content, putting_out("get", **outputs)).input("use", "Value")


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
