"""Resources that drawn parameters name, so that a runbook finds what it is about."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, Any, Final

import regex

from .cases import create_database, create_table, create_volume, launch_instance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Parameters = dict[str, list[str]]
# The kinds of resources that a parameter may name, by a pattern of its name or its type. The first one that is allowed.
_KINDS: Final = (
    (r"role(arn|name)?$|assumerole|iam::role", "role"),
    (r"alarm.?name$", "alarm"),
    (r"autoscaling.?group", "scaling group"),
    (r"dbcluster.?(id|name)|clusteridentifier", "database cluster"),
    (r"dbi.?resource.?id", "database id"),
    (r"(db|rds).*(instance|identifier|name)|^dbinstance|rds::dbinstance", "database"),
    (r"instance(.?ids?)?$|ec2::instance::id", "instance"),
    (r"instance.?id$", "database"),
    (r"load.?balancer.?arn", "load balancer"),
    (r"trail.?names?$", "trail"),
    (r"volume.?ids?$|ec2::volume", "volume"),
    (r"snapshot.?ids?$|ec2::snapshot", "snapshot"),
    (r"image.?ids?$|ami.?ids?$|ec2::image", "image"),
    (r"security.?group.?ids?$|^groupid$|ec2::securitygroup", "group"),
    (r"vpc.?ids?$|ec2::vpc::id", "vpc"),
    (r"subnet(.?ids?|[ab])?$|ec2::subnet", "subnet"),
    (r"allocation.?ids?$", "address"),
    (r"bucket(name)?$|s3::bucket", "bucket"),
    (r"table(name)?$", "table"),
    (r"topic.*arn$", "topic"),
    (r"queue.*url$", "queue"),
    (r"(kms)?key.?(id|arn)s?$|kms::key", "key"),
    (r"function(name|arn)?$|lambda::function", "function"),
    (r"log.?group(name)?$", "log group"),
    (r"(iam)?user(name|id)?$", "user"),
    (r"(iam)?user.?id$", "user id"),
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


def _alarm(aws: Any) -> str:
    """Create an alarm that is OK. moto never changes its state, so a runbook that waits for that times out."""
    comparison: Any = {"ComparisonOperator": "LessThanThreshold", "EvaluationPeriods": 1, "Period": 60, "Threshold": 1}
    metric: Any = {"MetricName": "Errors", "Namespace": "Main", "Statistic": "Sum"}
    aws("cloudwatch").put_metric_alarm(AlarmName="alarm", **comparison, **metric)
    aws("cloudwatch").set_alarm_state(AlarmName="alarm", StateValue="OK", StateReason="it is new")
    return "alarm"


def _scaling_group(aws: Any) -> str:
    image_id = aws("ec2").describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    launched: Any = {"LaunchConfigurationName": "launched"}
    aws("autoscaling").create_launch_configuration(**launched, ImageId=image_id, InstanceType="t3.micro")
    aws("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName="scaling", **launched, MinSize=1, MaxSize=2, AvailabilityZones=["us-east-1a"]
    )
    return "scaling"


def _database_cluster(aws: Any) -> str:
    aws("rds").create_db_cluster(
        DBClusterIdentifier="cluster",
        Engine="aurora-mysql",
        MasterUsername="main",
        MasterUserPassword="password-of-a-test",
    )
    return "cluster"


def _database(aws: Any) -> Any:
    """Return the database, which parameters may name in two ways."""
    if not aws("rds").describe_db_instances()["DBInstances"]:
        create_database(aws)
    return aws("rds").describe_db_instances()["DBInstances"][0]


def _load_balancer(aws: Any) -> str:
    subnets = [each["SubnetId"] for each in aws("ec2").describe_subnets()["Subnets"][:2]]
    made = aws("elbv2").create_load_balancer(Name="balancer", Subnets=subnets)
    return str(made["LoadBalancers"][0]["LoadBalancerArn"])


def _trail(aws: Any) -> str:
    aws("s3").create_bucket(Bucket="trails")
    aws("cloudtrail").create_trail(Name="trail", S3BucketName="trails")
    return "trail"


def _first(aws: Any, listing: str, members: str, member: str) -> str:
    """Return the id of the first resource that moto has by default."""
    return str(getattr(aws("ec2"), listing)()[members][0][member])


# Makes a resource of each kind, and returns its id, name or ARN.
_MAKERS: Final[dict[str, Callable[[Any], str]]] = {
    "role": _role,
    "user": _user,
    "user id": lambda aws: aws("iam").create_user(UserName="other")["User"]["UserId"],
    "alarm": _alarm,
    "scaling group": _scaling_group,
    "database cluster": _database_cluster,
    "database id": lambda aws: str(_database(aws)["DbiResourceId"]),
    "load balancer": _load_balancer,
    "trail": _trail,
    "bucket": _bucket,
    "log group": _group,
    "function": _function,
    "instance": launch_instance,
    "volume": create_volume,
    "database": lambda aws: str(_database(aws)["DBInstanceIdentifier"]),
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
        if "default" not in declared[name]:
            chosen[name] = next(_resources(document, name, declared[name], made, aws), values)
    return chosen


def _resources(
    document: str, name: str, declared: Mapping[str, Any], made: dict[str, str], aws: Any
) -> Iterator[list[str]]:
    """Yield resources that a parameter may name, and that its declaration allows; make those that there are not yet."""
    if declared.get("allowedValues"):
        return
    for kind in _kinds(document, name, str(declared.get("type"))):
        if kind not in made:
            made[kind] = _MAKERS[kind](aws)
        if regex.search(declared.get("allowedPattern", ""), made[kind]):
            yield [made[kind]]


def _kinds(document: str, name: str, declared: str) -> list[str]:
    texts = (name.lower(), declared.lower())
    found = [kind for pattern, kind in _KINDS if any(re.search(pattern, text) for text in texts)]
    if "instance" in found and re.search(r"rds|db(?!alance)", document.lower()):
        found.insert(0, "database")
    return found
