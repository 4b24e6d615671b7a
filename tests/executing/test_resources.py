"""The actions that call an operation of any service."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from caller import start
from executed import Bench, api, prop, step, wait

from pytest_ssm_automation import FakeUsageError

if TYPE_CHECKING:
    from executed import Members

DECLARED = {"Name": {"type": "String", "default": "one"}}
PUT = api(
    "put",
    "ssm",
    "PutParameter",
    Name="{{ Name }}",
    Value="v",
    Type="String",
    Overwrite="true",
    outputs={"Tier": "$.Tier"},
)
GET = api(
    "get",
    "SSM",
    "get_parameter",
    Name="{{ Name }}",
    outputs={"Value": "$.Parameter.Value", "Absent": "$.Parameter.Absent"},
)


def put(bench: Bench, value: str, name: str = "a") -> None:
    """Put a parameter, as the test."""
    bench.aws("ssm").put_parameter(Name=name, Value=value, Type="String", Overwrite=True)


def test_a_step_calls_the_operation_and_puts_out_what_it_selects(bench: Bench) -> None:
    """The service may be in capitals; declared outputs have their types, and the response is repeated."""
    run = bench.run(PUT, GET, parameters=DECLARED, given={"Name": ["two"]}, outputs=["get.Value", "get.Absent"])
    assert run.status == "Success"
    assert bench.aws("ssm").get_parameter(Name="two")["Parameter"]["Value"] == "v"
    assert (run.outputs("put"), run.outputs("get")) == ({"Tier": ["Standard"]}, {"Value": ["v"]})
    assert '"HTTPStatusCode":200' in run.step("get")["Outputs"]["OutputPayload"][0]
    assert run.shown["Outputs"]["get.Value"] == ["v"]
    assert run.shown["Outputs"]["get.Absent"] != ["v"]


@pytest.mark.parametrize(
    ("output", "text"),
    [
        (("$.Parameter.Value", "Integer"), "The output Value is v, which is not of type Integer"),
        ("$.[", "'$.[' is not a JSONPath: "),
    ],
)
def test_an_output_that_can_not_be_had_fails_the_step(output: Any, text: str, bench: Bench) -> None:
    """One that can't be converted to its type, or whose selector is none; the message names it."""
    put(bench, "v")
    run = bench.run(api("get", "ssm", "GetParameter", Name="a", outputs={"Value": output}))
    assert run.text("get").startswith(text)


REFUSED = "Property value 'running' from the API output is not in the desired values. Desired values: "


@pytest.mark.parametrize(
    ("selector", "desired", "text"),
    [
        ("$.Parameters[0].Value", ["stopped", "running"], None),
        ("$.ResponseMetadata.HTTPStatusCode", [200], None),
        ("$.Parameters[0].Value", ["a", "b"], REFUSED + "['a', 'b']."),
        ("$.Parameters..Value", "a", REFUSED + "['a']."),
        ("$.Parameters[3].Value", ["a"], "The property $.Parameters[3].Value was not found. Desired values: ['a']."),
    ],
)
def test_a_property_is_asserted(selector: str, desired: Any, text: str | None, bench: Bench) -> None:
    """The text of its value is one of the desired ones, which may be one text, or numbers."""
    put(bench, "running")
    run = bench.run(prop(selector, DesiredValues=desired))
    assert run.status == ("Failed" if text else "Success")
    assert text is None or run.text("look") == text


def test_a_wait_times_out_by_the_clock_of_the_run(make_bench: Any) -> None:
    """After `timeoutSeconds`, the step is TimedOut; each attempt has as long."""
    bench = make_bench(skip_sleep=True)
    put(bench, "pending")
    for properties, seconds in (
        ({"timeoutSeconds": 100}, [99, 2]),
        ({"timeoutSeconds": 10, "maxAttempts": 2}, [11, 9, 2]),
    ):
        execution_id = bench.begin(wait("available", **properties))
        for each in (0, *seconds):
            assert {bench.poll(execution_id)["AutomationExecutionStatus"] for _ in range(3)} == {"InProgress"}
            time.sleep(each)
        assert [bench.poll(execution_id) for _ in range(2)][-1]["AutomationExecutionStatus"] == "TimedOut"


def test_a_wait_that_is_looked_at_late(make_bench: Any) -> None:
    """The time counts from the start that the step shows, but what it waits for gets a second look."""
    bench = make_bench(skip_sleep=True)
    for late, looks in ((90, 2), (200, 1)):
        put(bench, "pending")
        execution_ids = [bench.begin(wait("available", timeoutSeconds=100)) for _ in range(2)]
        time.sleep(late)
        bench.poll(execution_ids[1])
        for _ in range(looks):
            assert bench.poll(execution_ids[0])["AutomationExecutionStatus"] == "InProgress"
            time.sleep(9)
        ended = [bench.poll(execution_ids[0]) for _ in range(2)][-1]
        put(bench, "available")
        found = [bench.poll(execution_ids[1]) for _ in range(2)][-1]
        assert [each["AutomationExecutionStatus"] for each in (ended, found)] == ["TimedOut", "Success"]


@pytest.mark.parametrize(
    ("condition", "chosen"),
    [
        ({"Not": {"Variable": "{{ get.Absent }}", "StringEquals": "spot"}}, ["chosen"]),
        ({"Variable": "{{ get.Absent }}", "Contains": "get.Absent"}, ["chosen"]),
        ({"Variable": "{{ get.Absent }}", "StringEquals": ""}, []),
        ({"Variable": "{{ told.Absent }}", "Contains": "told.Absent"}, []),
    ],
)
def test_references_without_a_value_are_compared_as_their_text(
    condition: Members, chosen: list[str], bench: Bench
) -> None:
    """As AWS does. Where the test sets the outputs of a step, its others are not known, and the choice is not taken."""
    put(bench, "v")
    bench.register(
        api("get", "ssm", "GetParameter", Name="a", outputs={"Absent": "$.Absent"}),
        api("told", "ssm", "GetParameter", Name="a", outputs={"Absent": "$.Absent"}),
        step("branch", "branch", {"Choices": [{"NextStep": "chosen", **condition}]}, isEnd=True),
        step("chosen", "sleep", {"Duration": "PT1S"}),
    )
    bench.fake.step_outputs("told", {})
    execution_id = start(bench.client)
    shown = [bench.poll(execution_id) for _ in range(4)][-1]
    assert shown["AutomationExecutionStatus"] == "Success"
    assert shown["StepExecutions"][2]["Outputs"].get("NextStep", []) == chosen
    assert bench.fake.execution(execution_id).unresolved == [f"{'told' if 'told' in str(condition) else 'get'}.Absent"]


UNABLE = """3 steps of Doc can't be executed. Correct the runbook, or set the outputs:
  a (aws:executeAwsApi): boto3 has no operation 'GetParametr' of ssm (did you mean 'GetParameter'?)
    fake.step_outputs('a', {'V': ...})
  b (aws:assertAwsResourceProperty): boto3 has no service 'ssmm' (did you mean 'ssm'?)
    fake.step_outputs('b', {})
  c (aws:executeAwsApi): s3 GetObject streams its response, which the service does not support here
    fake.step_outputs('c', {})"""


def test_what_boto3_does_not_have_is_told_for_all_steps(bench: Bench) -> None:
    """When the first step is due that can't be executed, and of which the test says nothing, all such are listed."""
    first = api("a", "ssm", "GetParametr", outputs={"V": "$.V"})
    others = [
        prop("$.A", name="b", Service="ssmm"),
        api("c", "s3", "GetObject"),
        api("d", "xyz", "GetParametr"),
        api("e", "{{ a.V }}", "GetParametr"),
        PUT,
    ]
    execution_id = bench.begin(first, *others, parameters=DECLARED)
    bench.fake.step_outputs("d", {})
    for _ in range(2):
        with pytest.raises(FakeUsageError) as caught:
            bench.poll(execution_id)
        assert str(caught.value) == UNABLE
    for name in "abce":
        bench.fake.step_outputs(name, {})
    bench.poll(execution_id)
    assert bench.poll(execution_id)["AutomationExecutionStatus"] == "Success"


def test_an_action_without_an_executor(bench: Bench) -> None:
    """It is no silent Success, and others are told with it."""
    hook = {"action": "aws:invokeWebhook", "inputs": {"IntegrationName": "a"}}
    execution_id = bench.begin(
        {"name": "hook", **hook},
        {"name": "again", **hook},
        step("tag", "createTags", {"ResourceIds": ["i-0"], "Tags": []}),
    )
    with pytest.raises(FakeUsageError, match="2 steps of Doc can't be executed") as caught:
        bench.poll(execution_id)
    for name in ("hook", "again"):
        assert f"\n  {name} (aws:invokeWebhook): the plugin does not execute this action" in str(caught.value)


def test_an_operation_whose_name_is_a_reference(bench: Bench) -> None:
    """It is looked up once the step is due."""
    execution_id = bench.begin(api("get", "ssm", "{{ Name }}"), parameters=DECLARED)
    with pytest.raises(FakeUsageError, match="boto3 has no operation 'one' of ssm"):
        bench.poll(execution_id)
