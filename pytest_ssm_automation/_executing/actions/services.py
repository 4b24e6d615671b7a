"""The actions that let another service, or another execution, do something, and wait until it has ended.

Sources: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-runcommand.html and the pages of
the other actions; for the text of a failed command,
https://docs.aws.amazon.com/cli/latest/reference/imagebuilder/list-image-build-versions.html
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, Final, cast

from botocore.exceptions import ClientError

from ..._errors import StepFailed
from ..._service.brief import java
from ..._service.runbooks.kinds import as_list
from ..._service.runbooks.library import bare_name, how_to_register
from ..._service.runbooks.references import names_in
from ..._service.runs.attempts import outputs_of_child
from ..._service.runs.shown.outputs import output_texts
from ..attempt import Unable
from ..selectors import outputs_of

if TYPE_CHECKING:
    from ..._service.runbooks.flow import Step
    from ..._service.runs.run import Run
    from ..._service.runs.walks.walk import Walk
    from ..attempt import Attempt, Outputs, Waiting

_SUCCESS: Final = "Success"
_ERROR: Final = "\n----------ERROR-------\n"
_GOING_ON: Final = frozenset({"Pending", "InProgress", "Delayed", "Cancelling"})
# What moto answers for a function that it does not run, if there is no payload, which it would return.
_NOT_RUN: Final = "Simple Lambda happy path OK"
_OF_FUNCTION: Final = ("StatusCode", "FunctionError", "LogResult", "Payload")
_OF_MACHINE: Final = ("executionArn", "input", "name", "output", "startDate", "stateMachineArn", "status", "stopDate")


def execute_automation(attempt: Attempt) -> Outputs:
    """Return the outputs of `aws:executeAutomation`. The walk has started the execution, if its runbook is registered.

    Raises:
        Unable: It is not.
    """
    if attempt.child is None:
        raise _not_registered(attempt.inputs.get("DocumentName"))
    return outputs_of_child(attempt.child)


def check_automation(step: Step, run: Run, _: object) -> None:
    """Check that the runbook of a step is registered.

    Raises:
        Unable: It is not.
    """
    name = str(step.inputs.get("DocumentName"))
    if "{{" not in name and not run.host.runbooks.knows(name, run.region):
        raise _not_registered(name)


def _not_registered(given: object) -> Unable:
    name = bare_name(str(given))
    return Unable(f"its runbook {name} is not registered. {how_to_register(name)}")


def run_command(attempt: Attempt) -> Waiting:
    """Perform `aws:runCommand`: send a command, and wait until it has ended on all instances."""
    command_id = attempt.ask("ssm", "send_command", **attempt.inputs)["Command"]["CommandId"]
    ids = attempt.inputs.get("InstanceIds")
    if not ids:
        found = attempt.ask("ssm", "list_command_invocations", CommandId=command_id)
        ids = [each["InstanceId"] for each in found["CommandInvocations"]]
    ended: list[dict[str, Any]] = []
    for instance_id in as_list(ids):
        place = {"CommandId": command_id, "InstanceId": instance_id}
        while (found := attempt.ask("ssm", "get_command_invocation", **place))["Status"] in _GOING_ON:
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


def _is_output_read(attempt: Attempt) -> bool:
    """Return whether another step, a condition or the runbook's outputs read the output of this one."""
    name, walk = f"{attempt.declared.name}.Output", cast("Walk", attempt.run.walk)
    read = {each for step in walk.flow.steps for each in names_in(step.inputs)}
    selected = any("Output" in each for each in attempt.declared.selectors.values())
    return name in read or name in walk.flow.outputs or selected


def invoke_function(attempt: Attempt) -> Outputs:
    """Perform `aws:invokeLambdaFunction`. An error of the function is an output."""
    inputs = {name: value for name, value in attempt.inputs.items() if name not in {"InputPayload", "Payload"}}
    payload = attempt.inputs.get("InputPayload", attempt.inputs.get("Payload"))
    if payload is not None:
        inputs["Payload"] = payload if isinstance(payload, str) else json.dumps(payload)
    response = attempt.ask("lambda", "invoke", **inputs)
    answer = response.get("Payload")
    if answer == _NOT_RUN or (answer == inputs.get("Payload") and not _motos("lambda", "use_docker")):
        raise Unable("moto runs no function here (use_docker is off, or the function is a simple mock)")
    found = {name: response[name] for name in _OF_FUNCTION if name in response}
    return {**found, "OutputPayload": found, **outputs_of(attempt.declared, found)}


def execute_state_machine(attempt: Attempt) -> Waiting:
    """Perform `aws:executeStateMachine`: start an execution, and wait until it has ended."""
    arn = attempt.ask("stepfunctions", "start_execution", **attempt.inputs)["executionArn"]
    while (found := attempt.ask("stepfunctions", "describe_execution", executionArn=arn))["status"] == "RUNNING":
        if not _motos("stepfunctions", "execute_state_machine"):
            raise Unable(
                "moto leaves every state machine running, unless its option execute_state_machine is on: "
                "mock_aws(config={'stepfunctions': {'execute_state_machine': True}})"
            )
        yield
    if found["status"] != "SUCCEEDED":
        reason = ": ".join(found[name] for name in ("error", "cause") if found.get(name))
        raise StepFailed(f"The execution {arn} is {found['status']}{f'. {reason}' if reason else ''}")
    response = {name: found[name] for name in _OF_MACHINE if name in found}
    return {**response, **outputs_of(attempt.declared, response)}


def _motos(service: str, option: str) -> bool:
    """Return an option of moto, if moto answers in this process; else `True`."""
    models, config = (sys.modules.get(f"moto.core.{name}") for name in ("models", "config"))
    stubber: Any = getattr(models, "botocore_stubber", None)
    options: dict[str, Any] = getattr(config, "default_user_config", {}).get(service, {})
    return bool(options.get(option, True)) if getattr(stubber, "enabled", False) else True


def create_stack(attempt: Attempt) -> Waiting:
    """Perform `aws:createStack`: create a stack, and wait until that has ended."""
    stack_id = attempt.ask("cloudformation", "create_stack", **attempt.inputs)["StackId"]
    while (stack := _stack(attempt, stack_id))["StackStatus"].endswith("_IN_PROGRESS"):
        yield
    status, reason = stack["StackStatus"], stack.get("StackStatusReason", "")
    if status != "CREATE_COMPLETE":
        raise StepFailed(f"Stack {stack_id} is {status}{f': {reason}' if reason else ''}")
    return {"StackId": stack_id, "StackStatus": status, "StackStatusReason": reason}


def delete_stack(attempt: Attempt) -> Waiting:
    """Perform `aws:deleteStack`: delete a stack, and wait until it is gone. One that does not exist is gone."""
    name = attempt.inputs.get("StackName")
    before = _stack(attempt, name) if name else {}
    attempt.ask("cloudformation", "delete_stack", **attempt.inputs)
    # A deleted stack is found by its id alone.
    stack_id = before.get("StackId", name)
    while (status := _stack(attempt, stack_id)["StackStatus"]) != "DELETE_COMPLETE":
        if status == "DELETE_FAILED":
            raise StepFailed(f"Stack {stack_id} is {status}")
        yield
    return {}


def _stack(attempt: Attempt, name: Any) -> dict[str, Any]:
    try:
        found: list[dict[str, Any]] = attempt.ask("cloudformation", "describe_stacks", StackName=name)["Stacks"]
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") != "ValidationError":
            raise
        found = []
    return found[0] if found else {"StackStatus": "DELETE_COMPLETE"}
