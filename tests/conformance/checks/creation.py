"""What is refused when a runbook is created."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from conformance.runbooks import runbook, step

if TYPE_CHECKING:
    from conformance.bench import Bench
    from conformance.runbooks import Runbook

SAME = {"Variable": "a", "StringEquals": "a"}
FUNCTION = {"FunctionName": "it"}


def _told(bench: Bench, content: Runbook, *texts: str) -> None:
    """Expect the refusal to have all texts."""
    told = bench.not_created(content)
    bench.expect((told, [text for text in texts if text not in told]), (told, []))


def _api(**inputs: Any) -> Runbook:
    return step("call", "aws:executeAwsApi", {"Service": "ec2", "Api": "DescribeRegions", **inputs})


def _branch(condition: Runbook) -> Runbook:
    return runbook(step("choose", "aws:branch", {"Choices": [{**condition, "NextStep": "wait"}]}), step("wait"))


def _output(action: str, name: str, inputs: Runbook) -> Runbook:
    return runbook(step("work", action, inputs, outputs=[{"Name": name, "Selector": "$.x", "Type": "String"}]))


def undeclared_parameter(bench: Bench) -> None:
    """A reference to a parameter that is not declared."""
    _told(bench, runbook(_api(Version="{{ PackageVersion }}")), 'Parameter "PackageVersion" is not declared.')


def missing_inputs(bench: Bench) -> None:
    """A command without the name of a document."""
    text = "Missing required input names. Required=[ [DocumentName] ], Provided =[ [Comment] ]."
    _told(bench, runbook(step("run", "aws:runCommand", {"Comment": "x"})), text)


def missing_inputs_of_others(bench: Bench) -> None:
    """An approval without approvers, and a branch without choices."""
    for action, name, other in (("aws:approve", "Approvers", "Message"), ("aws:branch", "Choices", "Default")):
        text = f"Missing required input names. Required=[ [{name}] ], Provided =[ [{other}] ]."
        _told(bench, runbook(step("wait", action, {other: "wait"})), text)


def unknown_inputs(bench: Bench) -> None:
    """A command with an input that there is not."""
    inputs = {"DocumentName": "AWS-RunShellScript", "commands": ["date"]}
    texts = ("Unknown input names provided. Known=[ [", "Provided=[ [DocumentName, commands] ].")
    _told(bench, runbook(step("run", "aws:runCommand", inputs)), *texts)


def unknown_inputs_of_others(bench: Bench) -> None:
    """The same for an action whose page lists its inputs."""
    text = "Unknown input names provided. Known=[ [Duration, Timestamp] ], Provided=[ [Seconds] ]."
    _told(bench, runbook(step("wait", "aws:sleep", {"Seconds": 1})), text)


def type_of_an_input(bench: Bench) -> None:
    """A map where a text is expected."""
    inputs = {**FUNCTION, "Payload": {"id": "x"}}
    text = "Input {id=x} is of type LinkedHashMap, but expected type is String."
    _told(bench, runbook(step("invoke", "aws:invokeLambdaFunction", inputs)), text)


def types_of_other_inputs(bench: Bench) -> None:
    """A list where a text is expected; numbers for texts are taken."""
    text = "Input [a, b] is of type ArrayList, but expected type is String."
    _told(bench, runbook(step("delete", "aws:deleteImage", {"ImageId": ["a", "b"]})), text)
    fake = bench.fake
    fake.add_runbook(runbook(step("delete", "aws:deleteImage", {"ImageId": 5})), name="Conformance-number")


def reserved_outputs(bench: Bench) -> None:
    """An output that has the name of one of the action's own."""
    names = "[LogResult, OutputPayload, FunctionError, Payload, StatusCode]"
    text = f"In step work, name: LogResult is conflicting with one of the following reserved output names: {names}"
    _told(bench, _output("aws:invokeLambdaFunction", "LogResult", FUNCTION), text)


def reserved_outputs_of_others(bench: Bench) -> None:
    """The same for another action."""
    text = "name: ImageId is conflicting with one of the following reserved output names: ["
    _told(bench, _output("aws:createImage", "ImageId", {"InstanceId": "i-1", "ImageName": "it"}), text)


def or_of_one(bench: Bench) -> None:
    """Or with one condition."""
    text = "Expect at lease two expressions for operator: Or in step: choose. Provided: 1"
    _told(bench, _branch({"Or": [SAME]}), text)


def and_of_one(bench: Bench) -> None:
    """And with one condition."""
    text = "Expect at lease two expressions for operator: And in step: choose. Provided: 1"
    _told(bench, _branch({"And": [SAME]}), text)


def stored_parameter(bench: Bench) -> None:
    """A reference to Parameter Store in the input of a step."""
    _told(bench, runbook(step("wait", inputs={"Duration": "{{ssm:/duration}}"})))


def name_of_a_step(bench: Bench) -> None:
    """A name with a hyphen."""
    _told(bench, runbook(step("wait-here")))


def kinds_of_loops(bench: Bench) -> None:
    """A loop with both kinds of input, and with neither."""
    for inputs in ({"Iterators": ["a"], "LoopCondition": SAME}, {"MaxIterations": 2}):
        _told(bench, runbook(step("repeat", "aws:loop", {**inputs, "Steps": [step("wait")]})))


def sketch(bench: Bench) -> None:
    """A step without inputs is registered."""
    bench.fake.add_runbook(runbook({"name": "run", "action": "aws:runCommand"}), name="Conformance-sketch")


def all_at_once(bench: Bench) -> None:
    """Both steps are told, each with its place."""
    bench.needs_fake()
    told = bench.not_created(runbook(step("one", inputs={"Seconds": 1}), _api(Id="{{ Id }}")))
    bench.expect([place for place in ("mainSteps[0].inputs: ", "mainSteps[1].inputs.Id: ") if place not in told], [])


def _warned(bench: Bench, content: Runbook) -> list[str]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        bench.fake.add_runbook(content, name="Conformance-doubtful")
    return [str(each.message) for each in caught]


def misspelt_references(bench: Bench) -> None:
    """An output of no step, a variable that is not declared and a system variable that there is not."""
    names = ("got.Id", "variable:Id", "global:ID")
    (told,) = _warned(bench, runbook(_api(Ids=[f"{{{{ {name} }}}}" for name in names])))
    bench.expect([name for name in names if name not in told], [])


def cycles(bench: Bench) -> None:
    """A branch, and a failure, that lead back."""
    again = runbook(step("wait"), step("choose", "aws:branch", {"Choices": [{**SAME, "NextStep": "wait"}]}))
    repair = runbook(step("work", onFailure="step:repair", isEnd=True), step("repair", nextStep="work"))
    for content, cycle in ((again, "wait -> choose -> wait"), (repair, "work -> repair -> work")):
        (told,) = _warned(bench, content)
        bench.expect(f"{cycle} is a cycle" in told or told, wanted=True)


def endless_cycle(bench: Bench) -> None:
    """Two steps that follow each other for ever."""
    bench.expect(_warned(bench, runbook(step("one"), step("two", nextStep="one"))), [])


def listed_values(bench: Bench) -> None:
    """A state with a capital letter, and a week and a second."""
    state = {"InstanceIds": ["i-1"], "DesiredState": "Stopped"}
    for action, inputs in (("aws:changeInstanceState", state), ("aws:sleep", {"Duration": "PT168H1S"})):
        (told,) = _warned(bench, runbook(step("work", action, inputs)))
        bench.expect("Stopped is not one of" in told or "PT168H1S is longer than 7 days" in told, wanted=True)


def properties_of_steps(bench: Bench) -> None:
    """A misspelt property."""
    (told,) = _warned(bench, runbook(step("wait", onFailuer="Continue")))
    bench.expect("'onFailuer' is not a property of a step; did you mean 'onFailure'?" in told, wanted=True)


def on_cancel_of_a_variable(bench: Bench) -> None:
    """A variable is set, and a stop would lead elsewhere."""
    update = step("set", "aws:updateVariable", {"Name": "variable:Note", "Value": "x"}, onCancel="Abort")
    bench.expect(_warned(bench, runbook(update, variables={"Note": {"type": "String", "default": ""}})), [])


def targets_of_on_cancel(bench: Bench) -> None:
    """OnCancel that leads to a sleep."""
    (told,) = _warned(bench, runbook(step("hold", "aws:pause", {}, onCancel="step:wait"), step("wait")))
    bench.expect("'step:wait' leads to aws:sleep" in told, wanted=True)
    repeat = step("repeat", "aws:loop", {"Iterators": ["a"], "Steps": [step("wait")]}, onCancel="Abort")
    (told,) = _warned(bench, runbook(repeat))
    bench.expect("aws:loop does not support it" in told, wanted=True)
