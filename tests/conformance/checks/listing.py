"""Listings: filters, pages, and what they show."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.bench import Bench

LIST = "describe_automation_executions"


def _filter(key: str, *values: str) -> dict[str, Any]:
    return {"Key": key, "Values": list(values)}


def _prefix(bench: Bench) -> str:
    """Return what the names of the suite's runbooks begin with."""
    return bench.name("sleep").rpartition("-")[0]


def unknown_id(bench: Bench) -> None:
    """A filter for an unknown id finds nothing."""
    bench.expect(bench.listed(ExecutionId="00000000-0000-4000-8000-000000000000"), [])


def members(bench: Bench) -> None:
    """What a listing shows of an ended run, beyond what a look at it shows."""
    shown = bench.finished()
    (found,) = bench.listed(ExecutionId=shown["AutomationExecutionId"])
    wanted = {"AutomationExecutionStatus": "Success", "AutomationType": "Local", "Mode": "Auto", "LogFile": ""}
    bench.expect({name: found.get(name) for name in wanted}, wanted)
    bench.expect("StepExecutions" in found, wanted=False)


def order(bench: Bench) -> None:
    """The newest comes first."""
    bench.finished()
    bench.finished("steps")
    found = bench.listed(DocumentNamePrefix=_prefix(bench))
    times = [each["ExecutionStartTime"] for each in found]
    bench.expect(times, sorted(times, reverse=True))


# Requests that are refused, and the code.
REFUSED: dict[str, tuple[tuple[dict[str, Any], ...], str]] = {
    "unknown_key": (({"Filters": [_filter("Colour", "red")]},), "ValidationException"),
    "key_given_twice": (({"Filters": [_filter("ExecutionId", each * 36) for each in "01"]},), "InvalidFilterKey"),
    "malformed_values": (
        tuple({"Filters": [_filter(key, "nonsense")]} for key in ("ExecutionStatus", "StartTimeBefore")),
        "InvalidFilterValue",
    ),
    "wrong_token": (({"NextToken": "nonsense"},), "InvalidNextToken"),
}


def _refused(bench: Bench, requests: Sequence[dict[str, Any]], code: str) -> None:
    bench.expect([bench.refused(LIST, **each).code for each in requests], [code] * len(requests))


CHECKS = {name: partial(_refused, requests=requests, code=code) for name, (requests, code) in REFUSED.items()}


def pages(bench: Bench) -> None:
    """A page of one is followed by a token for the next."""
    bench.finished()
    bench.finished("steps")
    prefix = _filter("DocumentNamePrefix", _prefix(bench))
    first = bench.client.describe_automation_executions(Filters=[prefix], MaxResults=1)
    second = bench.client.describe_automation_executions(Filters=[prefix], MaxResults=1, NextToken=first["NextToken"])
    found = [page["AutomationExecutionMetadataList"] for page in (first, second)]
    bench.expect([len(each) for each in found], [1, 1])
    bench.expect(found[0] == found[1], wanted=False)


def steps(bench: Bench) -> None:
    """The steps of a run can be listed from the last to the first."""
    execution_id = bench.finished("steps")["AutomationExecutionId"]
    answer = bench.client.describe_automation_step_executions(AutomationExecutionId=execution_id, ReverseOrder=True)
    bench.expect([step["StepName"] for step in answer["StepExecutions"]], ["second", "first"])
