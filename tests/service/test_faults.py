from __future__ import annotations

import re
from typing import Any

import botocore.exceptions
import pytest
from model import CONNECTION_ERRORS

from pytest_ssm_automation import Call, FakeUsageError, Fault
from pytest_ssm_automation._service.calls import Request
from pytest_ssm_automation._service.errors import ServiceError
from pytest_ssm_automation._service.faults import FaultQueue

PARAMS = {"DocumentName": "Doc", "Parameters": {"x": ["y"]}}
REQUEST = Request("StartAutomationExecution", PARAMS, "eu-central-1", "https://ssm.example", None)


def in_eu(call: Call) -> bool:
    """Tell whether a call is made in Europe."""
    return call.region.startswith("eu-")


def take(queue: FaultQueue, times: int = 1) -> list[Any]:
    """List the errors of the faults that the next calls meet."""
    faults = [queue.take(REQUEST) for _ in range(times)]
    return [fault and fault.error for fault in faults]


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


def test_faults_are_met_in_order() -> None:
    """Faults queue up; each fires as often as it should, and then the next has the call."""
    queue = FaultQueue((Fault("InvalidTarget", times=2), Fault("InternalServerError")))
    assert take(queue, 4) == ["InvalidTarget", "InvalidTarget", "InternalServerError", None]
    assert [fault.used_up for fault in queue.all] == [True, True]


def test_the_first_matching_fault_has_the_call() -> None:
    """If a fault lets a call through, no later fault applies to it."""
    queue = FaultQueue((Fault("InvalidTarget", after=1), Fault("InternalServerError")))
    assert take(queue, 4) == [None, "InvalidTarget", "InternalServerError", None]


def test_always_is_always() -> None:
    """`times=None` is never used up, and has fired once it did at all."""
    queue = FaultQueue((Fault("InvalidTarget", times=None),))
    (fault,) = queue.all
    assert fault.unfired
    assert take(queue, 10) == ["InvalidTarget"] * 10
    assert (fault.used_up, fault.unfired, fault.fired) == (False, False, 10)


def test_less_often_than_meant_is_unfired() -> None:
    """A fault for two calls that met one has not done what the test meant."""
    queue = FaultQueue((Fault("InvalidTarget", times=2),))
    assert take(queue) == ["InvalidTarget"]
    assert [fault.unfired for fault in queue.all] == [True]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, True),
        ({"operation": "GetAutomationExecution"}, False),
        ({"operation": "GetAutomationExecution", "when": lambda _: True}, False),
        ({"when": {"DocumentName": "Doc"}}, True),
        ({"when": {"DocumentName": "Other"}}, False),
        ({"when": {"DocumentName": "Doc", "Mode": "Auto"}}, False),
        ({"when": {}}, True),
        ({"when": in_eu}, True),
        ({"when": lambda call: call.params["DocumentName"] == "Other"}, False),
    ],
)
def test_when_says_which_calls_match(arguments: dict[str, Any], expected: bool) -> None:  # noqa: FBT001 - a parameter
    """A dict is compared with part of the request, a function is asked, and the operation has to be the fault's."""
    assert Fault("InvalidTarget", **arguments).meets(REQUEST) is expected


def test_a_plan_can_be_used_again() -> None:
    """A queue copies its faults with new counts, and does not change the originals."""
    plan = (Fault("InvalidTarget"),)
    assert take(FaultQueue(plan), 2) == take(FaultQueue(plan), 2) == ["InvalidTarget", None]
    assert plan[0].fired == 0


@pytest.mark.parametrize("name", CONNECTION_ERRORS)
def test_connection_errors_are_botocores(name: str) -> None:
    """A connection error by name is an instance of botocore's class, with the client's endpoint in its text."""
    raised = Fault(name).raised(REQUEST, PARAMS)
    assert type(raised) is getattr(botocore.exceptions, name)
    assert "https://ssm.example" in str(raised)


@pytest.mark.parametrize(
    ("operation", "params", "resource"),
    [
        (
            "StartAutomationExecution",
            PARAMS,
            "arn:aws:ssm:eu-central-1:123456789012:automation-definition/Doc:$DEFAULT",
        ),
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
        ("StopAutomationExecution", {}, "arn:aws:ssm:eu-central-1:123456789012:automation-execution/*"),
    ],
)
def test_a_denial_names_operation_and_resource(operation: str, params: dict[str, Any], resource: str) -> None:
    """AccessDeniedException has the observed message; only AWS's own documents have no account."""
    fault = Fault("AccessDeniedException", operation=operation)
    raised = fault.raised(Request(operation, params, "eu-central-1", "", None), params)
    assert isinstance(raised, ServiceError)
    assert raised.message == (
        "User: arn:aws:sts::123456789012:assumed-role/test-role/test-session is not authorized to perform: "
        f"ssm:{operation} on resource: {resource} because no identity-based policy allows the ssm:{operation} action"
    )


def test_a_message_replaces_the_usual_text() -> None:
    """`message` is sent unchanged."""
    raised = Fault("InvalidTarget", message="nope").raised(REQUEST, PARAMS)
    assert isinstance(raised, ServiceError)
    assert (raised.code, raised.message, raised.status) == ("InvalidTarget", "nope", 400)
