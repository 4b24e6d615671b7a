"""The inputs of each action: their types, those that are required, and the values that they can't have.

Sources: the page of each action, from
https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-actions.html, the service's own list for
`aws:runCommand` (in its error for an unknown input), and inputs that AWS's own runbooks use. Not listed are actions
whose page has no list, and the inputs of an API operation.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from ...brief import java
from ..actions import APPROVE, BRANCH, CHANGE_STATE, EXECUTE_AUTOMATION, LOOP, PAUSE, SLEEP, UPDATE_VARIABLE
from ..kinds import is_list, is_mapping
from ..references import as_text, names_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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
    PAUSE: ("...",),
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
    SLEEP: ("String: Duration Timestamp",),
    UPDATE_VARIABLE: ("String: Name*", "Any: Value*"),
    "aws:waitForAwsResourceProperty": ("Any: Service* Api* PropertySelector* DesiredValues* ...",),
    # AWS's own runbooks use these, which are not documented.
    "aws:installDistributorPackageOnAzure": ("...",),
    "aws:putServerUpgradeMetrics": ("...",),
    "aws:shareSQLMedia": ("...",),
}
ACTIONS: Final = tuple(_INPUTS)


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
VALUES: Final = {
    (CHANGE_STATE, "DesiredState"): ("running", "stopped", "terminated"),
    ("aws:createStack", "OnFailure"): ("DO_NOTHING", "ROLLBACK", "DELETE"),
    ("aws:createTags", "ResourceType"): ("EC2", "ManagedInstance", "MaintenanceWindow", "Parameter"),
    ("aws:invokeLambdaFunction", "InvocationType"): ("Event", "RequestResponse", "DryRun"),
    ("aws:invokeLambdaFunction", "LogType"): ("None", "Tail"),
    (LOOP, "IteratorDataType"): ("String", "Boolean", "Integer", "StringMap"),
    ("aws:runCommand", "DocumentHashType"): ("Sha256", "Sha1"),
}
# The page of the action says 604799 seconds, and 7 days.
_LONGEST_SLEEP: Final = timedelta(days=7)
_DURATION: Final = re.compile(
    r"P(?:(?P<weeks>[0-9]{1,4})W)?(?:(?P<days>[0-9]{1,5})D)?"
    r"(?:T(?:(?P<hours>[0-9]{1,6})H)?(?:(?P<minutes>[0-9]{1,8})M)?(?:(?P<seconds>[0-9]{1,9}(?:\.[0-9]+)?)S)?)?",
    re.ASCII | re.IGNORECASE,
)
# The kinds of values, in the service's words, that an input of each type never takes. Whether it converts numbers and
# booleans is unknown, and text may be a reference.
_UNFIT: Final = {
    **dict.fromkeys(("String", "Integer", "Boolean"), ("LinkedHashMap", "ArrayList")),
    **dict.fromkeys(("StringList", "MapList"), ("LinkedHashMap",)),
    **dict.fromkeys(("Map", "StringMap"), ("ArrayList",)),
}
_ONE_VALUE: Final = frozenset(("String", "Integer", "Boolean"))


def length_of(duration: str) -> timedelta | None:
    """Read a duration in ISO 8601; `None` if it is none."""
    found = _DURATION.fullmatch(duration.strip())
    return found and timedelta(**{unit: float(number or 0) for unit, number in found.groupdict().items()})


def type_problem(action: str, name: str, value: Any, *, resolved: bool = False) -> str | None:
    """Return the service's text for a value of another type than the input has; `None` if it may fit.

    Args:
        action: The action.
        name: The name of the input.
        value: The value.
        resolved: Whether its references are resolved. Then a list of one is as good as its item, as in AWS's own
            runbooks, but the items of a loop have to be a list.
    """
    kind = KNOWN.get(action, {}).get(name, "")
    given = "LinkedHashMap" if is_mapping(value) else "ArrayList" if is_list(value) else ""
    unfit = given in _UNFIT.get(kind, ())
    if resolved and kind in _ONE_VALUE and is_list(value) and len(value) == 1:
        unfit = is_list(value[0]) or is_mapping(value[0])
    if resolved and name == "Iterators" and isinstance(value, str) and not names_in(value):
        given, unfit = "String", True
    # a public runbook of AWS has an empty map for a text
    return f"Input {java(value)[:200]} is of type {given}, but expected type is {kind}." if value and unfit else None


def beyond_limits(action: str, inputs: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the inputs whose values the page of the action excludes, and why. References are left alone.

    Args:
        action: The action.
        inputs: Its inputs.
    """
    for name, value in inputs.items():
        allowed = VALUES.get((action, name))
        if allowed and value not in (*allowed, None, "") and not names_in(value):
            yield name, f"{java(value)[:200]} is not one of {', '.join(allowed)}"
    if action == SLEEP and "Timestamp" not in inputs:
        given = as_text(inputs.get("Duration", ""))
        if (length := length_of(given)) and length > _LONGEST_SLEEP:
            yield "Duration", f"{given} is longer than {_LONGEST_SLEEP.days} days"
