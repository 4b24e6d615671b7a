"""The actions that start and stop EC2 instances.

Sources: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-changestate.html,
https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-runinstance.html and, for the texts of
failures, https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-troubleshooting.html
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from ..._errors import StepFailed
from ..._service.runbooks.kinds import is_list
from ..._service.runs.walks.failures import refused_launch, unready_instance
from ..calling import ask, flag, renamed

if TYPE_CHECKING:
    from ..attempt import Attempt, Waiting

_RUNNING: Final = "running"
_METHODS: Final = {_RUNNING: "start_instances", "stopped": "stop_instances", "terminated": "terminate_instances"}
_PROFILE: Final = {"IamInstanceProfileArn": "Arn", "IamInstanceProfileName": "Name"}
# The documented name of an input has a slip.
_MEMBERS: Final = {"MinInstanceCount": "MinCount", "MaxInstanceCount": "MaxCount", "RamdiskId": "RamdiskId"}
_GONE: Final = frozenset({"shutting-down", "stopped", "stopping", "terminated"})


def change_state(attempt: Attempt) -> Waiting:
    """Perform `aws:changeInstanceState`: change the state, unless it is only checked, and wait for it."""
    inputs = attempt.inputs
    desired, ids = str(inputs.get("DesiredState")), inputs.get("InstanceIds")
    if desired not in _METHODS:
        raise StepFailed(f"Unknown DesiredState {desired}. Allowed: {', '.join(_METHODS)}")
    if not flag(inputs.get("CheckStateOnly")):
        forced = {"Force": inputs.get("Force")} if desired == "stopped" else {}
        ask(attempt, "ec2", _METHODS[desired], InstanceIds=ids, **forced)
    while not _are(desired, attempt, ids, _states(attempt, ids)):
        yield
    return {}


def run_instances(attempt: Attempt) -> Waiting:
    """Perform `aws:runInstances`: launch instances, and wait until they run."""
    params = renamed(attempt, _MEMBERS)
    profile = {_PROFILE[name]: value for name in _PROFILE if (value := params.pop(name, None))}
    defaults = {"MinCount": 1, "MaxCount": 1, "InstanceType": "m1.small"}
    given = {name: value for name, value in params.items() if value not in (None, "")}
    if "UserData" in given:
        given["UserData"] = _plain_data(given["UserData"])
    try:
        launched = ask(attempt, "ec2", "run_instances", **{**defaults, **given}, IamInstanceProfile=profile or None)
    except ClientError as error:
        raise StepFailed(refused_launch(_told(error))) from error
    ids = [instance["InstanceId"] for instance in launched["Instances"]]
    while not _are(_RUNNING, attempt, ids, states := _states(attempt, ids)):
        for instance_id, state in zip(ids, states, strict=False):
            if state in _GONE:
                raise StepFailed(unready_instance(instance_id, state))
        yield
    return {"InstanceIds": ids, "InstanceStates": [_RUNNING for _ in ids]}


def _told(error: ClientError) -> str:
    """Write an error of EC2 as the service does."""
    told, metadata = error.response.get("Error", {}), error.response.get("ResponseMetadata", {})
    members = {
        "Service": "AmazonEC2",
        "Status Code": metadata.get("HTTPStatusCode"),
        "Error Code": told.get("Code"),
        "Request ID": metadata.get("RequestId"),
    }
    known = "; ".join(f"{name}: {value}" for name, value in members.items() if value)
    return f"{told.get('Message')} ({known})"


def _plain_data(value: Any) -> Any:
    """Decode base64, because botocore encodes it again."""
    try:
        return base64.b64decode(str(value), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return value


def _states(attempt: Attempt, ids: Any) -> list[str]:
    found = ask(attempt, "ec2", "describe_instances", InstanceIds=ids)
    instances = [instance for each in found["Reservations"] for instance in each["Instances"]]
    return [str(instance["State"]["Name"]) for instance in instances]


def _are(desired: str, attempt: Attempt, ids: Any, states: list[str]) -> bool:
    """Return whether instances are in a state. If it is `running`, their checks must have passed too."""
    if not states or set(states) != {desired}:
        return False
    if desired != _RUNNING:
        return True
    found = ask(attempt, "ec2", "describe_instance_status", InstanceIds=ids)["InstanceStatuses"]
    checks = [status.get(name, {}).get("Status") for status in found for name in ("InstanceStatus", "SystemStatus")]
    return len(found) == (len(states) if is_list(ids) else 1) and set(checks) == {"ok"}
