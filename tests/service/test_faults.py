from __future__ import annotations

import re
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from pytest_ssm_automation import AutomationFake, FakeUsageError, Fault


@pytest.mark.parametrize(
    "text",
    [
        "Fault('InvalidTarget')",
        "Fault('InvalidTarget', message='it\\'s', times=None, after=2, when={'DocumentName': 'Doc'})",
        "Fault('ThrottlingException', times=3, operation='GetAutomationExecution')",
        "Fault('ReadTimeoutError', lost=True)",
    ],
)
def test_repr_makes_the_same_fault_again(text: str) -> None:
    """What a message shows of a fault can be pasted into a test."""
    fault = eval(text)  # noqa: S307 - that's the claim
    again = eval(repr(fault))  # noqa: S307
    names = ("error", "message", "times", "after", "when", "operation", "lost")
    assert [getattr(fault, name) for name in names] == [getattr(again, name) for name in names]
    assert repr(again) == repr(fault) == text.replace("'it\\'s'", '"it\'s"')


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"error": "InvalidTargets"}, "Unknown error 'InvalidTargets'. Did you mean 'InvalidTarget'?"),
        ({"error": "ReadTimeout"}, "Unknown error 'ReadTimeout'. Did you mean 'ReadTimeoutError'?"),
        ({"error": 5}, "Expected the name of an error, or an exception, but got 5"),
        ({"error": int}, "Expected the name of an error, or an exception, but got <class 'int'>"),
        ({"error": "InvalidTarget", "lost": True}, "Unknown connection error 'InvalidTarget'."),
        ({"error": "ReadTimeoutError", "message": "x"},
         "'ReadTimeoutError' has its own message: omit message='x'"),
        ({"times": 0}, "Expected times to be a whole number of at least 1, or None for every call, but got times=0"),
        ({"times": True}, "Expected times to be a whole number"),
        ({"times": 1.5}, "Expected times to be a whole number"),
        ({"after": -1}, "Expected after to be a whole number of at least 0, but got after=-1"),
        ({"after": "1"}, "Expected after to be a whole number"),
        ({"operation": "StartAutomationExecutions"},
         "Unknown operation 'StartAutomationExecutions'. Did you mean 'StartAutomationExecution'?"),
        ({"when": {"Documentname": "Doc"}},
         "Unknown member of StartAutomationExecution 'Documentname'. Did you mean 'DocumentName'?"),
        ({"when": "DocumentName"},
         "Expected when to be part of a request or a function of the call, but got when='DocumentName'"),
    ],
)  # fmt: skip
def test_what_no_service_could_do_is_refused(arguments: dict[str, Any], message: str) -> None:
    """A fault that could never be met as written is a mistake in the test."""
    with pytest.raises(FakeUsageError, match=f"^{re.escape(message)}"):
        Fault(**{"error": "InvalidTarget", **arguments})


OWN = "arn:aws:ssm:eu-central-1:123456789012"


@pytest.mark.parametrize(
    ("operation", "members", "resource"),
    [
        ("StartAutomationExecution", {"DocumentName": "Doc"}, f"{OWN}:automation-definition/Doc:$DEFAULT"),
        *(
            (
                "StartAutomationExecution",
                {"DocumentName": name},
                f"arn:aws:ssm:eu-central-1::automation-definition/{name.rpartition('/')[2]}:$DEFAULT",
            )
            for name in (
                "AWS-StopEC2Instance",
                "awsThing",
                "AmazonInspector-X",
                "arn:aws:ssm:eu-west-1::document/AMZN-Y",
            )
        ),
        (
            "StartAutomationExecution",
            {"DocumentName": "arn:aws:ssm:eu-central-1:210987654321:document/Team-X", "DocumentVersion": "7"},
            "arn:aws:ssm:eu-central-1:210987654321:automation-definition/Team-X:7",
        ),
        ("DescribeAutomationExecutions", {}, f"{OWN}:automation-execution/*"),
    ],
)
def test_a_denial_names_operation_and_resource(
    fake: AutomationFake, operation: str, members: dict[str, Any], resource: str
) -> None:
    """AccessDeniedException has the observed message; only AWS's own documents have no account."""
    fake.fail_with("AccessDeniedException", operation=operation)
    with pytest.raises(ClientError) as caught:
        getattr(fake.client("eu-central-1"), xform_name(operation))(**members)
    assert caught.value.response["Error"]["Message"] == (
        "User: arn:aws:sts::123456789012:assumed-role/test-role/test-session is not authorized to perform: "
        f"ssm:{operation} on resource: {resource} because no identity-based policy allows the ssm:{operation} action"
    )
