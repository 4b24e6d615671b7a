"""A recorded execution, which runs show again, and which is compared with a walk of its runbook."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ..runbooks.kinds import is_list, is_mapping
from ..runbooks.library import bare_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from ..runbooks.declarations import Runbook

# Ids of other forms may be part of other words.
_ID: Final = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Replay(NamedTuple):
    """A recorded execution. Members are as botocore returns them.

    Attributes:
        source: The name of its file, for messages.
        begun: Its start time.
        execution: The members of `AutomationExecution`, without the steps.
        steps: The members of each `StepExecution`.
        runbook: The recorded runbook, if any.
        children: The recorded executions that it started.
        redacted: The names of parameters and outputs that were emptied.
        region: The Region; `None` if the file does not say it.
    """

    source: str
    begun: datetime
    execution: Mapping[str, Any]
    steps: Sequence[Mapping[str, Any]]
    runbook: Runbook | None = None
    children: tuple[Replay, ...] = ()
    redacted: frozenset[str] = frozenset()
    region: str | None = None

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.execution["AutomationExecutionId"])

    @property
    def parameters(self) -> Mapping[str, list[str]]:
        """Its parameters."""
        found: Mapping[str, list[str]] = self.execution.get("Parameters", {})
        return found

    @property
    def on_target(self) -> bool:
        """Whether it ran on one of several targets of its parent, which determines what it shows of targets."""
        return {"Target", "ParentAutomationExecutionId"} <= self.execution.keys()

    def is_of(self, document_name: object) -> bool:
        """Return whether it ran this runbook, given by its name or ARN."""
        return isinstance(document_name, str) and bare_name(document_name) == bare_name(self.execution["DocumentName"])

    def started_again(self, execution_id: str, begun: datetime) -> Replay:
        """Return a copy with another id and other times, which are as far apart; its children have other ids too."""
        ids = {each: str(uuid.uuid5(uuid.NAMESPACE_OID, f"{execution_id} {each}")) for each in self._ids()}
        ids[self.id] = execution_id
        found = [re.escape(each) for each in ids if _ID.fullmatch(each)]
        pattern = re.compile("|".join(found) or "(?!)")
        shift = begun - self.begun

        def change(value: Any) -> Any:
            if isinstance(value, Replay):
                members = {name: change(getattr(value, name)) for name in ("begun", "execution", "steps")}
                return value._replace(**members, children=tuple(map(change, value.children)))
            if is_mapping(value):
                return {name: change(item) for name, item in value.items()}
            if is_list(value):
                return [change(item) for item in value]
            if isinstance(value, str):
                return pattern.sub(lambda match: ids[match[0]], value)
            return value + shift if hasattr(value, "tzinfo") else value

        again: Replay = change(self)
        return again

    def _ids(self) -> Iterator[str]:
        yield self.id
        for child in self.children:
            yield from child._ids()  # noqa: SLF001 - of this class
