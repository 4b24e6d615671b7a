"""The actions that run a Lambda function or a state machine.

Sources: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-lamb.html and
https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-executeStateMachine.html
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, Final

from ..._errors import StepFailed
from ..attempt import Unable
from ..calling import ask
from ..selectors import outputs_of

if TYPE_CHECKING:
    from ..attempt import Attempt, Outputs, Waiting

# What moto answers for a function that it does not run, if there is no payload, which it would return.
_NOT_RUN: Final = "Simple Lambda happy path OK"
_OF_EXECUTION: Final = ("executionArn", "input", "name", "output", "startDate", "stateMachineArn", "status", "stopDate")


def invoke_function(attempt: Attempt) -> Outputs:
    """Perform `aws:invokeLambdaFunction`. An error of the function is an output."""
    inputs = {name: value for name, value in attempt.inputs.items() if name not in {"InputPayload", "Payload"}}
    payload = attempt.inputs.get("InputPayload", attempt.inputs.get("Payload"))
    if payload is not None:
        inputs["Payload"] = payload if isinstance(payload, str) else json.dumps(payload)
    response = ask(attempt, "lambda", "invoke", **inputs)
    answer = response.get("Payload")
    if answer == _NOT_RUN or (answer == inputs.get("Payload") and not _motos("lambda", "use_docker")):
        raise Unable("moto runs no function here (use_docker is off, or the function is a simple mock)")
    found = {
        name: response[name] for name in ("StatusCode", "FunctionError", "LogResult", "Payload") if name in response
    }
    return {**found, "OutputPayload": found, **outputs_of(attempt.declared, found)}


def execute_state_machine(attempt: Attempt) -> Waiting:
    """Perform `aws:executeStateMachine`: start an execution, and wait until it has ended."""
    arn = ask(attempt, "stepfunctions", "start_execution", **attempt.inputs)["executionArn"]
    while (found := ask(attempt, "stepfunctions", "describe_execution", executionArn=arn))["status"] == "RUNNING":
        if not _motos("stepfunctions", "execute_state_machine"):
            raise Unable(
                "moto leaves every state machine running, unless its option execute_state_machine is on: "
                "mock_aws(config={'stepfunctions': {'execute_state_machine': True}})"
            )
        yield
    if found["status"] != "SUCCEEDED":
        reason = ": ".join(str(found[name]) for name in ("error", "cause") if found.get(name))
        raise StepFailed(f"The execution {arn} is {found['status']}{f'. {reason}' if reason else ''}")
    response = {name: found[name] for name in _OF_EXECUTION if name in found}
    return {**response, **outputs_of(attempt.declared, response)}


def _motos(service: str, option: str) -> bool:
    """Return an option of moto, if moto answers in this process; else `True`."""
    models, config = (sys.modules.get(f"moto.core.{name}") for name in ("models", "config"))
    stubber: Any = getattr(models, "botocore_stubber", None)
    options: dict[str, Any] = getattr(config, "default_user_config", {}).get(service, {})
    return bool(options.get(option, True)) if getattr(stubber, "enabled", False) else True
