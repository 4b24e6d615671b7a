"""What AWS refuses when a runbook is created, and what it is only likely to refuse."""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING, Any

import pytest

from pytest_ssm_automation import AutomationFake, FakeUsageError, RunbookWarning
from pytest_ssm_automation._service.runbooks.actions import ACTIONS, OUTPUTS, RESERVED
from pytest_ssm_automation._service.runbooks.creating.creation import check_creation
from pytest_ssm_automation._service.runbooks.creating.inputs import KNOWN, REQUIRED

if TYPE_CHECKING:
    from pathlib import Path

CHECKS = ("document:action", "document:action_inputs", "document:reserved_outputs")
SAME = {"Variable": "a", "StringEquals": "a"}


def document(*steps: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Write a runbook with a parameter and a variable; steps are named after their place, and pause by default."""
    listed = [{"name": f"s{place}", "action": "aws:pause", **step} for place, step in enumerate(steps)]
    return {
        "schemaVersion": "0.3",
        "parameters": {"InstanceId": {"type": "String", "default": ""}},
        "variables": {"Count": {"type": "Integer", "default": 0}},
        "mainSteps": listed,
        **members,
    }


def api(**inputs: Any) -> dict[str, Any]:
    """Write a step that takes any inputs."""
    return {"action": "aws:executeAwsApi", "inputs": {"Service": "ec2", "Api": "Any", **inputs}}


def command(**inputs: Any) -> dict[str, Any]:
    """Write a command."""
    return {"action": "aws:runCommand", "inputs": inputs}


def loop(**inputs: Any) -> dict[str, Any]:
    """Write a loop."""
    return {"action": "aws:loop", "inputs": {"Steps": [], **inputs}}


def branch(condition: dict[str, Any]) -> dict[str, Any]:
    """Write a branch."""
    return {"action": "aws:branch", "inputs": {"Choices": [{**condition, "NextStep": "s0"}]}}


def outputs(action: str, *names: str) -> dict[str, Any]:
    """Write a step that declares outputs."""
    return {"action": action, "outputs": [{"Name": name, "Selector": "$.x", "Type": "String"} for name in names]}


RESERVED_NAMES = (
    "is conflicting with one of the following reserved output names: "
    "[LogResult, OutputPayload, FunctionError, Payload, StatusCode]"
)
RUN_COMMAND = (
    "Comment, MaxErrors, Parameters, DocumentHashType, ServiceRoleArn, MaxConcurrency, Targets, TimeoutSeconds, "
    "OutputS3KeyPrefix, CloudWatchOutputConfig, NotificationConfig, DocumentVersion, InstanceIds, OutputS3BucketName, "
    "DocumentName, DocumentHash"
)
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"name": "ask-again"}, "mainSteps[0].name: 'ask-again' has other characters than letters, digits and _"),
    ({"name": "a\n"}, "mainSteps[0].name: 'a\\n' has other characters than letters, digits and _"),
    (
        {"action": "aws:slep"},
        "mainSteps[0].action: 'aws:slep' is not an action; did you mean 'aws:sleep'?",
    ),
    ({"action": "x"}, "mainSteps[0].action: 'x' is not an action; expected one of aws:approve, aws:assert"),
    (
        command(DocumentName="x", runtimeEnvironment="x", commands=["date"]),
        f"names provided. Known=[ [{RUN_COMMAND}] ], Provided=[ [DocumentName, runtimeEnvironment, commands] ].",
    ),
    (
        command(InstanceIDs=["i-1"]),
        "mainSteps[0].inputs: Missing required input names. Required=[ [DocumentName] ], Provided =[ [InstanceIDs] ].",
    ),
    (command(DocumentName="x", InstanceIDs=["i-1"]), ". Did you mean 'InstanceIds'?"),
    (api(Api=None) | {"inputs": {"Service": "ec2"}}, "Required=[ [Service, Api] ], Provided =[ [Service] ]."),
    ({"action": "aws:approve", "inputs": {"Message": "?"}}, "Required=[ [Approvers] ], Provided =[ [Message] ]."),
    ({"action": "aws:branch", "inputs": {"Default": "s0"}}, "Required=[ [Choices] ], Provided =[ [Default] ]."),
    ({"action": "aws:loop", "inputs": {"Iterators": []}}, "Required=[ [Steps] ], Provided =[ [Iterators] ]."),
    (
        {
            "action": "aws:invokeLambdaFunction",
            "inputs": {"FunctionName": "f", "Payload": {"cfnStackId": "{{ InstanceId }}"}},
        },
        "Payload: Input {cfnStackId={{ InstanceId }}} is of type LinkedHashMap, but expected type is String.",
    ),
    (
        {"action": "aws:deleteImage", "inputs": {"ImageId": ["ami-1", {"a": 1, "b": None}]}},
        "mainSteps[0].inputs.ImageId: Input [ami-1, {a=1, b=null}] is of type ArrayList, but expected type is String.",
    ),
    (command(DocumentName="x", InstanceIds={"a": "b"}), "Input {a=b} is of type LinkedHashMap, but expected type is"),
    (command(DocumentName="x", Parameters=[True]), "Input [true] is of type ArrayList, but expected type is Map."),
    (loop(), "mainSteps[0].inputs: expected either Iterators or LoopCondition"),
    (loop(Iterators=["a"], LoopCondition=SAME), "mainSteps[0].inputs: expected either Iterators or LoopCondition"),
    (
        branch({"Or": [SAME]}),
        "mainSteps[0].inputs.Choices[0].Or: Expect at lease two expressions for operator: Or in step: s0. Provided: 1",
    ),
    (branch({"Not": {"And": []}}), "Choices[0].Not.And: Expect at lease two expressions for operator: And in step: s0"),
    (loop(LoopCondition={"And": [SAME, {"Or": SAME}]}), "LoopCondition.And[1].Or: Expect at lease two expressions"),
    (loop(Iterators=["a"], Steps=[{"name": "in", **loop()}]), "mainSteps[0].inputs.Steps[0].inputs: expected either"),
    (
        outputs("aws:invokeLambdaFunction", "Mine", "LogResult"),
        f"mainSteps[0].outputs[1]: In step s0, name: LogResult {RESERVED_NAMES}",
    ),
    (
        api(Id="{{ Instanceid }}"),
        "mainSteps[0].inputs.Id: Parameter \"Instanceid\" is not declared. Did you mean 'InstanceId'?",
    ),
    (api(Ids=[{"Id": "of {{PackageVersion}}"}]), 'mainSteps[0].inputs.Ids[0].Id: Parameter "PackageVersion" is not de'),
    (api(Steps=[{"Name": "{{ Job }}"}]), 'mainSteps[0].inputs.Steps[0].Name: Parameter "Job" is not declared.'),
    (
        api(Id="{{ s0 }}"),
        "Parameter \"s0\" is not declared. 's0' is a step: name one of its outputs, as in {{ s0.Output }}.",
    ),
    ({"timeoutSeconds": "{{ Seconds }}"}, 'mainSteps[0].timeoutSeconds: Parameter "Seconds" is not declared.'),
    (
        api(Id="{{ssm:/path}}"),
        "mainSteps[0].inputs.Id: {{ ssm:/path }} cannot be used in a step; make it the default of a parameter",
    ),
    (api(Id="a {{ ssm-secure:x }}"), "mainSteps[0].inputs.Id: {{ ssm-secure:x }} cannot be used"),
]


@pytest.mark.parametrize(("step", "problem"), REFUSED)
def test_what_aws_refuses(step: dict[str, Any], problem: str) -> None:
    """Each mistake is told with its path and, where it is known, the service's own text."""
    found = check_creation(document(step))
    assert any(problem in each for each in found.problems), found
    assert found.doubts == []


def test_a_loop_and_its_steps_are_told_once() -> None:
    """The inputs of a loop are its own; those of its inner steps have paths of their own."""
    inner = {"name": "in", **api(Id="{{ Two }}")}
    found = check_creation(document(loop(Iterators="{{ One }}", MaxIterations="{{ Most }}", Steps=[inner])))
    assert found.problems == [
        'mainSteps[0].inputs.Iterators: Parameter "One" is not declared.',
        'mainSteps[0].inputs.MaxIterations: Parameter "Most" is not declared.',
        'mainSteps[0].inputs.Steps[0].inputs.Id: Parameter "Two" is not declared.',
    ]


TAKEN: list[dict[str, Any]] = [
    *({"action": action} for action in ACTIONS),
    {"name": 5},
    {"inputs": "x"},
    {"inputs": {"Message": "any", "Else": {}}},
    {"action": "aws:approve", "inputs": {"EnhancedApprovals": {"Approvers": []}}},
    {"action": "aws:changeInstanceState", "inputs": {"InstanceIds": "{{ InstanceId }}", "DesiredState": "stopped"}},
    {"action": "aws:executeScript", "inputs": {"Runtime": "PowerShell 7.4", "InputPayload": {"a": []}, "Script": "x"}},
    command(DocumentName="x", TimeoutSeconds="5", Comment=5, InstanceIds=["{{ RESOURCE_ID }}"], Parameters={}),
    command(DocumentName="x", InstanceIds="{{RESOURCE_ID}}", Parameters={"commands": ["{{ 0 }}", "{{.Names}}"]}),
    {"action": "aws:invokeLambdaFunction", "inputs": {"FunctionName": "f", "Payload": {}}},
    loop(Iterators=["a"], IteratorDataType="StringMap"),
    loop(Iterators=["a"], IteratorDataType="{{ InstanceId }}"),
    loop(LoopCondition={"Not": SAME}),
    branch({"And": [SAME, SAME]}),
    branch({"Not": [SAME]}),
    outputs("aws:executeScript", "Payload", "Output"),
    outputs("aws:executeAwsApi", "ImageId", "OutputPayload"),
    {"outputs": [5, {"Selector": "$"}]},
    {"description": "{{ anything }}, {{ at.all }}"},
    {"onCancel": "Abort"},
    {"action": "aws:executeScript", "onCancel": "step:s0"},
    {"onCancel": "step:elsewhere"},
    api(Id="{{ s0.NotDeclared }} {{ variable:Count }} {{ global:REGION }} {{ automation:EXECUTION_ID }}"),
    api(TemplateBody="{{resolve:ssm:/a.b}}"),
    {"action": "aws:updateVariable", "inputs": {"Name": "variable:Count", "Value": "{{ InstanceId }}"}},
    {"action": "aws:updateVariable", "inputs": {"Name": "variable:{{ InstanceId }}", "Value": 5}},
    {"action": "aws:updateVariable", "inputs": {"Name": "variable:Count", "Value": 1}, "onCancel": "Abort"},
    {"action": "aws:changeInstanceState", "inputs": {"InstanceIds": [], "DesiredState": "{{ InstanceId }}"}},
    {"action": "aws:sleep", "inputs": {"Duration": "P1W"}},
    {"action": "aws:sleep", "inputs": {"Duration": "{{ InstanceId }}"}},
    {"action": "aws:sleep", "inputs": {"Timestamp": "2099-01-01T00:00:00Z"}},
]


@pytest.mark.parametrize("step", TAKEN)
def test_what_is_taken(step: dict[str, Any]) -> None:
    """What AWS takes, and what is unknown, is neither refused nor doubted; a step without inputs is a sketch."""
    assert check_creation(document(step, assumeRole="{{ InstanceId }}")) == ([], [], {})


DOUBTED: list[tuple[dict[str, Any], str]] = [
    (api(Id="{{ got.Id }}"), "mainSteps[0].inputs.Id: 'got.Id' is not an output of a step"),
    (api(Id="{{ ss0.Id }}"), "mainSteps[0].inputs.Id: 'ss0.Id' is not an output of a step; did you mean 's0'?"),
    (api(Id="{{ InstanceId.x }}"), "mainSteps[0].inputs.Id: 'InstanceId.x' is not an output of a step"),
    (
        api(Id="{{ variable:Cuont }}"),
        "mainSteps[0].inputs.Id: 'variable:Cuont' is not declared in variables; did you mean 'variable:Count'?",
    ),
    (
        {"action": "aws:updateVariable", "inputs": {"Name": "variable:Cuont", "Value": 1}},
        "mainSteps[0].inputs.Name: 'variable:Cuont' is not declared in variables; did you mean 'variable:Count'?",
    ),
    (
        api(Id="{{ global:REGOIN }}"),
        "mainSteps[0].inputs.Id: 'global:REGOIN' is not a system variable; did you mean 'global:REGION'?",
    ),
    (
        loop(Iterators=["a"], IteratorDataType="Number"),
        "mainSteps[0].inputs.IteratorDataType: Number is not one of String, Boolean, Integer, StringMap",
    ),
    (
        {**loop(Iterators=["a"]), "onCancel": "Abort"},
        "mainSteps[0].onCancel: aws:loop does not support it; its steps do",
    ),
    (
        {"action": "aws:changeInstanceState", "inputs": {"InstanceIds": ["i-1"], "DesiredState": "Stopped"}},
        "mainSteps[0].inputs.DesiredState: Stopped is not one of running, stopped, terminated",
    ),
    (
        {"action": "aws:sleep", "inputs": {"Duration": "PT168H1S"}},
        "mainSteps[0].inputs.Duration: PT168H1S is longer than 7 days",
    ),
    ({"onFailuer": "Abort"}, "mainSteps[0]: 'onFailuer' is not a property of a step; did you mean 'onFailure'?"),
    (
        {"action": "aws:sleep", "onCancel": "step:s0"},
        "mainSteps[0].onCancel: 'step:s0' leads to aws:sleep, which onCancel does not support",
    ),
]


@pytest.mark.parametrize(("step", "doubt"), DOUBTED)
def test_what_aws_is_likely_to_refuse(step: dict[str, Any], doubt: str) -> None:
    """It is told with its path and a similar name, and is no mistake for certain."""
    assert check_creation(document(step)) == ([], [doubt], {})


def test_a_reference_in_assume_role() -> None:
    """The role may be a parameter, which must be declared; AWS documents that it cannot be in Parameter Store."""
    assert check_creation(document(assumeRole="{{ Role }}")).problems == [
        'assumeRole: Parameter "Role" is not declared.'
    ]
    found = check_creation(document(assumeRole="{{ssm:role}}", parameters=5, variables=5))
    assert found == ([], ["assumeRole: {{ ssm:role }} is not supported here"], {})


@pytest.mark.parametrize("steps", [None, "x", ["x", 5], [{}], [{"action": "aws:loop", "inputs": 5, "name": None}]])
def test_what_is_no_step(steps: Any) -> None:
    """The check of the document's parts reports it."""
    assert check_creation({"mainSteps": steps}) == ([], [], {})


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
        fake.client().start_automation_execution(DocumentName="Doc")
        assert len(fake._service.runbooks.load_all()) == 2
    with strict as fake:
        hint = rf"\n  If AWS accepts it, relax=\['{check}'\] turns the check off\.$"
        with pytest.raises(FakeUsageError, match=hint):
            fake.add_runbook(document(step), name="Own")
        with pytest.raises(FakeUsageError, match=hint):
            fake._service.runbooks.load("Doc")


def test_names_of_checks() -> None:
    """They can be relaxed and enforced again, and a misspelt one suggests the right one."""
    for option in ("relax", "enforce"):
        right: Any = {option: list(CHECKS)}
        with AutomationFake(**right):
            pass
        misspelt: Any = {option: ["document:action_input"]}
        with pytest.raises(FakeUsageError, match="Did you mean 'document:action_inputs'"), AutomationFake(**misspelt):
            pass


def goes(to: str, **members: Any) -> dict[str, Any]:
    """Write a branch with one choice."""
    return {**branch(SAME), "inputs": {"Choices": [{**SAME, "NextStep": to}]}, **members}


@pytest.mark.parametrize(
    ("steps", "cycle"),
    [
        ([{}, goes("s0")], "s0 -> s1 -> s0"),
        ([goes("s2", nextStep="s0"), {}, {}], "s0 -> s0"),
        ([{"onFailure": "step:s1", "isEnd": True}, {"nextStep": "s0"}], "s0 -> s1 -> s0"),
        ([loop(Iterators=["a"], Steps=[{"name": "in", "action": "aws:pause", "nextStep": "s0"}])], "s0 -> in -> s0"),
        # without a condition, its walk is cut
        ([{}, {"nextStep": "s0"}], None),
        # an iteration, and the way of a stop
        ([loop(Iterators=["a"], Steps=[{"name": "in", "action": "aws:pause"}]), {}], None),
        ([{"action": "aws:executeScript"}, {"onCancel": "step:s0"}], None),
        # two ways to one step
        ([goes("s2"), {}, {}], None),
    ],
)
def test_steps_that_lead_back(fake: AutomationFake, steps: list[dict[str, Any]], cycle: str | None) -> None:
    """AWS verifies that there is no infinite loop, and can't know what a condition will be."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fake.add_runbook(document(*steps), name="Doc")
    told = f"AWS is likely to refuse runbook 'Doc':\n  mainSteps: {cycle} is a cycle, an infinite loop to AWS"
    assert [str(each.message) for each in caught] == ([told] if cycle else [])


def started(path: Path) -> None:
    """Start the runbook of a file."""
    with AutomationFake(runbooks=[path]) as fake:
        fake.client().start_automation_execution(DocumentName="Doc")


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


def test_misspelt_references_are_unresolved(fake: AutomationFake) -> None:
    """What steps read and does not exist is listed by the execution, and keeps its text."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RunbookWarning)
        fake.add_runbook(
            document(api(Id="{{ got.Id }}", Count="{{ variable:Cuont }}", Where="{{ global:REGOIN }}"), name="Doc")
            | {"parameters": {}},
            name="Doc",
        )
    fake.client().start_automation_execution(DocumentName="Doc")
    (execution,) = fake.executions
    execution.advance()
    execution.advance()
    assert execution.unresolved == ["got.Id", "variable:Cuont", "global:REGOIN"]
    assert execution.step("s0")["Inputs"]["Id"] == '"{{ got.Id }}"'


def test_the_tables_are_about_actions() -> None:
    """No action is misspelt, required inputs are known, and reserved outputs are those of the action."""
    assert {*KNOWN, *REQUIRED, *RESERVED} <= {*ACTIONS}
    assert [name for action, names in REQUIRED.items() for name in names if name not in KNOWN.get(action, names)] == []
    assert [action for action, names in RESERVED.items() if not {*OUTPUTS.get(action, names)} <= {*names}] == []
