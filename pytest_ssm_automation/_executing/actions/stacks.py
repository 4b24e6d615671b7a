"""The actions for CloudFormation stacks.

Sources: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-createstack.html and
https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-deletestack.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ..._errors import StepFailed
from ..calling import ask

if TYPE_CHECKING:
    from ..attempt import Attempt, Waiting

_SERVICE: Final = "cloudformation"


def create_stack(attempt: Attempt) -> Waiting:
    """Perform `aws:createStack`: create a stack, and wait until that has ended."""
    stack_id = ask(attempt, _SERVICE, "create_stack", **attempt.inputs)["StackId"]
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
    ask(attempt, _SERVICE, "delete_stack", **attempt.inputs)
    # A deleted stack is found by its id alone.
    stack_id = before.get("StackId", name)
    while (status := _stack(attempt, stack_id)["StackStatus"]) != "DELETE_COMPLETE":
        if status == "DELETE_FAILED":
            raise StepFailed(f"Stack {stack_id} is {status}")
        yield
    return {}


def _stack(attempt: Attempt, name: Any) -> dict[str, Any]:
    from botocore.exceptions import ClientError

    try:
        found: list[dict[str, Any]] = ask(attempt, _SERVICE, "describe_stacks", StackName=name)["Stacks"]
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") != "ValidationError":
            raise
        found = []
    return found[0] if found else {"StackStatus": "DELETE_COMPLETE"}
