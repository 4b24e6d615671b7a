"""Calls of steps that nothing has answered, which is a mistake of the test, not of the runbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from .._errors import AutomationFakeError, FakeUsageError

if TYPE_CHECKING:
    from .._service.runbooks.flow import Step

_MOTOS: Final = "Not yet implemented"
_NOT_FOUND: Final = 404
_SERVER_ERROR: Final = 500
_NOT_IMPLEMENTED: Final = 501


class Mistake(NamedTuple):
    """A call that nothing has answered.

    Attributes:
        call: The operation, such as `ec2 StopInstances`.
        error: The exception that it raised.
        status: Without an exception: the HTTP status of the response.
    """

    call: str
    error: Exception | None = None
    status: int = 0

    def told(self, step: Step, runbook: str) -> AutomationFakeError:
        """Return the error to raise in the test."""
        from botocore.exceptions import BotoCoreError

        if isinstance(self.error, AutomationFakeError) and not isinstance(self.error, BotoCoreError):
            return self.error  # of an execution that the step has started
        return FakeUsageError(
            f"Step {step.name!r} ({step.action}) of {runbook} called {self.call}, {self._fate()}. Answer it with moto "
            f"(`with mock_aws():`) or its server, or set the outputs of the step: {how_to_say(step)}"
        )

    def _fate(self) -> str:
        if isinstance(self.error, AutomationFakeError):
            return "which nothing answered"
        unknown = isinstance(self.error, NotImplementedError) or self.status in {_NOT_FOUND, _NOT_IMPLEMENTED}
        if unknown or _MOTOS in str(self.error):
            return "which moto has not implemented"
        if self.error is None:
            return f"which was not answered: HTTP status {self.status}"
        return f"which was not answered: {type(self.error).__name__}: {self.error}"


def is_mistake(error: Exception) -> bool:
    """Return whether an exception of a call means that nothing has answered it, instead of that it was refused."""
    from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
    from botocore.parsers import ResponseParserError

    refused = isinstance(error, BotoCoreError | ClientError)
    return not refused or isinstance(error, AutomationFakeError | HTTPClientError | ResponseParserError)


def is_unanswered(response: Any) -> bool:
    """Return whether an HTTP response says that moto, or another stand-in, does not implement the operation.

    moto in the process answers 404 for services that it does not know; its server answers 500 with a page of HTML.
    """
    status = response.status_code
    if status == _NOT_FOUND:
        return bool(response.content.startswith(_MOTOS.encode()))
    if status == _SERVER_ERROR:
        return b"<html" in response.content[:200].lower()
    return bool(status == _NOT_IMPLEMENTED)


def refusal(error: Exception) -> str:
    """Write why a call was refused. How often a client has tried is not among what the service says."""
    from botocore.exceptions import ClientError

    metadata = error.response.get("ResponseMetadata", {}) if isinstance(error, ClientError) else {}
    return str(error).replace(f" (reached max retries: {metadata.get('RetryAttempts')})", "", 1)


def how_to_say(step: Step) -> str:
    """Write the call that sets the outputs of a step."""
    outputs = ", ".join(f"{name!r}: ..." for name in step.outputs)
    return f"fake.step_outputs({step.name!r}, {{{outputs}}})"
