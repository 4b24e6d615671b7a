"""Two functions that start a runbook and try again when anything goes wrong: one starts it twice, one doesn't."""

import uuid

from botocore.exceptions import BotoCoreError, ClientError

ATTEMPTS = 4


def patch_carelessly(ssm, fleet):
    """Try again with the same request, which starts a second execution if only the answer was lost."""
    for _ in range(ATTEMPTS):
        try:
            return ssm.start_automation_execution(DocumentName="Acme-PatchFleet", Parameters={"Fleet": [fleet]})
        except (BotoCoreError, ClientError):
            continue
    return None


def patch_carefully(ssm, fleet):
    """Try again with the same ClientToken, by which the service knows the request again."""
    token = str(uuid.uuid4())
    for _ in range(ATTEMPTS):
        try:
            return ssm.start_automation_execution(
                DocumentName="Acme-PatchFleet", Parameters={"Fleet": [fleet]}, ClientToken=token
            )
        except (BotoCoreError, ClientError):
            continue
    return None
