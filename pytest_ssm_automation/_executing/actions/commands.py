"""The action `aws:runCommand`.

Sources: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-runcommand.html and, for the
text of a failure, https://docs.aws.amazon.com/cli/latest/reference/imagebuilder/list-image-build-versions.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from ..._errors import StepFailed
from ..._service.brief import java
from ..._service.runbooks.kinds import as_list
from ..._service.runbooks.references import names_in
from ..._service.runs.shown.outputs import output_texts
from ..attempt import Unable
from ..calling import ask
from ..selectors import outputs_of

if TYPE_CHECKING:
    from ..._service.runs.walks.walk import Walk
    from ..attempt import Attempt, Waiting

_SUCCESS: Final = "Success"
_ERROR: Final = "\n----------ERROR-------\n"
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
            raise StepFailed(_unexpected(_response(found["Status"], ended, command_id)))
    response = _response(_SUCCESS, ended, command_id)
    if not response["Output"] and _is_output_read(attempt):
        raise Unable("the runbook reads its Output, which is empty, because what answers here runs no commands")
    return {**response, **outputs_of(attempt.declared, response)}


def _response(status: str, ended: list[dict[str, Any]], command_id: str) -> dict[str, Any]:
    """Return what a command puts out.

    Assumed: of several instances, the outputs are joined, and the highest response code is the command's.
    """
    return {
        "Status": status,
        "ResponseCode": max((int(each.get("ResponseCode", 0)) for each in ended), default=0),
        "Output": "\n".join(filter(None, map(_output, ended))),
        "CommandId": command_id,
    }


def _output(invocation: dict[str, Any]) -> str:
    """Return what a command has written on an instance. The service puts errors after a line of their own."""
    written, error = (invocation.get(f"Standard{name}Content", "") for name in ("Output", "Error"))
    return f"{written}{_ERROR}{error}" if error else written


def _unexpected(response: dict[str, Any]) -> str:
    """Write the reason for the failure of a command, as observed."""
    told = {**response, "OutputPayload": response}
    names = ("Status", "ResponseCode", "Output", "OutputPayload", "CommandId")
    shown = java({name: output_texts(told[name]) for name in names})
    return f"Command {response['CommandId']} returns unexpected invocation result: \n{shown}"


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
