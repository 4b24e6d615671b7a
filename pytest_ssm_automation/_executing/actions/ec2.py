"""The actions for EC2's instances, images and tags.

Sources: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-changestate.html and the pages
of the other actions; for the texts of failed launches,
https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-troubleshooting.html
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from ..._errors import StepFailed
from ..._service.runbooks.kinds import as_list, is_list
from ..._service.runs.walks.failures import refused_launch, unready_instance

if TYPE_CHECKING:
    from ..attempt import Attempt, Outputs, Waiting

_RUNNING: Final = "running"
_METHODS: Final = {_RUNNING: "start_instances", "stopped": "stop_instances", "terminated": "terminate_instances"}
_PROFILE: Final = {"IamInstanceProfileArn": "Arn", "IamInstanceProfileName": "Name"}
_GONE: Final = frozenset({"shutting-down", "stopped", "stopping", "terminated"})
_FAILED: Final = frozenset({"deregistered", "error", "failed", "invalid"})
# The members of requests that have other names than the inputs.
_MEMBERS: Final = {
    "ImageName": "Name",
    "ImageDescription": "Description",
    "MinInstanceCount": "MinCount",
    "MaxInstanceCount": "MaxCount",
}


def change_state(attempt: Attempt) -> Waiting:
    """Perform `aws:changeInstanceState`: change the state, unless it is only checked, and wait for it."""
    inputs = attempt.inputs
    desired, ids = str(inputs.get("DesiredState")), inputs.get("InstanceIds")
    if desired not in _METHODS:
        raise StepFailed(f"Unknown DesiredState {desired}. Allowed: {', '.join(_METHODS)}")
    if str(inputs.get("CheckStateOnly")).lower() != "true":
        forced = {"Force": inputs.get("Force")} if desired == "stopped" else {}
        attempt.ask("ec2", _METHODS[desired], InstanceIds=ids, **forced)
    while not _are(desired, attempt, ids, _states(attempt, ids)):
        yield
    return {}


def run_instances(attempt: Attempt) -> Waiting:
    """Perform `aws:runInstances`: launch instances, and wait until they run."""
    params = {name: value for name, value in _renamed(attempt).items() if value not in (None, "")}
    profile = {_PROFILE[name]: params.pop(name) for name in _PROFILE if name in params}
    if "UserData" in params:
        params["UserData"] = _plain_data(params["UserData"])
    defaults = {"MinCount": 1, "MaxCount": 1, "InstanceType": "m1.small", "IamInstanceProfile": profile or None}
    try:
        launched = attempt.ask("ec2", "run_instances", **{**defaults, **params})
    except ClientError as error:
        raise StepFailed(refused_launch(_told(error))) from error
    ids = [instance["InstanceId"] for instance in launched["Instances"]]
    while not _are(_RUNNING, attempt, ids, states := _states(attempt, ids)):
        for instance_id, state in zip(ids, states, strict=False):
            if state in _GONE:
                raise StepFailed(unready_instance(instance_id, state))
        yield
    return {"InstanceIds": ids, "InstanceStates": [_RUNNING for _ in ids]}


def create_image(attempt: Attempt) -> Waiting:
    """Perform `aws:createImage`: create an image, and wait until it is available."""
    return _available(attempt, attempt.ask("ec2", "create_image", **_renamed(attempt)))


def copy_image(attempt: Attempt) -> Waiting:
    """Perform `aws:copyImage`: copy an image, and wait until the copy is available."""
    return _available(attempt, attempt.ask("ec2", "copy_image", **_renamed(attempt)))


def delete_image(attempt: Attempt) -> Outputs:
    """Perform `aws:deleteImage`: delete an image and its snapshots."""
    image_id = attempt.inputs.get("ImageId")
    images = attempt.ask("ec2", "describe_images", ImageIds=[image_id])["Images"]
    attempt.ask("ec2", "deregister_image", ImageId=image_id)
    mappings = [mapping for image in images for mapping in image.get("BlockDeviceMappings", ())]
    for snapshot in filter(None, (mapping.get("Ebs", {}).get("SnapshotId") for mapping in mappings)):
        attempt.ask("ec2", "delete_snapshot", SnapshotId=snapshot)
    return {}


def create_tags(attempt: Attempt) -> Outputs:
    """Perform `aws:createTags`, for EC2 or for a resource of Systems Manager."""
    kind, ids, tags = (attempt.inputs.get(name) for name in ("ResourceType", "ResourceIds", "Tags"))
    if kind in (None, "", "EC2"):
        attempt.ask("ec2", "create_tags", Resources=ids, Tags=tags)
        return {}
    resources = as_list(ids)
    if len(resources) != 1:
        raise StepFailed(f"Expected one resource of type {kind}, but got {len(resources)}")
    attempt.ask("ssm", "add_tags_to_resource", ResourceType=kind, ResourceId=resources[0], Tags=tags)
    return {}


def _renamed(attempt: Attempt) -> dict[str, Any]:
    """Return the inputs of a step by the names of an operation's members."""
    return {_MEMBERS.get(name, name): value for name, value in attempt.inputs.items()}


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
    found = attempt.ask("ec2", "describe_instances", InstanceIds=ids)
    instances = [instance for each in found["Reservations"] for instance in each["Instances"]]
    return [str(instance["State"]["Name"]) for instance in instances]


def _are(desired: str, attempt: Attempt, ids: Any, states: list[str]) -> bool:
    """Return whether instances are in a state. If it is `running`, their checks must have passed too."""
    if not states or set(states) != {desired}:
        return False
    if desired != _RUNNING:
        return True
    found = attempt.ask("ec2", "describe_instance_status", InstanceIds=ids)["InstanceStatuses"]
    checks = [status.get(name, {}).get("Status") for status in found for name in ("InstanceStatus", "SystemStatus")]
    return len(found) == (len(states) if is_list(ids) else 1) and set(checks) == {"ok"}


def _available(attempt: Attempt, made: Any) -> Waiting:
    image_id = made["ImageId"]
    while True:
        found = attempt.ask("ec2", "describe_images", ImageIds=[image_id])["Images"]
        state = found[0]["State"] if found else "pending"
        if state == "available":
            return {"ImageId": image_id, "ImageState": state}
        if state in _FAILED:
            raise StepFailed(f"Image {image_id} is {state}")
        yield
