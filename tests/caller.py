"""Code that starts and polls executions, as callers write it, and what of it the installed botocore knows."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from inspect import signature
from typing import TYPE_CHECKING, Any

import model
from botocore.credentials import Credentials
from botocore.exceptions import ClientError, ParamValidationError

from pytest_ssm_automation import AutomationFake

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pytest_ssm_automation import Runbook, Violation


def start(client: Any, **members: Any) -> str:
    """Start an execution, and return its id."""
    execution_id: str = client.start_automation_execution(**{"DocumentName": "Doc", **members})["AutomationExecutionId"]
    return execution_id


def poll(client: Any, execution_id: str) -> dict[str, Any]:
    """Poll an execution, and return what the response shows."""
    shown: dict[str, Any] = client.get_automation_execution(AutomationExecutionId=execution_id)["AutomationExecution"]
    return shown


def statuses(client: Any, execution_id: str, times: int) -> list[str]:
    """Poll an execution several times, and return the statuses."""
    return [poll(client, execution_id)["AutomationExecutionStatus"] for _ in range(times)]


def letters(steps: Iterable[Mapping[str, Any]]) -> str:
    """Write the first letter of the status of each step."""
    return "".join(step["StepStatus"][0] for step in steps)


def polls(client: Any, execution_id: str, times: int) -> list[str]:
    """Poll an execution several times, and return its status and the letters of its steps, such as `InProgress SIP`."""
    shown = (poll(client, execution_id) for _ in range(times))
    return [f"{each['AutomationExecutionStatus']} {letters(each['StepExecutions'])}" for each in shown]


def signal(client: Any, execution_id: str, kind: str, **payload: list[str]) -> None:
    """Send a signal."""
    given = {"Payload": payload} if payload else {}
    client.send_automation_signal(AutomationExecutionId=execution_id, SignalType=kind, **given)


def step(shown: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return a step of an execution by its name."""
    found: dict[str, Any] = next(each for each in shown["StepExecutions"] if each["StepName"] == name)
    return found


def runbook(*steps: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Write a runbook; steps are `aws:sleep` by default."""
    return {"schemaVersion": "0.3", **members, "mainSteps": [{"action": "aws:sleep", **each} for each in steps]}


def violations(request: Mapping[str, Any], enforce: list[str]) -> list[Violation]:
    """Start an execution, and return what the request violates."""
    with AutomationFake(enforce=enforce) as fake:
        with suppress(ClientError, ParamValidationError):
            fake.client().start_automation_execution(**request)
        return [*fake.calls[0].violations]


def load(content: Any, name: str | None = None, **where: Any) -> Runbook:
    """Read a runbook as a fake does that it is added to."""
    return AutomationFake().add_runbook(content, name=name, **where)


@cache
def has(name: str) -> bool:
    """Tell whether the installed service model has a member of StartAutomationExecution, a shape or an operation.

    Args:
        name: Such as `TargetLocationsURL`, `Shape.member` for a member of a shape, `Shape=value` for a value of an
            enumeration, `Targets:max=1` for that limit, or `account_id` for credentials that know their account.
    """
    if name == "account_id":
        return name in signature(Credentials).parameters
    service = model.service_model()
    if name == "Targets:max=1":
        return bool(model.input_shape(model.START).members["Targets"].metadata.get("max") == 1)
    shape, _, value = name.partition("=")
    if value:
        return value in model.enum(shape)
    shape, _, member = name.partition(".")
    if member:
        return member in model.members(shape)
    return name in {*service.operation_names, *service.shape_names, *model.input_shape(model.START).members}
