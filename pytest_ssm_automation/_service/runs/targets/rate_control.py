"""Rate control: executions on several targets, accounts and Regions, with limits on concurrency and errors.

Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/running-automations-scale-controls.html
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from ...._errors import FakeUsageError, call_own, hide_usage_errors
from ...accounts import is_account
from ...calls import copy_containers
from ..scripts import SUCCEEDED

__tracebackhide__ = hide_usage_errors

# The defaults of a request, and those of a location.
DEFAULT_CONCURRENCY: Final = "10"
DEFAULT_ERRORS: Final = "0"
_OF_LOCATION: Final = {
    "TargetLocationMaxConcurrency": "1",
    "TargetLocationMaxErrors": "0",
    "ExecutionRoleName": "AWS-SystemsManager-AutomationExecutionRole",
}

Resolver = Callable[[Mapping[str, Any]], Sequence[str]]


@dataclass(slots=True)
class Target:
    """One target of an execution, and the execution that runs on it, once started.

    Attributes:
        name: The name of the step: a resource's id, or an account and a Region.
        request: The members of the request that starts its execution.
        region: The Region of its execution.
        account: The account of its execution; `None` for the account of the parent.
        location: The members of `TargetLocation`, for one of several accounts and Regions.
        inputs: The `Inputs` of its step, for one of several resources: the parameters for the target.
        plan: The plan for its execution, a `Plan`, if it depends on functions of the test.
        run: The execution, a `Run`, once started.
    """

    name: str
    request: Mapping[str, Any]
    region: str
    account: str | None = None
    location: Mapping[str, Any] | None = None
    inputs: Mapping[str, str] = field(default_factory=dict[str, str])
    plan: Any = None
    run: Any = None


class Group:
    """Targets that share one rate control.

    Attributes:
        targets: All targets, in order.
    """

    def __init__(self, targets: Sequence[Target], concurrency: int, errors: int) -> None:
        """Start without executions.

        Args:
            targets: The targets.
            concurrency: The maximum number of executions that run at a time.
            errors: The maximum number of failures. If there are more, no further executions are started.
        """
        self.targets = targets
        self._concurrency, self._errors = concurrency, errors
        self._waiting = deque(targets)
        self._running: list[Target] = []
        self._failures = 0

    @property
    def done(self) -> bool:
        """Whether all executions have ended, and no more will be started."""
        self._count()
        return not self._running and (self._failed_too_often or not self._waiting)

    @property
    def failed(self) -> bool:
        """Whether more executions have failed than allowed, or those on all resources."""
        on_all = self._failures == len(self.targets) > 0 and self.targets[0].location is None
        return self._failed_too_often or on_all

    def fill(self, spawn: Callable[[Target], Any]) -> None:
        """Start executions with `spawn`, up to the concurrency."""
        self._count()
        while self._waiting and not self._failed_too_often and len(self._running) < self._concurrency:
            target = self._waiting.popleft()
            target.run = spawn(target)
            self._running.append(target)
            if target.run.ended:
                self._count()

    def close(self) -> None:
        """Start no more executions."""
        self._waiting.clear()

    @property
    def _failed_too_often(self) -> bool:
        return self._failures > self._errors

    def _count(self) -> None:
        ended = [target.run for target in self._running if target.run.ended]
        if ended:
            self._running = [target for target in self._running if not target.run.ended]
            self._failures += sum(run.status not in SUCCEEDED for run in ended)


def groups_of(params: Mapping[str, Any], region: str, resolved: Sequence[str]) -> list[Group]:
    """Expand the targets of a request to groups; empty without targets, or if none are known."""
    if locations := params.get("TargetLocations"):
        return [_location_group(params, location) for location in locations]
    targets = _targets(params, region, resolved)
    limits = params.get("MaxConcurrency", DEFAULT_CONCURRENCY), params.get("MaxErrors", DEFAULT_ERRORS)
    return [_group(targets, *limits)] if targets else []


def _group(targets: list[Target], concurrency: str, errors: str) -> Group:
    return Group(targets, _share(concurrency, len(targets), least=1), _share(errors, len(targets)))


def _targets(params: Mapping[str, Any], region: str, resolved: Sequence[str]) -> list[Target]:
    plain = {name: params[name] for name in ("DocumentName", "DocumentVersion") if name in params}
    given = params.get("Parameters", {})
    if maps := params.get("TargetMaps"):
        return [
            Target(
                ", ".join(value for values in each.values() for value in values),
                {**plain, "Parameters": {**given, **each}},
                region,
                inputs={name: ", ".join(values) for name, values in each.items()},
            )
            for each in maps
        ]
    name = params.get("TargetParameterName", "")
    return [
        Target(value, {**plain, "Parameters": {**given, name: [value]}}, region, inputs={name: value})
        for value in resolved
    ]


def resolved_values(params: Mapping[str, Any], resolve: Resolver | None) -> list[str]:
    """List the resources that the targets of a request resolve to, as far as the test has defined them."""
    if maps := params.get("TargetMaps"):
        return [value for each in maps for values in each.values() for value in values]
    values: list[str] = []
    for target in params.get("Targets", ()):
        if target.get("Key") == "ParameterValues":
            values.extend(target.get("Values", ()))
        elif resolve is not None:
            values.extend(_resolved(resolve, target))
    return values


def _resolved(resolve: Resolver, target: Mapping[str, Any]) -> Sequence[str]:
    found: Any = call_own(resolve, copy_containers(target))
    ids: Sequence[Any] = cast("Sequence[Any]", found) if isinstance(found, list | tuple) else [None]
    if not all(isinstance(value, str) for value in ids):
        raise FakeUsageError(f"Expected resolve_targets to return a list of ids for {target!r}, but got {found!r}")
    return ids


def _location_group(params: Mapping[str, Any], given: Mapping[str, Any]) -> Group:
    location = {**_OF_LOCATION, **given}
    accounts = [account for account in given.get("Accounts", ()) if account not in given.get("ExcludeAccounts", ())]
    request = _request_in(params, location)
    targets = [
        Target(
            f"{account}/{region}",
            request,
            region,
            account if is_account(account) else None,
            {**location, "Accounts": [account], "Regions": [region]},
        )
        for account in accounts
        for region in given.get("Regions", ())
    ]
    return _group(targets, location["TargetLocationMaxConcurrency"], location["TargetLocationMaxErrors"])


def _request_in(params: Mapping[str, Any], location: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of the requests for a location, whose own targets take precedence."""
    left_out = {"TargetLocations", "TargetLocationsURL", "ClientToken", "Tags", "Mode"}
    request = {name: value for name, value in params.items() if name not in left_out}
    own = {"Targets": "Targets", "TargetsMaxConcurrency": "MaxConcurrency", "TargetsMaxErrors": "MaxErrors"}
    request |= {of_request: location[of_location] for of_location, of_request in own.items() if of_location in location}
    if location.get("Targets"):
        request.pop("TargetMaps", None)
    return request


def _share(text: str, count: int, *, least: int = 0) -> int:
    """Read a number, or a percentage of `count`, rounded down; other text, which `relax` may allow, counts as 0."""
    digits = text.removesuffix("%")
    number = int(digits) if digits.isdecimal() else 0
    return max(least, count * number // 100 if text.endswith("%") else number)
