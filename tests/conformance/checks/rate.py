"""Executions on several targets, and in several accounts and Regions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.bench import START
from conformance.checks.start import BY_NAME, LOCATION
from conformance.checks.walk import NO_OUTPUT
from conformance.runbooks import runbook, step
from conformance.running import failing, ran

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.bench import Bench
    from conformance.running import Shown

TWO: dict[str, Any] = {"TargetParameterName": "Item", "Targets": [{"Key": "ParameterValues", "Values": ["a", "b"]}]}


def _on_two(bench: Bench) -> Shown:
    return bench.finished("sleep", children=2, **TWO)


def _children(bench: Bench, parent: Mapping[str, Any]) -> list[dict[str, Any]]:
    return bench.listed(ParentExecutionId=parent["AutomationExecutionId"])


def child_for_each_target(bench: Bench) -> None:
    """Each of two values has a separate execution."""
    parent = _on_two(bench)
    found = _children(bench, parent)
    bench.expect([child["ParentAutomationExecutionId"] for child in found], [parent["AutomationExecutionId"]] * 2)
    bench.expect(sorted(child["Target"] for child in found), ["a", "b"])


def step_for_each_target(bench: Bench) -> None:
    """The parent has a step for each, which starts an execution."""
    steps = _on_two(bench)["StepExecutions"]
    found = [(step["StepName"], step["Action"], step["Inputs"], step["Outputs"]) for step in steps]
    bench.expect(found, [(value, "aws:executeAutomation", {"Item": value}, {}) for value in ("a", "b")])


def members_of_the_parent(bench: Bench) -> None:
    """The parent shows its targets, and what they stand for."""
    shown = _on_two(bench)
    found = {name: shown.get(name) for name in ("TargetParameterName", "Targets", "ResolvedTargets")}
    bench.expect(found, {**TWO, "ResolvedTargets": {"ParameterValues": ["a", "b"], "Truncated": False}})


def parameters_of_the_parent(bench: Bench) -> None:
    """The request has none, and the runbook a default."""
    bench.expect(_on_two(bench)["Parameters"], {})


def parameters_of_the_children(bench: Bench) -> None:
    """Two executions, which have their own target, and what the request has given to both."""
    given = {"Parameters": {"Required": ["given"]}, **TWO, "TargetParameterName": "Word"}
    parent = bench.finished("parameters", children=2, **given)
    found = [bench.get(child["AutomationExecutionId"])["Parameters"] for child in _children(bench, parent)]
    bench.expect(sorted((each["Word"], each["Required"]) for each in found), [(["a"], ["given"]), (["b"], ["given"])])


def name_of_the_target_parameter(bench: Bench) -> None:
    """The name of the parameter in small letters."""
    refusal = bench.start_refused(**{**TWO, "TargetParameterName": "item"})
    bench.expect(refusal.code, "InvalidAutomationExecutionParametersException")


def map_of_targets(bench: Bench) -> None:
    """A TargetMap comes with and without TargetParameterName; its execution has its parameters."""
    parent = bench.finished("sleep", children=1, TargetMaps=[{"Item": ["mapped"]}])
    (child,) = _children(bench, parent)
    bench.expect(bench.get(child["AutomationExecutionId"])["Parameters"], {"Item": ["mapped"]})
    named = {"TargetParameterName": "Item", "TargetMaps": [{"Item": ["mapped"]}]}
    bench.expect(bench.finished("sleep", children=1, **named).status, "Success")


def _start(bench: Bench, **members: Any) -> str:
    """Start what only a fake may start: it assumes roles, or fails."""
    bench.needs_fake()
    request = {"DocumentName": bench.name("sleep"), **members}
    execution_id: str = bench.client.start_automation_execution(**request)["AutomationExecutionId"]
    return execution_id


def _on_eleven(bench: Bench) -> tuple[Shown, int]:
    values = [{"Key": "ParameterValues", "Values": [f"v{number}" for number in range(11)]}]
    shown = bench.until(_start(bench, TargetParameterName="Item", Targets=values), {"InProgress"})
    return shown, len(_children(bench, shown))


def ten_at_a_time(bench: Bench) -> None:
    """Of eleven targets, one has to wait."""
    shown, _ = _on_eleven(bench)
    bench.expect("Pending" in shown.statuses.values(), wanted=True)


def no_ramp(bench: Bench) -> None:
    """Ten of eleven are started at the first moment."""
    bench.expect(_on_eleven(bench)[1], 10)


def _with_failures(bench: Bench, number: int = 1, **limits: Any) -> Shown:
    """Run on two targets, one at a time, of which the first ones fail."""
    content = runbook(step("work"), parameters={"Item": {"type": "String"}})
    return ran(bench, content, failing("work", times=number), **TWO, **{"MaxConcurrency": "1", **limits})


def no_errors_allowed(bench: Bench) -> None:
    """The second target is not started."""
    shown = _with_failures(bench)
    bench.expect((shown.status, shown.statuses), ("Failed", {"a": "Failed", "b": "Pending"}))


def parent_after_tolerated_failures(bench: Bench) -> None:
    """One of two may fail."""
    shown = _with_failures(bench, MaxErrors="1")
    bench.expect((shown.status, shown.statuses), ("Success", {"a": "Failed", "b": "Success"}))


def all_have_failed(bench: Bench) -> None:
    """Both of two have failed, and may."""
    shown = _with_failures(bench, 2, MaxErrors="100%")
    bench.expect((shown.status, shown.statuses), ("Failed", {"a": "Failed", "b": "Failed"}))


def message_of_the_parent(bench: Bench) -> None:
    """Only the steps say why."""
    shown = _with_failures(bench)
    found = ["FailureMessage" in each for each in (shown, shown["StepExecutions"][0])]
    bench.expect(found, [False, True])


def outputs_of_the_parent(bench: Bench) -> None:
    """The runbook declares an output, which no step of the parent puts out."""
    shown = bench.finished("branch", children=2, **{**TWO, "TargetParameterName": "Path"})
    bench.expect(shown["Outputs"], {"right.NextStep": [NO_OUTPUT]})


def listed_targets(bench: Bench) -> None:
    """A listing shows less of them."""
    parent = _on_two(bench)
    (found,) = bench.listed(ExecutionId=parent["AutomationExecutionId"])
    wanted = {"Targets": TWO["Targets"], "ResolvedTargets": {"ParameterValues": [], "Truncated": False}}
    bench.expect({name: found[name] for name in wanted}, wanted)


def listed_children(bench: Bench) -> None:
    """A listing of what has started at the time contains all three."""
    parent = _on_two(bench)
    ids = {parent["AutomationExecutionId"], *(child["AutomationExecutionId"] for child in _children(bench, parent))}
    times = {"StartTimeAfter": "ExecutionStartTime", "StartTimeBefore": "ExecutionEndTime"}
    found = bench.listed(**{key: f"{parent[name]:%Y-%m-%dT%H:%M:%S.%fZ}" for key, name in times.items()})
    bench.expect(ids - {each["AutomationExecutionId"] for each in found}, set())


def location_at_a_time(bench: Bench) -> None:
    """Of two Regions, one runs at first."""
    located = [{**LOCATION, "Regions": ["us-east-1", "eu-west-1"]}]
    shown = bench.until(_start(bench, TargetLocations=located), {"InProgress"})
    bench.expect([*shown.statuses.values()][1], "Pending")


def step_for_each_location(bench: Bench) -> None:
    """Each account and Region is a step that starts an execution, with its location."""
    located = [{**LOCATION, "Accounts": ["111122223333", "444455556666"], "Regions": ["us-east-1", "eu-west-1"]}]
    steps = bench.until(_start(bench, TargetLocations=located))["StepExecutions"]
    found = [
        (step["Action"], *step["TargetLocation"]["Accounts"], *step["TargetLocation"]["Regions"]) for step in steps
    ]
    places = [(account, region) for account in located[0]["Accounts"] for region in located[0]["Regions"]]
    bench.expect(found, [("aws:executeAutomation", *place) for place in places])


def outputs_of_location_steps(bench: Bench) -> None:
    """The id of the one execution, which is in its own account and Region."""
    parent = bench.until(_start(bench, TargetLocations=[LOCATION]))
    (child,) = bench.fake.execution(parent["AutomationExecutionId"]).children
    bench.expect(parent["StepExecutions"][0]["Outputs"]["ExecutionId"], [child.id])


def names_of_location_steps(bench: Bench) -> None:
    """The one step names both, and tells what came of its execution."""
    (step,) = bench.until(_start(bench, TargetLocations=[LOCATION]))["StepExecutions"]
    bench.expect((step["StepName"], step["Outputs"]["Status"]), ("111122223333/us-east-1", ["Success"]))


def failure_of_a_location(bench: Bench) -> None:
    """The step of an account and Region repeats the message of its execution unchanged."""
    failing = "777788889999"
    bench.fake.script(["Failed"], failure_message="It broke.", when=lambda call: call.account == failing)
    (step,) = bench.until(_start(bench, TargetLocations=[{**LOCATION, "Accounts": [failing]}]))["StepExecutions"]
    bench.expect((step["StepStatus"], step["FailureMessage"]), ("Failed", "It broke."))


def type_of_locations(bench: Bench) -> None:
    """In several accounts and Regions, an execution is of the type CrossAccount."""
    (found,) = bench.listed(ExecutionId=_start(bench, TargetLocations=[LOCATION]))
    bench.expect(found["AutomationType"], "CrossAccount")


def location_goes_first(bench: Bench) -> None:
    """Targets of a location replace those of the request."""
    own = [{"Key": "ParameterValues", "Values": ["own"]}]
    shown = bench.until(_start(bench, **BY_NAME, TargetLocations=[{**LOCATION, "Targets": own}]))
    (child,) = (step["Outputs"]["ExecutionId"][0] for step in shown["StepExecutions"])
    bench.expect(bench.fake.execution(child).request["Targets"], own)


def children_in_their_own_account(bench: Bench) -> None:
    """Whoever has started them sees none of the children."""
    shown = bench.until(_start(bench, TargetLocations=[LOCATION]))
    bench.expect(_children(bench, shown), [])


def locations_behind_a_url(bench: Bench) -> None:
    """A JSON array of locations is read from TargetLocationsURL."""
    bench.needs_fake()
    shown = bench.until(_start(bench, TargetLocationsURL=bench.target.host([LOCATION])))
    bench.expect([step["TargetLocation"]["Accounts"] for step in shown["StepExecutions"]], [LOCATION["Accounts"]])


def other_things_behind_a_url(bench: Bench) -> None:
    """Anything else there is refused."""
    bench.needs_fake()
    url = bench.target.host({"Accounts": []})
    told = bench.refused(START, DocumentName=bench.name("sleep"), TargetLocationsURL=url)
    bench.expect(told.code, "InvalidAutomationExecutionParametersException")


def locations_and_url(bench: Bench) -> None:
    """TargetLocations and TargetLocationsURL may come together."""
    bench.needs_fake()
    url = bench.target.host([{**LOCATION, "Regions": ["eu-west-1"]}])
    shown = bench.until(_start(bench, TargetLocations=[LOCATION], TargetLocationsURL=url))
    bench.expect(shown.status, "Success")
