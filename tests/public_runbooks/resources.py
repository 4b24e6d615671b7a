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


def _database_name(aws: Any) -> str:
    return str(_database(aws)["DBInstanceIdentifier"])


# What makes a resource that a parameter may name, and returns its id, name or ARN, by a pattern of the parameter's name
# or type. The first one counts that is allowed.
_MAKERS: Final[tuple[tuple[str, Callable[[Any], str]], ...]] = (
    (r"role(arn|name)?$|assumerole|iam::role", _role),
    (r"alarm.?name$", _alarm),
    (r"autoscaling.?group", _scaling_group),
    (r"dbcluster.?(id|name)|clusteridentifier", _database_cluster),
    (r"dbi.?resource.?id", lambda aws: str(_database(aws)["DbiResourceId"])),
    (r"(db|rds).*(instance|identifier|name)|^dbinstance|rds::dbinstance", _database_name),
    (r"instance(.?ids?)?$|ec2::instance::id", launch_instance),
    (r"instance.?id$", _database_name),
    (r"load.?balancer.?arn", _load_balancer),
    (r"trail.?names?$", _trail),
    (r"volume.?ids?$|ec2::volume", create_volume),
    (
        r"snapshot.?ids?$|ec2::snapshot",
        lambda aws: aws("ec2").create_snapshot(VolumeId=create_volume(aws))["SnapshotId"],
    ),
    (
        r"image.?ids?$|ami.?ids?$|ec2::image",
        lambda aws: aws("ec2").create_image(InstanceId=launch_instance(aws), Name="image")["ImageId"],
    ),
    (
        r"security.?group.?ids?$|^groupid$|ec2::securitygroup",
        lambda aws: _first(aws, "describe_security_groups", "SecurityGroups", "GroupId"),
    ),
    (r"vpc.?ids?$|ec2::vpc::id", lambda aws: _first(aws, "describe_vpcs", "Vpcs", "VpcId")),
    (r"subnet(.?ids?|[ab])?$|ec2::subnet", lambda aws: _first(aws, "describe_subnets", "Subnets", "SubnetId")),
    (r"allocation.?ids?$", lambda aws: aws("ec2").allocate_address(Domain="vpc")["AllocationId"]),
    (r"bucket(name)?$|s3::bucket", _bucket),
    (r"table(name)?$", lambda aws: create_table(aws)["TableName"][0]),
    (r"topic.*arn$", lambda aws: aws("sns").create_topic(Name="topic")["TopicArn"]),
    (r"queue.*url$", lambda aws: aws("sqs").create_queue(QueueName="queue")["QueueUrl"]),
    (r"(kms)?key.?(id|arn)s?$|kms::key", lambda aws: aws("kms").create_key()["KeyMetadata"]["KeyId"]),
    (r"function(name|arn)?$|lambda::function", _function),
    (r"log.?group(name)?$", _group),
    (r"(iam)?user(name|id)?$", _user),
    (r"(iam)?user.?id$", lambda aws: aws("iam").create_user(UserName="other")["User"]["UserId"]),
)


def with_resources(document: str, parameters: Parameters, declared: Mapping[str, Any], aws: Any) -> Parameters:
    """Leave out drawn parameters that have a default, and let the others name resources, where their names tell which.

    Args:
        document: The name of the runbook.
        parameters: The drawn parameters.
        declared: The parameters of the runbook.
        aws: Returns the client of a service.
    """
    chosen: Parameters = {}
    made: dict[Callable[[Any], str], str] = {}
    for name, values in parameters.items():
        if "default" not in declared[name]:
            chosen[name] = next(_resources(document, name, declared[name], made, aws), values)
    return chosen


def _resources(
    document: str, name: str, declared: Mapping[str, Any], made: dict[Callable[[Any], str], str], aws: Any
) -> Iterator[list[str]]:
    """Yield resources that a parameter may name, and that its declaration allows; make those that there are not yet."""
    if declared.get("allowedValues"):
        return
    for make in _makers(document, name, str(declared.get("type"))):
        if make not in made:
            made[make] = make(aws)
        if regex.search(declared.get("allowedPattern", ""), made[make]):
            yield [made[make]]


def _makers(document: str, name: str, declared: str) -> list[Callable[[Any], str]]:
    texts = (name.lower(), declared.lower())
    found = [make for pattern, make in _MAKERS if any(re.search(pattern, text) for text in texts)]
    if launch_instance in found and re.search(r"rds|db(?!alance)", document.lower()):
        found.insert(0, _database_name)
    return found
