"""The failure messages of steps.

Sources:
    https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-troubleshooting.html
    https://github.com/aws-solutions/automated-security-response-on-aws/issues/27
    https://github.com/aws-solutions/automated-security-response-on-aws/issues/29
    https://github.com/aws/aws-cli/issues/6391
    https://docs.aws.amazon.com/systems-manager/latest/userguide/troubleshooting-maintenance-windows.html
"""

from __future__ import annotations

from typing import Final

from ...runbooks.actions import EXECUTE_AUTOMATION

_PREFIXES: Final = {"Failed": "Step fails when it is", "TimedOut": "Step timed out while step is"}
_OTHER_PREFIXES: Final = ("Automation Step Execution fails when it is", "Internal Server Error")
_SUFFIX: Final = "Please refer to Automation Service Troubleshooting Guide"
_REST: Final = "for more diagnosis details."

# The phases in the service's words. Assumed: all actions without a phase of their own share one.
_ACTION: Final = "Execute/Cancelling action"
_POLLED: Final = "Poll action status for completion"
_AGENT: Final = "verifying the SSM Agent availability on the target instance(s)"
_LAUNCHING: Final = "launching the instance(s)"
_READY: Final = "verifying launched instance(s) are ready to be used"
_RESOLVING: Final = "validating and resolving the step inputs"
_CHILD: Final = "Execution complete: verified"
_PHASES: Final = {
    **dict.fromkeys(("aws:executeScript", EXECUTE_AUTOMATION, "aws:waitForAwsResourceProperty"), _POLLED),
    "aws:runCommand": "verifying the command has completed",
    "aws:runInstances": _LAUNCHING,
}
_AGENT_IS_MISSING: Final = "SSM Agent on Instances"


def failure_text(action: str, text: str | None, status: str) -> str:
    """Write the failure message of a step as the service does.

    Of the service's prefix and suffix, only what the text lacks is added.
    """
    text = (text or "").strip()
    starts = text.startswith((*_PREFIXES.values(), *_OTHER_PREFIXES))
    begin = "" if starts else f"{_PREFIXES.get(status, _PREFIXES['Failed'])} {_phase(action, text, status)}. "
    if _SUFFIX in text:
        return begin + text
    # Assumed: the service adds a full stop to a text that has one, too.
    return f"{begin}{text}. {_SUFFIX} {_REST}" if text else f"{begin}{_SUFFIX} {_REST}"


def bare_text(message: str) -> str:
    """Return the reason in a failure message, without the service's prefix and suffix; empty if it has none."""
    text = message.partition(_SUFFIX)[0]
    if text.startswith((*_PREFIXES.values(), _OTHER_PREFIXES[0])):
        text = text.partition(". ")[2]
    return text.strip().removesuffix(".")


def in_phase(phase: str, text: str) -> str:
    """Write the reason of a failure in a phase that its action alone does not tell."""
    return f"{_PREFIXES['Failed']} {phase}. {text}"


def failed_child(execution_id: str, status: str, outputs: list[str]) -> str:
    """Write the reason for the failure of a step whose execution has failed."""
    details = f"{{Status=[{status}], Output=[{', '.join(outputs)}], ExecutionId=[{execution_id}]}}"
    return in_phase(_CHILD, f"Failed to run automation with executionId: {execution_id} {status} : {details}")


def refused_child(error: str) -> str:
    """Write the reason for the failure of a step whose execution could not be started. The phase is assumed."""
    return in_phase(_ACTION, f"Fail to start automation, errorMessage: {error}")


def refused_input(text: str) -> str:
    """Write the reason for the failure of a step with an input that is wrong once it is resolved."""
    return in_phase(_RESOLVING, text)


def refused_launch(text: str) -> str:
    """Write the reason for the failure of a step whose instances EC2 does not launch."""
    api = "Get Exception from RunInstances API of ec2 Service. Exception Message from RunInstances API"
    return f"{_OTHER_PREFIXES[0]} {_LAUNCHING}. {api}: [{text}]"


def unready_instance(instance_id: str, state: str) -> str:
    """Write the reason for the failure of a step whose instance can't become ready."""
    return in_phase(_READY, f"Instance {instance_id} entered unexpected state: {state}")


def _phase(action: str, text: str, status: str) -> str:
    if _AGENT_IS_MISSING in text:
        return _AGENT
    if action == "aws:runInstances" and status == "TimedOut":
        return _READY
    return _PHASES.get(action, _ACTION)
