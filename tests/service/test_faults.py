from __future__ import annotations

import contextlib
import re
from typing import Any, Self

import botocore.exceptions
import pytest
from botocore import xform_name
from botocore.exceptions import ClientError, NoCredentialsError, ReadTimeoutError
from model import CONNECTION_ERRORS

from pytest_ssm_automation import AutomationFake, FakeUsageError, Fault

START = "StartAutomationExecution"


class TwoPartError(Exception):
    """Takes something else than its args."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code


class PrefixedError(Exception):
    """An exception whose message would repeat the prefix if it was copied by its args."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no {name}")


class UncopiedError(Exception):
    """Can be made once only."""

    def __new__(cls, *args: object) -> Self:
        """Refuse to be made again."""
        if args != ("secret",):
            raise LookupError
        return super().__new__(cls, "secret")

    def __init__(self, *_: object) -> None:
        super().__init__("changed")


class OwnClientError(ClientError):
    """An exception as a wrapper of botocore might raise it."""


def client_error(code: str = "InvalidTarget", operation: str = START, **more: Any) -> ClientError:
    """Make a ClientError with this `message` and `status`."""
    response: Any = {"Error": {"Code": code}}
    if "message" in more:
        response["Error"]["Message"] = more["message"]
    if "status" in more:
        response["ResponseMetadata"] = {"HTTPStatusCode": more["status"]}
    return ClientError(response, operation)


def raised(error: Any, **more: Any) -> Any:
    """Make what a caller meets."""
    with AutomationFake() as fake:
        fake.fail_with(error, **more)
        return met(fake)


def met(fake: AutomationFake) -> Any:
    """Start an execution, and return what a caller meets."""
    with pytest.raises(BaseException) as caught:  # noqa: PT011 - each test looks at it
        fake.client().start_automation_execution(DocumentName="Doc")
    return caught.value


@pytest.mark.parametrize(
    "text",
    [
        "Fault('InvalidTarget')",
        "Fault('InvalidTarget', message='it\\'s', times=None, after=2, when={'DocumentName': 'Doc'})",
        "Fault('ThrottlingException', times=3, operation='GetAutomationExecution')",
        "Fault('ReadTimeoutError', lost=True)",
        *("Fault(KeyboardInterrupt)", "Fault(KeyboardInterrupt())", "Fault(ReadTimeoutError)"),
        "Fault(ClientError({'Error': {'Code': 'InvalidTarget', 'Message': 'gone'}}, 'StartAutomationExecution'))",
    ],
)
def test_repr_makes_the_same_fault_again(text: str) -> None:
    """What a message shows of a fault can be pasted into a test."""
    fault = eval(text)  # noqa: S307 - that's the claim
    again = eval(repr(fault))  # noqa: S307
    names = ("message", "times", "after", "when", "operation", "lost")
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
        ({"error": client_error("Throttling")}, "Unknown error 'Throttling'. Did you mean 'ThrottlingException'?"),
        ({"error": client_error(""), "lost": False}, "ClientError has no error code: pass a code, as in fail_with("),
        ({"error": client_error("", status=400)}, "ClientError has no error code: pass a code, as in fail_with("),
        ({"error": client_error(status=200)}, "Expected HTTPStatusCode to be the status of an error, but got 200"),
        ({"error": client_error(status="400")}, "Expected HTTPStatusCode to be the status of an error, but got '400'"),
        ({"error": client_error(message="x"), "message": "y"},
         "The exception has its own message, 'x': omit message='y'"),
        ({"error": client_error(operation="GetAutomationExecution")},
         "The exception is for GetAutomationExecution, but operation is 'StartAutomationExecution': write operation="),
        ({"error": client_error(), "lost": True}, "lose_response needs an error that is not a response"),
        ({"error": KeyboardInterrupt(), "message": "x"}, "KeyboardInterrupt() has its own message: omit message='x'"),
        ({"error": TwoPartError}, "TwoPartError can't be made without arguments (TypeError: "),
        ({"error": ClientError}, "ClientError has no error code: pass a code, as in fail_with('InvalidTarget'), or"),
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


@pytest.mark.parametrize(
    ("operation", "members", "resource"),
    [
        (START, {"DocumentName": "Doc"}, "123456789012:automation-definition/Doc:$DEFAULT"),
        *((START, {"DocumentName": name}, f":automation-definition/{name}:$DEFAULT") for name in ("AWS-X", "awsThing")),
        (START, {"DocumentName": "arn:aws:ssm:eu-west-1::document/AMZN-Y"}, ":automation-definition/AMZN-Y:$DEFAULT"),
        (
            START,
            {"DocumentName": "arn:aws:ssm:eu-central-1:210987654321:document/Team-X", "DocumentVersion": "7"},
            "210987654321:automation-definition/Team-X:7",
        ),
        ("DescribeAutomationExecutions", {}, "123456789012:automation-execution/*"),
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
        f"ssm:{operation} on resource: arn:aws:ssm:eu-central-1:{resource} "
        f"because no identity-based policy allows the ssm:{operation} action"
    )


def test_any_exception_is_raised_as_it_is(fake: AutomationFake, client: Any) -> None:
    """The caller meets the exception itself, BaseExceptions included, the record has its name, and none is a mistake.

    It may also come while the client waits for the answer, when the service has done its work.
    """
    refused = botocore.exceptions.ParamValidationError(report="x")
    for error in (KeyboardInterrupt(), TwoPartError(5, "gone"), NoCredentialsError(), SystemExit, refused):
        fake.fail_with(error)
        kind = error if isinstance(error, type) else type(error)
        with pytest.raises(kind) as caught:
            client.start_automation_execution(DocumentName="Doc")
        assert isinstance(error, type) or str(caught.value) == str(error)
        assert (fake.calls[-1].outcome, fake.calls[-1].error) == ("failed", kind.__name__)
    assert fake.executions == ()
    fake.lose_response(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        client.start_automation_execution(DocumentName="Doc")
    assert (fake.calls[-1].outcome, fake.calls[-1].error) == ("lost", "KeyboardInterrupt")
    fake.assert_started_once()
    fake.verify()


def test_the_calls_that_a_fault_lets_through(fake: AutomationFake, client: Any) -> None:
    """`after` counts the calls that match, and `times` those that fail; others count for neither."""
    fault = fake.fail_with("InvalidTarget", after=2, times=2, when={"DocumentName": "Doc"})
    for name in ("Doc", "Other", "Doc", "Doc", "Other", "Doc", "Doc"):
        with contextlib.suppress(client.exceptions.InvalidTarget):
            client.start_automation_execution(DocumentName=name)
    assert [call.outcome for call in fake.calls] == [*["started"] * 3, "failed", "started", "failed", "started"]
    assert fault.fired == 2


@pytest.mark.parametrize("transport", ["stubber", "wire"])
def test_a_class_of_the_client_stands_for_its_error(transport: str) -> None:
    """`client.exceptions.X` is the same as its name; any client's class will do."""
    with AutomationFake(transport=transport) as fake:
        client, other = fake.client(), fake.client(config=None)
        fake.fail_with(other.exceptions.InvalidTarget, message="nope")
        with pytest.raises(client.exceptions.InvalidTarget, match="nope"):
            client.start_automation_execution(DocumentName="Doc")
        assert fake.calls[0].error == "InvalidTarget"


@pytest.mark.parametrize("transport", ["stubber", "wire"])
def test_a_client_error_gives_code_text_and_status(transport: str) -> None:
    """On every transport the caller meets a ClientError with the same three, and the class of the code."""
    with AutomationFake(transport=transport) as fake:
        client = fake.client()
        fake.fail_with(client_error(message="gone", status=418))
        with pytest.raises(client.exceptions.InvalidTarget) as caught:
            client.start_automation_execution(DocumentName="Doc")
        response = caught.value.response
        assert response["Error"]["Message"] == "gone"
        assert response["ResponseMetadata"]["HTTPStatusCode"] == 418
        fake.fail_with(client_error("ProxyDenied", status=407))
        with pytest.raises(ClientError) as other:
            client.start_automation_execution(DocumentName="Doc")
        assert other.value.response["Error"] == {"Code": "ProxyDenied", "Message": "ProxyDenied"}


def test_what_a_client_error_leaves_out_is_as_usual() -> None:
    """Missing messages and statuses are the usual ones of the code."""
    usual = raised(client_error("AccessDeniedException"))
    assert usual.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert str(usual) == str(raised("AccessDeniedException"))
    assert "automation-definition/Doc:" in str(usual)
    assert str(raised(client_error(), message="other")).endswith(": other")
    assert str(raised(client_error(status=409))) == str(raised("InvalidTarget"))


def test_a_class_of_ones_own_is_no_answer_of_the_service() -> None:
    """A subclass of ClientError is raised unchanged."""
    error = OwnClientError({"Error": {"Code": "x"}}, START)
    assert type(raised(error)) is OwnClientError


@pytest.mark.parametrize(
    "error",
    [
        TwoPartError(5, "gone"),
        PrefixedError("such name"),
        SystemExit(3),
        OSError(2, "missing", "name"),
        ReadTimeoutError(endpoint_url="https://mine"),
        ExceptionGroup("several", [ValueError("x")]),
        UnicodeDecodeError("utf-8", b"x", 0, 1, "bad"),
    ],
)
def test_each_raise_is_fresh(fake: AutomationFake, error: Exception) -> None:
    """Callers do not share tracebacks and notes, whatever the exception's constructor."""
    error.__cause__ = ValueError("cause")
    error.add_note("mine")
    fake.fail_with(error, times=2)
    first = met(fake)
    first.add_note("of the first caller")
    second = met(fake)
    assert len({id(error), id(first), id(second)}) == 3
    assert type(first) is type(second) is type(error)
    assert (str(second), second.args, vars(second)) == (str(error), error.args, vars(error))
    assert second.__notes__ == ["mine"]
    assert second.__cause__ is error.__cause__


def test_what_cannot_be_copied_is_raised_itself() -> None:
    """Better the same object again than none."""
    error = UncopiedError("secret")
    assert raised(error) is error


@pytest.mark.parametrize("name", CONNECTION_ERRORS)
def test_a_class_of_a_connection_error_is_as_good_as_its_name(name: str) -> None:
    """Though it can't be made without arguments."""
    kind = getattr(botocore.exceptions, name)
    assert type(raised(kind)) is kind
    assert str(raised(kind)) == str(raised(name))


def test_a_code_of_ones_own_needs_its_status() -> None:
    """An unknown code needs a status, because it may be a typo, and the message says so."""
    with pytest.raises(FakeUsageError, match=r"^Unknown error 'Odd'\. .* 'ResponseMetadata': {'HTTPStatusCode': 400}$"):
        Fault(client_error("Odd"))
    assert raised(client_error("Odd", status=400)).response["Error"]["Code"] == "Odd"


def test_a_client_error_of_any_other_name_is_of_every_operation() -> None:
    """Many make up the operation's name; code, text and status count."""
    assert raised(client_error(operation="op")).response["Error"]["Code"] == "InvalidTarget"
    fault = Fault(client_error(operation="GetAutomationExecution"), operation="GetAutomationExecution")
    assert fault.operation == "GetAutomationExecution"


def test_a_class_of_another_service_is_refused(fake: AutomationFake) -> None:
    """SSM never answers with it."""
    import boto3

    other = boto3.client("sts").exceptions.MalformedPolicyDocumentException
    with pytest.raises(FakeUsageError, match=r"^Unknown error 'MalformedPolicyDocumentException'\."):
        fake.fail_with(other)
