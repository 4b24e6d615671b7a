"""Two functions that start a runbook and retry after any error."""

import uuid

from botocore.exceptions import BotoCoreError, ClientError

ATTEMPTS = 4


def patch_carelessly(ssm, fleet):
    """Retry without a ClientToken: a lost response leads to a second execution."""
    for _ in range(ATTEMPTS):
        try:
            return ssm.start_automation_execution(
                DocumentName="Acme-PatchFleet", Parameters={"Fleet": [fleet]}
            )
        except (BotoCoreError, ClientError):
            continue
    return None


def patch_carefully(ssm, fleet):
    """Retry with the same ClientToken, so the service recognizes the request."""
    token = str(uuid.uuid4())
    for _ in range(ATTEMPTS):
        try:
            return ssm.start_automation_execution(
                DocumentName="Acme-PatchFleet",
                Parameters={"Fleet": [fleet]},
                ClientToken=token,
            )
        except (BotoCoreError, ClientError):
            continue
    return None
