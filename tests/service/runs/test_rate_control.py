"""Rate control: executions on several targets, in several accounts and Regions."""

from __future__ import annotations

from typing import Any

import model
import pytest
from caller import poll, polls, runbook, signal, start, statuses

from pytest_ssm_automation import AutomationFake, FakeUsageError


def on(*values: str, **members: Any) -> dict[str, Any]:
    """Give a request that runs on these values of the parameter Id."""
    target = {"Key": "ParameterValues", "Values": [*values]}
    return {"DocumentName": "Doc", "TargetParameterName": "Id", "Targets": [target], **members}


def children(client: Any, execution_id: str) -> list[dict[str, Any]]:
    """List the executions that another has started, which is a poll of each."""
    filters = [{"Key": "ParentExecutionId", "Values": [execution_id]}]
    found: list[dict[str, Any]] = client.describe_automation_executions(Filters=filters)[
        "AutomationExecutionMetadataList"
    ]
    return found


def outcome(fake: AutomationFake, client: Any, **members: Any) -> tuple[str, int]:
    """Start an execution, poll it to its end, and return its status and the number of its children."""
    execution = fake.execution(start(client, **members))
    for _ in range(100):
        if poll(client, execution.id)["AutomationExecutionStatus"] in {"Success", "Failed"}:
            return execution.status, len(execution.children)
    pytest.fail("never ended")


def test_a_step_for_each_target(client: Any) -> None:
    """The parent has a step for each value, which goes as the execution goes that it starts."""
    execution_id = start(client, **on("i-1", "i-2"))
    assert polls(client, execution_id, 4) == ["Pending PP", "InProgress PP", "InProgress II", "Success SS"]
    shown = poll(client, execution_id)
    assert [step["StepName"] for step in shown["StepExecutions"]] == ["i-1", "i-2"]
    assert shown["ResolvedTargets"] == {"ParameterValues": ["i-1", "i-2"], "Truncated": False}


def test_defaults_are_those_of_children(fake: AutomationFake, client: Any) -> None:
    """Only the executions on the targets have the defaults of the runbook's parameters."""
    parameters = {"Id": {"type": "String"}, "Mode": {"type": "String", "default": "fast"}}
    fake.add_runbook(runbook({"name": "rest"}, parameters=parameters), name="Doc")
    start(client, TargetParameterName="Id", Targets=[{"Key": "ParameterValues", "Values": ["a"]}])
    (parent,) = fake.executions
    parent.advance()
    assert parent.parameters == {}
    assert [child.parameters for child in parent.children] == [{"Id": ["a"], "Mode": ["fast"]}]


def test_children_are_executions_that_the_caller_did_not_start(fake: AutomationFake, client: Any) -> None:
    """They have the target as a parameter, know their parent and its call, and are listed, the newest first."""
    execution = fake.execution(start(client, **on("i-1", "i-2", Parameters={"A": ["b"]}, DocumentVersion="3")))
    statuses(client, execution.id, 2)
    first, second = execution.children
    assert [each["Target"] for each in children(client, execution.id)] == ["i-2", "i-1"]
    assert (first.parent, first.call, first.target) == (execution, fake.calls[0], "i-1")
    assert (first.parameters, first.document_version) == ({"A": ["b"], "Id": ["i-1"]}, "3")
    assert fake.assert_started_once() is execution
    assert fake.executions == [execution]
    listed = client.describe_automation_executions()["AutomationExecutionMetadataList"]
    assert [each["AutomationExecutionId"] for each in listed] == [second.id, first.id, execution.id]


@pytest.mark.parametrize(
    ("concurrency", "running"), [("1", 1), ("3", 3), ("50", 5), ("1%", 1), ("50%", 2), ("79%", 3), ("100%", 5)]
)
def test_max_concurrency(fake: AutomationFake, client: Any, concurrency: str, running: int) -> None:
    """A number or a percentage of the targets, rounded down, but never to none."""
    execution = fake.execution(start(client, **on("a", "b", "c", "d", "e", MaxConcurrency=concurrency)))
    statuses(client, execution.id, 2)
    assert sum(not child.ended for child in execution.children) == running


@pytest.mark.parametrize(
    ("errors", "started"), [(None, 1), ("0", 1), ("1", 2), ("4", 5), ("0%", 1), ("20%", 2), ("39%", 2), ("100%", 5)]
)
def test_max_errors(fake: AutomationFake, client: Any, errors: str | None, started: int) -> None:
    """With 0 no further one is started after the first failure, with 3 after the fourth.

    If all have failed, so has the parent, however many may fail.
    """
    fake.script(["Failed"], when=lambda call: "Id" in call.params.get("Parameters", {}))
    given = {"MaxErrors": errors} if errors else {}
    status, count = outcome(fake, client, **on("a", "b", "c", "d", "e", MaxConcurrency="1", **given))
    assert (status, count) == ("Failed", started)


def test_what_runs_may_complete(fake: AutomationFake, client: Any) -> None:
    """After too many failures nothing more is started; the parent fails after the running children have ended."""
    fake.script(["InProgress", "Failed"], when={"Parameters": {"Id": ["a"]}})
    fake.script(["InProgress", "InProgress", "InProgress", "Success"], when={"Parameters": {"Id": ["b"]}})
    execution = fake.execution(start(client, **on("a", "b", "c", MaxConcurrency="2")))
    seen = polls(client, execution.id, 5)
    assert seen == ["Pending PPP", "InProgress IIP", "InProgress FIP", "InProgress FIP", "Failed FSP"]
    shown = poll(client, execution.id)
    assert "FailureMessage" not in shown
    assert shown["StepExecutions"][0]["FailureMessage"] == "The execution ended as Failed."
    assert len(execution.children) == 2


def test_events_count_in_their_order(fake: AutomationFake, client: Any) -> None:
    """A success makes room at once, before a failure that comes after it; one that comes before leaves none."""
    for order in ("ab", "ba"):
        execution = fake.execution(start(client, **on("a", "b", "c", MaxConcurrency="2")))
        statuses(client, execution.id, 2)
        for name in order:
            child = next(child for child in execution.children if child.target == name)
            child.finish("Success" if name == "a" else "Failed")
        assert len(execution.children) == (3 if order == "ab" else 2)


def test_polling_only_the_children(fake: AutomationFake, client: Any) -> None:
    """A caller that polls only the children sees each of them start and end."""
    execution_id = start(client, **on("a", "b", "c", MaxConcurrency="1"))
    statuses(client, execution_id, 2)
    listed = [children(client, execution_id) for _ in range(9)][-1]
    assert [each["AutomationExecutionStatus"] for each in listed] == ["Success"] * 3
    assert fake.execution(execution_id).status == "InProgress"
    assert statuses(client, execution_id, 1) == ["Success"]


def test_progress_is_counted(fake: AutomationFake, client: Any) -> None:
    """The response counts the targets by result, if the installed model has members for that."""
    for name, status in {"a": "Success", "b": "Failed", "c": "TimedOut", "d": "Cancelled"}.items():
        fake.script([status], when={"Parameters": {"Id": [name]}})
    execution = fake.execution(start(client, **on("a", "b", "c", "d", "e", "f", MaxErrors="9", MaxConcurrency="1")))
    poll(client, execution.id)
    shown = poll(client, execution.id)
    assert shown["ProgressCounters"] == {
        "TotalSteps": 6, "SuccessSteps": 1, "FailedSteps": 1, "CancelledSteps": 1, "TimedOutSteps": 1
    }  # fmt: skip
    summary = {"TotalCount": 6, "StartedCount": 5, "CompletedCount": 4, "SuccessfulCount": 1, "FailedCount": 3}
    known = "TargetsSummary" in model.members("AutomationExecution")
    assert shown.get("TargetsSummary") == (summary if known else None)


def test_target_maps(fake: AutomationFake, client: Any) -> None:
    """Each map is a target, and sets its parameters."""
    maps = [{"Id": ["i-1", "i-2"], "Size": ["s"]}, {"Id": ["i-3"]}]
    execution = fake.execution(start(client, TargetMaps=maps, Parameters={"Size": ["m"], "A": ["b"]}))
    shown = [poll(client, execution.id) for _ in range(2)][1]
    assert [step["StepName"] for step in shown["StepExecutions"]] == ["i-1, i-2, s", "i-3"]
    assert [child.parameters for child in execution.children] == [
        {"Size": ["s"], "A": ["b"], "Id": ["i-1", "i-2"]},
        {"Size": ["m"], "A": ["b"], "Id": ["i-3"]},
    ]
    assert shown["ResolvedTargets"]["ParameterValues"] == ["i-1", "i-2", "s", "i-3"]
    assert shown["TargetMaps"] == maps


def test_a_tag_stands_for_what_the_test_says(fake: AutomationFake, client: Any) -> None:
    """The resolver is asked once for each execution, with the target of the request."""
    asked: list[Any] = []

    def resolve(target: Any) -> list[str]:
        asked.append({**target})
        return [f"i-{value}" for value in target.pop("Values")]

    fake.resolve_targets(resolve)
    target = {"Key": "tag:Env", "Values": ["prod", "test"]}
    execution_id = start(client, TargetParameterName="Id", Targets=[target])
    assert polls(client, execution_id, 4)[-1] == "Success SS"
    assert asked == [target]
    shown = poll(client, execution_id)
    assert (shown["ResolvedTargets"]["ParameterValues"], shown["Targets"]) == (["i-prod", "i-test"], [target])
    fake.reset()
    start(client, TargetParameterName="Id", Targets=[target])
    assert len(asked) == 1


def test_a_tag_of_which_nothing_is_known(fake: AutomationFake, client: Any) -> None:
    """Without a resolver, or where it finds nothing, the execution goes as if it ran on nothing."""
    target = {"Key": "tag:Env", "Values": ["prod"]}
    for _ in range(2):
        execution_id = start(client, TargetParameterName="Id", Targets=[target])
        shown = [poll(client, execution_id) for _ in range(3)][-1]
        assert (shown["AutomationExecutionStatus"], shown["StepExecutions"]) == ("Success", [])
        assert shown["ResolvedTargets"]["ParameterValues"] == []
        fake.resolve_targets(lambda _: [])


@pytest.mark.parametrize("found", ["i-1", [1], None, {"i-1"}])
def test_a_resolver_gives_a_list_of_ids(fake: AutomationFake, client: Any, found: Any) -> None:
    """Any other result is a mistake in the test, and raises."""
    fake.resolve_targets(lambda _: found)
    with pytest.raises(FakeUsageError, match="Expected resolve_targets to return a list of ids for"):
        start(client, TargetParameterName="Id", Targets=[{"Key": "tag:Env", "Values": ["prod"]}])
    assert not fake.executions
    with pytest.raises(FakeUsageError, match=r"Expected a function from a target to a list of ids, but got \['i-1'\]"):
        fake.resolve_targets(["i-1"])  # type: ignore[arg-type]


def test_cancelling_starts_nothing_more(fake: AutomationFake, client: Any) -> None:
    """What runs gets no further and is cancelled with the parent, and the rest never starts."""
    execution = fake.execution(start(client, **on("a", "b", "c", MaxConcurrency="2")))
    statuses(client, execution.id, 3)
    client.stop_automation_execution(AutomationExecutionId=execution.id)
    execution.children[0].finish()
    assert polls(client, execution.id, 2) == ["Cancelling SIP", "Cancelled SCP"]


def test_completing_waits_for_what_runs(fake: AutomationFake, client: Any) -> None:
    """With type Complete, running children continue to the end, others are never started, and the parent succeeds."""
    execution = fake.execution(start(client, **on("a", "b", "c", MaxConcurrency="1")))
    statuses(client, execution.id, 2)
    client.stop_automation_execution(AutomationExecutionId=execution.id, Type="Complete")
    assert polls(client, execution.id, 3) == ["InProgress PPP", "InProgress IPP", "Success SPP"]


def test_the_end_of_a_parent_ends_its_children(fake: AutomationFake, client: Any) -> None:
    """If the test or the script ends the parent, no child keeps running."""
    finished = fake.execution(start(client, **on("a", "b")))
    statuses(client, finished.id, 2)
    finished.finish("TimedOut")
    assert [child.status for child in finished.children] == ["TimedOut", "TimedOut"]
    fake.script(["InProgress", "Failed"], when={"TargetParameterName": "Id"})
    scripted = fake.execution(start(client, **on("a", "b")))
    assert [child.status for child in scripted.children] == ["Pending", "Pending"]
    statuses(client, scripted.id, 2)
    assert [child.status for child in scripted.children] == ["Failed", "Failed"]
    fake.script(["Success"])
    ended = fake.execution(start(client, **on("a", "b")))
    assert (ended.status, ended.children) == ("Success", [])


def test_stopping_the_step_of_one_target(fake: AutomationFake, client: Any) -> None:
    """StopStep with the step of a target ends only that one, and is invalid after its end."""
    execution = fake.execution(start(client, **on("a", "b", MaxErrors="1")))
    statuses(client, execution.id, 2)
    named = [execution.steps[0]["StepExecutionId"]]
    signal(client, execution.id, "StopStep", StepExecutionId=named)
    assert [child.status for child in execution.children] == ["Cancelled", "Pending"]
    assert execution.status == "InProgress"
    with pytest.raises(client.exceptions.InvalidAutomationSignalException):
        signal(client, execution.id, "StopStep", StepExecutionId=named)


@pytest.mark.parametrize("on_locations", [False, True])
def test_interactive_rate_control_waits_as_a_whole(fake: AutomationFake, client: Any, *, on_locations: bool) -> None:
    """The parent waits to begin; its children do not wait again."""
    located = {"TargetLocations": [{**LOCATION, "Accounts": ["123456789012"], "Regions": ["us-east-1"]}]}
    execution = fake.execution(start(client, **(located if on_locations else on("a")), Mode="Interactive"))
    assert statuses(client, execution.id, 2) == ["Waiting"] * 2
    assert execution.children == []
    signal(client, execution.id, "Resume", StepName=[execution.steps[0]["StepName"]])
    assert statuses(client, execution.id, 3) == ["InProgress", "InProgress", "Success"]


def test_approvals_wait_in_the_children(fake: AutomationFake, client: Any) -> None:
    """Each child asks for its own approval, and the parent works until all have ended."""
    content = {"schemaVersion": "0.3", "mainSteps": [{"name": "ask", "action": "aws:approve"}]}
    fake.add_runbook({**content, "parameters": {"Id": {"type": "String"}}}, name="Doc")
    execution = fake.execution(start(client, **on("a", "b")))
    for _ in range(5):
        poll(client, execution.id)
    assert [execution.status, *(child.status for child in execution.children)] == ["InProgress", "Waiting", "Waiting"]
    for child in execution.children:
        signal(client, child.id, "Approve")
    assert [poll(client, execution.id)["AutomationExecutionStatus"] for _ in range(3)][-1] == "Success"


LOCATION: dict[str, Any] = {"Accounts": ["111111111111", "222222222222"], "Regions": ["eu-west-1", "us-west-2"]}


@pytest.mark.needs("account_id")
def test_a_step_for_each_account_and_region(fake: AutomationFake, client: Any) -> None:
    """Several accounts and Regions are a step each, by default one at a time, and their executions run there."""
    execution = fake.execution(start(client, TargetLocations=[LOCATION], Parameters={"A": ["b"]}))
    assert polls(client, execution.id, 2) == ["Pending PPPP", "InProgress PPPP"]
    shown = poll(client, execution.id)
    assert (shown["ProgressCounters"]["TotalSteps"], "TargetsSummary" in shown) == (4, False)
    (child,) = execution.children
    assert (child.account, child.region, child.parameters) == ("111111111111", "eu-west-1", {"A": ["b"]})
    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
    abroad = fake.client("eu-west-1", aws_account_id="111111111111", **keys)
    assert children(fake.client("eu-west-1"), execution.id) == []
    assert [each["Target"] for each in children(abroad, execution.id)] == ["111111111111/eu-west-1"]


@pytest.mark.parametrize("given", [{}, {"ExecutionRoleName": "Mine", "TargetLocationMaxErrors": "50%"}])
def test_the_step_of_a_location_shows_it(client: Any, given: dict[str, str]) -> None:
    """It has the documented defaults; what a caller does to an answer changes nothing."""
    execution_id = start(client, TargetLocations=[{**LOCATION, **given}])
    expected = {
        "Accounts": ["111111111111"],
        "Regions": ["us-west-2"],
        "ExecutionRoleName": "AWS-SystemsManager-AutomationExecutionRole",
        "TargetLocationMaxConcurrency": "1",
        "TargetLocationMaxErrors": "0",
        **given,
    }
    for _ in range(2):
        shown = poll(client, execution_id)["StepExecutions"][1]["TargetLocation"]
        assert shown == expected
        shown["Accounts"].clear()


@pytest.mark.parametrize(
    ("given", "status", "started"),
    [
        ({}, "Failed", 1),
        ({"TargetLocationMaxErrors": "2"}, "Failed", 3),
        ({"TargetLocationMaxErrors": "100%"}, "Success", 4),
        ({"TargetLocationMaxConcurrency": "50%"}, "Failed", 2),
        ({"TargetLocationMaxConcurrency": "1%"}, "Failed", 1),
        pytest.param(
            {"ExcludeAccounts": ["111111111111"], "TargetLocationMaxErrors": "9"},
            "Success",
            2,
            marks=pytest.mark.needs("TargetLocation.ExcludeAccounts"),
        ),
    ],
)
def test_rate_control_of_a_location(
    fake: AutomationFake, client: Any, given: dict[str, Any], status: str, started: int
) -> None:
    """Accounts and Regions have separate rate controls, and accounts can be excluded."""
    fake.script(["Pending", "Failed"], when=lambda call: call.region != "us-east-1")
    assert outcome(fake, client, TargetLocations=[{**LOCATION, **given}]) == (status, started)


@pytest.mark.needs("TargetLocation.Targets")
def test_targets_of_a_location_take_precedence(fake: AutomationFake, client: Any) -> None:
    """Targets and their rate control are those of the location, where it has any, and else those of the request."""
    own = {
        "Accounts": ["111111111111"],
        "Regions": ["eu-west-1"],
        "Targets": [{"Key": "ParameterValues", "Values": ["own-1", "own-2"]}],
        "TargetsMaxConcurrency": "1",
        "TargetsMaxErrors": "1",
    }
    plain = {"Accounts": ["222222222222"], "Regions": ["eu-west-1"]}
    given = on("a", "b", TargetLocations=[own, plain], MaxConcurrency="2", MaxErrors="0")
    execution = fake.execution(start(client, **given))
    statuses(client, execution.id, 3)
    assert [[step["StepName"] for step in child.steps] for child in execution.children] == [
        ["own-1", "own-2"], ["a", "b"]
    ]  # fmt: skip
    limits = [(child.request["MaxConcurrency"], child.request["MaxErrors"]) for child in execution.children]
    assert limits == [("1", "1"), ("2", "0")]
    assert [len(child.children) for child in execution.children] == [1, 2]
    assert all("TargetLocations" not in child.request for child in execution.children)
    assert statuses(client, execution.id, 9)[-1] == "Success"
    members = {"TargetParameterName": "Id", "TargetMaps": [{"Id": ["a"]}], "TargetLocations": [own]}
    mapped = fake.execution(start(client, **members))
    mapped.advance()
    assert [step["StepName"] for step in mapped.children[0].steps] == ["own-1", "own-2"]


def test_a_location_without_accounts_has_no_steps(fake: AutomationFake, client: Any) -> None:
    """Nothing is made up where a location names no account or no Region."""
    assert outcome(fake, client, TargetLocations=[{"Regions": ["eu-west-1"]}]) == ("Success", 0)
