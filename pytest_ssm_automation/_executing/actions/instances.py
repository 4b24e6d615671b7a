"""The actions that start and stop EC2 instances.

Sources: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-changestate.html and
https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-runinstance.html
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any, Final

from ..._errors import StepFailed
from ..._service.runbooks.kinds import is_list
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
    launched = ask(attempt, "ec2", "run_instances", **{**defaults, **given}, IamInstanceProfile=profile or None)
    ids = [instance["InstanceId"] for instance in launched["Instances"]]
    while not _are(_RUNNING, attempt, ids, states := _states(attempt, ids)):
        if gone := _GONE.intersection(states):
            raise StepFailed(f"Instances {', '.join(ids)} are {', '.join(sorted(gone))}, and not {_RUNNING}")
        yield
    return {"InstanceIds": ids, "InstanceStates": [_RUNNING for _ in ids]}


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
