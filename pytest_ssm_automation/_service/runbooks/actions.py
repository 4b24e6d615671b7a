"""The actions of steps, and their outputs.

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
SLEEP: Final = "aws:sleep"
# Actions that wait for a signal.
PAUSING: Final = frozenset({APPROVE, PAUSE})
# Actions that the walk performs itself.
WALKED: Final = PAUSING | {BRANCH, LOOP, SLEEP, UPDATE_VARIABLE}
# The outputs of each action, with their types, in addition to those that its step declares. Actions that are not listed
# may have more outputs than documented.
OUTPUTS: Final[dict[str, dict[str, str]]] = {
    APPROVE: {"ApprovalStatus": "String", "ApproverDecisions": "MapList"},
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
    # its Payload has the type of what the script returns
    "aws:executeScript": {"OutputPayload": "StringMap", "Payload": ""},
    LOOP: {"CurrentIteration": "Integer", "CurrentIteratorValue": "String"},
    PAUSE: {},
    "aws:runInstances": {"InstanceIds": "StringList", "InstanceStates": "StringList"},
    SLEEP: {},
    UPDATE_VARIABLE: {},
    "aws:waitForAwsResourceProperty": {},
}
# The names that outputs of a step cannot have. Observed for `aws:invokeLambdaFunction`, whose order this is; assumed
# for the others: all outputs that the action has by itself. AWS's own runbooks declare a Payload of scripts.
_WITH_OUTPUTS_OF_STEPS: Final = frozenset({"aws:executeAwsApi", "aws:executeScript"})
RESERVED: Final[dict[str, tuple[str, ...]]] = {
    **{action: tuple(names) for action, names in OUTPUTS.items() if names and action not in _WITH_OUTPUTS_OF_STEPS},
    "aws:invokeLambdaFunction": ("LogResult", "OutputPayload", "FunctionError", "Payload", "StatusCode"),
    "aws:runCommand": ("CommandId", "Status", "ResponseCode", "Output", "OutputPayload"),
}
# Actions that onCancel cannot lead to.
NO_CANCEL_TARGETS: Final = PAUSING | {
    *("aws:copyImage", "aws:createImage", "aws:createStack", "aws:createTags", "aws:runInstances", "aws:sleep"),
}
# The outputs that an action repeats as JSON in its OutputPayload, in their order there. Source, for the first of them:
# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetAutomationExecution.html
PAYLOADS: Final = {
    "aws:createImage": ("ImageId", "ImageState"),
    "aws:runCommand": ("Status", "ResponseCode", "Output", "CommandId"),
}
