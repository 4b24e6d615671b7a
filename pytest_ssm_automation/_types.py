"""Types of what a test says of requests, for type checkers only. Written by tests/typing/make.py, not by hand.

Names are completed by editors and not checked, since AWS may know more of them: `Literal[...] | str`. Members of
structures may be left out, and each may be a matcher, since an assertion compares.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, Protocol, TypeAlias, TypedDict, TypeVar

T_co = TypeVar("T_co", covariant=True)


class Matcher(Protocol):
    """Something that is compared instead of a value, such as the classes of dirty-equals."""

    def equals(self, other: Any) -> bool:
        """Tell whether a value is as expected."""
        ...


Match: TypeAlias = Matcher | type[Matcher]


class ListOf(Protocol[T_co]):
    """A list, whose items may be of a narrower type; a text is none."""

    def __iter__(self) -> Iterator[T_co]:
        """Go through the items."""
        ...

    def reverse(self) -> None:
        """Reverse the items, which neither a text nor a tuple does."""
        ...


_ErrorName: TypeAlias = Literal[
    "AccessDeniedException",
    "AlreadyExistsException",
    "AssociatedInstances",
    "AssociationAlreadyExists",
    "AssociationDoesNotExist",
    "AssociationExecutionDoesNotExist",
    "AssociationLimitExceeded",
    "AssociationVersionLimitExceeded",
    "AutomationDefinitionNotApprovedException",
    "AutomationDefinitionNotFoundException",
    "AutomationDefinitionVersionNotFoundException",
    "AutomationExecutionLimitExceededException",
    "AutomationExecutionNotFoundException",
    "AutomationStepNotFoundException",
    "ComplianceTypeCountLimitExceededException",
    "ConflictException",
    "ConnectTimeoutError",
    "ConnectionClosedError",
    "CustomSchemaCountLimitExceededException",
    "DocumentAlreadyExists",
    "DocumentLimitExceeded",
    "DocumentPermissionLimit",
    "DocumentVersionLimitExceeded",
    "DoesNotExistException",
    "DuplicateDocumentContent",
    "DuplicateDocumentVersionName",
    "DuplicateInstanceId",
    "EndpointConnectionError",
    "ExpiredTokenException",
    "FeatureNotAvailableException",
    "HierarchyLevelLimitExceededException",
    "HierarchyTypeMismatchException",
    "IdempotentParameterMismatch",
    "IncompatiblePolicyException",
    "IncompleteSignatureException",
    "InternalFailure",
    "InternalServerError",
    "InvalidActivation",
    "InvalidActivationId",
    "InvalidAggregatorException",
    "InvalidAllowedPatternException",
    "InvalidAssociation",
    "InvalidAssociationVersion",
    "InvalidAutomationExecutionParametersException",
    "InvalidAutomationSignalException",
    "InvalidAutomationStatusUpdateException",
    "InvalidCommandId",
    "InvalidDeleteInventoryParametersException",
    "InvalidDeletionIdException",
    "InvalidDocument",
    "InvalidDocumentContent",
    "InvalidDocumentOperation",
    "InvalidDocumentSchemaVersion",
    "InvalidDocumentType",
    "InvalidDocumentVersion",
    "InvalidFilter",
    "InvalidFilterKey",
    "InvalidFilterOption",
    "InvalidFilterValue",
    "InvalidInstanceId",
    "InvalidInstanceInformationFilterValue",
    "InvalidInstancePropertyFilterValue",
    "InvalidInventoryGroupException",
    "InvalidInventoryItemContextException",
    "InvalidInventoryRequestException",
    "InvalidItemContentException",
    "InvalidKeyId",
    "InvalidNextToken",
    "InvalidNotificationConfig",
    "InvalidOptionException",
    "InvalidOutputFolder",
    "InvalidOutputLocation",
    "InvalidParameters",
    "InvalidPermissionType",
    "InvalidPluginName",
    "InvalidPolicyAttributeException",
    "InvalidPolicyTypeException",
    "InvalidResourceId",
    "InvalidResourceType",
    "InvalidResultAttributeException",
    "InvalidRole",
    "InvalidSchedule",
    "InvalidSignatureException",
    "InvalidTag",
    "InvalidTarget",
    "InvalidTargetMaps",
    "InvalidTypeNameException",
    "InvalidUpdate",
    "InvocationDoesNotExist",
    "ItemContentMismatchException",
    "ItemSizeLimitExceededException",
    "MalformedResourcePolicyDocumentException",
    "MaxDocumentSizeExceeded",
    "MissingAuthenticationTokenException",
    "NoLongerSupportedException",
    "NotAuthorized",
    "OpsItemAccessDeniedException",
    "OpsItemAlreadyExistsException",
    "OpsItemConflictException",
    "OpsItemInvalidParameterException",
    "OpsItemLimitExceededException",
    "OpsItemNotFoundException",
    "OpsItemRelatedItemAlreadyExistsException",
    "OpsItemRelatedItemAssociationNotFoundException",
    "OpsMetadataAlreadyExistsException",
    "OpsMetadataInvalidArgumentException",
    "OpsMetadataKeyLimitExceededException",
    "OpsMetadataLimitExceededException",
    "OpsMetadataNotFoundException",
    "OpsMetadataTooManyUpdatesException",
    "OptInRequired",
    "ParameterAlreadyExists",
    "ParameterLimitExceeded",
    "ParameterMaxVersionLimitExceeded",
    "ParameterNotFound",
    "ParameterPatternMismatchException",
    "ParameterVersionLabelLimitExceeded",
    "ParameterVersionNotFound",
    "PoliciesLimitExceededException",
    "ReadTimeoutError",
    "RequestExpired",
    "RequestTimeoutException",
    "ResourceDataSyncAlreadyExistsException",
    "ResourceDataSyncConflictException",
    "ResourceDataSyncCountExceededException",
    "ResourceDataSyncInvalidConfigurationException",
    "ResourceDataSyncNotFoundException",
    "ResourceInUseException",
    "ResourceLimitExceededException",
    "ResourceNotFoundException",
    "ResourcePolicyConflictException",
    "ResourcePolicyInvalidParameterException",
    "ResourcePolicyLimitExceededException",
    "ResourcePolicyNotFoundException",
    "SerializationException",
    "ServiceQuotaExceededException",
    "ServiceSettingNotFound",
    "ServiceUnavailable",
    "StatusUnchanged",
    "SubTypeCountLimitExceededException",
    "TargetInUseException",
    "TargetNotConnected",
    "ThrottlingException",
    "TooManyTagsError",
    "TooManyUpdates",
    "TotalSizeLimitExceededException",
    "UnknownOperationException",
    "UnrecognizedClientException",
    "UnsupportedCalendarException",
    "UnsupportedFeatureRequiredException",
    "UnsupportedInventoryItemContextException",
    "UnsupportedInventorySchemaVersionException",
    "UnsupportedOperatingSystem",
    "UnsupportedOperationException",
    "UnsupportedParameterType",
    "UnsupportedPlatformType",
    "ValidationException",
]
ErrorName: TypeAlias = _ErrorName | str


_OperationName: TypeAlias = Literal[
    "StartAutomationExecution",
    "GetAutomationExecution",
    "DescribeAutomationExecutions",
    "DescribeAutomationStepExecutions",
    "StopAutomationExecution",
    "SendAutomationSignal",
]
OperationName: TypeAlias = _OperationName | str


_CheckedOperationName: TypeAlias = Literal[
    "StartAutomationExecution",
    "GetAutomationExecution",
    "DescribeAutomationExecutions",
    "DescribeAutomationStepExecutions",
    "StopAutomationExecution",
    "SendAutomationSignal",
    "DescribeDocument",
    "GetDocument",
    "ListDocumentVersions",
]
CheckedOperationName: TypeAlias = _CheckedOperationName | str


_StatusName: TypeAlias = Literal[
    "Pending",
    "InProgress",
    "Waiting",
    "Success",
    "TimedOut",
    "Cancelling",
    "Cancelled",
    "Failed",
    "PendingApproval",
    "Approved",
    "Rejected",
    "Scheduled",
    "RunbookInProgress",
    "PendingChangeCalendarOverride",
    "ChangeCalendarOverrideApproved",
    "ChangeCalendarOverrideRejected",
    "CompletedWithSuccess",
    "CompletedWithFailure",
    "Exited",
]
StatusName: TypeAlias = _StatusName | str


_ConstraintId: TypeAlias = Literal[
    "AlarmConfiguration.Alarms:max",
    "AlarmConfiguration.Alarms:min",
    "AlarmConfiguration.Alarms:required",
    "AlarmConfiguration.Alarms:type",
    "AlarmConfiguration.Alarms[].Name:max",
    "AlarmConfiguration.Alarms[].Name:min",
    "AlarmConfiguration.Alarms[].Name:pattern",
    "AlarmConfiguration.Alarms[].Name:required",
    "AlarmConfiguration.Alarms[].Name:type",
    "AlarmConfiguration.Alarms[]:type",
    "AlarmConfiguration.Alarms[]:unknown",
    "AlarmConfiguration.IgnorePollAlarmFailure:type",
    "AlarmConfiguration:type",
    "AlarmConfiguration:unknown",
    "ClientToken:max",
    "ClientToken:min",
    "ClientToken:pattern",
    "ClientToken:type",
    "DescribeAutomationExecutions/Filters:max",
    "DescribeAutomationExecutions/Filters:min",
    "DescribeAutomationExecutions/Filters:type",
    "DescribeAutomationExecutions/Filters[].Key:enum",
    "DescribeAutomationExecutions/Filters[].Key:required",
    "DescribeAutomationExecutions/Filters[].Key:type",
    "DescribeAutomationExecutions/Filters[].Values:max",
    "DescribeAutomationExecutions/Filters[].Values:min",
    "DescribeAutomationExecutions/Filters[].Values:required",
    "DescribeAutomationExecutions/Filters[].Values:type",
    "DescribeAutomationExecutions/Filters[].Values[]:max",
    "DescribeAutomationExecutions/Filters[].Values[]:min",
    "DescribeAutomationExecutions/Filters[].Values[]:type",
    "DescribeAutomationExecutions/Filters[]:type",
    "DescribeAutomationExecutions/Filters[]:unknown",
    "DescribeAutomationExecutions/MaxResults:max",
    "DescribeAutomationExecutions/MaxResults:min",
    "DescribeAutomationExecutions/MaxResults:type",
    "DescribeAutomationExecutions/NextToken:type",
    "DescribeAutomationExecutions/request:unknown",
    "DescribeAutomationStepExecutions/AutomationExecutionId:max",
    "DescribeAutomationStepExecutions/AutomationExecutionId:min",
    "DescribeAutomationStepExecutions/AutomationExecutionId:required",
    "DescribeAutomationStepExecutions/AutomationExecutionId:type",
    "DescribeAutomationStepExecutions/Filters:max",
    "DescribeAutomationStepExecutions/Filters:min",
    "DescribeAutomationStepExecutions/Filters:type",
    "DescribeAutomationStepExecutions/Filters[].Key:enum",
    "DescribeAutomationStepExecutions/Filters[].Key:required",
    "DescribeAutomationStepExecutions/Filters[].Key:type",
    "DescribeAutomationStepExecutions/Filters[].Values:max",
    "DescribeAutomationStepExecutions/Filters[].Values:min",
    "DescribeAutomationStepExecutions/Filters[].Values:required",
    "DescribeAutomationStepExecutions/Filters[].Values:type",
    "DescribeAutomationStepExecutions/Filters[].Values[]:max",
    "DescribeAutomationStepExecutions/Filters[].Values[]:min",
    "DescribeAutomationStepExecutions/Filters[].Values[]:type",
    "DescribeAutomationStepExecutions/Filters[]:type",
    "DescribeAutomationStepExecutions/Filters[]:unknown",
    "DescribeAutomationStepExecutions/MaxResults:max",
    "DescribeAutomationStepExecutions/MaxResults:min",
    "DescribeAutomationStepExecutions/MaxResults:type",
    "DescribeAutomationStepExecutions/NextToken:type",
    "DescribeAutomationStepExecutions/ReverseOrder:type",
    "DescribeAutomationStepExecutions/request:unknown",
    "DescribeDocument/DocumentVersion:pattern",
    "DescribeDocument/DocumentVersion:type",
    "DescribeDocument/Name:pattern",
    "DescribeDocument/Name:required",
    "DescribeDocument/Name:type",
    "DescribeDocument/VersionName:pattern",
    "DescribeDocument/VersionName:type",
    "DescribeDocument/request:unknown",
    "DocumentName:pattern",
    "DocumentName:required",
    "DocumentName:type",
    "DocumentVersion:pattern",
    "DocumentVersion:type",
    "GetAutomationExecution/AutomationExecutionId:max",
    "GetAutomationExecution/AutomationExecutionId:min",
    "GetAutomationExecution/AutomationExecutionId:required",
    "GetAutomationExecution/AutomationExecutionId:type",
    "GetAutomationExecution/request:unknown",
    "GetDocument/DocumentFormat:enum",
    "GetDocument/DocumentFormat:type",
    "GetDocument/DocumentVersion:pattern",
    "GetDocument/DocumentVersion:type",
    "GetDocument/Name:pattern",
    "GetDocument/Name:required",
    "GetDocument/Name:type",
    "GetDocument/VersionName:pattern",
    "GetDocument/VersionName:type",
    "GetDocument/request:unknown",
    "ListDocumentVersions/MaxResults:max",
    "ListDocumentVersions/MaxResults:min",
    "ListDocumentVersions/MaxResults:type",
    "ListDocumentVersions/Name:pattern",
    "ListDocumentVersions/Name:required",
    "ListDocumentVersions/Name:type",
    "ListDocumentVersions/NextToken:type",
    "ListDocumentVersions/request:unknown",
    "MaxConcurrency:max",
    "MaxConcurrency:min",
    "MaxConcurrency:pattern",
    "MaxConcurrency:type",
    "MaxErrors:max",
    "MaxErrors:min",
    "MaxErrors:pattern",
    "MaxErrors:type",
    "Mode:enum",
    "Mode:type",
    "Parameters:max",
    "Parameters:min",
    "Parameters:type",
    "Parameters{key}:max",
    "Parameters{key}:min",
    "Parameters{key}:type",
    "Parameters{value}:max",
    "Parameters{value}:type",
    "Parameters{value}[]:max",
    "Parameters{value}[]:min",
    "Parameters{value}[]:type",
    "SendAutomationSignal/AutomationExecutionId:max",
    "SendAutomationSignal/AutomationExecutionId:min",
    "SendAutomationSignal/AutomationExecutionId:required",
    "SendAutomationSignal/AutomationExecutionId:type",
    "SendAutomationSignal/Payload:max",
    "SendAutomationSignal/Payload:min",
    "SendAutomationSignal/Payload:type",
    "SendAutomationSignal/Payload{key}:max",
    "SendAutomationSignal/Payload{key}:min",
    "SendAutomationSignal/Payload{key}:type",
    "SendAutomationSignal/Payload{value}:max",
    "SendAutomationSignal/Payload{value}:type",
    "SendAutomationSignal/Payload{value}[]:max",
    "SendAutomationSignal/Payload{value}[]:min",
    "SendAutomationSignal/Payload{value}[]:type",
    "SendAutomationSignal/SignalType:enum",
    "SendAutomationSignal/SignalType:required",
    "SendAutomationSignal/SignalType:type",
    "SendAutomationSignal/request:unknown",
    "StopAutomationExecution/AutomationExecutionId:max",
    "StopAutomationExecution/AutomationExecutionId:min",
    "StopAutomationExecution/AutomationExecutionId:required",
    "StopAutomationExecution/AutomationExecutionId:type",
    "StopAutomationExecution/Type:enum",
    "StopAutomationExecution/Type:type",
    "StopAutomationExecution/request:unknown",
    "Tags:max",
    "Tags:type",
    "Tags[].Key:max",
    "Tags[].Key:min",
    "Tags[].Key:pattern",
    "Tags[].Key:required",
    "Tags[].Key:type",
    "Tags[].Value:max",
    "Tags[].Value:pattern",
    "Tags[].Value:required",
    "Tags[].Value:type",
    "Tags[]:type",
    "Tags[]:unknown",
    "TargetLocations:max",
    "TargetLocations:min",
    "TargetLocations:type",
    "TargetLocationsURL:pattern",
    "TargetLocationsURL:type",
    "TargetLocations[].Accounts:max",
    "TargetLocations[].Accounts:min",
    "TargetLocations[].Accounts:type",
    "TargetLocations[].Accounts[]:type",
    "TargetLocations[].ExcludeAccounts:max",
    "TargetLocations[].ExcludeAccounts:min",
    "TargetLocations[].ExcludeAccounts:type",
    "TargetLocations[].ExcludeAccounts[]:max",
    "TargetLocations[].ExcludeAccounts[]:min",
    "TargetLocations[].ExcludeAccounts[]:pattern",
    "TargetLocations[].ExcludeAccounts[]:type",
    "TargetLocations[].ExecutionRoleName:max",
    "TargetLocations[].ExecutionRoleName:min",
    "TargetLocations[].ExecutionRoleName:pattern",
    "TargetLocations[].ExecutionRoleName:type",
    "TargetLocations[].IncludeChildOrganizationUnits:type",
    "TargetLocations[].Regions:max",
    "TargetLocations[].Regions:min",
    "TargetLocations[].Regions:type",
    "TargetLocations[].Regions[]:type",
    "TargetLocations[].TargetLocationAlarmConfiguration.Alarms:max",
    "TargetLocations[].TargetLocationAlarmConfiguration.Alarms:min",
    "TargetLocations[].TargetLocationAlarmConfiguration.Alarms:required",
    "TargetLocations[].TargetLocationAlarmConfiguration.Alarms:type",
    "TargetLocations[].TargetLocationAlarmConfiguration.Alarms[].Name:max",
    "TargetLocations[].TargetLocationAlarmConfiguration.Alarms[].Name:min",
    "TargetLocations[].TargetLocationAlarmConfiguration.Alarms[].Name:pattern",
    "TargetLocations[].TargetLocationAlarmConfiguration.Alarms[].Name:required",
    "TargetLocations[].TargetLocationAlarmConfiguration.Alarms[].Name:type",
    "TargetLocations[].TargetLocationAlarmConfiguration.Alarms[]:type",
    "TargetLocations[].TargetLocationAlarmConfiguration.Alarms[]:unknown",
    "TargetLocations[].TargetLocationAlarmConfiguration.IgnorePollAlarmFailure:type",
    "TargetLocations[].TargetLocationAlarmConfiguration:type",
    "TargetLocations[].TargetLocationAlarmConfiguration:unknown",
    "TargetLocations[].TargetLocationMaxConcurrency:max",
    "TargetLocations[].TargetLocationMaxConcurrency:min",
    "TargetLocations[].TargetLocationMaxConcurrency:pattern",
    "TargetLocations[].TargetLocationMaxConcurrency:type",
    "TargetLocations[].TargetLocationMaxErrors:max",
    "TargetLocations[].TargetLocationMaxErrors:min",
    "TargetLocations[].TargetLocationMaxErrors:pattern",
    "TargetLocations[].TargetLocationMaxErrors:type",
    "TargetLocations[].Targets:max",
    "TargetLocations[].Targets:type",
    "TargetLocations[].TargetsMaxConcurrency:max",
    "TargetLocations[].TargetsMaxConcurrency:min",
    "TargetLocations[].TargetsMaxConcurrency:pattern",
    "TargetLocations[].TargetsMaxConcurrency:type",
    "TargetLocations[].TargetsMaxErrors:max",
    "TargetLocations[].TargetsMaxErrors:min",
    "TargetLocations[].TargetsMaxErrors:pattern",
    "TargetLocations[].TargetsMaxErrors:type",
    "TargetLocations[].Targets[].Key:max",
    "TargetLocations[].Targets[].Key:min",
    "TargetLocations[].Targets[].Key:pattern",
    "TargetLocations[].Targets[].Key:type",
    "TargetLocations[].Targets[].Values:max",
    "TargetLocations[].Targets[].Values:type",
    "TargetLocations[].Targets[].Values[]:type",
    "TargetLocations[].Targets[]:type",
    "TargetLocations[].Targets[]:unknown",
    "TargetLocations[]:type",
    "TargetLocations[]:unknown",
    "TargetMaps:max",
    "TargetMaps:type",
    "TargetMaps[]:max",
    "TargetMaps[]:min",
    "TargetMaps[]:type",
    "TargetMaps[]{key}:max",
    "TargetMaps[]{key}:min",
    "TargetMaps[]{key}:type",
    "TargetMaps[]{value}:max",
    "TargetMaps[]{value}:type",
    "TargetMaps[]{value}[]:max",
    "TargetMaps[]{value}[]:min",
    "TargetMaps[]{value}[]:type",
    "TargetParameterName:max",
    "TargetParameterName:min",
    "TargetParameterName:type",
    "Targets:max",
    "Targets:type",
    "Targets[].Key:max",
    "Targets[].Key:min",
    "Targets[].Key:pattern",
    "Targets[].Key:type",
    "Targets[].Values:max",
    "Targets[].Values:type",
    "Targets[].Values[]:type",
    "Targets[]:type",
    "Targets[]:unknown",
    "request:at_most_five_tags",
    "request:location_targets_need_target_parameter_name",
    "request:target_parameter_name_needs_targets",
    "request:targets_exclude_target_maps",
    "request:targets_need_target_parameter_name",
    "request:unknown",
]
ConstraintId: TypeAlias = _ConstraintId | str


_ExecutionModeName: TypeAlias = Literal[
    "Auto",
    "Interactive",
]
ExecutionModeName: TypeAlias = _ExecutionModeName | str


class TargetMembers(TypedDict, total=False):
    """Members of a `Target`."""

    Key: str | Match
    Values: ListOf[str | Match] | Match


class AlarmMembers(TypedDict, total=False):
    """Members of a `Alarm`."""

    Name: str | Match


class AlarmConfigurationMembers(TypedDict, total=False):
    """Members of a `AlarmConfiguration`."""

    IgnorePollAlarmFailure: bool | Match
    Alarms: ListOf[AlarmMembers | Match] | Match


class TargetLocationMembers(TypedDict, total=False):
    """Members of a `TargetLocation`."""

    Accounts: ListOf[str | Match] | Match
    Regions: ListOf[str | Match] | Match
    TargetLocationMaxConcurrency: str | Match
    TargetLocationMaxErrors: str | Match
    ExecutionRoleName: str | Match
    TargetLocationAlarmConfiguration: AlarmConfigurationMembers | Match
    IncludeChildOrganizationUnits: bool | Match
    ExcludeAccounts: ListOf[str | Match] | Match
    Targets: ListOf[TargetMembers | Match] | Match
    TargetsMaxConcurrency: str | Match
    TargetsMaxErrors: str | Match


class TagMembers(TypedDict, total=False):
    """Members of a `Tag`."""

    Key: str | Match
    Value: str | Match


class StartMembers(TypedDict, total=False):
    """Members of a request of StartAutomationExecution."""

    DocumentName: str | Match
    DocumentVersion: str | Match
    Parameters: Mapping[str, ListOf[str | Match] | Match] | Match
    ClientToken: str | Match
    Mode: ExecutionModeName | Match
    TargetParameterName: str | Match
    Targets: ListOf[TargetMembers | Match] | Match
    TargetMaps: ListOf[Mapping[str, ListOf[str | Match] | Match] | Match] | Match
    MaxConcurrency: str | Match
    MaxErrors: str | Match
    TargetLocations: ListOf[TargetLocationMembers | Match] | Match
    Tags: ListOf[TagMembers | Match] | Match
    AlarmConfiguration: AlarmConfigurationMembers | Match
    TargetLocationsURL: str | Match


_AutomationExecutionFilterKeyName: TypeAlias = Literal[
    "DocumentNamePrefix",
    "ExecutionStatus",
    "ExecutionId",
    "ParentExecutionId",
    "CurrentAction",
    "StartTimeBefore",
    "StartTimeAfter",
    "AutomationType",
    "TagKey",
    "TargetResourceGroup",
    "AutomationSubtype",
    "OpsItemId",
]
AutomationExecutionFilterKeyName: TypeAlias = _AutomationExecutionFilterKeyName | str


class AutomationExecutionFilterMembers(TypedDict, total=False):
    """Members of a `AutomationExecutionFilter`."""

    Key: AutomationExecutionFilterKeyName | Match
    Values: ListOf[str | Match] | Match


_StepExecutionFilterKeyName: TypeAlias = Literal[
    "StartTimeBefore",
    "StartTimeAfter",
    "StepExecutionStatus",
    "StepExecutionId",
    "StepName",
    "Action",
    "ParentStepExecutionId",
    "ParentStepIteration",
    "ParentStepIteratorValue",
]
StepExecutionFilterKeyName: TypeAlias = _StepExecutionFilterKeyName | str


class StepExecutionFilterMembers(TypedDict, total=False):
    """Members of a `StepExecutionFilter`."""

    Key: StepExecutionFilterKeyName | Match
    Values: ListOf[str | Match] | Match


_StopTypeName: TypeAlias = Literal[
    "Complete",
    "Cancel",
]
StopTypeName: TypeAlias = _StopTypeName | str


_SignalTypeName: TypeAlias = Literal[
    "Approve",
    "Reject",
    "StartStep",
    "StopStep",
    "Resume",
    "Revoke",
]
SignalTypeName: TypeAlias = _SignalTypeName | str


_DocumentFormatName: TypeAlias = Literal[
    "YAML",
    "JSON",
    "TEXT",
]
DocumentFormatName: TypeAlias = _DocumentFormatName | str


class AnyMembers(TypedDict, total=False):
    """Members of requests of any operation."""

    AlarmConfiguration: AlarmConfigurationMembers | Match
    AutomationExecutionId: str | Match
    ClientToken: str | Match
    DocumentFormat: DocumentFormatName | Match
    DocumentName: str | Match
    DocumentVersion: str | Match
    Filters: ListOf[AutomationExecutionFilterMembers | Match] | ListOf[StepExecutionFilterMembers | Match] | Match
    MaxConcurrency: str | Match
    MaxErrors: str | Match
    MaxResults: int | Match
    Mode: ExecutionModeName | Match
    Name: str | Match
    NextToken: str | Match
    Parameters: Mapping[str, ListOf[str | Match] | Match] | Match
    Payload: Mapping[str, ListOf[str | Match] | Match] | Match
    ReverseOrder: bool | Match
    SignalType: SignalTypeName | Match
    Tags: ListOf[TagMembers | Match] | Match
    TargetLocations: ListOf[TargetLocationMembers | Match] | Match
    TargetLocationsURL: str | Match
    TargetMaps: ListOf[Mapping[str, ListOf[str | Match] | Match] | Match] | Match
    TargetParameterName: str | Match
    Targets: ListOf[TargetMembers | Match] | Match
    Type: StopTypeName | Match
    VersionName: str | Match


class RefusedMembers(TypedDict, total=False):
    """Members of requests that were refused; the values may be wrong."""

    AlarmConfiguration: Any
    AutomationExecutionId: Any
    ClientToken: Any
    DocumentFormat: Any
    DocumentName: Any
    DocumentVersion: Any
    Filters: Any
    MaxConcurrency: Any
    MaxErrors: Any
    MaxResults: Any
    Mode: Any
    Name: Any
    NextToken: Any
    Parameters: Any
    Payload: Any
    ReverseOrder: Any
    SignalType: Any
    Tags: Any
    TargetLocations: Any
    TargetLocationsURL: Any
    TargetMaps: Any
    TargetParameterName: Any
    Targets: Any
    Type: Any
    VersionName: Any
