"""Statements of AWS's pages on branches, variables, outputs, rate control and statuses, with a small runbook each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from conformance.checks.walk import ENDING
from conformance.runbooks import runbook, step
from conformance.running import failing, poll, putting_out, ran

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.bench import Bench
    from conformance.runbooks import Runbook
    from conformance.running import Shown
    from pytest_ssm_automation import AutomationFake

SHORT: Runbook = {"Item": {"type": "String", "default": "none"}}


def _api(name: str, outputs: Mapping[str, str | None] | None = None, **inputs: Any) -> Runbook:
    declared = [
        {"Name": output, "Selector": "$.x", **({"Type": kind} if kind else {})}
        for output, kind in (outputs or {}).items()
    ]
    members = {"outputs": declared} if declared else {}
    return step(name, "aws:executeAwsApi", {"Service": "ec2", "Api": "Nothing", **inputs}, **members)


def unknown_operator(bench: Bench) -> None:
    """The operators of a branch are checked when the runbook is created."""
    choice = {"Variable": "a", "StringMatches": "b", "NextStep": "wait"}
    told = bench.not_created(runbook(step("choose", "aws:branch", {"Choices": [choice]}), step("wait")))
    bench.expect("StringMatches" in told or told, wanted=True)


def system_variables(bench: Bench) -> None:
    """Where an execution runs, as its steps read it."""
    names = ("ACCOUNT_ID", "AWS_PARTITION", "REGION")
    shown = ran(bench, runbook(_api("read", Filters=[f"{{{{ global:{name} }}}}" for name in names])))
    bench.expect(shown.input("read", "Filters"), ["123456789012", "aws", "us-east-1"])


def nested_reference(bench: Bench) -> None:
    """A parameter names another parameter, whose value is not inserted."""
    parameters = {name: {"type": "String", "default": value} for name, value in (("One", "Two"), ("Two", "secret"))}
    shown = ran(bench, runbook(_api("read", Command="{{ {{ One }} }}"), parameters=parameters))
    bench.expect("secret" in shown.input("read", "Command"), wanted=False)


def _set(bench: Bench, kind: str, value: Any) -> Shown:
    update = step("set", "aws:updateVariable", {"Name": "variable:Note", "Value": value})
    return ran(bench, runbook(update, variables={"Note": {"type": kind}}))


def type_of_a_variable(bench: Bench) -> None:
    """A value of each type, and one that would have to be converted."""
    values = {
        "Boolean": (True, "true"),
        "Integer": (5, "5"),
        "MapList": ([{"a": "b"}], {"a": "b"}),
        "String": ("a", 5),
        "StringList": (["a"], "a"),
        "StringMap": ({"a": "b"}, '{"a":"b"}'),
    }
    found = {kind: [_set(bench, kind, each).statuses["set"] for each in pair] for kind, pair in values.items()}
    bench.expect(found, {kind: ["Success", "Failed"] for kind in values})


def message_of_a_variable(bench: Bench) -> None:
    """A text for a number."""
    text = 'variable:Note is of type Integer, but its new value is not: "5"'
    told = _set(bench, "Integer", "5")["FailureMessage"]
    bench.expect(told, f"Step fails when it is validating and resolving the step inputs. {text}. {ENDING}")


def sizes_of_variables(bench: Bench) -> None:
    """More and longer items than AWS's page allows."""
    found = [
        _set(bench, kind, value).status
        for kind, value in (("String", "x" * 513), ("String", ""), ("StringList", ["x"] * 51))
    ]
    bench.expect(found, ["Success"] * 3)


def type_of_an_output(bench: Bench) -> None:
    """An output without a type, which the API gives as a number."""
    content = runbook(_api("get", {"Count": None}), _api("use", Size="{{ get.Count }}"))
    shown = ran(bench, content, putting_out("get", Count=5))
    bench.expect(shown.input("use", "Size"), "5")


def _iterations(bench: Bench, **inputs: Any) -> list[tuple[Any, ...]]:
    read = _api(
        "read", {"Again": "Boolean"}, Item="{{ each.CurrentIteratorValue }}", Number="{{ each.CurrentIteration }}"
    )
    content = runbook(step("each", "aws:loop", {**inputs, "Steps": [read]}))
    shown = ran(bench, content, putting_out("read", Again=inputs.get("MaxIterations") == 2))
    found = [each["Inputs"] for each in shown["StepExecutions"] if each["StepName"] == "read"]
    return [(json.loads(each["Number"]), json.loads(each["Item"])) for each in found]


def item_of_a_loop(bench: Bench) -> None:
    """Two items."""
    bench.expect(_iterations(bench, Iterators=["a", "b"]), [(1, "a"), (2, "b")])


def condition_of_a_loop(bench: Bench) -> None:
    """A condition that is never true, and one that always is, with two iterations at most."""
    again = {"Variable": "{{ read.Again }}", "BooleanEquals": True}
    found = [len(_iterations(bench, LoopCondition=again, MaxIterations=most)) for most in (3, 2)]
    bench.expect(found, [1, 2])


def _use(bench: Bench, kind: str, value: Any, action: str, **inputs: Any) -> dict[str, Any]:
    content = runbook(_api("get", {"Value": kind}), step("use", action, inputs))
    return ran(bench, content, putting_out("get", Value=value)).step("use")


def type_of_an_input(bench: Bench) -> None:
    """AWS's own example: a list of images, of which one should be copied."""
    given = {"SourceImageId": "{{ get.Value }}", "SourceRegion": "us-east-1", "ImageName": "it"}
    shown = _use(bench, "StringList", ["ami-1", "ami-2"], "aws:copyImage", **given)
    bench.expect(shown["StepStatus"], "Failed")


def texts_of_types(bench: Bench) -> None:
    """Two images, one image, and a text for a list and for the items of a loop."""
    kinds = {"aws:deleteImage": "ImageId", "aws:runCommand": "InstanceIds", "aws:loop": "Iterators"}
    more: dict[str, Runbook] = {"aws:runCommand": {"DocumentName": "A"}, "aws:loop": {"Steps": [step("wait")]}}
    found = [
        _use(bench, kind, value, action, **{kinds[action]: "{{ get.Value }}"}, **more.get(action, {})).get(
            "FailureMessage"
        )
        for kind, value, action in (
            ("StringList", ["a", "b"], "aws:deleteImage"),
            ("StringList", ["a"], "aws:deleteImage"),
            ("String", "a", "aws:runCommand"),
            ("String", "a", "aws:loop"),
        )
    ]
    frame = "Step fails when it is validating and resolving the step inputs. Input {}.. " + ENDING
    texts = (
        "[a, b] is of type ArrayList, but expected type is String",
        "a is of type String, but expected type is StringList",
    )
    bench.expect(found, [frame.format(texts[0]), None, None, frame.format(texts[1])])


def values_of_inputs(bench: Bench) -> None:
    """A state that there is not, and eight days."""
    state = _use(bench, "String", "off", "aws:changeInstanceState", InstanceIds=["i-1"], DesiredState="{{ get.Value }}")
    rest = _use(bench, "String", "P8D", "aws:sleep", Duration="{{ get.Value }}")
    bench.expect([state["StepStatus"], rest["StepStatus"]], ["Failed", "Failed"])


def _nested(bench: Bench, **inputs: Any) -> tuple[str, str]:
    child = runbook(step("wait"), parameters={"Item": {"type": "String", "default": ""}})
    call = runbook(step("call", "aws:executeAutomation", {"DocumentName": "Child", **inputs}))
    shown = ran(bench, call, lambda fake: fake.add_runbook(child, name="Child"))
    return shown.status, shown.get("FailureMessage", "")


def rules_for_children(bench: Bench) -> None:
    """Each rule is broken once."""
    targets = [{"Key": "ParameterValues", "Values": ["a"]}]
    both = {"Targets": targets, "TargetParameterName": "Item", "TargetMaps": [{"Item": ["a"]}]}
    tags = [{"Key": str(key), "Value": ""} for key in range(6)]
    broken: tuple[Runbook, ...] = ({"Targets": targets}, {"TargetParameterName": "Item"}, both, {"Tags": tags})
    told = [_nested(bench, **each)[1] for each in broken]
    bench.expect([text for text in told if "Fail to start automation, errorMessage: " not in text], [])


def limits_for_children(bench: Bench) -> None:
    """A parameter of 600 characters, and one without any."""
    found = [_nested(bench, RuntimeParameters={"Item": [value]})[0] for value in ("x" * 600, "")]
    bench.expect(found, ["Success", "Success"])


def outputs_of_actions(bench: Bench) -> None:
    """A step reads an output that no step declares."""
    launch = step("launch", "aws:runInstances", {"ImageId": "ami-00000000000000000"})
    content = runbook(launch, _api("use", Ids="{{ launch.InstanceIds }}"))
    shown = ran(bench, content, putting_out("launch", InstanceIds=["i-1"]))
    bench.expect(shown.input("use", "Ids"), ["i-1"])


def _started(bench: Bench, targets: int, **limits: str) -> int:
    """Count the targets that are started one at a time, or as many at a time as the limits say, while all fail."""
    values = [{"Key": "ParameterValues", "Values": [f"v{number}" for number in range(targets)]}]
    members: dict[str, Any] = {"TargetParameterName": "Item", "Targets": values, "MaxConcurrency": "1", **limits}
    content = runbook(step("wait"), parameters=SHORT)
    shown = ran(bench, content, failing("wait"), **members)
    return [*shown.statuses.values()].count("Failed")


def number_of_errors(bench: Bench) -> None:
    """With 3, four of ten targets are started."""
    bench.expect([_started(bench, 10, MaxErrors=errors) for errors in ("3", "0")], [4, 1])


def share_of_errors(bench: Bench) -> None:
    """With 10 % of fifty, six are started."""
    bench.expect(_started(bench, 50, MaxErrors="10%"), 6)


def share_of_targets(bench: Bench) -> None:
    """With 20 % of ten at a time, two have failed when nothing more starts."""
    bench.expect(_started(bench, 10, MaxConcurrency="20%", MaxErrors="0"), 2)


def running_targets(bench: Bench) -> None:
    """All that run at a time end, though the first error is one too many."""
    bench.expect(_started(bench, 10, MaxConcurrency="5", MaxErrors="0"), 5)


def stopped(bench: Bench) -> None:
    """A step that is stopped, and the one after it, at the stop and in the end."""
    fakes: list[AutomationFake] = []
    ran(bench, runbook(step("hold", "aws:pause", {}), step("after")), fakes.append)
    with fakes[0] as fake:
        execution_id = fake.executions[0].id
        fake.client().stop_automation_execution(AutomationExecutionId=execution_id)
        polls = [poll(fake.client(), execution_id) for _ in range(2)]
    found = [(shown.status, *shown.statuses.values()) for shown in polls]
    bench.expect(found, [("Cancelling", "Cancelling", "Pending"), ("Cancelled", "Cancelled", "Pending")])
