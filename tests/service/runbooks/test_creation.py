"""What AWS refuses when a runbook is created, and what it is only likely to refuse."""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING, Any

import pytest
from caller import load, start

from pytest_ssm_automation import AutomationFake, FakeUsageError, RunbookWarning
from pytest_ssm_automation._service.runbooks.actions import OUTPUTS, RESERVED
from pytest_ssm_automation._service.runbooks.creating.inputs import ACTIONS

if TYPE_CHECKING:
    from pathlib import Path

SAME = {"Variable": "a", "StringEquals": "a"}


def document(*steps: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Write a runbook with a parameter and a variable; steps are named after their place, and pause by default."""
    listed = [{"name": f"s{place}", "action": "aws:pause", **each} for place, each in enumerate(steps)]
    return {
        "schemaVersion": "0.3",
        "parameters": {"InstanceId": {"type": "String", "default": ""}},
        "variables": {"Count": {"type": "Integer", "default": 0}},
        "mainSteps": listed,
        **members,
    }


def refusals(*steps: Any, **members: Any) -> list[str]:
    """List what a runbook is refused for."""
    with pytest.raises(FakeUsageError) as caught:
        load(document(*steps, **members), name="Doc")
    return str(caught.value).split("\n  ")[1:]


def doubts(*steps: Any, **members: Any) -> list[str]:
    """List what a runbook that is taken is likely to be refused for."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        load(document(*steps, **members), name="Doc")
    assert {each.category for each in caught} <= {RunbookWarning}
    return [line for each in caught for line in str(each.message).split("\n  ")[1:]]


def api(**inputs: Any) -> dict[str, Any]:
    """Write a step that takes any inputs."""
    return {"action": "aws:executeAwsApi", "inputs": {"Service": "ec2", "Api": "Any", **inputs}}


def command(**inputs: Any) -> dict[str, Any]:
    """Write a command."""
    return {"action": "aws:runCommand", "inputs": inputs}


def loop(*steps: Any, **inputs: Any) -> dict[str, Any]:
    """Write a loop."""
    return {"action": "aws:loop", "inputs": {"Steps": [*steps], **inputs}}


def each(*steps: Any) -> dict[str, Any]:
    """Write a loop over one item."""
    return loop(*steps, Iterators=["a"])


def inner(**members: Any) -> dict[str, Any]:
    """Write a step of a loop."""
    return {"name": "in", "action": "aws:pause", **members}


def branch(*conditions: Any, to: str = "s0", **inputs: Any) -> dict[str, Any]:
    """Write a branch."""
    return {"action": "aws:branch", "inputs": {"Choices": [{**each, "NextStep": to} for each in conditions], **inputs}}


def outputs(action: str, *names: str) -> dict[str, Any]:
    """Write a step that declares outputs."""
    return {"action": action, "outputs": [{"Name": name, "Selector": "$.x", "Type": "String"} for name in names]}


RUN_COMMAND = (
    "Comment, MaxErrors, Parameters, DocumentHashType, ServiceRoleArn, MaxConcurrency, Targets, TimeoutSeconds, "
    "OutputS3KeyPrefix, CloudWatchOutputConfig, NotificationConfig, DocumentVersion, InstanceIds, OutputS3BucketName, "
    "DocumentName, DocumentHash"
)
ONLY = "expected one of s0"
REFUSED: list[tuple[dict[str, Any], str]] = [
    # names and actions
    ({"name": "ask-again"}, "[0].name: 'ask-again' has other characters than letters, digits and _"),
    ({"name": "a\n"}, "[0].name: 'a\\n' has other characters than letters, digits and _"),
    ({"name": 5}, "[0].name: expected a string, got 5 (type=int)"),
    ({"action": "aws:slep"}, "[0].action: 'aws:slep' is not an action; did you mean 'aws:sleep'?"),
    ({"action": "x"}, "[0].action: 'x' is not an action; expected one of aws:approve, aws:assert"),
    (each("x"), "[0].inputs.Steps[0]: expected a step, got 'x' (type=str)"),
    (each({"name": "in"}), "[0].inputs.Steps[0].action: missing"),
    (each(inner(name=None)), "[0].inputs.Steps[0].name: missing"),
    (each(inner(), inner()), "[0].inputs.Steps[1].name: 'in' is also the name of mainSteps[0].inputs.Steps[0]"),
    (each(inner(name="s0")), "[0].inputs.Steps[0].name: 's0' is also the name of mainSteps[0]"),
    # where a step leads
    ({"name": "first", "nextStep": "frist"}, "[0].nextStep: 'frist' is not a step; did you mean 'first'?"),
    ({"nextStep": ["s0"]}, f"[0].nextStep: ['s0'] is not a step; {ONLY}"),
    ({"onFailure": "step:b"}, f"[0].onFailure: 'b' is not a step; {ONLY}"),
    ({"onFailure": "Abbort"}, "[0].onFailure: 'Abbort' is not a value of onFailure; did you mean 'Abort'?"),
    ({"onCancel": "step:b"}, f"[0].onCancel: 'b' is not a step; {ONLY}"),
    ({"onCancel": "Continue"}, "[0].onCancel: 'Continue' is not a value of onCancel; expected one of Abort, step:NAME"),
    ({"maxAttempts": 0}, "[0].maxAttempts: expected a number of at least 1, got 0 (type=int)"),
    ({"maxAttempts": True}, "[0].maxAttempts: expected a number of at least 1, got True (type=bool)"),
    (each(inner(nextStep="b")), "[0].inputs.Steps[0].nextStep: 'b' is not a step; expected one of s0, in"),
    (branch(Default="b"), f"[0].inputs.Default: 'b' is not a step; {ONLY}"),
    (branch(SAME, to="b"), f"[0].inputs.Choices[0].NextStep: 'b' is not a step; {ONLY}"),
    # conditions
    (branch({"StringEqual": "y"}), ".Choices[0].StringEqual: 'StringEqual' is not an operator; did you mean 'StringEq"),
    (branch({"Or": [{"Not": {"Equals": "y"}}, SAME]}), ".Choices[0].Or[0].Not.Equals: 'Equals' is not an operator; "),
    (branch(Choices=["x"]), "[0].inputs.Choices[0]: expected a condition, got 'x' (type=str)"),
    (loop(LoopCondition={"Is": "y"}), "[0].inputs.LoopCondition.Is: 'Is' is not an operator; expected one of StringEq"),
    (branch({"Not": {"And": []}}), ".Not.And: Expect at lease two expressions for operator: And in step: s0. Provided"),
    (loop(LoopCondition={"And": [SAME, {"Or": SAME}]}), ".LoopCondition.And[1].Or: Expect at lease two expressions"),
    # inputs and outputs
    (
        command(DocumentName="x", InstanceIDs=["i-1"]),
        f"Unknown input names provided. Known=[ [{RUN_COMMAND}] ], Provided=[ [DocumentName, InstanceIDs] ].",
    ),
    (command(DocumentName="x", InstanceIDs=["i-1"]), ". Did you mean 'InstanceIds'?"),
    (command(InstanceIds=["i-1"]), "[0].inputs: Missing required input names. Required=[ [DocumentName] ], Provided ="),
    ({"action": "aws:loop", "inputs": {"Iterators": []}}, "Required=[ [Steps] ], Provided =[ [Iterators] ]."),
    (
        {"action": "aws:deleteImage", "inputs": {"ImageId": ["ami-1", {"a": 1, "b": None}]}},
        "[0].inputs.ImageId: Input [ami-1, {a=1, b=null}] is of type ArrayList, but expected type is String.",
    ),
    (command(DocumentName="x", InstanceIds={"a": "b"}), "Input {a=b} is of type LinkedHashMap, but expected type is"),
    (command(DocumentName="x", Parameters=[True]), "Input [true] is of type ArrayList, but expected type is Map."),
    (loop(), "[0].inputs: expected either Iterators or LoopCondition"),
    (loop(Iterators=["a"], LoopCondition=SAME), "[0].inputs: expected either Iterators or LoopCondition"),
    (each({"name": "in", **loop()}), "[0].inputs.Steps[0].inputs: expected either"),
    (outputs("aws:runCommand", "Mine", "Output"), "[0].outputs[1]: In step s0, name: Output is conflicting with one"),
    # references
    (api(Id="{{ Instanceid }}"), "[0].inputs.Id: Parameter \"Instanceid\" is not declared. Did you mean 'InstanceId'?"),
    (api(Ids=[{"Id": "of {{PackageVersion}}"}]), '[0].inputs.Ids[0].Id: Parameter "PackageVersion" is not declared.'),
    (api(Steps=[{"Name": "{{ Job }}"}]), '[0].inputs.Steps[0].Name: Parameter "Job" is not declared.'),
    (api(Id="{{ s0 }}"), "is not declared. 's0' is a step: name one of its outputs, as in {{ s0.Output }}."),
    ({"timeoutSeconds": "{{ Seconds }}"}, '[0].timeoutSeconds: Parameter "Seconds" is not declared.'),
    (api(Id="{{ssm:/path}}"), "[0].inputs.Id: {{ ssm:/path }} cannot be used in a step; make it the default of a para"),
    (api(Id="a {{ ssm-secure:x }}"), "[0].inputs.Id: {{ ssm-secure:x }} cannot be used"),
]


@pytest.mark.parametrize(("step", "problem"), REFUSED)
def test_what_aws_refuses(step: dict[str, Any], problem: str) -> None:
    """Each mistake is told with its path, a similar name and, where it is known, the service's own text."""
    told = refusals(step)
    assert any(problem in each for each in told), told


def test_a_loop_and_its_steps_are_told_once() -> None:
    """The inputs of a loop are its own; those of its inner steps have paths of their own."""
    steps = loop({"name": "in", **api(Id="{{ Two }}")}, Iterators="{{ One }}", MaxIterations="{{ Most }}")
    assert refusals(steps, outputs=["s0.x", "{{ in.y }}", "b.x"], assumeRole="{{ Role }}") == [
        "outputs[2]: 'b' is not a step; expected one of s0, in",
        'mainSteps[0].inputs.Iterators: Parameter "One" is not declared.',
        'mainSteps[0].inputs.MaxIterations: Parameter "Most" is not declared.',
        'mainSteps[0].inputs.Steps[0].inputs.Id: Parameter "Two" is not declared.',
        'assumeRole: Parameter "Role" is not declared.',
    ]


TAKEN: list[dict[str, Any]] = [
    *({"action": action} for action in ACTIONS),
    {"inputs": "x"},
    {"inputs": {"Message": "any", "Else": {}}},
    {"action": "aws:approve", "inputs": {"EnhancedApprovals": {"Approvers": []}}},
    {"action": "aws:changeInstanceState", "inputs": {"InstanceIds": "{{ InstanceId }}", "DesiredState": "stopped"}},
    {"action": "aws:changeInstanceState", "inputs": {"InstanceIds": [], "DesiredState": "{{ InstanceId }}"}},
    {"action": "aws:executeScript", "inputs": {"Runtime": "PowerShell 7.4", "InputPayload": {"a": []}, "Script": "x"}},
    command(DocumentName="x", TimeoutSeconds="5", Comment=5, InstanceIds=["{{ RESOURCE_ID }}"], Parameters={}),
    command(DocumentName="x", InstanceIds="{{RESOURCE_ID}}", Parameters={"commands": ["{{ 0 }}", "{{.Names}}"]}),
    {"action": "aws:invokeLambdaFunction", "inputs": {"FunctionName": "f", "Payload": {}}},
    loop(Iterators=["a"], IteratorDataType="StringMap"),
    loop(Iterators=["a"], IteratorDataType="{{ InstanceId }}"),
    loop(LoopCondition={"Not": SAME}),
    {"action": "aws:branch", "inputs": {"Choices": [], "Default": None}},
    {"action": "aws:branch", "inputs": {"Choices": "{{ InstanceId }}"}, "nextStep": None},
    outputs("aws:executeScript", "Payload", "Output"),
    outputs("aws:executeAwsApi", "ImageId", "OutputPayload"),
    {"outputs": [5, {"Selector": "$"}]},
    {"description": "{{ anything }}, {{ at.all }}"},
    {"onCancel": "Abort"},
    {"action": "aws:executeScript", "onCancel": "step:s0"},
    api(Id="{{ s0.NotDeclared }} {{ variable:Count }} {{ global:REGION }} {{ automation:EXECUTION_ID }}"),
    api(TemplateBody="{{resolve:ssm:/a.b}}"),
    {"action": "aws:updateVariable", "inputs": {"Name": "variable:Count", "Value": "{{ InstanceId }}"}},
    {"action": "aws:updateVariable", "inputs": {"Name": "variable:{{ InstanceId }}", "Value": 5}},
    {"action": "aws:sleep", "inputs": {"Duration": "P1W"}},
    {"action": "aws:sleep", "inputs": {"Duration": "{{ InstanceId }}"}},
    {"action": "aws:sleep", "inputs": {"Timestamp": "2099-01-01T00:00:00Z"}},
]


@pytest.mark.parametrize("step", TAKEN)
def test_what_is_taken(step: dict[str, Any]) -> None:
    """What AWS takes, and what is unknown, is neither refused nor doubted; a step without inputs is a sketch."""
    assert doubts(step, assumeRole="{{ InstanceId }}") == []


DOUBTED: list[tuple[dict[str, Any], str]] = [
    (api(Id="{{ got.Id }}"), "[0].inputs.Id: 'got.Id' is not an output of a step"),
    (api(Id="{{ ss0.Id }}"), "[0].inputs.Id: 'ss0.Id' is not an output of a step; did you mean 's0'?"),
    (api(Id="{{ InstanceId.x }}"), "[0].inputs.Id: 'InstanceId.x' is not an output of a step"),
    (
        api(Id="{{ variable:Cuont }}"),
        "[0].inputs.Id: 'variable:Cuont' is not declared in variables; did you mean 'variable:Count'?",
    ),
    (
        {"action": "aws:updateVariable", "inputs": {"Name": "variable:Cuont", "Value": 1}},
        "[0].inputs.Name: 'variable:Cuont' is not declared in variables; did you mean 'variable:Count'?",
    ),
    (
        api(Id="{{ global:REGOIN }}"),
        "[0].inputs.Id: 'global:REGOIN' is not a system variable; did you mean 'global:REGION'?",
    ),
    (
        loop(Iterators=["a"], IteratorDataType="Number"),
        "[0].inputs.IteratorDataType: Number is not one of String, Boolean, Integer, StringMap",
    ),
    ({**each(), "onCancel": "Abort"}, "[0].onCancel: aws:loop does not support it; its steps do"),
    (
        {"action": "aws:changeInstanceState", "inputs": {"InstanceIds": ["i-1"], "DesiredState": "Stopped"}},
        "[0].inputs.DesiredState: Stopped is not one of running, stopped, terminated",
    ),
    (
        {"action": "aws:sleep", "inputs": {"Duration": "PT168H1S"}},
        "[0].inputs.Duration: PT168H1S is longer than 7 days",
    ),
    ({"onFailuer": "Abort"}, "[0]: 'onFailuer' is not a property of a step; did you mean 'onFailure'?"),
    (
        {"action": "aws:sleep", "onCancel": "step:s0"},
        "[0].onCancel: 'step:s0' leads to aws:sleep, which onCancel does not support",
    ),
]


@pytest.mark.parametrize(("step", "doubt"), DOUBTED)
def test_what_aws_is_likely_to_refuse(step: dict[str, Any], doubt: str) -> None:
    """It is told with its path and a similar name, and is no mistake for certain."""
    assert doubts(step) == [f"mainSteps{doubt}"]


def test_a_role_in_parameter_store() -> None:
    """AWS documents that assumeRole can't be there; parameters and variables may be left out."""
    told = doubts({}, assumeRole="{{ssm:role}}", parameters=None, variables=5)
    assert told == ["assumeRole: {{ ssm:role }} is not supported here"]


@pytest.mark.parametrize(
    ("check", "step"),
    [
        ("document:action", {"action": "aws:newAction"}),
        ("document:action_inputs", {"action": "aws:sleep", "inputs": {"New": "x"}}),
        ("document:action_inputs", command()),
        ("document:action_inputs", {"action": "aws:sleep", "inputs": {"Duration": {"a": 1}}}),
        ("document:reserved_outputs", outputs("aws:runCommand", "Output")),
    ],
)
def test_what_rests_on_a_list_can_be_relaxed(tmp_path: Path, check: str, step: dict[str, Any]) -> None:
    """The message says how; it holds for files too, and fakes that share the files don't share what they relax."""
    (tmp_path / "Doc.json").write_text(json.dumps(document(step)), encoding="utf-8")
    strict, lenient = AutomationFake(runbooks=[tmp_path]), AutomationFake(runbooks=[tmp_path], relax=[check])
    with lenient as fake:
        assert fake.add_runbook(document(step), name="Own").name == "Own"
        start(fake.client())
    hint = rf"\n  If AWS accepts it, relax=\['{check}'\] turns the check off\.$"
    with strict as fake:
        with pytest.raises(FakeUsageError, match=hint):
            fake.add_runbook(document(step), name="Own")
        with pytest.raises(FakeUsageError, match=hint):
            start(fake.client())


@pytest.mark.parametrize("option", ["relax", "enforce"])
def test_a_misspelt_check_is_refused(option: str) -> None:
    """The message suggests the right one."""
    right: Any = {option: ["document:action", "document:action_inputs", "document:reserved_outputs"]}
    misspelt: Any = {option: ["document:action_input"]}
    with AutomationFake(**right):
        pass
    with pytest.raises(FakeUsageError, match="Did you mean 'document:action_inputs'"), AutomationFake(**misspelt):
        pass


@pytest.mark.parametrize(
    ("steps", "cycle"),
    [
        ([branch(SAME, to="s2") | {"nextStep": "s0"}, {}, {}], "s0 -> s0"),
        ([each(inner(nextStep="s0"))], "s0 -> in -> s0"),
        # an iteration, and the way of a stop
        ([each(inner()), {}], None),
        ([{"action": "aws:executeScript"}, {"onCancel": "step:s0"}], None),
        # two ways to one step
        ([branch(SAME, to="s2"), {}, {}], None),
    ],
)
def test_steps_that_lead_back(steps: list[dict[str, Any]], cycle: str | None) -> None:
    """AWS verifies that there is no infinite loop, and can't know what a condition will be."""
    assert doubts(*steps) == ([f"mainSteps: {cycle} is a cycle, an infinite loop to AWS"] if cycle else [])


def started(path: Path) -> None:
    """Start the runbook of a file."""
    with AutomationFake(runbooks=[path]) as fake:
        start(fake.client())


def test_one_warning_for_each_runbook(fake: AutomationFake, tmp_path: Path) -> None:
    """It names all places, and stands at the test's own line, or at the file, which is read once."""
    steps = [step for step, _ in DOUBTED[:-1]]
    with pytest.warns(RunbookWarning) as caught:
        fake.add_runbook(document(*steps), name="Doc")
    (warning,) = caught
    assert warning.filename == __file__
    first, *places = str(warning.message).splitlines()
    assert (first, len(places)) == ("AWS is likely to refuse runbook 'Doc':", len(DOUBTED) - 1)
    path = tmp_path / "Doc.json"
    path.write_text(json.dumps(document(api(Id="{{ got.Id }}"))), encoding="utf-8")
    with pytest.warns(RunbookWarning, match="'got.Id' is not") as caught:
        started(path)
    started(path)
    assert [(each.filename, each.lineno) for each in caught] == [(str(path), 1)]


@pytest.mark.filterwarnings("ignore::pytest_ssm_automation.RunbookWarning")
def test_misspelt_references_are_unresolved(fake: AutomationFake) -> None:
    """What steps read and does not exist is listed by the execution, and keeps its text."""
    wrong = api(Id="{{ got.Id }}", Count="{{ variable:Cuont }}", Where="{{ global:REGOIN }}")
    fake.add_runbook(document(wrong), name="Doc")
    start(fake.client())
    (execution,) = fake.executions
    execution.finish()
    assert execution.unresolved == ["got.Id", "variable:Cuont", "global:REGOIN"]
    assert execution.step("s0")["Inputs"]["Id"] == '"{{ got.Id }}"'


def test_the_tables_are_about_actions() -> None:
    """No action is misspelt, and reserved outputs are those of the action."""
    assert {*RESERVED, *OUTPUTS} <= {*ACTIONS}
    assert [action for action, names in RESERVED.items() if not {*OUTPUTS.get(action, names)} <= {*names}] == []
