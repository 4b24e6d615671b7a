"""The plans for executions: their scripts and their targets.

Plans call functions of the test. A plan is made with no lock held, before the execution is started.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ..checks.model import TARGET_MEMBERS
from .scripts import UNSCRIPTED, Script

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterable, Mapping, Sequence

    from ..calls import Request
    from .run import Run
    from .targets.rate_control import Group, Resolver, Target


class Plan(NamedTuple):
    """The plan for an execution that is about to be started.

    Attributes:
        script: Its script.
        resolved: The resources that its targets resolve to.
        groups: Its targets; empty if it runs steps.
    """

    script: Script
    resolved: Sequence[str] = ()
    groups: Sequence[Group[Run]] = ()


_UNSCRIPTED: Final = Plan(UNSCRIPTED)


class Planner:
    """Makes the plans for executions.

    Attributes:
        scripts: The scripts, oldest first. The latest script that matches an execution applies.
        resolver: The test's function that resolves targets to resources, if any.
    """

    def __init__(self, lock: threading.RLock) -> None:
        """Start without scripts."""
        self.scripts: list[Script] = []
        self.resolver: Resolver | None = None
        self._lock = lock
        self._fan_outs: list[Run] = []

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
        if TARGET_MEMBERS.isdisjoint(params) or script.replay is not None:
            return _UNSCRIPTED if script is UNSCRIPTED else Plan(script)
        return self._with_targets(script, request, params, self.resolver)

    def _with_targets(
        self, script: Script, request: Request, params: Mapping[str, Any], resolver: Resolver | None
    ) -> Plan:
        from .targets.rate_control import groups_of, resolved_values

        resolved = resolved_values(params, resolver)
        groups = groups_of(params, request.region, resolved)
        if self.asks:
            for target in (target for group in groups for target in group.targets):
                target.plan = self.plan(request_on(request, target), target.request)
        return Plan(script, resolved, groups)

    def add_fan_out(self, run: Run) -> None:
        """Make later scripts and resolvers apply to the waiting targets of an execution."""
        self._fan_outs.append(run)

    def add_script(self, script: Script) -> None:
        """Add a script. It also applies to targets of earlier executions that are still to be started."""
        if callable(script.when) or self.asks:
            for source, waiting in self._waiting():
                self._plan_again(source, waiting, script)
        with self._lock:
            self.scripts.append(script)

    def set_resolver(self, resolver: Resolver) -> None:
        """Set the resolver, also for accounts and Regions that are still to be started."""
        for source, waiting in self._waiting():
            for target in waiting:
                if not TARGET_MEMBERS.isdisjoint(target.request):
                    request = request_on(source, target)
                    plan = target.plan or self.plan(request, target.request)
                    target.plan = self._with_targets(plan.script, request, target.request, resolver)
        self.resolver = resolver

    def _waiting(self) -> list[tuple[Request, Sequence[Target[Run]]]]:
        with self._lock:
            self._fan_outs = [run for run in self._fan_outs if not run.ended]
            return [(run.source, run.fan_out.waiting) for run in self._fan_outs if run.fan_out]

    def _plan_again(self, source: Request, waiting: Iterable[Target[Run]], script: Script) -> None:
        for target in waiting:
            request = request_on(source, target)
            plan: Plan = target.plan or self.plan(request, target.request)
            target.plan = plan._replace(script=script) if script.meets(request) else plan
            self._plan_again(request, (inner for group in plan.groups for inner in group.waiting), script)


def request_on(source: Request, target: Target[Run]) -> Request:
    """Return the request that starts the execution on a target."""
    account = target.account or source.account
    return source._replace(content=target.request, region=target.region, account=account)
