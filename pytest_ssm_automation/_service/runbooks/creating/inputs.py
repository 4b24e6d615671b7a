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

# The inputs of each action with their types, by default String. A star marks required ones, and dots stand for others.
_INPUTS: Final[dict[str, str]] = {
    APPROVE: "NotificationArn Message MinRequiredApprovals:Integer Approvers*:StringList EnhancedApprovals:Any",
    "aws:assertAwsResourceProperty": "Service*:Any Api*:Any PropertySelector*:Any DesiredValues*:Any ...",
    BRANCH: "Choices*:MapList Default",
    CHANGE_STATE: (
        "InstanceIds*:StringList CheckStateOnly:Boolean Force:Boolean DesiredState* AdditionalInfo "
        "FailOnUnexpectedStopped:Any"
    ),
    "aws:copyImage": "SourceRegion* SourceImageId* ImageName* ImageDescription KmsKeyId ClientToken Encrypted:Boolean",
    "aws:createImage": "InstanceId* ImageName* ImageDescription NoReboot:Boolean BlockDeviceMappings:Any",
    "aws:createStack": (
        "Capabilities:StringList NotificationARNs:StringList ResourceTypes:StringList ClientRequestToken OnFailure "
        "RoleARN StackName* StackPolicyBody StackPolicyURL TemplateBody TemplateURL DisableRollback:Boolean "
        "Parameters:MapList Tags:MapList TimeoutInMinutes:Integer"
    ),
    "aws:createTags": "ResourceIds*:StringList Tags*:MapList ResourceType",
    "aws:deleteImage": "ImageId*",
    "aws:deleteStack": (
        "ClientRequestToken RoleARN StackName* RetainResources:StringList RetainResources.member.N:StringList"
    ),
    EXECUTE_AUTOMATION: (
        "DocumentName* DocumentVersion MaxConcurrency MaxErrors TargetParameterName RuntimeParameters:Map "
        "Tags:MapList TargetLocations:MapList TargetMaps:MapList Targets:MapList"
    ),
    "aws:executeAwsApi": "Service*:Any Api*:Any ...",
    "aws:executeScript": "Runtime* Handler Script Attachment InputPayload:Any",
    "aws:executeStateMachine": "stateMachineArn* name input",
    "aws:invokeLambdaFunction": (
        "FunctionName* Qualifier InvocationType LogType Payload ClientContext:Any InputPayload:StringMap"
    ),
    "aws:invokeWebhook": "IntegrationName* Body",
    LOOP: "Iterators:StringList IteratorDataType LoopCondition:StringMap MaxIterations:Integer Steps*:MapList",
    PAUSE: "...",
    # In the order of the service's own list.
    "aws:runCommand": (
        "Comment MaxErrors Parameters:Map DocumentHashType ServiceRoleArn MaxConcurrency Targets:MapList "
        "TimeoutSeconds:Integer OutputS3KeyPrefix CloudWatchOutputConfig:StringMap NotificationConfig:StringMap "
        "DocumentVersion InstanceIds:StringList OutputS3BucketName DocumentName* DocumentHash"
    ),
    "aws:runInstances": (
        "AdditionalInfo ClientToken IamInstanceProfileArn IamInstanceProfileName ImageId* InstanceType "
        "InstanceInitiatedShutdownBehavior KernelId KeyName MaxInstanceCount MinInstanceCount PrivateIpAddress "
        "RamdiskId SubnetId UserData BlockDeviceMappings:MapList NetworkInterfaces:MapList TagSpecifications:MapList "
        "DisableApiTermination:Boolean EbsOptimized:Boolean Monitoring:Boolean MetadataOptions:StringMap "
        "Placement:StringMap SecurityGroupIds:StringList SecurityGroups:StringList"
    ),
    SLEEP: "Duration Timestamp",
    UPDATE_VARIABLE: "Name* Value*:Any",
    "aws:waitForAwsResourceProperty": "Service*:Any Api*:Any PropertySelector*:Any DesiredValues*:Any ...",
    # AWS's own runbooks use these, which are not documented.
    "aws:installDistributorPackageOnAzure": "...",
    "aws:putServerUpgradeMetrics": "...",
    "aws:shareSQLMedia": "...",
}
ACTIONS: Final = tuple(_INPUTS)


def _listed(row: str) -> dict[str, str]:
    """Return the types of inputs by name, some with a star; empty if a value of any type fits."""
    words = (word.partition(":") for word in row.split() if word != "...")
    return {name: "" if kind == "Any" else kind or "String" for name, _, kind in words}


KNOWN: Final = {
    action: {name.rstrip("*"): kind for name, kind in _listed(row).items()}
    for action, row in _INPUTS.items()
    if not row.endswith("...")
}
REQUIRED: Final = {
    action: tuple(name.rstrip("*") for name in _listed(row) if name.endswith("*")) for action, row in _INPUTS.items()
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
