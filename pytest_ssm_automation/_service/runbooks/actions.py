"""The actions that a step can have, and what each of them puts out.

Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-actions.html
"""

from __future__ import annotations

from typing import Final

APPROVE: Final = "aws:approve"
BRANCH: Final = "aws:branch"
CHANGE_STATE: Final = "aws:changeInstanceState"
EXECUTE_AUTOMATION: Final = "aws:executeAutomation"
LOOP: Final = "aws:loop"
PAUSE: Final = "aws:pause"
UPDATE_VARIABLE: Final = "aws:updateVariable"
# The actions that wait for a signal.
PAUSING: Final = frozenset({APPROVE, PAUSE})
# The documented actions, and those that AWS's own runbooks use without documentation.
ACTIONS: Final = (
    *(APPROVE, "aws:assertAwsResourceProperty", BRANCH, CHANGE_STATE, "aws:copyImage", "aws:createImage"),
    *("aws:createStack", "aws:createTags", "aws:deleteImage", "aws:deleteStack", EXECUTE_AUTOMATION),
    *("aws:executeAwsApi", "aws:executeScript", "aws:executeStateMachine", "aws:invokeLambdaFunction"),
    *("aws:invokeWebhook", LOOP, PAUSE, "aws:runCommand", "aws:runInstances", "aws:sleep", UPDATE_VARIABLE),
    *("aws:waitForAwsResourceProperty", "aws:installDistributorPackageOnAzure", "aws:putServerUpgradeMetrics"),
    "aws:shareSQLMedia",
)
# What an action puts out beside the outputs that its step declares, with types. An action that is not here may put out
# more than its documentation says.
OUTPUTS: Final[dict[str, dict[str, str]]] = {
    APPROVE: {"ApprovalStatus": "String", "ApproverDecisions": "String"},
    "aws:assertAwsResourceProperty": {},
    BRANCH: {"NextStep": "String", "OutputPayload": "StringMap"},
    CHANGE_STATE: {"InstanceStates": "String"},
    "aws:copyImage": {"ImageId": "String", "ImageState": "String"},
    "aws:createImage": {"ImageId": "String", "ImageState": "String", "OutputPayload": "StringMap"},
    "aws:createStack": {"StackId": "String", "StackStatus": "String", "StackStatusReason": "String"},
    "aws:createTags": {},
    "aws:deleteImage": {},
    "aws:deleteStack": {},
    EXECUTE_AUTOMATION: {"ExecutionId": "String", "Output": "StringList", "Status": "String"},
    "aws:executeAwsApi": {"OutputPayload": "StringMap"},
    "aws:executeScript": {"OutputPayload": "StringMap"},
    LOOP: {"CurrentIteration": "Integer", "CurrentIteratorValue": "String"},
    PAUSE: {},
    "aws:runInstances": {"InstanceIds": "StringList", "InstanceStates": "StringList"},
    "aws:sleep": {},
    UPDATE_VARIABLE: {},
    "aws:waitForAwsResourceProperty": {},
}
# How the service names the phase in which a step of an action fails; that it is the same for all others is assumed.
_POLLED: Final = "Poll action status for completion"
_PHASES: Final = {
    **dict.fromkeys(("aws:executeScript", EXECUTE_AUTOMATION, "aws:waitForAwsResourceProperty"), _POLLED),
    "aws:runCommand": "verifying the command has completed",
}
_PREFIXES: Final = {"Failed": "Step fails when it is ", "TimedOut": "Step timed out while step is "}
_SUFFIX: Final = "Please refer to Automation Service Troubleshooting Guide for more diagnosis details."


def failure_text(action: str, text: str, status: str) -> str:
    """Put a text into the frame that the service gives to the failure of a step; a text that has a frame stays.

    Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-troubleshooting.html
    """
    if text.startswith(tuple(_PREFIXES.values())):
        return text
    prefix = _PREFIXES.get(status, _PREFIXES["Failed"])
    phase = _PHASES.get(action, "Execute/Cancelling action")
    return f"{prefix}{phase}. {text.rstrip().removesuffix('.')}. {_SUFFIX}"
