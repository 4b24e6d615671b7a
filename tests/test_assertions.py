from __future__ import annotations

import re
import textwrap
import threading
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from botocore.exceptions import ClientError, ParamValidationError, ReadTimeoutError
from dirty_equals import Contains, IsList, IsPartialDict, IsStr, IsUUID

from pytest_ssm_automation import AutomationFake, FakeUsageError

if TYPE_CHECKING:
    from collections.abc import Callable

TOKEN = "01234567-89ab-cdef-abcd-ef0123456789"
OTHER = "11234567-89ab-cdef-abcd-ef0123456789"
RUNBOOK: dict[str, Any] = {
    "schemaVersion": "0.3",
    "parameters": {"Size": {"type": "String"}},
    "mainSteps": [{"name": "wait", "action": "aws:sleep"}],
}
REQUEST: dict[str, Any] = {"DocumentName": "AWS-RestartEC2Instance", "Parameters": {"InstanceId": ["i-1"]}}


def start(client: Any, **members: Any) -> str:
    """Start an execution, and return its id."""
    execution_id: str = client.start_automation_execution(**{**REQUEST, **members})["AutomationExecutionId"]
    return execution_id


def refused(client: Any, **members: Any) -> None:
    """Try to start an execution, as a caller with a broad `except` does."""
    with pytest.raises((ClientError, ParamValidationError)):
        start(client, **members)


def text(expected: str) -> str:
    """Return a message without the indentation of the test."""
    return textwrap.dedent(expected).strip("\n").replace("THREAD", threading.current_thread().name)


def failure(assertion: Any, *arguments: Any, **keywords: Any) -> str:
    """Give the message of an assertion that fails."""
    with pytest.raises(AssertionError) as caught:
        assertion(*arguments, **keywords)
    return str(caught.value)


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"DocumentName": "AWS-RestartEC2Instance"},
        {"Parameters": {"InstanceId": ["i-1"]}},
        {**REQUEST, "exact": True},
        {"region": "us-east-1", "times": 1},
        {"Parameters": mock.ANY, "DocumentName": mock.ANY, "exact": True},
        {"DocumentName": IsStr(regex="AWS-.*")},
        {"Parameters": IsPartialDict(InstanceId=["i-1"])},
        {"Parameters": {"InstanceId": IsList(IsStr, length=1)}},
        {"Parameters": {"InstanceId": Contains("i-1")}},
    ],
)
def test_a_start_that_matches_is_found(fake: AutomationFake, client: Any, request_: dict[str, Any]) -> None:
    """Members that are named have to equal, by `==`, so that `mock.ANY` and dirty-equals work; others are ignored."""
    execution_id = start(client)
    assert fake.assert_started(**request_).id == execution_id
    assert execution_id == IsUUID(4)


def test_the_latest_that_matches_is_given(fake: AutomationFake, client: Any) -> None:
    """Of several starts the last one is the answer."""
    ids = [start(client, DocumentVersion=str(number)) for number in (1, 2, 3)]
    assert fake.assert_started().id == ids[2]
    assert fake.assert_started(DocumentVersion="2").id == ids[1]
    assert fake.assert_started_once(DocumentVersion="1").id == ids[0]


def test_a_start_whose_response_was_lost_is_a_start(fake: AutomationFake, client: Any) -> None:
    """What the service did counts, not what the caller got to know."""
    fake.lose_response()
    with pytest.raises(ReadTimeoutError):
        start(client)
    assert fake.assert_started_once(**REQUEST) is fake.executions[0]
    assert "was called once" in failure(fake.assert_not_started)


def test_the_closest_call_comes_first(fake: AutomationFake, client: Any) -> None:
    """Of many calls three are shown, those that differ least in front, with paths into lists and maps."""
    other = {"Parameters": {"InstanceId": ["i-2"], "Force": ["true"]}}
    start(client, DocumentName="Other", Mode="Interactive", **other)
    start(client, DocumentName="Other", **other)
    start(fake.client("eu-central-1"), **other)
    start(client, DocumentName="Other", Mode="Interactive", **other)
    assert failure(fake.assert_started, **REQUEST, Mode="Auto", region="us-east-1", exact=True) == text(
        """
        StartAutomationExecution was not called as expected.

        Expected:  DocumentName='AWS-RestartEC2Instance', Parameters={'InstanceId': ['i-1']}, Mode='Auto', \
and nothing else, in us-east-1
        Closest of 4 calls, #1 (us-east-1, thread THREAD):
          DocumentName: expected 'AWS-RestartEC2Instance', got 'Other'
          Parameters['InstanceId'][0]: expected 'i-1', got 'i-2'
          Parameters['Force']: expected nothing, got ['true']
          Mode: expected 'Auto', got 'Interactive'
        Then #2 (us-east-1, thread THREAD):
          DocumentName: expected 'AWS-RestartEC2Instance', got 'Other'
          Parameters['InstanceId'][0]: expected 'i-1', got 'i-2'
          Parameters['Force']: expected nothing, got ['true']
          Mode: expected 'Auto', got nothing
        Then #3 (eu-central-1, thread THREAD):
          Parameters['InstanceId'][0]: expected 'i-1', got 'i-2'
          Parameters['Force']: expected nothing, got ['true']
          Mode: expected 'Auto', got nothing
          region: expected 'us-east-1', got 'eu-central-1'
        """
    )


NESTED: dict[str, Any] = {
    "Parameters": {"InstanceId": ["i-1", "i-2", "i-3"], "Force": ["true"]},
    "Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}, {"Key": "c", "Value": "3"}],
}


@pytest.mark.parametrize(
    "request_",
    [
        {"Parameters": {"Force": ["true"]}},
        {"Parameters": {}},
        {"Parameters": {"InstanceId": ["i-1", "i-3"]}},
        {"Parameters": {"InstanceId": []}},
        {"Tags": [{"Key": "a"}, {"Value": "3"}]},
        {"Tags": [{"Key": "a"}, {"Key": "b"}, {"Key": "c"}]},
        {"Tags": [mock.ANY, {"Value": IsStr}]},
        NESTED,
    ],
)
def test_a_part_of_what_is_inside_will_do(fake: AutomationFake, client: Any, request_: dict[str, Any]) -> None:
    """With `partial`, mappings inside may have more keys, and lists more items, in the same order."""
    start(client, **NESTED)
    fake.assert_started_once(partial=True, **request_)
    fake.assert_called("StartAutomationExecution", partial=True, **request_)
    with pytest.raises(AssertionError, match="should not have been"):
        fake.assert_not_started(partial=True, **request_)


EXACT = {"DocumentName": REQUEST["DocumentName"], "Parameters": {}, "Tags": [], "exact": True, "partial": True}


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        ({"Parameters": {"InstanceId": ["i-1"], "Force": mock.ANY}},
         "Parameters['InstanceId']: expected ['i-1'], got ['i-1', 'i-2', 'i-3']"),
        ({"Parameters": {"InstanceId": [IsStr, "i-2", "i-4"], "Force": ["true"]}},
         "Parameters['InstanceId'][2]: expected 'i-4', got 'i-3'"),
        ({"Parameters": {**NESTED["Parameters"], "Extra": mock.ANY}},
         "Parameters['Extra']: expected <ANY>, got nothing"),
        ({"ClientToken": mock.ANY}, "ClientToken: expected <ANY>, got nothing"),
        ({**REQUEST, **NESTED, "exact": True}, "Mode: expected nothing, got 'Auto'"),
        (EXACT, "Mode: expected nothing, got 'Auto'"),
        ({"DocumentVersion": "y" * 500},
         f"DocumentVersion: expected '{'y' * 99}...{'y' * 49}' (502 characters), got nothing"),
        *(
            ({**asked, "partial": True}, line)
            for asked, line in (
                ({"Parameters": {"Force": ["false"]}}, "Parameters['Force'][0]: expected 'false', got 'true'"),
                ({"Parameters": {"Extra": ["1"]}}, "Parameters['Extra']: expected ['1'], got nothing"),
                ({"Parameters": {"InstanceId": ["i-3", "i-1"]}},
                 "Parameters['InstanceId']: expected 'i-1' among the items in this order, got ['i-1', 'i-2', 'i-3']"),
                ({"Parameters": {"InstanceId": ["i-4"]}},
                 "Parameters['InstanceId']: expected 'i-4' among the items, got ['i-1', 'i-2', 'i-3']"),
                ({"Parameters": {"InstanceId": "i-1"}},
                 "Parameters['InstanceId']: expected 'i-1', got ['i-1', 'i-2', 'i-3']"),
                ({"DocumentVersion": mock.ANY}, "DocumentVersion: expected <ANY>, got nothing"),
            )
        ),
    ],
)  # fmt: skip
def test_what_differs_is_told(fake: AutomationFake, client: Any, asked: dict[str, Any], line: str) -> None:
    """Only that, with its path, what was expected and what came; a matcher that equals everything wants the member.

    `exact` is about members of the request, and `partial` about what is inside, where it allows no other values.
    """
    start(client, Mode="Auto", **NESTED)
    message = failure(fake.assert_started, **asked)
    assert [each[2:] for each in message.splitlines() if each.startswith("  ")] == [line]
    assert (", in part\n" in message) == asked.get("partial", False)
    assert "With partial=True" not in message or "partial" not in asked
    fake.assert_started(**{**EXACT, "Mode": "Auto"})


def test_a_miss_by_additional_keys_alone_names_partial(fake: AutomationFake, client: Any) -> None:
    """Nobody has to guess what to write; where it wouldn't help, it is not named."""
    start(client, **NESTED)
    start(client, Parameters={"Force": ["false"]})
    fake.fail_with("InvalidTarget")
    refused(client, **NESTED)
    hint = "\n\nWith partial=True, which allows additional keys and items, it matches #1."
    part = {"Parameters": {"Force": ["true"]}}
    assert failure(fake.assert_started, **part).endswith(hint)
    assert failure(fake.assert_called, "StartAutomationExecution", **part).endswith(hint.replace("#1", "#1, #3"))
    for request in ({"Parameters": {"Force": ["x"]}}, {"Mode": "Auto"}, {**part, "region": "eu-central-1"}):
        assert "partial=True" not in failure(fake.assert_started, **request)
    start(client, **part)
    assert failure(fake.assert_started, times=2, **part).endswith(hint)
    start(client, **part)
    assert "partial=True" not in failure(fake.assert_started, times=1, **part)


def test_the_number_of_starts_is_counted(fake: AutomationFake, client: Any) -> None:
    """`times` is exact, and the message lists the matching calls."""
    for _ in range(3):
        start(client)
    assert fake.assert_started(times=3) is fake.executions[2]
    assert failure(fake.assert_started_once, **REQUEST) == text(
        """
        StartAutomationExecution was called 3 times with a matching request, expected once.

        Expected:  DocumentName='AWS-RestartEC2Instance', Parameters={'InstanceId': ['i-1']}
        Matching:  #1 (us-east-1, thread THREAD), #2 (us-east-1, thread THREAD), #3 (us-east-1, thread THREAD)
        """
    )
    assert "was called 0 times with a matching request, expected twice." in failure(
        fake.assert_started, times=2, Mode="Auto"
    )


def test_refused_and_failed_calls_are_no_starts(fake: AutomationFake, client: Any) -> None:
    """Refused and failed calls are shown with their outcome."""
    refused(client, Mode="auto")
    fake.fail_with("InvalidTarget")
    refused(client)
    start(client, DocumentName="Other", ClientToken=TOKEN)
    start(client, DocumentName="Other", ClientToken=TOKEN)
    message = failure(fake.assert_started, **REQUEST)
    assert "  rejected: ValidationException\n    Mode: Value 'auto' at 'mode' failed to satisfy constraint" in message
    assert "  failed: InvalidTarget" in message
    assert "replayed" not in failure(fake.assert_started, **REQUEST)
    assert f"replayed: its ClientToken had already started {fake.executions[0].id}" in failure(
        fake.assert_started, DocumentName="Other", times=2
    ) + failure(fake.assert_started, DocumentName="Another", ClientToken=TOKEN)


@pytest.mark.parametrize(
    ("assertion", "arguments", "keywords", "message"),
    [
        ("assert_started", [{"DocumentName": "Doc", "Mode": "Auto"}], {},
         ("assert_started takes the members of the request as keywords: "
         "write assert_started(DocumentName='Doc', Mode='Auto')")),
        ("assert_started_once", ["Doc"], {},
         ("assert_started_once takes the members of the request as keywords: "
         "write assert_started_once(DocumentName='Doc')")),
        ("assert_called", ["GetAutomationExecution", {"AutomationExecutionId": "id"}], {},
         ("assert_called takes the members of the request as keywords: "
         "write assert_called('GetAutomationExecution', AutomationExecutionId='id')")),
        ("assert_started_once", [], {"times": 2},
         "Unknown argument of assert_started_once 'times'. Allowed: account, exact, partial, region."),
        ("assert_not_started", [], {"exact": True, "DocumentName": "Doc"},
         "Unknown argument of assert_not_started 'exact'. Allowed: account, partial, region."),
        ("assert_called", ["GetAutomationExecution"], {"error": "InvalidTarget"},
         "Unknown argument of assert_called 'error'. Allowed: account, exact, operation, partial, region, times."),
        ("assert_started", [], {"regions": "x"}, "Unknown argument of assert_started 'regions'. Did you mean 'region'"),
        ("assert_rejected", [["Doc"]], {},
         ("assert_rejected takes the members of the request as keywords: "
         "write assert_rejected(DocumentName=['Doc'])")),
        *(
            (name, [], {"Documentname": "Doc"},
             "Unknown member of StartAutomationExecution 'Documentname'. Did you mean 'DocumentName'? Allowed: ")
            for name in ("assert_started", "assert_started_once", "assert_not_started", "assert_rejected")
        ),
        ("assert_called", ["GetAutomationExecution"], {"DocumentName": "Doc"},
         "Unknown member of GetAutomationExecution 'DocumentName'."),
        ("assert_called", ["GetAutomation"], {},
         "Unknown operation 'GetAutomation'. Did you mean 'GetAutomationExecution'?"),
        ("assert_rejected", [], {"constraint": "Mode:enums"},
         "Unknown constraint 'Mode:enums'. Did you mean 'Mode:enum'?"),
        ("assert_rejected", [], {"error": "ValidationError"}, "Unknown error 'ValidationError'. Did you mean "),
        *(
            (name, [], {"times": times},
             f"Expected times to be a whole number of at least 1, or None, but got times={times!r}")
            for name in ("assert_started", "assert_rejected") for times in (0, -1, True, 1.0, "1")
        ),
        *(
            ("assert_rejected", [name], {}, f"assert_rejected takes the {what} as a keyword: write {told}")
            for name, what, told in (
                ("SerializationException", "name of an error", "assert_rejected(error='SerializationException')"),
                ("ParamValidationError", "name of an error", "assert_rejected(error='ParamValidationError')"),
                ("Mode:enum", "id of a constraint", "assert_rejected(constraint='Mode:enum')"),
                ("runbook:X:type", "id of a constraint", "assert_rejected(constraint='runbook:X:type')"),
            )
        ),
    ],
)  # fmt: skip
def test_slips_in_the_call_of_an_assertion_are_told_what_to_write(
    fake: AutomationFake, assertion: str, arguments: list[Any], keywords: dict[str, Any], message: str
) -> None:
    """What nothing could match, a request passed as a dict, or an option of another assertion, is told with a hint."""
    with pytest.raises(FakeUsageError) as caught:
        getattr(fake, assertion)(*arguments, **keywords)
    assert str(caught.value).startswith(message)


def test_nothing_was_started(fake: AutomationFake, client: Any) -> None:
    """Refused requests, and requests with other members, do not count as starts."""
    refused(client, Mode="auto")
    start(client)
    fake.assert_not_started(DocumentName="Other")
    fake.assert_not_started(region="eu-central-1")
    assert failure(fake.assert_not_started, DocumentName=REQUEST["DocumentName"]) == text(
        """
        StartAutomationExecution was called once, but should not have been.

        Not expected:  DocumentName='AWS-RestartEC2Instance'
        #2 (us-east-1, thread THREAD): DocumentName='AWS-RestartEC2Instance', Parameters={'InstanceId': ['i-1']}
        """
    )


def test_any_operation_can_be_asked_for(fake: AutomationFake, client: Any) -> None:
    """`assert_called` accepts all Automation operations, whatever the outcome of the call."""
    fake.fail_with("AutomationExecutionNotFoundException", operation="GetAutomationExecution", times=2)
    for execution_id in ("0" * 36, "1" * 36):
        with pytest.raises(ClientError):
            client.get_automation_execution(AutomationExecutionId=execution_id)
    call = fake.assert_called("GetAutomationExecution", times=2)
    assert call is fake.calls[1]
    assert fake.assert_called("GetAutomationExecution", AutomationExecutionId="0" * 36, exact=True) is fake.calls[0]
    assert failure(fake.assert_called, "StopAutomationExecution", region="us-east-1") == text(
        """
        StopAutomationExecution was not called as expected.

        Expected:  in us-east-1
        StopAutomationExecution was never called.
        """
    )


@pytest.mark.parametrize(
    ("operation", "members", "expected"),
    [
        *(
            ("start_automation_execution", {**REQUEST, **members}, expected)
            for members, expected in (
                ({"Mode": "auto"}, {"constraint": "Mode:enum"}),
                ({"Mode": "auto"}, {"error": "ValidationException", "Mode": "auto", "times": 1}),
                ({"Mode": "auto", **NESTED}, {"Parameters": {"Force": ["true"]}, "partial": True}),
                ({"Targets": [], "Mode": "x"}, {}),
                ({"Bogus": 1}, {"constraint": "request:unknown", "error": "ParamValidationError"}),
                ({"Tags": [{"Key": "a", "Value": "b"}] * 6}, {"constraint": "request:at_most_five_tags"}),
                ({"DocumentName": "Acme-Resize"}, {"constraint": "runbook:Size:required"}),
            )
        ),
        ("get_automation_execution", {"AutomationExecutionId": "exec-1"},
         {"constraint": "GetAutomationExecution/AutomationExecutionId:min", "AutomationExecutionId": "exec-1"}),
        ("describe_document", {"Name": "Acme-Resize", "DocumentVersion": "abc"},
         {"constraint": "DescribeDocument/DocumentVersion:pattern"}),
    ],
)  # fmt: skip
def test_an_expected_refusal_is_no_mistake(
    fake: AutomationFake, client: Any, operation: str, members: dict[str, Any], expected: dict[str, Any]
) -> None:
    """`assert_rejected` finds a refusal by constraint, error and members, and marks it as expected."""
    fake.add_runbook(RUNBOOK, name="Acme-Resize")
    with pytest.raises((ClientError, ParamValidationError)):
        getattr(client, operation)(**members)
    assert not fake.calls[0].acknowledged
    assert failure(fake.verify).startswith("Requests were refused")
    call = fake.assert_rejected(**expected)
    assert call is fake.calls[0]
    assert call.acknowledged
    fake.verify()
    fake.assert_requests_valid()


def test_only_what_was_expected_is_acknowledged(fake: AutomationFake, client: Any) -> None:
    """Other refusals stay mistakes."""
    refused(client, Mode="auto")
    refused(client, MaxErrors="x")
    assert "was not refused as expected with InvalidTarget." in failure(fake.assert_rejected, error="InvalidTarget")
    fake.assert_rejected(constraint="Mode:enum")
    assert [call.acknowledged for call in fake.calls] == [True, False]
    assert "MaxErrors:pattern" in failure(fake.verify)


def test_an_ordinary_refusal_can_be_asked_for(fake: AutomationFake, client: Any) -> None:
    """It is never a mistake. An error that no start gets is about the operation that got it."""
    error = "AutomationExecutionNotFoundException"
    assert "GetAutomationExecution was never called." in failure(fake.assert_rejected, error=error)
    start(client, ClientToken=TOKEN)
    refused(client, ClientToken=TOKEN, Mode="Auto")
    with pytest.raises(ClientError):
        client.stop_automation_execution(AutomationExecutionId="0" * 36)
    fake.verify()
    assert fake.assert_rejected(error="IdempotentParameterMismatch") is fake.calls[1]
    assert fake.assert_rejected(error=error, AutomationExecutionId="0" * 36) is fake.calls[2]


def test_a_refusal_that_was_lost_can_be_asked_for(fake: AutomationFake, client: Any) -> None:
    """It stays a mistake, though the caller never learned of it, until a test expects it."""
    fake.add_runbook(RUNBOOK, name="Acme-Resize")
    fake.lose_response()
    with pytest.raises(ReadTimeoutError):
        client.start_automation_execution(DocumentName="Acme-Resize")
    assert "runbook:Size:required" in failure(fake.verify)
    fake.assert_rejected(constraint="runbook:Size:required")
    fake.verify()


def test_refusals_of_operations_on_documents_can_be_relaxed() -> None:
    """They have constraints too."""
    with AutomationFake(relax=["DescribeDocument/DocumentVersion:pattern"]) as relaxed:
        relaxed.add_runbook(RUNBOOK, name="Acme-Resize")
        client: Any = relaxed.client()
        with pytest.raises(ClientError, match="InvalidDocumentVersion"):
            client.describe_document(Name="Acme-Resize", DocumentVersion="abc")
        relaxed.verify()


def test_a_refusal_that_never_came_is_said(fake: AutomationFake, client: Any) -> None:
    """The message shows the expectation, and what the calls differ in, or what became of them; `times` is exact."""
    start(client)
    assert failure(fake.assert_rejected, constraint="Mode:enum", error="ValidationException", Mode="auto") == text(
        """
        StartAutomationExecution was not refused as expected for Mode:enum with ValidationException.

        Expected:  Mode='auto'
        Closest of 1 call, #1 (us-east-1, thread THREAD):
          Mode: expected 'auto', got nothing
        """
    )
    assert failure(fake.assert_rejected).endswith(" (us-east-1, thread MainThread):\n  started")
    for _ in range(2):
        refused(client, Mode="auto")
    assert failure(fake.assert_rejected, constraint="Mode:enum", times=3).startswith(
        "StartAutomationExecution was refused twice for Mode:enum with a matching request, expected 3 times.\n"
    )


def test_faults_that_did_not_fire_are_named(fake: AutomationFake, client: Any) -> None:
    """Each with how often it fired, and should have."""
    fake.fail_with("InvalidTarget", times=3)
    fake.fail_with("InternalServerError", times=None, when={"Mode": "Auto"})
    refused(client)
    expected = [
        "Fault('InvalidTarget', times=3) fired once, expected 3 times",
        "Fault('InternalServerError', times=None, when={'Mode': 'Auto'}) fired 0 times, expected at least once",
    ]
    assert failure(fake.assert_faults_raised) == "\n".join(["Injected faults did not fire.", "", *expected])
    assert expected[0] in failure(fake.verify)
    for _ in range(2):
        refused(client)
    refused(client, Mode="Auto")
    fake.assert_faults_raised()


def test_refused_requests_are_named(fake: AutomationFake, client: Any) -> None:
    """Each with who refused it and every constraint that it broke."""
    refused(client, Mode="auto", TargetParameterName="InstanceId")
    refused(client, Targets=[{"Values": "x"}])
    assert failure(fake.assert_requests_valid) == text(
        """
        Invalid requests were refused.

        StartAutomationExecution #1 (us-east-1, thread THREAD) was refused by the service: ValidationException
          Mode: Value 'auto' at 'mode' failed to satisfy constraint: Member must satisfy enum value set: \
[Auto, Interactive]
            constraint Mode:enum, relax=['Mode:enum'] turns it off
          TargetParameterName: Targets are required if you specify TargetParameterName.
            constraint request:target_parameter_name_needs_targets, \
relax=['request:target_parameter_name_needs_targets'] turns it off
        StartAutomationExecution #2 (us-east-1, thread THREAD) was refused by botocore: ParamValidationError
          Targets[0].Values: Invalid type for parameter Targets[0].Values, value: 'x', type: <class 'str'>, \
valid type: list
            constraint Targets[].Values:type
        """
    )


def test_duplicate_starts_are_named(fake: AutomationFake, client: Any) -> None:
    """Equal requests with different tokens, or none, start an execution each, and the message lists them."""
    fake.lose_response()
    with pytest.raises(ReadTimeoutError):
        start(client, ClientToken=OTHER)
    start(client, ClientToken=TOKEN)
    start(client)
    start(client, DocumentName="Other")
    first, second, third, _ = fake.executions
    assert failure(fake.assert_no_duplicate_starts) == text(
        f"""
        The same request started more than one execution.

        DocumentName='AWS-RestartEC2Instance', Parameters={{'InstanceId': ['i-1']}}
          #1 (us-east-1, thread THREAD) started {first.id}, ClientToken '{OTHER}', response lost
          #2 (us-east-1, thread THREAD) started {second.id}, ClientToken '{TOKEN}'
          #3 (us-east-1, thread THREAD) started {third.id}, ClientToken None

        A retry that repeats the ClientToken of the first attempt starts nothing new.
        """
    )


def test_what_is_no_duplicate(fake: AutomationFake, client: Any) -> None:
    """The same token starts nothing new, and refused requests start nothing at all; Regions are apart unless asked."""
    fake.lose_response()
    with pytest.raises(ReadTimeoutError):
        start(client, ClientToken=TOKEN)
    start(client, ClientToken=TOKEN)
    for _ in range(2):
        refused(client, Mode="auto")
    start(fake.client("eu-central-1"))
    fake.assert_no_duplicate_starts()
    assert "eu-central-1" in failure(fake.assert_no_duplicate_starts, across_regions=True)


def test_a_fake_that_nobody_called_is_fine(fake: AutomationFake) -> None:
    """Nothing happened, so nothing went wrong."""
    fake.verify()
    fake.assert_faults_raised()
    fake.assert_requests_valid()
    fake.assert_no_duplicate_starts()
    fake.assert_not_started()
    assert fake.calls == ()


def test_a_message_fits_a_screen(fake: AutomationFake, client: Any) -> None:
    """If there is much to list, a message lists the first items and the number of others."""
    for number in range(60):
        start(client)
        with pytest.raises(client.exceptions.ClientError):
            client.start_automation_execution(DocumentName="Doc", MaxErrors="x", MaxConcurrency="x")
        fake.fail_with("ThrottlingException", operation="StopAutomationExecution", after=number)
    failures: list[tuple[Callable[[], object], list[str]]] = [
        (lambda: fake.assert_started(times=1), ["#19 (us-east-1, thread MainThread), ... and 50 more"]),
        (fake.assert_not_started, ["\n#19 (us-east-1", "\n... and 50 more"]),
        (fake.assert_no_duplicate_starts, ["\n  #19 (us-east-1", "\n  ... and 50 more\n"]),
        (fake.assert_faults_raised, ["after=9", "\n... and 50 more"]),
        (fake.assert_requests_valid, ["\n... and 51 more requests"]),
        (fake.verify, ["\n  ... and 51 more requests", "\n  ... and 50 more"]),
    ]
    for ask, parts in failures:
        with pytest.raises(AssertionError) as caught:
            ask()
        text = str(caught.value)
        assert [part for part in parts if part not in text] == []
        assert len(text.splitlines()) < 70


def test_many_groups_of_duplicates(fake: AutomationFake, client: Any) -> None:
    """Of many requests that started more than one execution each, three are listed."""
    for number in range(8):
        start(client, DocumentName=f"Doc{number // 2}")
    message = failure(fake.assert_no_duplicate_starts)
    assert "Doc2" in message
    assert "\n\n... and 1 more request that did.\n" in message
    assert "Doc3" not in message


def test_a_request_that_breaks_many_constraints(fake: AutomationFake, client: Any) -> None:
    """Of one request, ten broken constraints are listed; messages shorten the sentence about a long value."""
    with pytest.raises(ClientError) as caught:
        start(client, MaxErrors="x" * 5000, Tags=[{"Key": "<", "Value": "v"} for _ in range(30)])
    assert "x" * 5000 in caught.value.response["Error"]["Message"]
    message = failure(fake.assert_requests_valid)
    assert re.search(r"\n  \.\.\. and 2\d more", message)
    assert "xxx ... " in message
    assert len(message) < 5000
    assert len(failure(fake.assert_started, DocumentName="Doc").splitlines()) < 30
