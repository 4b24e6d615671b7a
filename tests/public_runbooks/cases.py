"""What some of AWS's own runbooks change: the resources before and after.

The documents are not part of this repository. `__main__.py` takes a folder of them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

Parameters = dict[str, list[str]]
_ROLE: Final = ["arn:aws:iam::123456789012:role/automation"]
_ANYWHERE: Final = "0.0.0.0/0"


class Case(NamedTuple):
    """A runbook, and what it changes.

    Attributes:
        prepare: Makes the resources, and returns the parameters.
        look: Returns what the runbook changes.
        before: What that is before the run.
        after: What it is afterwards.
    """

    prepare: Callable[[Any], Parameters]
    look: Callable[[Any, Parameters], Any]
    before: Any
    after: Any


def launch_instance(aws: Any) -> str:
    """Launch an instance, and return its id."""
    image_id = aws("ec2").describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    launched = aws("ec2").run_instances(ImageId=image_id, MinCount=1, MaxCount=1)
    return str(launched["Instances"][0]["InstanceId"])


def _described_instance(aws: Any, instance_id: str) -> Any:
    (reservation,) = aws("ec2").describe_instances(InstanceIds=[instance_id])["Reservations"]
    return reservation["Instances"][0]


def _running(aws: Any) -> Parameters:
    return {"InstanceId": [launch_instance(aws)]}


def _stopped(aws: Any) -> Parameters:
    instance_id = launch_instance(aws)
    aws("ec2").stop_instances(InstanceIds=[instance_id])
    return {"InstanceId": [instance_id]}


def _state(aws: Any, given: Parameters) -> str:
    return str(_described_instance(aws, given["InstanceId"][0])["State"]["Name"])


def _noted_address(aws: Any) -> Parameters:
    """Note the address of an instance in its tags: it has another one after it was stopped."""
    instance_id = launch_instance(aws)
    address = _described_instance(aws, instance_id)["PublicIpAddress"]
    aws("ec2").create_tags(Resources=[instance_id], Tags=[{"Key": "Address", "Value": address}])
    return {"InstanceId": [instance_id]}


def _has_noted_address(aws: Any, given: Parameters) -> tuple[str, bool]:
    instance = _described_instance(aws, given["InstanceId"][0])
    return instance["State"]["Name"], instance["Tags"][0]["Value"] == instance["PublicIpAddress"]


def _bucket(aws: Any) -> Parameters:
    aws("s3").create_bucket(Bucket="bucket")
    return {"BucketName": ["bucket"]}


def _guarded_bucket(aws: Any) -> Parameters:
    return {**_bucket(aws), "AutomationAssumeRole": _ROLE}


def _encryption(aws: Any, given: Parameters) -> Any:
    try:
        found = aws("s3").get_bucket_encryption(Bucket=given["BucketName"][0])
    except aws("s3").exceptions.ClientError:
        return None
    return found["ServerSideEncryptionConfiguration"]["Rules"][0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"]


def _encrypted_bucket(aws: Any) -> Parameters:
    return {**_bucket(aws), "SSEAlgorithm": ["aws:kms"]}


def _versioning(aws: Any, given: Parameters) -> Any:
    return aws("s3").get_bucket_versioning(Bucket=given["BucketName"][0]).get("Status")


def _public_access(aws: Any, given: Parameters) -> Any:
    try:
        found = aws("s3").get_public_access_block(Bucket=given["BucketName"][0])
    except aws("s3").exceptions.ClientError:
        return None
    return sum(found["PublicAccessBlockConfiguration"].values())


def _group(aws: Any, name: str) -> Parameters:
    vpc_id = aws("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    group_id = aws("ec2").create_security_group(GroupName="open", Description="open", VpcId=vpc_id)["GroupId"]
    ports = [
        {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": _ANYWHERE}]}
        for port in (22, 443, 3389)
    ]
    aws("ec2").authorize_security_group_ingress(GroupId=group_id, IpPermissions=ports)
    return {name: [group_id]}


def _ports(aws: Any, given: Parameters) -> tuple[list[int], int]:
    (group_id,) = next(iter(given.values()))
    (group,) = aws("ec2").describe_security_groups(GroupIds=[group_id])["SecurityGroups"]
    return sorted(each["FromPort"] for each in group["IpPermissions"]), len(group["IpPermissionsEgress"])


def _address(aws: Any) -> Parameters:
    return {"AllocationId": [aws("ec2").allocate_address(Domain="vpc")["AllocationId"]]}


def _addresses(aws: Any, _: Parameters) -> int:
    return len(aws("ec2").describe_addresses()["Addresses"])


def create_volume(aws: Any) -> str:
    """Create a volume, and return its id."""
    return str(aws("ec2").create_volume(AvailabilityZone="us-east-1a", Size=1)["VolumeId"])


def _for_snapshot(aws: Any) -> Parameters:
    return {"VolumeId": [create_volume(aws)], "Description": ["made by a runbook"]}


def _described(aws: Any, _: Parameters) -> list[str]:
    own = aws("ec2").describe_snapshots(OwnerIds=["self"])["Snapshots"]
    return [each["Description"] for each in own if each["Description"] == "made by a runbook"]


def _snapshot(aws: Any) -> Parameters:
    made = aws("ec2").create_snapshot(VolumeId=create_volume(aws), Description="made by a runbook")
    return {"SnapshotId": [made["SnapshotId"]]}


def _detached(aws: Any) -> Parameters:
    instance_id = launch_instance(aws)
    zone = _described_instance(aws, instance_id)["Placement"]["AvailabilityZone"]
    volume_id = aws("ec2").create_volume(AvailabilityZone=zone, Size=1)["VolumeId"]
    return {"InstanceId": [instance_id], "VolumeId": [volume_id], "Device": ["/dev/sdh"]}


def _attachments(aws: Any, given: Parameters) -> list[str]:
    (volume,) = aws("ec2").describe_volumes(VolumeIds=given["VolumeId"])["Volumes"]
    return [each["Device"] for each in volume["Attachments"]]


def _image(aws: Any) -> Parameters:
    image_id = aws("ec2").create_image(InstanceId=launch_instance(aws), Name="old")["ImageId"]
    return {"ImageId": [image_id]}


def _images(aws: Any, _: Parameters) -> tuple[int, int]:
    images = aws("ec2").describe_images(Owners=["self"])["Images"]
    snapshots = aws("ec2").describe_snapshots(OwnerIds=["self"])["Snapshots"]
    return len(images), sum("CreateImage" in each["Description"] for each in snapshots)


def _queue(aws: Any) -> Parameters:
    url = aws("sqs").create_queue(QueueName="plain", Attributes={"SqsManagedSseEnabled": "false"})["QueueUrl"]
    return {"QueueUrl": [url], "KmsKeyId": ["alias/aws/sqs"]}


def _key_of_queue(aws: Any, given: Parameters) -> Any:
    found = aws("sqs").get_queue_attributes(QueueUrl=given["QueueUrl"][0], AttributeNames=["All"])["Attributes"]
    return found.get("KmsMasterKeyId")


def _topic(aws: Any) -> Parameters:
    topic = aws("sns").create_topic(Name="topic")["TopicArn"]
    url = aws("sqs").create_queue(QueueName="subscribed")["QueueUrl"]
    found = aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    aws("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=found["QueueArn"])
    return {"TopicArn": [topic], "Message": ["hello"]}


def _received(aws: Any, _: Parameters) -> list[str]:
    url = aws("sqs").get_queue_url(QueueName="subscribed")["QueueUrl"]
    return [
        json.loads(each["Body"])["Message"] for each in aws("sqs").receive_message(QueueUrl=url).get("Messages", [])
    ]


def create_database(aws: Any) -> Parameters:
    """Create a database, and return it as a parameter."""
    aws("rds").create_db_instance(
        DBInstanceIdentifier="db",
        DBInstanceClass="db.m5.large",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="main",
        MasterUserPassword="password-of-a-test",
    )
    return {"InstanceId": ["db"]}


def _database_state(aws: Any, given: Parameters) -> str:
    (found,) = aws("rds").describe_db_instances(DBInstanceIdentifier=given["InstanceId"][0])["DBInstances"]
    return str(found["DBInstanceStatus"])


def _untagged(aws: Any) -> Parameters:
    create_database(aws)
    (found,) = aws("rds").describe_db_instances()["DBInstances"]
    return {"ResourceARNs": [found["DBInstanceArn"]], "RequiredTags": ['{"Team": "blue"}']}


def _tags(aws: Any, given: Parameters) -> Any:
    return aws("rds").list_tags_for_resource(ResourceName=given["ResourceARNs"][0])["TagList"]


def _watched(aws: Any) -> Parameters:
    return {
        "ResourceARNs": [f"arn:aws:ec2:us-east-1:123456789012:instance/{launch_instance(aws)}"],
        "MetricName": ["CPUUtilization"],
        "Statistic": ["Average"],
        "Threshold": ["80"],
        "ComparisonOperator": ["GreaterThanThreshold"],
        "Period": ["300"],
    }


def _alarms(aws: Any, _: Parameters) -> list[tuple[str, float]]:
    found = aws("cloudwatch").describe_alarms()["MetricAlarms"]
    return [(each["MetricName"], each["Threshold"]) for each in found]


def create_table(aws: Any) -> Parameters:
    """Create a table, and return it as a parameter."""
    aws("dynamodb").create_table(
        TableName="old",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return {"TableName": ["old"], "AutomationAssumeRole": _ROLE}


def _tables(aws: Any, _: Parameters) -> Any:
    return aws("dynamodb").list_tables()["TableNames"]


def _doomed_key(aws: Any) -> Parameters:
    key_id = aws("kms").create_key()["KeyMetadata"]["KeyId"]
    aws("kms").schedule_key_deletion(KeyId=key_id)
    return {"KeyId": [key_id], "AutomationAssumeRole": _ROLE}


def _key_state(aws: Any, given: Parameters) -> Any:
    return aws("kms").describe_key(KeyId=given["KeyId"][0])["KeyMetadata"]["KeyState"]


CASES: Final[dict[str, Case]] = {
    "AWS-StopEC2Instance": Case(_running, _state, "running", "stopped"),
    "AWS-StartEC2Instance": Case(_stopped, _state, "stopped", "running"),
    "AWS-RestartEC2Instance": Case(_noted_address, _has_noted_address, ("running", True), ("running", False)),
    "AWS-TerminateEC2Instance": Case(_running, _state, "running", "terminated"),
    "AWS-EnableS3BucketEncryption": Case(_encrypted_bucket, _encryption, None, "aws:kms"),
    "AWS-ConfigureS3BucketVersioning": Case(_bucket, _versioning, None, "Enabled"),
    "AWS-DisablePublicAccessForSecurityGroup": Case(
        lambda aws: _group(aws, "GroupId"), _ports, ([22, 443, 3389], 1), ([443], 1)
    ),
    "AWS-CloseSecurityGroup": Case(lambda aws: _group(aws, "SecurityGroupId"), _ports, ([22, 443, 3389], 1), ([], 0)),
    "AWS-ReleaseElasticIP": Case(_address, _addresses, 1, 0),
    "AWS-CreateSnapshot": Case(_for_snapshot, _described, [], ["made by a runbook"]),
    "AWS-DeleteSnapshot": Case(_snapshot, _described, ["made by a runbook"], []),
    "AWS-AttachEBSVolume": Case(_detached, _attachments, [], ["/dev/sdh"]),
    "AWS-DeleteImage": Case(_image, _images, (1, 1), (0, 0)),
    "AWS-EnableSQSEncryption": Case(_queue, _key_of_queue, None, "alias/aws/sqs"),
    "AWS-PublishSNSNotification": Case(_topic, _received, [], ["hello"]),
    "AWS-StopRdsInstance": Case(create_database, _database_state, "available", "stopped"),
    "AWS-SetRequiredTags": Case(_untagged, _tags, [], [{"Key": "Team", "Value": "blue"}]),
    "AWS-EnableCWAlarm": Case(_watched, _alarms, [], [("CPUUtilization", 80.0)]),
    "AWSConfigRemediation-ConfigureS3BucketPublicAccessBlock": Case(_guarded_bucket, _public_access, None, 4),
    "AWSConfigRemediation-DeleteDynamoDbTable": Case(create_table, _tables, ["old"], []),
    "AWSConfigRemediation-CancelKeyDeletion": Case(_doomed_key, _key_state, "PendingDeletion", "Disabled"),
}
