"""What is refused when a runbook is created."""

from __future__ import annotations

import warnings
from functools import partial
from typing import TYPE_CHECKING, Any

from conformance.runbooks import runbook, step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.bench import Bench
    from conformance.runbooks import Runbook

SAME = {"Variable": "a", "StringEquals": "a"}


def _told(bench: Bench, content: Runbook, text: str = "") -> None:
    told = bench.not_created(content)
    bench.expect(text in told or told, wanted=True)


def _api(**inputs: Any) -> Runbook:
    return step("call", "aws:executeAwsApi", {"Service": "ec2", "Api": "DescribeRegions", **inputs})


def _branch(condition: Runbook, to: str = "wait") -> Runbook:
    return runbook(step("choose", "aws:branch", {"Choices": [{**condition, "NextStep": to}]}), step("wait"))


def _loop(**inputs: Any) -> Runbook:
    return step("repeat", "aws:loop", {"Steps": [step("wait")], **inputs})


def _output(action: str, name: str, **inputs: str) -> Runbook:
    return runbook(step("work", action, inputs, outputs=[{"Name": name, "Selector": "$.x", "Type": "String"}]))


def _step(action: str, **inputs: Any) -> Runbook:
    return runbook(step("work", action, inputs))


RESERVED = "is conflicting with one of the following reserved output names: ["
OF_LAMBDA = "LogResult, OutputPayload, FunctionError, Payload, StatusCode]"
# What a runbook is refused for, and a part of the text.
REFUSED: dict[str, tuple[Runbook, str]] = {
    "undeclared_parameter": (
        runbook(_api(Version="{{ PackageVersion }}")),
        'Parameter "PackageVersion" is not declared.',
    ),
    "missing_inputs": (
        _step("aws:runCommand", Comment="x"),
        "Missing required input names. Required=[ [DocumentName] ], Provided =[ [Comment] ].",
    ),
    "unknown_inputs": (
        _step("aws:runCommand", DocumentName="AWS-RunShellScript", commands=["date"]),
        "DocumentName, DocumentHash] ], Provided=[ [DocumentName, commands] ].",
    ),
    "unknown_inputs_of_others": (
        _step("aws:sleep", Seconds=1),
        "Unknown input names provided. Known=[ [Duration, Timestamp] ], Provided=[ [Seconds] ].",
    ),
    "type_of_an_input": (
        _step("aws:invokeLambdaFunction", FunctionName="it", Payload={"id": "x"}),
        "Input {id=x} is of type LinkedHashMap, but expected type is String.",
    ),
    "reserved_outputs": (
        _output("aws:invokeLambdaFunction", "LogResult", FunctionName="it"),
        f"In step work, name: LogResult {RESERVED}{OF_LAMBDA}",
    ),
    "reserved_outputs_of_others": (
        _output("aws:createImage", "ImageId", InstanceId="i-1", ImageName="it"),
        f"name: ImageId {RESERVED}",
    ),
    "or_of_one": (
        _branch({"Or": [SAME]}),
        "Expect at lease two expressions for operator: Or in step: choose. Provided: 1",
    ),
    "and_of_one": (
        _branch({"And": [SAME]}),
        "Expect at lease two expressions for operator: And in step: choose. Provided: 1",
    ),
    "stored_parameter": (runbook(step("wait", inputs={"Duration": "{{ssm:/duration}}"})), ""),
    "name_of_a_step": (runbook(step("wait-here")), ""),
}


def missing_inputs_of_others(bench: Bench) -> None:
    """An approval without approvers, and a branch without choices."""
    for action, name, other in (("aws:approve", "Approvers", "Message"), ("aws:branch", "Choices", "Default")):
        text = f"Missing required input names. Required=[ [{name}] ], Provided =[ [{other}] ]."
        _told(bench, runbook(step("wait", action, {other: "wait"})), text=text)


def types_of_other_inputs(bench: Bench) -> None:
    """A list where a text is expected; numbers for texts are taken."""
    text = "Input [a, b] is of type ArrayList, but expected type is String."
    _told(bench, _step("aws:deleteImage", ImageId=["a", "b"]), text=text)
    bench.fake.add_runbook(_step("aws:deleteImage", ImageId=5), name="Conformance-number")


def kinds_of_loops(bench: Bench) -> None:
    """A loop with both kinds of input, and with neither."""
    for inputs in ({"Iterators": ["a"], "LoopCondition": SAME}, {"MaxIterations": 2}):
        _told(bench, runbook(_loop(**inputs)))


def sketch(bench: Bench) -> None:
    """A step without inputs is registered."""
    bench.fake.add_runbook(runbook({"name": "run", "action": "aws:runCommand"}), name="Conformance-sketch")


def all_at_once(bench: Bench) -> None:
    """Both steps are told, each with its place."""
    bench.needs_fake()
    told = bench.not_created(runbook(step("one", inputs={"Seconds": 1}), _api(Id="{{ Id }}")))
    bench.expect([place for place in ("mainSteps[0].inputs: ", "mainSteps[1].inputs.Id: ") if place not in told], [])


def _warned(bench: Bench, doubted: Sequence[tuple[Runbook, str | None]]) -> None:
    """Expect each runbook to be taken, with one warning that has the text, or with none."""
    for content, text in doubted:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            bench.fake.add_runbook(content, name="Conformance-doubtful")
        told = [str(each.message) for each in caught]
        bench.expect([each if text is None else text in each or each for each in told], [] if text is None else [True])


def misspelt_references(bench: Bench) -> None:
    """An output of no step, a variable that is not declared and a system variable that there is not."""
    names = ("got.Id", "variable:Id", "global:ID")
    _warned(bench, [(runbook(_api(Id=f"{{{{ {name} }}}}")), f"'{name}' is not ") for name in names])


REPAIRED = runbook(step("work", onFailure="step:repair", isEnd=True), step("repair", nextStep="work"))
STATE = _step("aws:changeInstanceState", InstanceIds=["i-1"], DesiredState="Stopped")
NOTE = {"Note": {"type": "String", "default": ""}}
UPDATE = step("set", "aws:updateVariable", {"Name": "variable:Note", "Value": "x"}, onCancel="Abort")
HELD = step("hold", "aws:pause", {}, onCancel="step:wait")
# Runbooks that are taken, and a part of the warning, if there is one.
DOUBTED: dict[str, tuple[tuple[Runbook, str | None], ...]] = {
    "cycles": (
        (_branch(SAME, to="choose"), "choose -> choose is a cycle"),
        (REPAIRED, "work -> repair -> work is a cycle"),
    ),
    "endless_cycle": ((runbook(step("one"), step("two", nextStep="one")), None),),
    "listed_values": (
        (STATE, "Stopped is not one of"),
        (_step("aws:sleep", Duration="PT168H1S"), "PT168H1S is longer than 7 days"),
    ),
    "properties_of_steps": (
        (
            runbook(step("wait", onFailuer="Continue")),
            "'onFailuer' is not a property of a step; did you mean 'onFailure'?",
        ),
    ),
    "on_cancel_of_a_variable": ((runbook(UPDATE, variables=NOTE), None),),
    "targets_of_on_cancel": (
        (runbook(HELD, step("wait")), "'step:wait' leads to aws:sleep"),
        (runbook({**_loop(Iterators=["a"]), "onCancel": "Abort"}), "aws:loop does not support it"),
    ),
}
CHECKS = {
    **{name: partial(_told, content=content, text=text) for name, (content, text) in REFUSED.items()},
    **{name: partial(_warned, doubted=doubted) for name, doubted in DOUBTED.items()},
}
