"""The identity of a run: what it is from its start on."""

from __future__ import annotations

import time
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from . import times

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ..calls import Request
    from ..runbooks.declarations import Runbook
    from .planning import Plan
    from .scripts import Script
    from .targets.rate_control import Group, Target

_PARTITIONS: Final = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}


class Identity:
    """What a run is from its start on.

    Attributes:
        id: The execution's id.
        source: The request that started it, or that would have started it.
        script: Its script.
        runbook: Its registered runbook, if any.
        target: The target that it runs on, if its parent runs on several targets.
        resolved: The resources that the targets of its request resolve to, as far as they are known.
        groups: The targets that it runs on.
        scope: The account and the Region in which it is found; `None` in place of the account if all accounts see it.
    """

    groups: Sequence[Group] = ()

    def __init__(
        self, execution_id: str, source: Request, plan: Plan, runbook: Runbook | None, target: str | None
    ) -> None:
        """Identify a run that starts now."""
        self.id = execution_id
        self.source = source
        self.script: Script = plan.script
        self.resolved: Sequence[str] = plan.resolved
        self.runbook = runbook
        self.target = target
        self.scope: tuple[str | None, str] = source.scope
        self._started = time.time()  # through its module, which other libraries patch

    @cached_property
    def started_at(self) -> datetime:
        """The start time in UTC."""
        return times.at(self._started)  # when it is first asked for, because that takes longer than to read the clock

    @property
    def request(self) -> dict[str, Any]:
        """A copy of the members of the request that started it."""
        return self.source.params()

    @property
    def account(self) -> str:
        """The 12-digit id of its account."""
        return self.source.account

    @property
    def region(self) -> str:
        """Its Region."""
        return self.source.region

    @property
    def partition(self) -> str:
        """The partition of its Region, such as `aws-cn`."""
        return next((name for start, name in _PARTITIONS.items() if self.region.startswith(start)), "aws")

    @property
    def executed_by(self) -> str:
        """The ARN of the caller."""
        return f"arn:{self.partition}:sts::{self.account}:assumed-role/test-role/test-session"

    @property
    def document_name(self) -> str:
        """The runbook's name or ARN, as requested."""
        name: str = self.request["DocumentName"]
        return name

    @property
    def document_version(self) -> str:
        """The runbook's version number, as a string."""
        if self.script.replay is not None:
            recorded: str = self.script.replay.execution.get("DocumentVersion", "1")
            return recorded
        if self.runbook is not None:
            return self.runbook.version
        asked: str = self.request.get("DocumentVersion", "1")
        return asked if asked.isdecimal() else "1"

    @property
    def parameters(self) -> dict[str, list[str]]:
        """The parameters of the request, and the defaults of a registered runbook; or the recorded ones.

        Of executions on several targets, only those on the targets have the defaults.
        """
        if self.script.replay is not None:
            return {name: list(values) for name, values in self.script.replay.parameters.items()}
        return self.requested_parameters()

    def requested_parameters(self) -> dict[str, list[str]]:
        """Return the parameters of the request, and the defaults of a registered runbook."""
        given: dict[str, list[str]] = self.request.get("Parameters", {})
        if self.runbook is None or self.groups:
            return given
        from ..runbooks.parameters import resolved_parameters

        return resolved_parameters(self.runbook, given)

    @property
    def targets(self) -> Sequence[Target]:
        """All targets that it runs on; empty if it runs steps."""
        return [target for group in self.groups for target in group.targets]

    def reference_values(self) -> dict[str, Any]:
        """Return the values that references can name, besides steps, variables and the time."""
        if self.runbook is None:
            return {}
        from ..runbooks.parameters import typed_parameters

        return {
            **typed_parameters(self.runbook, self.request.get("Parameters", {})),
            "automation:EXECUTION_ID": self.id,
            "global:ACCOUNT_ID": self.account,
            "global:REGION": self.region,
            "global:AWS_PARTITION": self.partition,
        }
