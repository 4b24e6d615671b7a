"""Types of what a test says of requests, for type checkers only. Written by tests/typing/make.py, not by hand.

Names are completed by editors and not checked, since AWS may know more of them: `Literal[...] | str`. Members of
structures may be left out, and each may be a matcher, since an assertion compares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, TypedDict, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet

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
    "AutomationDefinitionNotFoundException",
    "AutomationDefinitionVersionNotFoundException",
    "AutomationExecutionLimitExceededException",
    "AutomationExecutionNotFoundException",
    "AutomationStepNotFoundException",
    "ConnectTimeoutError",
    "ConnectionClosedError",
    "EndpointConnectionError",
    "ExpiredTokenException",
    "IdempotentParameterMismatch",
    "IncompleteSignatureException",
    "InternalFailure",
    "InternalServerError",
    "InvalidAutomationExecutionParametersException",
    "InvalidAutomationSignalException",
    "InvalidAutomationStatusUpdateException",
    "InvalidDocument",
    "InvalidDocumentVersion",
    "InvalidFilterKey",
    "InvalidFilterValue",
    "InvalidNextToken",
    "InvalidResourceId",
    "InvalidResourceType",
    "InvalidSignatureException",
    "InvalidTarget",
    "MissingAuthenticationTokenException",
    "NotAuthorized",
    "OptInRequired",
    "ReadTimeoutError",
    "RequestExpired",
    "RequestTimeoutException",
    "SerializationException",
    "ServiceUnavailable",
    "ThrottlingException",
    "TooManyTagsError",
    "TooManyUpdates",
    "UnknownOperationException",
    "UnrecognizedClientException",
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
    "ListTagsForResource",
    "AddTagsToResource",
    "RemoveTagsFromResource",
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
    "ListTagsForResource",
    "AddTagsToResource",
    "RemoveTagsFromResource",
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


Statuses: TypeAlias = "ListOf[StatusName | Mapping[str, Any]] | tuple[StatusName | Mapping[str, Any], ...]"


_TransportName: TypeAlias = Literal[
    "stubber",
    "wire",
]
TransportName: TypeAlias = _TransportName | str


_ChoiceName: TypeAlias = Literal[
    "accept",
    "reject",
]
ChoiceName: TypeAlias = _ChoiceName | str


_PaceName: TypeAlias = Literal[
    "run",
    "step",
]
PaceName: TypeAlias = _PaceName | str


Names: TypeAlias = "ListOf[str] | tuple[str, ...] | AbstractSet[str]"


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


_ResourceTypeForTaggingName: TypeAlias = Literal[
    "Document",
    "ManagedInstance",
    "MaintenanceWindow",
    "Parameter",
    "PatchBaseline",
    "OpsItem",
    "OpsMetadata",
    "Automation",
    "Association",
    "CloudConnector",
]
ResourceTypeForTaggingName: TypeAlias = _ResourceTypeForTaggingName | str


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
    ResourceId: str | Match
    ResourceType: ResourceTypeForTaggingName | Match
    ReverseOrder: bool | Match
    SignalType: SignalTypeName | Match
    TagKeys: ListOf[str | Match] | Match
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
    ResourceId: Any
    ResourceType: Any
    ReverseOrder: Any
    SignalType: Any
    TagKeys: Any
    Tags: Any
    TargetLocations: Any
    TargetLocationsURL: Any
    TargetMaps: Any
    TargetParameterName: Any
    Targets: Any
    Type: Any
    VersionName: Any
