"""Record an execution with read-only operations."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from .anonymous import anonymized
from .redacting import redact
from .values import as_json

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

_OF_DOCUMENT: Final = ("Name", "DocumentVersion", "DocumentFormat", "Content")


def record(client: Any, execution_id: str, *, children: bool = False, redacted: Collection[str] = ()) -> dict[str, Any]:
    """Record an execution with a client of SSM, without accounts and principals; return the content of its file.

    Executions that it started are recorded too if `children` are wanted. Parameters and outputs in `redacted` are
    emptied.
    """
    recorded: dict[str, Any] = json.loads(as_json(_taken(client, execution_id, children=children)))
    if redacted:
        redact(recorded, redacted)
    return anonymized(recorded)


def _taken(client: Any, execution_id: str, *, children: bool) -> dict[str, Any]:
    execution = client.get_automation_execution(AutomationExecutionId=execution_id)["AutomationExecution"]
    pages = client.get_paginator("describe_automation_step_executions").paginate(AutomationExecutionId=execution_id)
    steps = [step for page in pages for step in page["StepExecutions"]]
    version = {"DocumentVersion": execution["DocumentVersion"]} if execution.get("DocumentVersion") else {}
    document = client.get_document(Name=execution["DocumentName"], **version)
    recorded: dict[str, Any] = {
        "Region": client.meta.region_name,
        "AutomationExecution": execution,
        "StepExecutions": steps,
        "Document": {name: document[name] for name in _OF_DOCUMENT if name in document},
    }
    if children:
        recorded["Children"] = [_taken(client, child, children=True) for child in _children(client, execution_id)]
    return recorded


def _children(client: Any, execution_id: str) -> Iterator[str]:
    """Yield the ids of the executions that an execution started in its account and Region, oldest first."""
    filters = [{"Key": "ParentExecutionId", "Values": [execution_id]}]
    pages = client.get_paginator("describe_automation_executions").paginate(Filters=filters)
    listed: list[Mapping[str, Any]] = [each for page in pages for each in page["AutomationExecutionMetadataList"]]
    # A listing begins with the newest ones. The order of those that started in the same millisecond is kept.
    listed.reverse()
    for each in sorted(listed, key=lambda each: each["ExecutionStartTime"]):
        yield each["AutomationExecutionId"]


def written(recorded: Mapping[str, Any]) -> str:
    """Return the text of the file of a recording."""
    return json.dumps(recorded, indent=2, ensure_ascii=False) + "\n"
