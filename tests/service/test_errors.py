from __future__ import annotations

import re
import tomllib
from pathlib import Path

import botocore.session
import pytest

from pytest_ssm_automation import AutomationFakeError, FakeUsageError
from pytest_ssm_automation._errors import SITE, unknown_name
from pytest_ssm_automation._service.errors import (
    CONNECTION_ERRORS,
    ServiceError,
    catalogue,
    entry,
    error_body,
    modeled_fields,
)

SHAPES = botocore.session.Session().get_service_model("ssm").error_shapes


def test_every_exception_of_the_model_is_in_the_catalogue() -> None:
    """No exception that botocore knows for SSM is missing."""
    assert {shape.name for shape in SHAPES} <= set(catalogue())


def test_only_internal_errors_are_the_servers_fault() -> None:
    """The service answers its own exceptions with 400, but InternalServerError with 500."""
    by_status = {shape.name: entry(shape.name).status for shape in SHAPES}
    assert by_status.pop("InternalServerError") == 500
    assert set(by_status.values()) == {400}


@pytest.mark.parametrize(
    ("code", "status", "text"),
    [
        ("ThrottlingException", 400, "Rate exceeded"),
        ("ExpiredTokenException", 400, "The security token included in the request is expired"),
        ("UnrecognizedClientException", 400, "The security token included in the request is invalid."),
        ("ServiceUnavailable", 503, None),
        ("InternalFailure", 500, None),
        ("InvalidAutomationStatusUpdateException", 400, None),
    ],
)
def test_texts_that_were_observed_are_sent_word_for_word(code: str, status: int, text: str | None) -> None:
    """Observed messages are sent unchanged; all other errors have a message too."""
    known = entry(code)
    assert known.status == status
    assert known.text
    assert text is None or known.text == text


def test_exceptions_of_the_model_say_their_documentation() -> None:
    """Where nothing was observed the text is the first sentence of the model's documentation, without its markup."""
    assert entry("AutomationDefinitionNotFoundException").text.startswith("An Automation runbook with the specified")
    assert not [item for item in catalogue().values() if re.search("<[a-z]+>|  |&", item.text)]


def test_message_and_status_come_from_the_catalogue() -> None:
    """A ServiceError only needs its code."""
    error = ServiceError("ThrottlingException")
    assert (error.code, error.message, error.status) == ("ThrottlingException", "Rate exceeded", 400)
    assert str(error) == "ThrottlingException: Rate exceeded"
    assert ServiceError("ThrottlingException", "slow down").message == "slow down"
    assert ServiceError("ThrottlingException", "").message == ""


@pytest.mark.parametrize("given", ["InvalidTargets", "invalidtarget"])
def test_a_misspelt_code_is_refused_with_the_nearest(given: str) -> None:
    """An unknown code is a mistake in the test, and the message suggests similar ones, ignoring case."""
    with pytest.raises(FakeUsageError, match=rf"^Unknown error '{given}'\. Did you mean 'InvalidTarget'\? Similar "):
        entry(given)


def test_a_long_list_is_not_shown() -> None:
    """Of many names the three nearest are shown, and where all of them are listed."""
    with pytest.raises(FakeUsageError) as caught:
        entry("InvalidTargt")
    count = len({*catalogue(), *CONNECTION_ERRORS})
    assert str(caught.value) == (
        "Unknown error 'InvalidTargt'. Did you mean 'InvalidTarget'? "
        f"Similar names: 'InvalidTag', 'InvalidTargetMaps'. All {count} are listed under Errors at {SITE}."
    )
    names = [f"{number:06}" for number in range(200)]
    assert str(unknown_name("thing", "abc", names)) == "Unknown thing 'abc'. There are 200."
    assert str(unknown_name("thing", "00006", [*names[:10], "x" * 1000])).endswith(
        " Did you mean '000006'? Similar names: '000009', '000008'. There are 11."
    )


def test_the_site_is_the_one_of_the_metadata() -> None:
    """Messages lead to the Documentation URL of the package."""
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["urls"]["Documentation"] == SITE


def test_names_are_sorted_and_named_once() -> None:
    """The hint lists what is allowed in order."""
    assert str(unknown_name("fruit", "pea", ["plum", "pear", "pear"])) == (
        "Unknown fruit 'pea'. Did you mean 'pear'? Allowed: pear, plum."
    )


def test_mistakes_in_a_test_are_type_errors_of_the_fake() -> None:
    """FakeUsageError can be caught as the fake's own error and as TypeError."""
    assert FakeUsageError.__mro__[1:3] == (AutomationFakeError, TypeError)
    assert not issubclass(AutomationFakeError, TypeError)


@pytest.mark.parametrize(
    ("code", "member"),
    [
        ("InvalidTarget", "Message"),
        ("ThrottlingException", "message"),
        ("ValidationException", "message"),
        ("AccessDeniedException", "message"),
        ("ExpiredTokenException", "message"),
        ("InternalServerError", "Message"),
    ],
)
def test_the_message_has_the_name_that_the_service_uses(code: str, member: str) -> None:
    """SSM's own errors carry `Message`, those common to AWS services `message`."""
    assert error_body(ServiceError(code, "text")) == {member: "text"}


def test_only_members_of_the_model_stand_beside_the_error() -> None:
    """Botocore shows members of an error's shape, and none for an error that it has no shape for."""
    assert modeled_fields(ServiceError("InvalidTarget", "text")) == {"Message": "text"}
    assert modeled_fields(ServiceError("ExpiredTokenException", "text")) == {}
