"""Calls of steps that nothing has answered, which is a mistake of the test, not of the runbook."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.parsers import ResponseParserError

from .._errors import AutomationFakeError, FakeUsageError

if TYPE_CHECKING:
    from .._service.runbooks.flow import Step

_MOTOS: Final = "Not yet implemented"
_NOT_IMPLEMENTED: Final = "which moto has not implemented"


def mistake(step: Step, runbook: str, call: str, fate: str) -> FakeUsageError:
    """Make the error for a call that nothing has answered, such as `ec2 StopInstances`."""
    return FakeUsageError(
        f"Step {step.name!r} ({step.action}) of {runbook} called {call}, {fate}. Answer it with moto "
        f"(`with mock_aws():`) or its server, or set the outputs of the step: {how_to_say(step)}"
    )


def fate_of_error(error: Exception) -> str | None:
    """Say that nothing has answered a call which has raised an exception; `None` if the call was refused."""
    if isinstance(error, AutomationFakeError):
        return "which nothing answered"
    refused = isinstance(error, BotoCoreError | ClientError)
    if refused and not isinstance(error, HTTPClientError | ResponseParserError):
        return None
    # what moto raises for operations that it lacks
    if isinstance(error, NotImplementedError) or _MOTOS in str(error):
        return _NOT_IMPLEMENTED
    return f"which was not answered: {type(error).__name__}: {error}"


def fate_of_response(response: Any) -> str | None:
    """Say that moto, or another stand-in, does not implement the operation; `None` if it has answered.

    moto in the process answers 404 for services that it does not know; its server answers 500 with a page of HTML.
    """
    status = response.status_code
    if status == HTTPStatus.NOT_FOUND and response.content.startswith(_MOTOS.encode()):
        return _NOT_IMPLEMENTED
    if status == HTTPStatus.INTERNAL_SERVER_ERROR and b"<html" in response.content[:200].lower():
        return f"which was not answered: HTTP status {status}"
    return _NOT_IMPLEMENTED if status == HTTPStatus.NOT_IMPLEMENTED else None


def refusal(error: Exception) -> str:
    """Write why a call was refused. How often a client has tried is not among what the service says."""
    metadata = error.response.get("ResponseMetadata", {}) if isinstance(error, ClientError) else {}
    return str(error).replace(f" (reached max retries: {metadata.get('RetryAttempts')})", "", 1)


def how_to_say(step: Step) -> str:
    """Write the call that sets the outputs of a step."""
    outputs = ", ".join(f"{name!r}: ..." for name in step.outputs)
    return f"fake.step_outputs({step.name!r}, {{{outputs}}})"
