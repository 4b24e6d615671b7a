"""The scenarios, and what the code under test observes in them with a tool."""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unittest import mock

import application
from botocore.exceptions import ClientError, ParamValidationError, ReadTimeoutError
from moto import mock_aws
from tools import CannotExpress, Error, Moto, Plan, Tool, make_client

if TYPE_CHECKING:
    from collections.abc import Callable

IDS = tuple(f"73c8eef8-f4ee-4a05-820c-e354ff0ef5c{number}" for number in range(3))
TOKEN = "7bf73129-1428-4cd3-a780-95db273d1602"
TARGET = {"Key": "ParameterValues", "Values": ["i-0123456789abcdef0"]}
PARAMETERS = {"InstanceId": {"type": "String"}}
SLEEP = {"name": "wait", "action": "aws:sleep", "inputs": {"Duration": "PT1S"}}
RUNBOOK = {"schemaVersion": "0.3", "parameters": PARAMETERS, "mainSteps": [SLEEP]}
STOPPED = {"InstanceIds": ["{{ InstanceId }}"], "DesiredState": "stopped"}
CHANGE = {"name": "stop", "action": "aws:changeInstanceState", "inputs": STOPPED}
STOP = {"schemaVersion": "0.3", "parameters": PARAMETERS, "mainSteps": [CHANGE]}


class Unanswered(Exception):  # noqa: N818 - it is a finding, not a failure
    """An unanswered request would have left the process."""


@dataclass(frozen=True)
class Scenario:
    """A row of the matrix, and a section of the page.

    Attributes:
        title: What the code under test does, or what happens to it.
        aws: What AWS does.
        observe: A function that runs it with a tool, and returns or raises what the code under test observed.
        same: The observations with which a test sees what AWS does, as a pattern.
        partly: Those with which it does only after some work of the test, or only for a part, as a pattern.
    """

    title: str
    aws: str
    observe: Callable[[Tool], str]
    same: str = "refuses with .*"
    partly: str = "(?!)"

    def verdict(self, observed: str) -> str:
        """Say whether a test sees with a tool what AWS does."""
        if re.fullmatch(self.same, observed):
            return "yes"
        return "partly" if re.fullmatch(self.partly, observed) else "no"


def seen(act: Callable[[], str]) -> str:
    """Run a function, and return the observation, which may be an error."""
    try:
        with mock.patch("botocore.httpsession.URLLib3Session.send", side_effect=Unanswered):
            return act()
    except CannotExpress as finding:
        return f"cannot express it: {finding}"
    except Unanswered:
        return "not answered"
    except ParamValidationError:
        return "refuses with ParamValidationError"
    except ClientError as error:
        return f"refuses with {application.code(error)}"
    except NotImplementedError:  # moto's, for operations that it lacks
        return "NotImplementedError"


def request(runbook: tuple[str, dict[str, Any]] | None = None, **members: Any) -> Callable[[Tool], str]:
    """Start an execution with a request that AWS refuses."""

    def observe(tool: Tool) -> str:
        with tool.on(Plan(starts=IDS[:1], runbook=runbook)) as ssm:
            application.start(ssm, **members)
        return "accepts"

    return observe


def instance_is_stopped(tool: Tool) -> str:
    """Have a runbook stop an instance of moto, and look at the instance."""
    plan = Plan(starts=IDS[:1], statuses=("Success",), runbook=("Operations-Stop", STOP), executes=True)

    with mock_aws():
        ec2 = make_client("ec2")
        image_id = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
        launched = ec2.run_instances(ImageId=image_id, MinCount=1, MaxCount=1)
        with tool.on(plan) as ssm:
            return application.stop(ssm, launched["Instances"][0]["InstanceId"])


def throttled_twice(tool: Tool) -> str:
    """Throttle two attempts, once with botocore's own retries, and once with a loop in the code under test."""
    errors = (Error("ThrottlingException", "Rate exceeded"),) * 2

    def act(start: Callable[[Any], str], *, retries: bool) -> str:
        with tool.on(Plan(starts=(*errors, IDS[0]), retries=retries)) as ssm:
            start(ssm)
        return "succeed"

    by_botocore = seen(lambda: act(application.start, retries=True))
    by_hand = seen(lambda: act(application.start_in_a_loop, retries=False))
    if by_botocore == by_hand == "succeed":
        return "botocore's own retries run, and succeed; so does a loop in the code"
    if by_hand == "succeed":
        error = by_botocore.removeprefix("refuses with ")
        return f"botocore's own retries don't run: {error} at once; a loop in the code succeeds"
    return by_botocore


def response_lost(tool: Tool) -> str:
    """Start an execution, lose the response, and let the code retry."""
    lost = ReadTimeoutError(endpoint_url="made up")
    with tool.on(Plan(starts=(lost, IDS[0]))) as ssm:
        application.start_until_answered(ssm)
        return f"raises the error; {tool.duplicates()}"


def module_level_client(tool: Tool) -> str:
    """Answer code that uses a client created when its module was imported."""

    def unnamed() -> str:
        with tool.on(Plan(starts=IDS[:1])):
            application.start_by_module_client()
        return "answers"

    def named() -> str:
        with tool.on(Plan(starts=IDS[:1]), application.SSM) as ssm, mock.patch.object(application, "SSM", ssm):
            application.start_by_module_client()
        return "answers, if the test passes that client"

    found = seen(unnamed)
    return seen(named) if found == "not answered" else found


def polling(tool: Tool) -> str:
    """Start an execution, and poll until it has ended."""
    plan = Plan(starts=IDS[:1], statuses=("Pending", "InProgress", "Success"))
    with tool.on(plan) as ssm:
        status = application.wait(ssm, application.start(ssm))
    written = len(plan.starts) + len(plan.statuses) if tool.by_hand else "no"
    return f"`{status}`, with {written} responses written by hand"


def typed_exception(tool: Tool) -> str:
    """Raise an error that the code catches as `client.exceptions.AutomationExecutionLimitExceededException`."""

    def act(exceptions: Any = None) -> str:
        error = Error("AutomationExecutionLimitExceededException")
        with tool.on(Plan(starts=(error,))) as ssm:
            if exceptions:
                ssm.exceptions = exceptions
            application.start_if_there_is_room(ssm)
        return "caught"

    try:
        return seen(act)
    except TypeError:
        found = seen(lambda: act(make_client().exceptions))
        return f"TypeError; {found} if the test adds the exceptions of a real client"


def token_replay(tool: Tool) -> str:
    """Send a request twice with one ClientToken, and then another request with the same token."""

    def other() -> str:
        application.start(ssm, ClientToken=TOKEN, DocumentName="AWS-StopEC2Instance")
        return "accepts"

    with tool.on(Plan(starts=IDS)) as ssm:
        ids = {application.start(ssm, ClientToken=TOKEN) for _ in range(2)}
        found = "the same execution" if len(ids) == 1 else "another execution, as written by hand"
        return f"{found}; then {seen(other)}"


def other_services(tool: Tool) -> str:
    """Use STS, and another operation of the same SSM client, together with moto."""

    def start(ssm: Any) -> str:
        application.start(ssm)
        return "answered"

    def identity() -> str:
        make_client("sts").get_caller_identity()
        return "answered"

    def parameter(ssm: Any) -> str:
        try:
            value = ssm.get_parameter(Name="/role")["Parameter"]["Value"]
        except Exception as error:  # noqa: BLE001 - any exception is an observation
            return type(error).__name__
        return "answered" if value == "automation" else f"a new {type(value).__name__}"

    with ExitStack() as stack:
        stack.enter_context(mock_aws())
        real = make_client()
        real.put_parameter(Name="/role", Value="automation", Type="String")
        if isinstance(tool, Moto):
            ssm, beside = real, "by itself"
        else:
            ssm, beside = stack.enter_context(tool.on(Plan(starts=IDS[:1]), real)), "by moto"
        found = [seen(act) for act in (lambda: start(ssm), identity, lambda: parameter(ssm))]
    words = ("start", "STS", "GetParameter of the same client")
    return "; ".join(
        f"{what}: {how}{f' {beside}' if what != 'start' and how == 'answered' else ''}"
        for what, how in zip(words, found, strict=True)
    )


SCENARIOS = (
    Scenario(
        "The runbook stops an instance, and the code looks at the instance",
        "`Success`, and the instance is stopped",
        instance_is_stopped,
        same="`Success`, and the instance is stopped",
        partly="`Success`, and .*",
    ),
    Scenario("A document name that breaks the pattern", "ValidationException", request(DocumentName="Restart web!")),
    Scenario("`Tags` with a missing `Value`", "not reached: botocore checks it", request(Tags=[{"Key": "Team"}])),
    Scenario(
        "Two `Targets`",
        "InvalidAutomationExecutionParametersException",
        request(TargetParameterName="InstanceId", Targets=[TARGET, TARGET]),
    ),
    Scenario(
        "`Targets` together with `TargetMaps`",
        "refuses; the error is not documented",
        request(
            TargetParameterName="InstanceId", Targets=[TARGET], TargetMaps=[{"InstanceId": ["i-0123456789abcdef0"]}]
        ),
    ),
    Scenario(
        "A parameter that the runbook does not declare",
        "InvalidAutomationExecutionParametersException",
        request(
            ("Restart-Web", RUNBOOK),
            DocumentName="Restart-Web",
            Parameters={"InstanceId": ["i-0123456789abcdef0"], "Force": ["true"]},
        ),
    ),
    Scenario(
        "Throttled twice, then not",
        "botocore retries",
        throttled_twice,
        same="botocore's own retries run,.*",
        partly="botocore's own retries don't run:.*",
    ),
    Scenario(
        "The response is lost, and the code retries without a token",
        "2 executions",
        response_lost,
        same=".*: 2 executions",
        partly="raises the error;.*",
    ),
    Scenario(
        "A client created when a module is imported",
        "answers",
        module_level_client,
        same="answers",
        partly="answers, if.*",
    ),
    Scenario(
        "Polling until `Success`",
        "`Success`, after some time",
        polling,
        same=".*with no responses written by hand",
        partly=".*written by hand",
    ),
    Scenario(
        "An error that the code catches as `client.exceptions.X`",
        "caught",
        typed_exception,
        same="caught",
        partly=".*caught if.*",
    ),
    Scenario(
        "One `ClientToken`: the same request again, then another request",
        "the same execution; then IdempotentParameterMismatch",
        token_replay,
        same="the same execution; then refuses.*",
    ),
    Scenario(
        "Another service in the same test",
        "answers",
        other_services,
        same="start: answered; STS: answered.*; GetParameter of the same client: answered.*",
        partly=".*answered.*",
    ),
)
