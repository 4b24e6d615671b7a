"""The plans for executions: their scripts and their targets.

Plans call functions of the test. A plan is made with no lock held, before the execution is started.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ..checks.model import TARGET_MEMBERS
from .scripts import UNSCRIPTED, Script

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..calls import Request
    from .targets.rate_control import Group, Resolver, Target


class Plan(NamedTuple):
    """The plan for an execution that is about to be started.

    Attributes:
        script: Its script.
        resolved: The resources that its targets resolve to.
        groups: Its targets; empty if it runs steps.
        mode: The mode of the request, `Auto` or `Interactive`.
    """

    script: Script = UNSCRIPTED
    resolved: Sequence[str] = ()
    groups: Sequence[Group] = ()
    mode: str = "Auto"


# Of most executions.
ORDINARY: Final = Plan()


class Planner(NamedTuple):
    """Makes the plans for executions.

    Attributes:
        scripts: The scripts, oldest first. The latest script that matches an execution applies.
        resolver: The test's function that resolves targets to resources, if any.
    """

    scripts: tuple[Script, ...] = ()
    resolver: Resolver | None = None

    @property
    def asks(self) -> bool:
        """Whether a plan depends on functions of the test, or the runbook on the plan."""
        if self.resolver is None and not self.scripts:
            return False
        return self.resolver is not None or self.replays or any(callable(script.when) for script in self.scripts)

    @property
    def replays(self) -> bool:
        """Whether there are recorded executions, whose runbooks determine which requests are valid."""
        return any(script.replay is not None for script in self.scripts)

    def script_for(self, request: Request) -> Script:
        """Return the script that applies to a request; `UNSCRIPTED` if there is none."""
        return next((each for each in reversed(self.scripts) if each.meets(request)), UNSCRIPTED)

    def plan(self, request: Request, params: Mapping[str, Any], script: Script | None = None) -> Plan:
        """Plan an execution, and the executions that it starts on targets.

        `params` are the members of the request, with target locations read from their URL. A given script is used
        instead of `scripts`.
        """
        if script is None:
            script = self.script_for(request) if self.scripts else UNSCRIPTED
        mode = params.get("Mode", "Auto")
        if TARGET_MEMBERS.isdisjoint(params) or script.replay is not None:
            return ORDINARY if script is UNSCRIPTED and mode == "Auto" else Plan(script, mode=mode)
        from .targets.rate_control import groups_of, resolved_values

        resolved = resolved_values(params, self.resolver)
        groups = groups_of(params, request.region, resolved)
        for target in (target for group in groups for target in group.targets):
            self.plan_target(request, target)
        return Plan(script, resolved, groups, mode)

    def plan_target(self, source: Request, target: Target) -> None:
        """Plan the execution on a target of the request `source`, if the plan depends on functions of the test."""
        if self.asks:
            target.plan = self.plan(request_on(source, target), target.request)


def request_on(source: Request, target: Target) -> Request:
    """Return the request that starts the execution on a target."""
    account = target.account or source.account
    return source._replace(content=target.request, region=target.region, account=account)
