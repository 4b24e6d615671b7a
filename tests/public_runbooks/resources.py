"""Resources that drawn parameters name, so that a runbook finds what it is about."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, Any, Final

from .cases import create_database, create_table, create_volume, launch_instance

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Parameters = dict[str, list[str]]
# The kind of the resource that a parameter names, by a pattern of its name or its type. The first one that matches.
_KINDS: Final = (
    (r"role(arn|name)?$|assumerole|iam::role", "role"),
    (r"(db|rds).*(instance|identifier|name)|^dbinstance|rds::dbinstance", "database"),
    (r"instance.?ids?$|ec2::instance::id", "instance"),
    (r"volume.?ids?$|ec2::volume", "volume"),
    (r"snapshot.?ids?$|ec2::snapshot", "snapshot"),
    (r"image.?ids?$|ami.?ids?$|ec2::image", "image"),
    (r"security.?group.?ids?$|^groupid$|ec2::securitygroup", "group"),
    (r"vpc.?ids?$|ec2::vpc::id", "vpc"),
    (r"subnet.?ids?$|ec2::subnet", "subnet"),
    (r"allocation.?ids?$", "address"),
    (r"bucket(name)?$|s3::bucket", "bucket"),
    (r"table(name)?$", "table"),
    (r"topic.*arn$", "topic"),
    (r"queue.*url$", "queue"),
    (r"(kms)?key.?(id|arn)s?$|kms::key", "key"),
    (r"function(name|arn)?$|lambda::function", "function"),
    (r"log.?group(name)?$", "log group"),
    (r"(iam)?user(name|id)?$", "user"),
)


def _role(aws: Any, name: str = "automation") -> str:
    return str(aws("iam").create_role(RoleName=name, AssumeRolePolicyDocument="{}")["Role"]["Arn"])


def _user(aws: Any) -> str:
    return str(aws("iam").create_user(UserName="user")["User"]["UserName"])


def _bucket(aws: Any) -> str:
    aws("s3").create_bucket(Bucket="bucket")
    return "bucket"


def _group(aws: Any) -> str:
    aws("logs").create_log_group(logGroupName="group")
    return "group"


def _function(aws: Any) -> str:
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("main.py", "def handler(event, context): ...")
    role, zipped = _role(aws, "function"), {"ZipFile": code.getvalue()}
    made = aws("lambda").create_function(
        FunctionName="function", Runtime="python3.13", Role=role, Handler="main.handler", Code=zipped
    )
    return str(made["FunctionName"])


def _first(aws: Any, listing: str, members: str, member: str) -> str:
    """Return the id of the first resource that moto has by default."""
    return str(getattr(aws("ec2"), listing)()[members][0][member])


# Makes a resource of each kind, and returns its id, name or ARN.
_MAKERS: Final[dict[str, Callable[[Any], str]]] = {
    "role": _role,
    "user": _user,
    "bucket": _bucket,
    "log group": _group,
    "function": _function,
    "instance": launch_instance,
    "volume": create_volume,
    "database": lambda aws: create_database(aws)["InstanceId"][0],
    "table": lambda aws: create_table(aws)["TableName"][0],
    "snapshot": lambda aws: aws("ec2").create_snapshot(VolumeId=create_volume(aws))["SnapshotId"],
    "image": lambda aws: aws("ec2").create_image(InstanceId=launch_instance(aws), Name="image")["ImageId"],
    "group": lambda aws: _first(aws, "describe_security_groups", "SecurityGroups", "GroupId"),
    "vpc": lambda aws: _first(aws, "describe_vpcs", "Vpcs", "VpcId"),
    "subnet": lambda aws: _first(aws, "describe_subnets", "Subnets", "SubnetId"),
    "address": lambda aws: aws("ec2").allocate_address(Domain="vpc")["AllocationId"],
    "topic": lambda aws: aws("sns").create_topic(Name="topic")["TopicArn"],
    "queue": lambda aws: aws("sqs").create_queue(QueueName="queue")["QueueUrl"],
    "key": lambda aws: aws("kms").create_key()["KeyMetadata"]["KeyId"],
}


def with_resources(document: str, parameters: Parameters, declared: Mapping[str, Any], aws: Any) -> Parameters:
    """Leave out drawn parameters that have a default, and let the others name resources, where their names tell which.

    Args:
        document: The name of the runbook.
        parameters: The drawn parameters.
        declared: The parameters of the runbook.
        aws: Returns the client of a service.
    """
    chosen: Parameters = {}
    made: dict[str, str] = {}
    for name, values in parameters.items():
        if "default" in declared[name]:
            continue
        kind = _kind(name, str(declared[name].get("type")))
        if kind == "instance" and re.search("rds|db", document.lower()):
            kind = "database"
        if kind is None or declared[name].get("allowedValues"):
            chosen[name] = values
            continue
        if kind not in made:
            made[kind] = _MAKERS[kind](aws)
        chosen[name] = [made[kind]]
    return chosen


def _kind(name: str, declared: str) -> str | None:
    texts = (name.lower(), declared.lower())
    return next((kind for pattern, kind in _KINDS if any(re.search(pattern, text) for text in texts)), None)
