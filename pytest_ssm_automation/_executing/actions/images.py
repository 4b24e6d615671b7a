"""The actions for images and tags.

Sources: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-create.html and the pages of the
other actions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ..._errors import StepFailed
from ..._service.runbooks.kinds import as_list
from ..calling import ask, renamed

if TYPE_CHECKING:
    from ..attempt import Attempt, Outputs, Waiting

_MEMBERS: Final = {"ImageName": "Name", "ImageDescription": "Description"}
_FAILED: Final = frozenset({"deregistered", "error", "failed", "invalid"})


def create_image(attempt: Attempt) -> Waiting:
    """Perform `aws:createImage`: create an image, and wait until it is available."""
    return (yield from _available(attempt, ask(attempt, "ec2", "create_image", **renamed(attempt, _MEMBERS))))


def copy_image(attempt: Attempt) -> Waiting:
    """Perform `aws:copyImage`: copy an image, and wait until the copy is available."""
    return (yield from _available(attempt, ask(attempt, "ec2", "copy_image", **renamed(attempt, _MEMBERS))))


def delete_image(attempt: Attempt) -> Outputs:
    """Perform `aws:deleteImage`: delete an image and its snapshots."""
    image_id = attempt.inputs.get("ImageId")
    images = ask(attempt, "ec2", "describe_images", ImageIds=[image_id])["Images"]
    ask(attempt, "ec2", "deregister_image", ImageId=image_id)
    mappings = [mapping for image in images for mapping in image.get("BlockDeviceMappings", ())]
    found = [mapping.get("Ebs", {}).get("SnapshotId") for mapping in mappings]
    for snapshot in filter(None, found):
        ask(attempt, "ec2", "delete_snapshot", SnapshotId=snapshot)
    return {}


def create_tags(attempt: Attempt) -> Outputs:
    """Perform `aws:createTags`, for EC2 or for a resource of Systems Manager."""
    kind, ids, tags = (attempt.inputs.get(name) for name in ("ResourceType", "ResourceIds", "Tags"))
    if kind in (None, "", "EC2"):
        ask(attempt, "ec2", "create_tags", Resources=ids, Tags=tags)
        return {}
    resources = as_list(ids)
    if len(resources) != 1:
        raise StepFailed(f"Expected one resource of type {kind}, but got {len(resources)}")
    ask(attempt, "ssm", "add_tags_to_resource", ResourceType=kind, ResourceId=resources[0], Tags=tags)
    return {}


def _available(attempt: Attempt, made: Any) -> Waiting:
    image_id = made["ImageId"]
    while (state := _state(attempt, image_id)) != "available":
        if state in _FAILED:
            raise StepFailed(f"Image {image_id} is {state}")
        yield
    return {"ImageId": image_id, "ImageState": state}


def _state(attempt: Attempt, image_id: str) -> str:
    found = ask(attempt, "ec2", "describe_images", ImageIds=[image_id])["Images"]
    return str(found[0]["State"]) if found else "pending"
