"""The action `aws:runCommand`.

Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-runcommand.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from ..._errors import StepFailed
from ..._service.runbooks.references import names_in
from ..attempt import Unable
from ..calling import as_list, ask
from ..selectors import outputs_of

if TYPE_CHECKING:
    from ..._service.runs.walks.walk import Walk
    from ..attempt import Attempt, Waiting

_SUCCESS: Final = "Success"
_GOING_ON: Final = frozenset({"Pending", "InProgress", "Delayed", "Cancelling"})


def run_command(attempt: Attempt) -> Waiting:
    """Perform `aws:runCommand`: send a command, and wait until it has ended on all instances."""
    command_id = ask(attempt, "ssm", "send_command", **attempt.inputs)["Command"]["CommandId"]
    ids = attempt.inputs.get("InstanceIds") or _targeted(attempt, command_id)
    ended: list[dict[str, Any]] = []
    for instance_id in as_list(ids):
        while (found := _invocation(attempt, command_id, instance_id))["Status"] in _GOING_ON:
            yield
        ended.append(found)
        if found["Status"] != _SUCCESS:
            raise StepFailed(f"The command {command_id} has ended as {found['Status']} on {instance_id}")
    # Assumed: of several instances, the outputs are joined, and the highest response code is the command's.
    response = {
        "Status": _SUCCESS,
        "ResponseCode": max((int(each.get("ResponseCode", 0)) for each in ended), default=0),
        "Output": "\n".join(filter(None, (each.get("StandardOutputContent") for each in ended))),
        "CommandId": command_id,
    }
    if not response["Output"] and _is_output_read(attempt):
        raise Unable("the runbook reads its Output, which is empty, because what answers here runs no commands")
    return {**response, **outputs_of(attempt.declared, response)}


def _targeted(attempt: Attempt, command_id: str) -> list[str]:
    found = ask(attempt, "ssm", "list_command_invocations", CommandId=command_id)
    return [str(each["InstanceId"]) for each in found["CommandInvocations"]]


def _invocation(attempt: Attempt, command_id: str, instance_id: str) -> dict[str, Any]:
    found: dict[str, Any] = ask(attempt, "ssm", "get_command_invocation", CommandId=command_id, InstanceId=instance_id)
    return found


def _is_output_read(attempt: Attempt) -> bool:
    """Return whether another step, a condition or the runbook's outputs read the output of this one."""
    name, walk = f"{attempt.declared.name}.Output", cast("Walk", attempt.run.walk)
    read = {each for step in walk.flow.steps for each in names_in(step.inputs)}
    selected = any("Output" in each for each in attempt.declared.selectors.values())
    return name in read or name in walk.flow.outputs or selected
