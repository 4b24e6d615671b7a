"""`fake.replay` and its marker: a recorded execution is shown again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from caller import runbook as write
from recordings.taking import ENDED, api, approve, content, ended, recorded, same

from pytest_ssm_automation import AutomationFake, FakeUsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

pytestmark = pytest.mark.slow

PARAMETERS = {"Id": {"type": "String", "allowedPattern": "i-[0-9a-f]+"}, "Size": {"type": "String", "default": "small"}}


def runbook(*steps: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Write a runbook with parameters."""
    return write(*steps, **{"parameters": PARAMETERS, **members})


GET = api("get", outputs=[{"Name": "Tag", "Type": "String", "Selector": "$.t"}])
LOOP = {
    "name": "loop",
    "action": "aws:loop",
    "inputs": {"Iterators": ["a", "b"], "Steps": [api("inner"), api("more")]},
}
LINE = runbook(GET, api("two"), api("three"), outputs=["get.Tag", "three.X"])
REQUEST: dict[str, Any] = {"DocumentName": "Bake", "Parameters": {"Id": ["i-0"]}}


@pytest.fixture
def fake() -> Iterator[AutomationFake]:
    """Give a fake that goes on by one step at each poll."""
    with AutomationFake(pace="step") as fake:
        yield fake


def taken(folder: Path, document: dict[str, Any], *options: str, **said: Any) -> Path:
    """Record an execution of a runbook named Bake."""
    signals = said.pop("signals", ())
    with AutomationFake(pace="step") as fake:
        fake.add_runbook(runbook(api("one"), parameters={}), name="Child")
        fake.add_runbook(document, name="Bake")
        for step, message in said.items():
            fake.fail_step(step, message)
        if any(step["name"] == "get" for step in document["mainSteps"]):
            fake.step_outputs("get", {"Tag": "it"})
        return recorded(folder, ended(fake, signals, **REQUEST), *options)


def polls(fake: AutomationFake, execution_id: str, most: int = 20) -> list[dict[str, Any]]:
    """Poll an execution until it has ended."""
    shown: list[dict[str, Any]] = []
    for _ in range(most):
        answer = fake.client().get_automation_execution(AutomationExecutionId=execution_id)
        shown.append(dict(answer["AutomationExecution"]))
        if shown[-1]["AutomationExecutionStatus"] in ENDED:
            return shown
    raise AssertionError("It does not end")


def started(fake: AutomationFake, **members: Any) -> str:
    """Start an execution of Bake, unless another runbook is given."""
    request = {name: value for name, value in {**REQUEST, **members}.items() if value}
    return str(fake.client().start_automation_execution(**request)["AutomationExecutionId"])


def brief(shown: dict[str, Any]) -> str:
    """Write the status of an execution and those of its steps."""
    steps = [f"{step['StepName']} {step['StepStatus']}" for step in shown["StepExecutions"]]
    return f"{shown['AutomationExecutionStatus']}: {', '.join(steps)}"


def altered(path: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """Change a recording."""
    whole = content(path)
    change(whole)
    path.write_text(json.dumps(whole))
    return path


def test_each_poll_shows_the_next_step(fake: AutomationFake, tmp_path: Path) -> None:
    """With the pace `step`, each poll shows another step in progress, and nothing that was recorded later."""
    fake.replay(taken(tmp_path, LINE))
    shown = polls(fake, started(fake))
    assert list(map(brief, shown)) == [
        "Pending: get Pending, two Pending, three Pending",
        "InProgress: get InProgress, two Pending, three Pending",
        "InProgress: get Success, two InProgress, three Pending",
        "InProgress: get Success, two Success, three InProgress",
        "Success: get Success, two Success, three Success",
    ]
    assert [each.get("CurrentStepName") for each in shown] == [None, "get", "two", "three", None]
    assert ["ExecutionEndTime" in each for each in shown] == [False] * 4 + [True]
    not_yet = ["No output available yet because the step is not successfully executed"]
    assert [each["Outputs"]["get.Tag"] for each in shown] == [not_yet, not_yet, ["it"], ["it"], ["it"]]
    first = [each["StepExecutions"][0] for each in shown]
    assert [each["Inputs"] for each in first[:2]] == [{}, {"Api": '"X"', "Service": '"ec2"'}]
    assert ["Outputs" in each for each in first] == [False, False, True, True, True]
    events = [event["detail"] for event in fake.events if event["detail"]["ExecutionId"] == fake.executions[0].id]
    assert [(each.get("StepName"), each["Status"]) for each in events] == [
        (None, "Pending"),
        (None, "InProgress"),
        *[(name, status) for name in ("get", "two", "three") for status in ("InProgress", "Success")],
        (None, "Success"),
    ]


def test_a_listing_finds_it_by_what_it_shows(fake: AutomationFake, tmp_path: Path) -> None:
    """The action of its current step is found as that of any other execution."""
    fake.replay(taken(tmp_path, LINE))
    execution_id = started(fake)
    fake.execution(execution_id).advance()
    for action, ids in (("aws:executeAwsApi", [execution_id]), ("aws:sleep", [])):
        found = fake.client().describe_automation_executions(Filters=[{"Key": "CurrentAction", "Values": [action]}])
        assert [each["AutomationExecutionId"] for each in found["AutomationExecutionMetadataList"]] == ids


def test_a_run_goes_on_until_it_ends(tmp_path: Path) -> None:
    """With the pace `run`, a poll shows the first step, and the next one the end."""
    path = taken(tmp_path, LINE)
    with AutomationFake() as fake:
        fake.replay(str(path))
        assert [each["AutomationExecutionStatus"] for each in polls(fake, started(fake))] == [
            "Pending",
            "InProgress",
            "Success",
        ]


def test_times_are_as_far_apart(fake: AutomationFake, tmp_path: Path) -> None:
    """It begins when it is started, and all other times are as long after that as they were."""
    path = taken(tmp_path, LINE)
    whole = content(path)
    steps = whole["StepExecutions"]
    for number, step in enumerate(steps):
        step["ExecutionStartTime"] = f"2020-01-01T0{number}:00:00.5+00:00"
        step["ExecutionEndTime"] = f"2020-01-01T0{number}:59:00.5+00:00"
    whole["AutomationExecution"] |= {
        "ExecutionStartTime": 1577836799.5,
        "ExecutionEndTime": "2020-01-02T00:00:00.5Z",
    }
    path.write_text(json.dumps(whole))
    fake.replay(path)
    shown = polls(fake, started(fake))[-1]
    begun = shown["ExecutionStartTime"]
    assert begun.year > 2020

    def hours(time: datetime) -> float:
        seconds: float = (time - begun).total_seconds()
        return round(seconds - 1) / 3600

    found = [(hours(each["ExecutionStartTime"]), hours(each["ExecutionEndTime"])) for each in shown["StepExecutions"]]
    assert found == [(number, number + 59 / 60) for number in range(3)]
    assert hours(shown["ExecutionEndTime"]) == 24
    execution = fake.executions[0]
    assert execution.ended_at == shown["ExecutionEndTime"]
    times = [event["detail"]["Time"] for event in execution.events if "StepName" not in event["detail"]]
    assert times == [0, 1000, 86_401_000]


def test_the_output_of_the_cli_is_shown(fake: AutomationFake, tmp_path: Path) -> None:
    """A file with `AutomationExecution` alone is enough; the request then needs no runbook."""
    path = taken(tmp_path, LINE)
    whole = content(path)
    execution = whole["AutomationExecution"] | {"StepExecutions": whole["StepExecutions"]}
    path.write_text(json.dumps({"AutomationExecution": execution}))
    fake.replay(path)
    assert brief(polls(fake, started(fake))[-1]) == "Success: get Success, two Success, three Success"
    with AutomationFake(unknown_documents="reject") as other:
        other.replay(path)
        assert started(other)
        with pytest.raises(ClientError, match="AutomationDefinitionNotFoundException"):
            started(other, DocumentName="Other")


def test_a_recording_without_times_keeps_its_order(fake: AutomationFake, tmp_path: Path) -> None:
    """Where the file has no times, its steps follow each other."""
    steps = [{"StepName": name, "Action": "aws:sleep", "StepStatus": "Success"} for name in "ab"]
    execution = {
        "AutomationExecutionId": "x",
        "DocumentName": "Bake",
        "AutomationExecutionStatus": "Failed",
        "StepExecutions": [*steps, {"StepName": "c", "Action": "aws:sleep", "StepStatus": "InProgress"}],
    }
    path = tmp_path / "run.json"
    path.write_text(json.dumps({"AutomationExecution": execution}))
    fake.replay(path)
    shown = polls(fake, started(fake))
    assert list(map(brief, shown))[1:] == [
        "InProgress: a InProgress, b Pending, c Pending",
        "InProgress: a Success, b InProgress, c Pending",
        "InProgress: a Success, b Success, c InProgress",
        "Failed: a Success, b Success, c InProgress",
    ]
    assert "FailureMessage" not in shown[-1]
    assert fake.executions[0].document_version == "1"


def test_inner_steps_are_shown_once_their_iteration_has_begun(fake: AutomationFake, tmp_path: Path) -> None:
    """Of a loop, only the iterations so far have steps."""
    fake.replay(taken(tmp_path, runbook(LOOP)))
    assert [len(each["StepExecutions"]) for each in polls(fake, started(fake))] == [1, 1, 3, 3, 5, 5, 5]


def test_requests_are_validated_against_the_recorded_runbook(fake: AutomationFake, tmp_path: Path) -> None:
    """What the recorded runbook does not allow is refused, also if another one is registered; others are not."""
    path = taken(tmp_path, LINE)
    fake.add_runbook(runbook(api("other"), parameters={}), name="Bake")
    fake.replay(path, when=lambda call: "Odd" not in str(call.params))
    with pytest.raises(ClientError, match="Missing required parameter: Id"):
        started(fake, Parameters={})
    with pytest.raises(ClientError, match="Undefined execution inputs"):
        started(fake, ClientToken="0dd00000-0000-0000-0000-000000000000", Tags=[{"Key": "Odd", "Value": ""}])
    fake.assert_rejected(constraint="runbook:Id:required")
    fake.assert_rejected(constraint="runbook:Id:undeclared")
    arn = "arn:aws:ssm:us-east-1:123456789012:document/Bake"
    assert brief(polls(fake, started(fake, DocumentName=arn))[-1]).startswith("Success: get")
    assert fake.executions[0].step("get")["StepStatus"] == "Success"
    other = fake.client().start_automation_execution(DocumentName="Other")["AutomationExecutionId"]
    assert "StepExecutions" not in polls(fake, other)[-1] or polls(fake, other)[-1]["StepExecutions"] == []


def test_the_latest_that_matches_applies(fake: AutomationFake, tmp_path: Path) -> None:
    """A later recording or script of the same runbook wins, where it matches, and a token is replayed as usual."""
    good, bad = taken(tmp_path / "good", LINE), taken(tmp_path / "bad", LINE, two="No.")
    fake.replay(good)
    fake.replay(bad, when={"ClientToken": "00000000-0000-0000-0000-00000000000b"})
    failing = started(fake, ClientToken="00000000-0000-0000-0000-00000000000b")
    assert started(fake, ClientToken="00000000-0000-0000-0000-00000000000b") == failing
    assert polls(fake, failing)[-1]["AutomationExecutionStatus"] == "Failed"
    assert polls(fake, started(fake))[-1]["AutomationExecutionStatus"] == "Success"
    fake.script(["Cancelled"])
    assert polls(fake, started(fake))[-1]["AutomationExecutionStatus"] == "Cancelled"


OTHER = "with other parameters (Id: recorded ['i-0'], requested ['i-1'])"


def without_runbook(folder: Path, document: dict[str, Any]) -> Path:
    """Record an execution, and drop its runbook."""
    return altered(taken(folder, document), lambda whole: whole.pop("Document"))


@pytest.mark.parametrize(
    ("take", "given", "told"),
    [
        (taken, {"Id": ["i-1"]}, OTHER),
        (taken, {"Id": ["i-0"]}, ""),
        # Only what the request names can differ, because others may be defaults.
        (without_runbook, None, ""),
        (without_runbook, {"Id": ["i-1"]}, OTHER),
        (lambda folder, document: taken(folder, document, "--redact=Id"), {"Id": ["i-1"]}, ""),
    ],
)
def test_other_parameters_are_allowed_and_told(
    take: Callable[[Path, dict[str, Any]], Path], given: Any, told: str, fake: AutomationFake, tmp_path: Path
) -> None:
    """The recorded parameters are shown, and the execution says how the request differs, if that is known."""
    path = take(tmp_path, LINE)
    fake.replay(path)
    shown = polls(fake, started(fake, Parameters=given))[-1]
    assert shown["Parameters"] == content(path)["AutomationExecution"]["Parameters"] == fake.executions[0].parameters
    assert told in repr(fake.executions[0])
    assert ("parameters" in repr(fake.executions[0])) == bool(told)


@pytest.mark.parametrize(
    ("recording", "signal", "statuses"),
    [
        ("Approve", None, ["Waiting", "InProgress", "Success"]),
        ("Approve", "Approve", ["Waiting", "InProgress", "Success"]),
        ("Approve", "Reject", ["Waiting", "Failed"]),
        ("Reject", "Reject", ["Waiting", "Failed"]),
        ("Reject", None, ["Waiting", "Failed"]),
    ],
)
def test_a_wait_ends(fake: AutomationFake, tmp_path: Path, recording: str, signal: Any, statuses: list[str]) -> None:
    """A wait is shown once, and ends with the caller's signal or, as recorded, without one."""
    fake.replay(taken(tmp_path, runbook(approve("wait"), api("last")), signals=[recording]))
    execution_id = started(fake)
    seen: list[str] = []
    for _ in range(5):
        shown = fake.client().get_automation_execution(AutomationExecutionId=execution_id)["AutomationExecution"]
        seen.append(shown["AutomationExecutionStatus"])
        if seen[-1] == "Waiting" and signal:
            fake.client().send_automation_signal(AutomationExecutionId=execution_id, SignalType=signal)
    assert list(dict.fromkeys(seen)) == ["Pending", *statuses]
    with pytest.raises(ClientError, match="InvalidAutomationSignalException"):
        fake.client().send_automation_signal(AutomationExecutionId=execution_id, SignalType="Approve")


def at_two(fake: AutomationFake, path: Path) -> tuple[Any, str]:
    """Replay a recording until its second step is in progress."""
    fake.replay(path)
    execution_id = started(fake)
    fake.executions[0].run_to("two")
    return fake.client(), execution_id


@pytest.mark.parametrize(("kind", "status"), [("Cancel", "Cancelled"), ("Complete", "Success")])
def test_it_can_be_stopped(fake: AutomationFake, tmp_path: Path, kind: str, status: str) -> None:
    """A stop ends it at its current step, though that was recorded otherwise; what was recorded later is not shown."""
    client, execution_id = at_two(fake, taken(tmp_path, LINE, three="No."))
    client.stop_automation_execution(AutomationExecutionId=execution_id, Type=kind)
    shown = polls(fake, execution_id)
    assert shown[-1]["AutomationExecutionStatus"] == status
    assert brief(shown[-1]) == f"{status}: get Success, two {status}, three Pending"
    assert ["CurrentStepName" in each for each in shown] == [True, False]
    with pytest.raises(ClientError, match="InvalidAutomationStatusUpdateException"):
        client.stop_automation_execution(AutomationExecutionId=execution_id)


def test_a_step_can_be_stopped_and_a_test_can_end_it(fake: AutomationFake, tmp_path: Path) -> None:
    """StopStep cancels it, `finish` ends it as the test says, or as it was recorded."""
    path = taken(tmp_path, LINE)
    client, execution_id = at_two(fake, path)
    step = fake.executions[0].step("two")["StepExecutionId"]
    client.send_automation_signal(
        AutomationExecutionId=execution_id, SignalType="StopStep", Payload={"StepExecutionId": [step]}
    )
    assert brief(polls(fake, execution_id)[-1]) == "Cancelled: get Success, two Cancelled, three Pending"
    started(fake)
    one = fake.executions[1]
    one.run_to("get")
    one.finish("Failed", failure_message="No.")
    assert one.steps[0]["FailureMessage"] == one.failure_message == "No."
    started(fake)
    fake.executions[2].finish()
    assert brief(polls(fake, fake.executions[2].id)[-1]) == "Success: get Success, two Success, three Success"


def test_run_to_names_its_mistakes(fake: AutomationFake, tmp_path: Path) -> None:
    """A step that does not exist, or that was not reached, is told."""
    fake.replay(taken(tmp_path, LINE, two="No."))
    started(fake)
    execution = fake.executions[0]
    with pytest.raises(FakeUsageError, match="Did you mean 'three'"):
        execution.run_to("thre")
    with pytest.raises(FakeUsageError, match="has ended as Failed, and has not reached step 'three'"):
        execution.run_to("three")


def test_executions_that_it_started_are_shown(fake: AutomationFake, tmp_path: Path) -> None:
    """Children that were recorded exist once their step has begun, with other ids, which the parent names too."""
    start = {"name": "start", "action": "aws:executeAutomation", "inputs": {"DocumentName": "Child"}}
    path = taken(tmp_path, runbook(start), "--children")
    with_its_step = content(path)["StepExecutions"][0]["ExecutionStartTime"]
    altered(path, lambda whole: whole["Children"][0]["AutomationExecution"].update(ExecutionStartTime=with_its_step))
    fake.replay(path)
    execution_id = started(fake)
    execution = fake.execution(execution_id)
    assert execution.children == []
    execution.run_to("start")
    execution.advance()
    (child,) = execution.children
    assert child.document_name == "Child"
    assert child.id != content(path)["Children"][0]["AutomationExecution"]["AutomationExecutionId"]
    shown = polls(fake, execution_id)[-1]
    assert shown["StepExecutions"][0]["Outputs"]["ExecutionId"] == [child.id]
    answer = fake.client().get_automation_execution(AutomationExecutionId=child.id)["AutomationExecution"]
    assert answer["ParentAutomationExecutionId"] == execution_id
    assert answer["AutomationExecutionStatus"] == "Success"
    assert execution.children == [child]
    second = fake.execution(started(fake))
    second.run_to("start")
    assert [each.id == child.id for each in second.children] == [False]
    second.children[0].finish("Failed")
    second.advance()
    assert (second.status, second.children[0].status) == ("Success", "Failed")


def test_a_step_shows_a_recording_of_what_it_starts(fake: AutomationFake, tmp_path: Path) -> None:
    """An execution that a walked runbook starts shows its recording, registered or not."""
    fake.replay(taken(tmp_path, LINE, two="No."))
    start = {"name": "start", "action": "aws:executeAutomation", "inputs": {"DocumentName": "Bake"}}
    inputs = {**start["inputs"], "RuntimeParameters": {"Id": ["i-0"]}}  # type: ignore[dict-item]
    fake.add_runbook(runbook({**start, "inputs": inputs}, parameters={}), name="Parent")
    fake.add_runbook(runbook(start, parameters={}), name="Wrong")
    parent, wrong = (started(fake, DocumentName=name, Parameters=None) for name in ("Parent", "Wrong"))
    assert polls(fake, parent)[-1]["AutomationExecutionStatus"] == "Failed"
    (child,) = fake.execution(parent).children
    assert "No." in str(child.failure_message)
    assert "Missing required parameter: Id" in polls(fake, wrong)[-1]["FailureMessage"]


def test_targets_are_shown(tmp_path: Path) -> None:
    """An execution on targets shows its targets as steps, their executions, and how many have ended."""
    request: dict[str, Any] = {
        "DocumentName": "Bake",
        "TargetParameterName": "Id",
        "Targets": [{"Key": "ParameterValues", "Values": ["i-0", "i-1", "i-2"]}],
        "MaxConcurrency": "1",
    }
    with AutomationFake() as fake:
        fake.add_runbook(LINE, name="Bake")
        path = recorded(tmp_path, ended(fake, **request), "--children")
    whole = content(path)
    for number, step in enumerate(whole["StepExecutions"]):
        step |= {"ExecutionStartTime": 1e9 + 2 * number, "ExecutionEndTime": 1e9 + 2 * number + 1}
    whole["AutomationExecution"] |= {"ExecutionStartTime": 1e9, "ExecutionEndTime": 1e9 + 9}
    path.write_text(json.dumps(whole))
    with AutomationFake(pace="step") as fake:
        fake.replay(path)
        execution_id = str(fake.client().start_automation_execution(**request)["AutomationExecutionId"])
        shown = polls(fake, execution_id)
        fake.add_runbook(LINE, name="Bake")
        again = recorded(tmp_path / "again", execution_id, "--children")
    assert [each["ProgressCounters"]["SuccessSteps"] for each in shown] == [0, 0, 1, 2, 3]
    assert same(content(again)) == same(content(path))


def test_a_listing_shows_it(fake: AutomationFake, tmp_path: Path) -> None:
    """DescribeAutomationExecutions shows its statuses, too."""
    fake.replay(taken(tmp_path, LINE))
    started(fake)
    pages = [fake.client().describe_automation_executions() for _ in range(5)]
    listed = [page["AutomationExecutionMetadataList"][0] for page in pages]
    assert [each["AutomationExecutionStatus"] for each in listed] == ["Pending", *["InProgress"] * 3, "Success"]
    assert listed[1]["CurrentStepName"] == "get"
    steps = fake.client().describe_automation_step_executions(AutomationExecutionId=fake.executions[0].id)
    assert len(steps["StepExecutions"]) == 3


@pytest.mark.parametrize(
    ("given", "when", "message"),
    [
        (5, None, "Expected the path of a recorded execution, but got 5"),
        ("missing.json", None, "missing.json cannot be read"),
        (None, {"Documentname": "x"}, "Did you mean 'DocumentName'"),
    ],
)
def test_a_wrong_argument_is_told(fake: AutomationFake, tmp_path: Path, given: Any, when: Any, message: str) -> None:
    """What is no recording, or no part of a request, is refused at once."""
    path = taken(tmp_path, LINE) if given is None else given
    with pytest.raises(FakeUsageError, match=message):
        fake.replay(path, when=when)


def test_what_has_gone_on_does_not_go_back(fake: AutomationFake, tmp_path: Path) -> None:
    """A poll that a signal has overtaken changes nothing."""
    fake.replay(taken(tmp_path, LINE))
    started(fake)
    run: Any = fake.executions[0]._run
    before = run.course
    run.advance()
    before.advance(run, "step")
    assert run.course.frame == 1


def test_a_reset_forgets_it(fake: AutomationFake, tmp_path: Path) -> None:
    """After a reset, the fake shows what it shows without recordings."""
    fake.replay(taken(tmp_path, LINE))
    fake.reset()
    assert polls(fake, started(fake))[-1]["StepExecutions"] == []
