"""The inputs of each action, with their types, and those that are required.

Sources: the page of each action, from
https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-actions.html, the service's own list for
`aws:runCommand` (in its error for an unknown input), and inputs that AWS's own runbooks use. Not listed are actions
whose page has no list, and the inputs of an API operation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..actions import APPROVE, BRANCH, CHANGE_STATE, EXECUTE_AUTOMATION, LOOP, UPDATE_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

# The inputs of each action by type. A star marks those that are required, and dots mean that there are more.
_INPUTS: Final[dict[str, tuple[str, ...]]] = {
    APPROVE: (
        "String: NotificationArn Message",
        "Integer: MinRequiredApprovals",
        "StringList: Approvers*",
        "Any: EnhancedApprovals",
    ),
    "aws:assertAwsResourceProperty": ("Any: Service* Api* PropertySelector* DesiredValues* ...",),
    BRANCH: ("MapList: Choices*", "String: Default"),
    CHANGE_STATE: (
        "StringList: InstanceIds*",
        "Boolean: CheckStateOnly Force",
        "String: DesiredState* AdditionalInfo",
        "Any: FailOnUnexpectedStopped",
    ),
    "aws:copyImage": (
        "String: SourceRegion* SourceImageId* ImageName* ImageDescription KmsKeyId ClientToken",
        "Boolean: Encrypted",
    ),
    "aws:createImage": (
        "String: InstanceId* ImageName* ImageDescription",
        "Boolean: NoReboot",
        "Any: BlockDeviceMappings",
    ),
    "aws:createStack": (
        "StringList: Capabilities NotificationARNs ResourceTypes",
        "String: ClientRequestToken OnFailure RoleARN StackName* StackPolicyBody StackPolicyURL",
        "String: TemplateBody TemplateURL",
        "Boolean: DisableRollback",
        "MapList: Parameters Tags",
        "Integer: TimeoutInMinutes",
    ),
    "aws:createTags": ("StringList: ResourceIds*", "MapList: Tags*", "String: ResourceType"),
    "aws:deleteImage": ("String: ImageId*",),
    "aws:deleteStack": (
        "String: ClientRequestToken RoleARN StackName*",
        "StringList: RetainResources RetainResources.member.N",
    ),
    EXECUTE_AUTOMATION: (
        "String: DocumentName* DocumentVersion MaxConcurrency MaxErrors TargetParameterName",
        "Map: RuntimeParameters",
        "MapList: Tags TargetLocations TargetMaps Targets",
    ),
    "aws:executeAwsApi": ("Any: Service* Api* ...",),
    "aws:executeScript": ("String: Runtime* Handler Script Attachment", "Any: InputPayload"),
    "aws:executeStateMachine": ("String: stateMachineArn* name input",),
    "aws:invokeLambdaFunction": (
        "String: FunctionName* Qualifier InvocationType LogType Payload",
        "Any: ClientContext",
        "StringMap: InputPayload",
    ),
    "aws:invokeWebhook": ("String: IntegrationName* Body",),
    LOOP: (
        "StringList: Iterators",
        "String: IteratorDataType",
        "StringMap: LoopCondition",
        "Integer: MaxIterations",
        "MapList: Steps*",
    ),
    # In the order of the service's own list.
    "aws:runCommand": (
        "String: Comment MaxErrors",
        "Map: Parameters",
        "String: DocumentHashType ServiceRoleArn MaxConcurrency",
        "MapList: Targets",
        "Integer: TimeoutSeconds",
        "String: OutputS3KeyPrefix",
        "StringMap: CloudWatchOutputConfig NotificationConfig",
        "String: DocumentVersion",
        "StringList: InstanceIds",
        "String: OutputS3BucketName DocumentName* DocumentHash",
    ),
    "aws:runInstances": (
        "String: AdditionalInfo ClientToken IamInstanceProfileArn IamInstanceProfileName ImageId* InstanceType",
        "String: InstanceInitiatedShutdownBehavior KernelId KeyName MaxInstanceCount MinInstanceCount",
        "String: PrivateIpAddress RamdiskId SubnetId UserData",
        "MapList: BlockDeviceMappings NetworkInterfaces TagSpecifications",
        "Boolean: DisableApiTermination EbsOptimized Monitoring",
        "StringMap: MetadataOptions Placement",
        "StringList: SecurityGroupIds SecurityGroups",
    ),
    "aws:sleep": ("String: Duration Timestamp",),
    UPDATE_VARIABLE: ("String: Name*", "Any: Value*"),
    "aws:waitForAwsResourceProperty": ("Any: Service* Api* PropertySelector* DesiredValues* ...",),
}


def _listed(rows: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield the names of inputs, some with a star, and their types."""
    for row in rows:
        kind, _, names = row.partition(": ")
        yield from ((name, "" if kind == "Any" else kind) for name in names.split() if name != "...")


KNOWN: Final = {
    action: {name.rstrip("*"): kind for name, kind in _listed(rows)}
    for action, rows in _INPUTS.items()
    if not rows[-1].endswith("...")
}
REQUIRED: Final = {
    action: tuple(name.rstrip("*") for name, _ in _listed(rows) if name.endswith("*"))
    for action, rows in _INPUTS.items()
}
# Inputs that AWS's own runbooks use instead of a required one.
INSTEAD: Final = {"Approvers": "EnhancedApprovals"}
