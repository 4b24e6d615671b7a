"""`recordings.compare` and the command `compare`: the walk of a runbook against a recorded execution."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from caller import poll, runbook, signal, start, statuses
from recordings.taking import api, approve, content, ended, recorded

from pytest_ssm_automation import AutomationFake, FakeUsageError, recordings
from pytest_ssm_automation.__main__ import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.slow

OUTPUTS = [
    {"Name": "Text", "Type": "String", "Selector": "$.a"},
    {"Name": "Number", "Type": "Integer", "Selector": "$.b"},
    {"Name": "Flag", "Type": "Boolean", "Selector": "$.c"},
    {"Name": "Texts", "Type": "StringList", "Selector": "$.d"},
    {"Name": "Map", "Type": "StringMap", "Selector": "$.e"},
    {"Name": "Maps", "Type": "MapList", "Selector": "$.f"},
]
VALUES: dict[str, Any] = {
    "Text": "2030-01-01",
    "Number": 5,
    "Flag": True,
    "Texts": ["a", "b"],
    "Map": {"k": "v"},
    "Maps": [{"k": 1}, {}],
}


def sleep(name: str, **members: Any) -> dict[str, Any]:
    """Write a step that sleeps."""
    return {"name": name, "action": "aws:sleep", "inputs": {"Duration": "PT1S"}, **members}


def branch(name: str, variable: str, value: Any, to: str, default: str) -> dict[str, Any]:
    """Write a branch."""
    choice = {"Variable": variable, "StringEquals": value, "NextStep": to}
    return {"name": name, "action": "aws:branch", "inputs": {"Choices": [choice], "Default": default}}


PLAIN: dict[str, Any] = {"DocumentName": "Doc"}
CHOOSING = runbook(
    api("get", outputs=OUTPUTS),
    branch("choose", "{{ get.Text }}", "Windows", "windows", "linux"),
    sleep("windows", isEnd=True),
    sleep("linux"),
    outputs=["get.Text", "windows.X"],
)


def typed(fake: AutomationFake) -> None:
    """Say outputs of all types."""
    fake.step_outputs("get", VALUES)
    fake.step_outputs("run", {"Status": "Success", "Output": "it's", "CommandId": "c", "ResponseCode": 0})
    fake.step_outputs("script", {"OutputPayload": {"Payload": {"a": [1]}}})


def failing_once(fake: AutomationFake) -> None:
    """Let an inner step fail in its first iteration."""
    fake.fail_step("inner", times=1)
    fake.step_outputs("inner", lambda run: {"Text": run.inputs["Item"]})


def stopping(fake: AutomationFake) -> None:
    """Stop an execution when it waits."""
    execution_id = start(fake.client())
    statuses(fake.client(), execution_id, 3)
    fake.client().stop_automation_execution(AutomationExecutionId=execution_id)


def interactive(fake: AutomationFake) -> None:
    """Run step by step."""
    client = fake.client()
    execution_id = start(client, Mode="Interactive")
    for name in ("one", "two"):
        poll(client, execution_id)
        signal(client, execution_id, "StartStep", StepName=[name])
        statuses(client, execution_id, 3)
    client.stop_automation_execution(AutomationExecutionId=execution_id, Type="Complete")


def taken(folder: Path, document: dict[str, Any], act: Callable[[AutomationFake], object], *options: str) -> Path:
    """Record an execution of a runbook to its end; `act` may say results, or start it."""
    with AutomationFake(pace="step", relax=["document:action_inputs"]) as fake:
        fake.add_runbook(document, name="Doc")
        act(fake)
        if not fake.executions:
            ended(fake, **PLAIN)
        statuses(fake.client(), fake.executions[0].id, 20)
        assert fake.executions[0].ended
        return recorded(folder, fake.executions[0].id, *options)


LOOP = {
    "name": "loop",
    "action": "aws:loop",
    "inputs": {
        "Iterators": ["x", "y"],
        "Steps": [
            api("inner", {"Item": "{{ loop.CurrentIteratorValue }}"}, outputs=OUTPUTS[:1], onFailure="Continue"),
            {"name": "again", "action": "aws:loop", "inputs": {"Iterators": ["1", "2"], "Steps": [sleep("rest")]}},
        ],
    },
}
EQUAL: dict[str, tuple[dict[str, Any], Callable[[AutomationFake], object]]] = {
    "types": (
        runbook(
            api("get", outputs=OUTPUTS),
            api("use", {name: f"{{{{ get.{name} }}}}" for name in VALUES}),
            {"name": "set", "action": "aws:updateVariable", "inputs": {"Name": "variable:V", "Value": "{{ get.Map }}"}},
            {
                "name": "change",
                "action": "aws:changeInstanceState",
                "inputs": {"InstanceIds": ["i-0"], "DesiredState": "running"},
            },
            {"name": "run", "action": "aws:runCommand", "inputs": {"DocumentName": "AWS-RunShellScript"}},
            {
                "name": "script",
                "action": "aws:executeScript",
                "inputs": {"Runtime": "python3.11", "Handler": "f", "Script": ""},
            },
            variables={"V": {"type": "StringMap", "default": {}}},
            outputs=["get.Number", "run.Output"],
        ),
        typed,
    ),
    "names of the run": (
        runbook(
            api(
                "name",
                {
                    "Name": "x-{{ global:DATE_TIME }}-{{ automation:EXECUTION_ID }}",
                    "Arn": "{{ global:AWS_PARTITION }}:{{ global:REGION }}:{{ global:ACCOUNT_ID }}",
                    "Day": "{{ global:DATE }}",
                },
            )
        ),
        lambda fake: None,
    ),
    "loops": (
        runbook(LOOP),
        failing_once,
    ),
    "attempts": (runbook(api("one", maxAttempts=3)), lambda fake: fake.fail_step("one", "No.")),
    "two approvals": (
        runbook(approve("wait", inputs={"Approvers": ["x"], "MinRequiredApprovals": 2}), sleep("two")),
        lambda fake: ended(fake, ["Approve"] * 2, **PLAIN),
    ),
    "a rejection": (
        runbook(approve("wait", onFailure="step:two"), sleep("one"), sleep("two")),
        lambda fake: ended(fake, ["Reject"], **PLAIN),
    ),
    "a pause": (
        runbook({"name": "wait", "action": "aws:pause"}, sleep("two")),
        lambda fake: ended(fake, ["Resume"], **PLAIN),
    ),
    "a stop": (
        runbook(approve("wait", onCancel="step:tidy"), sleep("two", isEnd=True), api("tidy")),
        stopping,
    ),
    "interactive": (runbook(sleep("one"), sleep("two")), interactive),
    "an input that is not known here": (
        runbook(sleep("one", inputs={"Duration": "PT1S", "New": "x"})),
        lambda fake: None,
    ),
}


@pytest.mark.parametrize("name", EQUAL)
def test_a_recorded_execution_does_not_differ(name: str, tmp_path: Path) -> None:
    """With the recorded runbook, the walk shows what was recorded; what AWS has created is not refused."""
    assert recordings.compare(taken(tmp_path, *EQUAL[name])) == ()


CHILD = runbook(
    api("get", {"Id": "{{ Id }}"}, outputs=OUTPUTS[:1]), parameters={"Id": {"type": "String", "default": "x"}}
)
PARENT = runbook(
    {
        "name": "start",
        "action": "aws:executeAutomation",
        "inputs": {"DocumentName": "Child", "RuntimeParameters": {"Id": ["y"]}},
        "onFailure": "Continue",
    },
    api("after", {"Text": "{{ start.Status }}"}),
)
ON_TARGETS: dict[str, Any] = {
    "DocumentName": "Child",
    "TargetParameterName": "Id",
    "Targets": [{"Key": "ParameterValues", "Values": ["a", "b", "c", "d"]}],
    "MaxConcurrency": "2",
    "MaxErrors": "1",
}
LOCATIONS = [{"Accounts": ["111122223333", "210987654321"], "Regions": ["eu-west-1", "us-east-1"]}]
STARTED: dict[str, dict[str, Any]] = {
    "a child": {"DocumentName": "Parent"},
    "targets": ON_TARGETS,
    "tags": {**ON_TARGETS, "Targets": [{"Key": "tag:A", "Values": ["b"]}]},
    "maps": {"DocumentName": "Child", "TargetMaps": [{"Id": ["a"]}, {"Id": ["b"]}]},
    "locations": {"DocumentName": "Child", "TargetLocations": LOCATIONS, "Parameters": {"Id": ["z"]}},
    "locations and a default": {"DocumentName": "Child", "TargetLocations": LOCATIONS},
}


@pytest.mark.parametrize(("fails", "options"), [(None, ["--children"]), (1, []), (3, ["--children"])])
@pytest.mark.parametrize("name", STARTED)
def test_executions_that_start_others_do_not_differ(
    name: str, fails: int | None, options: list[str], tmp_path: Path
) -> None:
    """Children and executions on targets are compared too if they were recorded; else their ends are used."""
    with AutomationFake() as fake:
        fake.resolve_targets(lambda target: ["i-1", "i-2"])
        fake.add_runbook(CHILD, name="Child")
        fake.add_runbook(PARENT, name="Parent")
        if fails:
            fake.fail_step("get", "No.", times=fails)
        path = recorded(tmp_path, ended(fake, **STARTED[name]), *options)
    assert recordings.compare(path) == ()


@pytest.mark.parametrize("second", ["Approve", "Reject"])
def test_children_of_several_regions_are_told_apart(second: str, tmp_path: Path) -> None:
    """Each gets the signal that it got in its Region, though only those of the parent's own can be recorded."""
    locations = [{"Accounts": ["123456789012"], "Regions": ["eu-west-1", "us-east-1"]}]
    with AutomationFake() as fake:
        fake.add_runbook(runbook(approve("wait")), name="Child")
        execution_id = ended(fake, ["Approve", second], DocumentName="Child", TargetLocations=locations)
        path = recorded(tmp_path, execution_id, "--children")
    assert recordings.compare(path) == ()


def test_the_end_of_a_target_is_used_where_its_way_is_unknown(tmp_path: Path) -> None:
    """An execution on a target that was not recorded may have left a circle by a result that is not known."""
    circle = runbook(
        api("get", onFailure="step:last", isCritical=False), sleep("again", nextStep="get"), sleep("last", isEnd=True)
    )
    with AutomationFake() as fake:
        fake.add_runbook({**circle, "parameters": CHILD["parameters"]}, name="Child")
        fake.fail_step("get", "No.")
        path = recorded(tmp_path, ended(fake, **ON_TARGETS))
    assert recordings.compare(path) == ()


@pytest.fixture
def chosen(tmp_path: Path) -> Path:
    """Record an execution that takes the choice `windows`."""
    return taken(tmp_path, CHOOSING, lambda fake: fake.step_outputs("get", {"Text": "Windows"}))


def edited(**steps: dict[str, Any]) -> dict[str, Any]:
    """Return the runbook of `chosen` with other members of steps."""
    return {**CHOOSING, "mainSteps": [{**step, **steps.get(step["name"], {})} for step in CHOOSING["mainSteps"]]}


EDITS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "a jump": (
        edited(get={"nextStep": "windows"}),
        [
            'choose.StepStatus: recorded "Success", walked "Pending"',
            'get.NextStep: recorded nothing, walked "windows"',
            'get.ValidNextSteps: recorded ["choose"], walked ["windows"]',
        ],
    ),
    "members": (
        edited(get={"timeoutSeconds": 5, "inputs": {"Service": "ec2", "Api": "Y"}}, windows={"maxAttempts": 2}),
        [
            r'get.Inputs.Api: recorded "\"X\"", walked "\"Y\""',
            "get.TimeoutSeconds: recorded nothing, walked 5",
            "windows.MaxAttempts: recorded nothing, walked 2",
        ],
    ),
    "outputs": (
        edited(get={"outputs": [{"Name": "Text", "Type": "StringMap", "Selector": "$.a"}]}),
        [
            "choose.Inputs.Choices: recorded *, walked *",
            'choose.Outputs.NextStep: recorded ["windows"], walked ["linux"]',
            "choose.Outputs.OutputPayload: recorded *, walked *",
            'choose.ValidNextSteps: recorded ["windows"], walked ["linux"]',
            'get.Outputs.Text: recorded ["Windows"], walked nothing',
            'linux.StepStatus: recorded "Pending", walked "InProgress"',
            'windows.StepStatus: recorded "Success", walked "Pending"',
        ],
    ),
    "other steps": (
        runbook(*CHOOSING["mainSteps"], sleep("new"), outputs=["get.Text"]),
        ["Outputs.windows.X: recorded *, walked nothing", 'new.StepStatus: recorded nothing, walked "Pending"'],
    ),
    "a step less": (
        runbook(CHOOSING["mainSteps"][0]),
        [
            "Outputs.get.Text: recorded *, walked nothing",
            "Outputs.windows.X: recorded *, walked nothing",
            'choose.StepStatus: recorded "Success", walked nothing',
            "get.ValidNextSteps: recorded *, walked nothing",
            'linux.StepStatus: recorded "Pending", walked nothing',
            'windows.StepStatus: recorded "Success", walked nothing',
        ],
    ),
    "an approval": (
        runbook(approve("new"), *CHOOSING["mainSteps"], outputs=CHOOSING["outputs"]),
        [
            'choose.StepStatus: recorded "Success", walked "Pending"',
            'get.StepStatus: recorded "Success", walked "Pending"',
            'new.StepStatus: recorded nothing, walked "Waiting"',
            'windows.StepStatus: recorded "Success", walked "Pending"',
        ],
    ),
    "a parameter": (
        CHOOSING | {"parameters": {"New": {"type": "String"}}},
        ["Parameters: recorded {}, walked refused: InvalidAutomationExecutionParametersException: Missing required *"],
    ),
}


@pytest.mark.parametrize("name", EDITS)
def test_what_an_edit_changes_is_told(name: str, chosen: Path) -> None:
    """With an edited runbook, each member that it would have changed has a line, up to a step without a result."""
    document, lines = EDITS[name]
    found = recordings.compare(chosen, runbook=document)
    assert len(found) == len(lines), found
    for line, expected in zip(sorted(found), sorted(lines), strict=True):
        start, star, _ = expected.partition("*")
        assert line.startswith(start) if star else line == expected


def test_a_child_that_differs_is_named(tmp_path: Path) -> None:
    """The differences of an execution that was started by another have its id in front; its runbook is its own."""
    with AutomationFake() as fake:
        fake.add_runbook(CHILD, name="Child")
        fake.add_runbook(PARENT, name="Parent")
        path = recorded(tmp_path, ended(fake, DocumentName="Parent"), "--children")
        child = fake.executions[0].children[0].id
    altered(path, "Children", 0, "StepExecutions", 0, "IsEnd", value=True)
    for document in (None, PARENT):
        assert recordings.compare(path, runbook=document) == (f"{child}: get.IsEnd: recorded true, walked nothing",)


def altered(path: Path, *place: Any, value: Any) -> Path:
    """Change a member of a recording; `None` removes it."""
    whole = content(path)
    inside: Any = whole
    for each in place[:-1]:
        inside = inside[each]
    if value is None:
        del inside[place[-1]]
    else:
        inside[place[-1]] = value
    path.write_text(json.dumps(whole), encoding="utf-8")
    return path


ALTERED: list[tuple[list[Any], Any, str]] = [
    (["StepExecutions", 0, "Inputs", "Api"], '"Z"', r'get.Inputs.Api: recorded "\"Z\"", walked "\"X\""'),
    (["StepExecutions", 0, "Inputs", "More"], "1", 'get.Inputs.More: recorded "1", walked nothing'),
    (["StepExecutions", 0, "Outputs", "Odd"], ["1", "2"], 'get.Outputs.Odd: recorded ["1", "2"], walked nothing'),
    (["StepExecutions", 0, "NextStep"], "choose", 'get.NextStep: recorded "choose", walked nothing'),
    (["StepExecutions", 0, "OverriddenParameters"], None, ""),
    (["StepExecutions", 2, "Outputs"], {}, ""),
    (["StepExecutions", 2, "Outputs"], {"X": ["1"]}, 'windows.Outputs.X: recorded ["1"], walked nothing'),
    (["StepExecutions", 3], None, 'linux.StepStatus: recorded nothing, walked "Pending"'),
    (["AutomationExecution", "Outputs", "get.Text"], ["Linux"], 'Outputs.get.Text: recorded ["Linux"], walked ["Windo'),
    (["AutomationExecution", "ExecutedBy"], "somebody", ""),
    (["AutomationExecution", "ExecutionEndTime"], 5, ""),
    (["AutomationExecution", "DocumentVersion"], "$DEFAULT", 'DocumentVersion: recorded "$DEFAULT", walked "1"'),
    (["AutomationExecution", "MaxErrors"], "1", ""),
    (["Region"], None, ""),
]


@pytest.mark.parametrize(("place", "value", "line"), ALTERED)
def test_each_member_is_compared(chosen: Path, place: list[Any], value: Any, line: str) -> None:
    """A recording with another member differs in that one, but not in ids, times and empty containers."""
    found = recordings.compare(altered(chosen, *place, value=value))
    assert [each[: len(line)] for each in found] == ([line] if line else [])


def test_inputs_are_compared_as_json(chosen: Path) -> None:
    """The order of names in JSON, and times, are no differences, but types are."""
    choice = '[{"NextStep":"windows","StringEquals":"Windows","Variable":"Windows"}]'
    assert recordings.compare(altered(chosen, "StepExecutions", 1, "Inputs", "Choices", value=choice)) == ()
    document = json.dumps(edited(get={"inputs": {"Service": "ec2", "Api": "X", "N": 1, "At": "2030-01-01"}}))
    altered(chosen, "Document", "Content", value=document)
    altered(chosen, "StepExecutions", 0, "Inputs", "At", value='"2031-02-02"')
    altered(chosen, "StepExecutions", 0, "Inputs", "N", value="true")
    assert recordings.compare(chosen) == ('get.Inputs.N: recorded "true", walked "1"',)


def test_long_values_are_shortened(chosen: Path) -> None:
    """A line is for people."""
    (line,) = recordings.compare(altered(chosen, "StepExecutions", 0, "Inputs", "Api", value="x" * 1000))
    assert len(line) < 400


def test_the_region_is_that_of_the_recording(tmp_path: Path) -> None:
    """Where the file does not say the Region, it is the first one that the recording names."""
    with AutomationFake() as fake:
        fake.add_runbook(runbook(api("get", {"Where": "{{ global:REGION }}"})), name="Doc")
        execution_id = start(fake.client("eu-central-1"))
        statuses(fake.client("eu-central-1"), execution_id, 3)
        assert main(["record", execution_id, "--to", str(tmp_path), "--region", "eu-central-1"]) == 0
    path = tmp_path / f"{execution_id}.json"
    assert content(path)["Region"] == "eu-central-1"
    assert recordings.compare(path) == ()
    assert recordings.compare(altered(path, "Region", value=None)) == ()
    assert recordings.compare(altered(path, "Region", value="us-west-2")) == (
        r'get.Inputs.Where: recorded "\"eu-central-1\"", walked "\"us-west-2\""',
    )


def test_a_walk_stops_where_the_recording_does(tmp_path: Path) -> None:
    """Of an execution that has not ended, only what it has shown is compared, and the members of the end are not."""
    with AutomationFake() as fake:
        fake.add_runbook(runbook(sleep("one"), approve("wait"), sleep("two")), name="Doc")
        execution_id = start(fake.client())
        statuses(fake.client(), execution_id, 3)
        path = recorded(tmp_path, execution_id)
    assert recordings.compare(path) == ()


ROUNDS = runbook(
    api("check", outputs=OUTPUTS[2:3]),
    {
        "name": "ready",
        "action": "aws:branch",
        "inputs": {
            "Choices": [{"Variable": "{{ check.Flag }}", "BooleanEquals": True, "NextStep": "done"}],
            "Default": "rest",
        },
    },
    sleep("rest", nextStep="check"),
    sleep("done", isEnd=True),
)


@pytest.mark.filterwarnings("ignore::pytest_ssm_automation.RunbookWarning")
def test_earlier_rounds_are_not_made_up(tmp_path: Path) -> None:
    """Steps that ran only before the last round of a jump back are no difference, because their results are lost."""
    answers = iter([False, False, True])
    path = taken(tmp_path, ROUNDS, lambda fake: fake.step_outputs("check", lambda run: {"Flag": next(answers)}))
    assert recordings.compare(path) == ()
    late = altered(path, "StepExecutions", 2, "ExecutionStartTime", value="2999-01-01T00:00:00Z")
    assert recordings.compare(late) == ('rest.StepStatus: recorded "Success", walked "Pending"',)


@pytest.mark.filterwarnings("ignore::pytest_ssm_automation.RunbookWarning")
def test_failures_of_earlier_rounds_are_not_made_up(tmp_path: Path) -> None:
    """If a step failed, and succeeded after a jump back, nothing in the recording tells why the execution failed."""
    repaired = runbook(api("try", onFailure="step:repair"), sleep("end", isEnd=True), sleep("repair", nextStep="try"))
    path = taken(tmp_path, repaired, lambda fake: fake.fail_step("try", times=1))
    assert content(path)["AutomationExecution"]["AutomationExecutionStatus"] == "Failed"
    assert recordings.compare(path) == ()


def test_an_endless_circle_ends(tmp_path: Path) -> None:
    """A runbook that turns in a circle with the recorded results is not walked for ever."""
    path = taken(tmp_path, runbook(sleep("one"), sleep("two")), lambda fake: None)
    found = recordings.compare(path, runbook=runbook(sleep("one"), sleep("two", nextStep="one")))
    assert 'one.StepStatus: recorded "Success", walked "InProgress"' in found


def test_emptied_values_are_no_differences(tmp_path: Path) -> None:
    """A recording whose values were emptied is walked without them, though the runbook would not take them."""
    parameter = {"type": "String", "allowedPattern": "[a-z]+"}
    document = runbook(
        api("get", {"Word": "x-{{ Word }}"}, outputs=OUTPUTS),
        api("use", {"N": "{{ get.Number }}"}),
        parameters={"Word": parameter, "Role": {"type": "String", "default": ""}},
        outputs=["get.Number"],
    )

    def act(fake: AutomationFake) -> None:
        fake.step_outputs("get", {"Number": 98765})
        ended(fake, **PLAIN, Parameters={"Word": ["secret"]})

    path = taken(tmp_path, document, act, "--redact=Word", "--redact=Number")
    assert "secret" not in path.read_text()
    assert "98765" not in path.read_text()
    assert recordings.compare(path) == ()


def test_the_output_of_the_cli_needs_a_runbook(chosen: Path) -> None:
    """Without the recorded runbook there is nothing to walk, unless it is given: a path, a mapping or a Runbook."""
    whole = content(chosen)
    book = chosen.with_name("book.json")
    book.write_text(whole["Document"]["Content"])
    chosen.write_text(json.dumps({"AutomationExecution": whole["AutomationExecution"]}))
    with pytest.raises(FakeUsageError, match="has no Document, so there is no runbook to walk; record it with"):
        recordings.compare(chosen)
    with AutomationFake() as fake:
        registered = fake.add_runbook(book, name="Another")
    for given in (book, str(book), CHOOSING, registered):
        assert recordings.compare(chosen, runbook=given) == ()


def test_a_runbook_that_is_none_is_refused(chosen: Path) -> None:
    """What is wrong with a runbook, the recorded one too, is told with the file."""
    with pytest.raises(FakeUsageError, match=r"Runbook 'Doc' is not valid:\n  mainSteps"):
        recordings.compare(chosen, runbook={"schemaVersion": "0.3", "mainSteps": []})
    with pytest.raises(FakeUsageError, match=f"{chosen} is not valid JSON"):
        recordings.compare(altered(chosen, "Document", "Content", value="{"))


def test_the_command_prints_all_differences(chosen: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """For each file there are its differences, or that there are none; the exit status tells whether there are any."""
    other = chosen.with_name("other.json")
    other.write_text(chosen.read_text())
    altered(other, "StepExecutions", 0, "NextStep", value="choose")
    capsys.readouterr()
    assert main(["compare", str(chosen)]) == 0
    assert capsys.readouterr() == (f"{chosen}: no difference\n", "")
    assert main(["compare", str(chosen), str(other)]) == 1
    first, second, third = capsys.readouterr().out.splitlines()
    assert (first, second) == (f"{chosen}: no difference", f'{other}: get.NextStep: recorded "choose", walked nothing')
    assert "issues/new?template=recording.yml" in third
    book = chosen.with_name("book.json")
    book.write_text(json.dumps(edited(windows={"maxAttempts": 2})))
    assert main(["compare", str(chosen), "--runbook", str(book)]) == 1
    assert capsys.readouterr().out == f"{chosen}: windows.MaxAttempts: recorded nothing, walked 2\n"
    missing = chosen.with_name("missing.json")
    assert main(["compare", str(missing), str(chosen)]) == 1
    assert capsys.readouterr() == (
        f"{chosen}: no difference\n",
        f"Error: {missing} cannot be read: No such file or directory\n",
    )


def test_a_comparison_leaves_an_active_fake_alone(chosen: Path) -> None:
    """Inside a test with a fake, nothing is recorded in it, and its executions go on."""
    with AutomationFake() as fake:
        assert recordings.compare(chosen) == ()
        assert (list(fake.calls), list(fake.executions)) == ([], [])
