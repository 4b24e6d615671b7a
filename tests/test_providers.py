from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import botocore.session
import model
import pytest
from caller import has
from faker import Faker
from model import ENDED, START
from shapes import problems

from pytest_ssm_automation import AutomationFake, FakeUsageError
from pytest_ssm_automation.providers import AutomationProvider

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCALES: tuple[str | list[str], ...] = ("en_US", "de_DE", "ja_JP", "fa_IR", ["de_DE", "ja_JP"])
SEEDS = range(250)
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
# Each method, and a place in the model where what it makes belongs.
PLACES = {
    "automation_execution_id": ("AutomationExecutionId", UUID),
    "client_token": ("IdempotencyToken", UUID),
    "runbook_name": ("DocumentName", None),
    "runbook_arn": ("DocumentARN", None),
    "instance_id": ("TargetMapValue", "i-[0-9a-f]{17}"),
    "account_id": ("AccountId", "[0-9]{12}"),
    "aws_region": ("Region", "[a-z]{2}-[a-z]+-[0-9]"),
    "automation_parameters": ("AutomationParameterMap", None),
    "automation_tags": ("TagList", None),
    "automation_targets": ("StartAutomationExecutionRequest.Targets", None),
    "target_location": ("TargetLocation", None),
    "automation_request": ("StartAutomationExecutionRequest", None),
    "automation_response": ("StartAutomationExecutionResult", None),
    "automation_execution": ("AutomationExecution", None),
}
EXECUTION = model.output_shape("GetAutomationExecution").members["AutomationExecution"]
STATUSES: list[str] = EXECUTION.members["AutomationExecutionStatus"].enum


def make_faker(seed: int = 0, locale: str | list[str] = "en_US") -> Faker:
    """A Faker as a user would make it."""
    faker = Faker(locale)
    # A Faker with several locales has no add_provider.
    for each in faker.factories if len(faker.locales) > 1 else [faker]:
        each.add_provider(AutomationProvider)
    faker.seed_instance(seed)
    return faker


def draws(method: str, **arguments: Any) -> Iterator[Any]:
    """The values of a method, for all seeds and locales."""
    fakers = [make_faker(locale=locale) for locale in LOCALES]
    for seed in SEEDS:
        faker = fakers[seed % len(fakers)]
        faker.seed_instance(seed)
        yield getattr(faker, method)(**arguments)


@pytest.mark.parametrize("method", PLACES)
def test_values_are_valid_in_every_locale(method: str) -> None:
    """For all seeds and locales, values match the types, limits, patterns and enums of the model."""
    name, pattern = PLACES[method]
    structure, _, member = name.partition(".")
    shape: Any = model.service_model().shape_for(structure)
    shape = shape.members[member] if member else shape
    for value in draws(method):
        assert problems(shape, value) == []
        assert pattern is None or re.fullmatch(pattern, value)


def test_the_checks_of_these_tests_see_mistakes() -> None:
    """The checker finds each kind of mistake, deep inside a structure too."""
    steps = [{"StepStatus": "Done", "Action": "wait", "Outputs": {}}]
    found = problems(EXECUTION, {"StepExecutions": steps, "Parameters": {"k" * 51: ["x"]}})
    assert [problem.partition(":")[0] for problem in found] == [
        "AutomationExecution.StepExecutions[0].StepStatus",
        "AutomationExecution.StepExecutions[0].Action",
        "AutomationExecution.StepExecutions[0].Outputs",
        f"AutomationExecution.Parameters.{'k' * 51} (key)",
    ]
    assert "Unknown parameter" in problems(EXECUTION, {"Status": "Success"})[0]


def test_every_public_method_is_tested() -> None:
    """The table of these tests names every method that the provider adds to a Faker."""
    assert {name for name in vars(AutomationProvider) if not name.startswith("_")} == PLACES.keys()


@pytest.mark.parametrize(
    "document_name", [None, "AWS-CreateSnapshot", "arn:aws:ssm:us-east-1::document/AWS-ResizeInstance", "x.y"]
)
def test_requests_break_nothing(document_name: str | None) -> None:
    """A request breaks no constraint of the model and no documented rule, and botocore takes it."""
    with AutomationFake() as fake:
        client = fake.client()
        for request in draws("automation_request", document_name=document_name):
            client.start_automation_execution(**request)
            assert document_name in {None, request["DocumentName"]}


def test_requests_have_every_member() -> None:
    """Over many draws, requests have every member of the operation, each often enough to meet it in a few runs."""
    seen = Counter(member for request in draws("automation_request") for member in request)
    assert seen.keys() == model.input_shape(START).members.keys()
    assert min(seen.values()) > len(SEEDS) / 20


def test_targets_of_requests() -> None:
    """A single location has no targets; in a request it may have some, together with a TargetParameterName.

    Parameters of targets or target maps are not in the parameters of the request.
    """
    assert not any("Targets" in location for location in draws("target_location"))
    located = False
    for request in draws("automation_request"):
        name = request.get("TargetParameterName")
        filled = {name} | {key for each in request.get("TargetMaps", ()) for key in each}
        assert not filled & request.get("Parameters", {}).keys()
        if any("Targets" in location for location in request.get("TargetLocations", ())):
            located = True
            assert name
    assert located or not has("TargetLocation.Targets")


@pytest.mark.parametrize("method", PLACES)
def test_same_seed_same_values(method: str) -> None:
    """A seed generates the same values in all locales, and in several at once; they differ from draw to draw."""
    *single, several = LOCALES
    fakers = [make_faker(11, locale) for locale in single]
    first, *others = [[getattr(faker, method)() for _ in range(20)] for faker in fakers]
    assert others == [first] * len(others)
    assert any(value != first[0] for value in first)
    assert getattr(make_faker(11, several), method)() == first[0]


@pytest.mark.slow
def test_another_process_gives_the_same() -> None:
    """Nothing depends on the process: not on its hash seed, the clock or the user's configuration of AWS."""
    program = (
        "from faker import Faker\n"
        "from pytest_ssm_automation.providers import AutomationProvider\n"
        "faker = Faker()\n"
        "faker.add_provider(AutomationProvider)\n"
        "faker.seed_instance(3)\n"
        "print([faker.automation_request() for _ in range(9)], [faker.automation_execution() for _ in range(9)])\n"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={
                **os.environ,
                "PYTHONHASHSEED": seed,
                "PYTHONPATH": os.pathsep.join(sys.path),
                "AWS_PROFILE": "missing",
            },
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


@pytest.mark.parametrize("method", [*PLACES][:7])
def test_unique_values(method: str) -> None:
    """Faker's own `unique` works, for a Faker of one locale and of several."""
    for locale in LOCALES:
        unique = make_faker(locale=locale).unique
        assert len({getattr(unique, method)() for _ in range(25)}) == 25


def test_runbook_names_are_of_the_kind_asked_for() -> None:
    """AWS owns the names that begin with its own, and no others; unless asked, both kinds come."""
    assert all(name.startswith("AWS") for name in draws("runbook_name", aws_owned=True))
    assert not any(name.startswith("AWS") for name in draws("runbook_name", aws_owned=False))
    assert {name.startswith("AWS") for name in draws("runbook_name")} == {True, False}


def test_runbook_arns() -> None:
    """An ARN contains the arguments; the ARN of a runbook of AWS has an account only if one is passed."""
    faker = make_faker()
    for name in ("AWS-StopEC2Instance", "AMZN-Setup", "Amazon-Check"):
        assert faker.runbook_arn(name=name, region="eu-west-1") == f"arn:aws:ssm:eu-west-1::document/{name}"
    assert faker.runbook_arn(name="Mine", region="eu-west-1", account_id="012345678901") == (
        "arn:aws:ssm:eu-west-1:012345678901:document/Mine"
    )
    assert re.fullmatch(r"arn:aws:ssm:[a-z0-9-]+:\d{12}:document/Mine", faker.runbook_arn(name="Mine"))


def test_regions_are_those_of_the_installed_botocore() -> None:
    """Every Region that botocore knows SSM in comes up, and no other."""
    faker = make_faker()
    known = set(botocore.session.Session().get_available_regions("ssm"))
    assert {faker.aws_region() for _ in range(2000)} == known


def test_parameters_suit_the_runbook() -> None:
    """A runbook's parameters go by its name, bare or in an ARN; one that is not known gets those of a custom one."""
    for name in ("AWS-CreateSnapshot", "arn:aws:ssm:us-east-1::document/AWS-CreateSnapshot"):
        assert all("VolumeId" in given for given in draws("automation_parameters", document_name=name))
    assert all("InstanceId" in given for given in draws("automation_parameters", document_name="Mine"))
    options = [
        given["Options"][0] for given in draws("automation_parameters", document_name="Mine") if "Options" in given
    ]
    assert all(json.loads(text)["DryRun"] is True for text in options)


def test_tags() -> None:
    """There are one to five tags, as at most five are allowed at the start, and no key comes twice."""
    keys = [[tag["Key"] for tag in tags] for tags in draws("automation_tags")]
    assert {len(each) for each in keys} == {1, 2, 3, 4, 5}
    assert all(len(set(each)) == len(each) for each in keys)


@pytest.mark.needs("TargetLocation.ExcludeAccounts")
def test_target_locations_are_where_asked_for() -> None:
    """Accounts and Regions are those passed; otherwise, organizational units occur as well as accounts."""
    faker = make_faker()
    location = faker.target_location(accounts=["123456789012"], regions=["eu-west-1"])
    assert (location["Accounts"], location["Regions"]) == (["123456789012"], ["eu-west-1"])
    units = Counter(location["Accounts"][0][:3] == "ou-" for location in draws("target_location"))
    assert units[True] > 0
    assert units[False] > 0


def test_executions_and_responses_take_what_is_given() -> None:
    """Name, status, id and start are those passed, and an ARN becomes the bare name."""
    faker, start = make_faker(), datetime(2020, 2, 29, 12, 30, tzinfo=UTC)
    arn = "arn:aws:ssm:eu-west-1:123456789012:document/Mine"
    execution = faker.automation_execution(document_name=arn, status="Success", execution_id="id", started_at=start)
    shown = ("DocumentName", "AutomationExecutionStatus", "AutomationExecutionId", "ExecutionStartTime")
    assert [execution[name] for name in shown] == ["Mine", "Success", "id", start]
    assert start < execution["ExecutionEndTime"] < start + timedelta(days=1)
    assert faker.automation_response(execution_id="my-id") == {"AutomationExecutionId": "my-id"}


@pytest.mark.parametrize("status", ["Succeeded", ""])
def test_statuses_that_do_not_exist_are_refused(status: str) -> None:
    """A status that the model does not have is a mistake of the test's, named with what is allowed."""
    with pytest.raises(FakeUsageError, match=r"Unknown status .* Allowed: .*Success"):
        make_faker().automation_execution(status=status)


@pytest.mark.parametrize("rate_controlled", [False, True])
@pytest.mark.parametrize("status", STATUSES)
def test_the_members_of_an_execution_fit_each_other(status: str, rate_controlled: bool) -> None:  # noqa: FBT001
    """Times, steps, outputs and messages follow from the status."""
    for seed in range(25):
        execution = make_faker(seed).automation_execution(status=status, rate_controlled=rate_controlled)
        steps = execution["StepExecutions"]
        assert problems(EXECUTION, execution) == []
        assert ("ExecutionEndTime" in execution) == (status in ENDED)
        failed = status in {"Failed", "TimedOut", "CompletedWithFailure"}
        assert ("FailureMessage" in execution) == (failed and not rate_controlled)
        assert any("Troubleshooting Guide" in step.get("FailureMessage", "") for step in steps) == failed
        assert status in ENDED or "Outputs" not in execution
        assert (execution["Mode"] == "Interactive") >= (status == "Waiting")
        states = [step["StepStatus"] for step in steps]
        begun = [state for state in states if state != "Pending"]
        assert begun == ["Success"] * (len(begun) - 1) + begun[-1:]
        assert states == begun + ["Pending"] * (len(states) - len(begun))
        assert len(begun) == len(states) or status not in {"Success", "CompletedWithSuccess"}
        assert ("CurrentStepName" in execution) == (bool(begun) and status not in ENDED)


def test_steps_and_times() -> None:
    """Datetimes know their time zone, have milliseconds that are never 0, and follow each other; every status comes.

    A pending step has three members; one that began has an id, a start and inputs, which are JSON texts.
    """
    executions = list(draws("automation_execution"))
    assert {execution["AutomationExecutionStatus"] for execution in executions} == set(STATUSES)
    for execution in executions:
        times = [execution["ExecutionStartTime"]]
        for step in execution["StepExecutions"]:
            times += [step[name] for name in ("ExecutionStartTime", "ExecutionEndTime") if name in step]
            if step["StepStatus"] == "Pending":
                assert step.keys() == {"StepName", "Action", "StepStatus"}
                continue
            assert re.fullmatch(UUID, step["StepExecutionId"])
            assert step["ExecutionStartTime"]
            inputs = {name: json.loads(text) for name, text in step["Inputs"].items()}
            assert inputs == execution.get("Parameters", {})
        times += [execution["ExecutionEndTime"]] if "ExecutionEndTime" in execution else []
        assert times == sorted(set(times))
        assert all(time.tzinfo is UTC and time.microsecond and time.microsecond % 1000 == 0 for time in times)


def test_rate_controlled_executions_have_a_step_for_each_target() -> None:
    """Each target is a step that starts an automation; runs that are not rate-controlled resolve no targets."""
    for execution in draws("automation_execution", rate_controlled=True):
        values = [step["StepName"] for step in execution["StepExecutions"]]
        assert {step["Action"] for step in execution["StepExecutions"]} == {"aws:executeAutomation"}
        assert execution["ResolvedTargets"] == {"ParameterValues": values, "Truncated": False}
        assert execution["Targets"] == [{"Key": "ParameterValues", "Values": values}]
        assert execution["TargetParameterName"] not in execution.get("Parameters", {})
    for execution in draws("automation_execution", rate_controlled=False):
        assert execution["Targets"] == execution["ResolvedTargets"]["ParameterValues"] == []


def test_no_two_values_share_a_container() -> None:
    """A test may change what it got without changing any other part of it."""
    for method in ("automation_request", "automation_execution"):
        for value in draws(method):
            containers = list(_containers(value))
            assert len({id(container) for container in containers}) == len(containers)


def _containers(value: Any) -> Iterator[Any]:
    if isinstance(value, (dict, list)):
        yield value
        for member in value.values() if isinstance(value, dict) else value:
            yield from _containers(member)
