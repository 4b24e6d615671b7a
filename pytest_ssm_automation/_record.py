"""The records of a fake, and assertions about them."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ._assertions import Expectation, Numbered, check_times, duplicates, unexpected, wrong_count, wrongly_blocked
from ._errors import FakeUsageError, check_names, hide_usage_errors
from ._keywords import check_keywords, known_keywords
from ._sequences import View, itself
from ._service.checks import model
from ._service.checks.rules import all_constraints
from ._service.errors import catalogue
from ._strict import Strict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Unpack

    from ._service.calls import Call
    from ._service.faults import Fault
    from ._service.runs.execution import Execution
    from ._types import AnyMembers, CheckedOperationName, ErrorName, RefusedMembers, StartMembers

__tracebackhide__ = hide_usage_errors


class Record(Strict):
    """The calls, executions and faults of a fake, and assertions about them."""

    @property
    def calls(self) -> Sequence[Call]:
        """All Automation requests, oldest first, including refused ones, and those of executed steps."""
        return View(self._service.calls, itself)

    @property
    def executions(self) -> Sequence[Execution]:
        """All executions that were started or added, oldest first, without their `children`."""
        from ._service.runs.execution import execution_of

        return View(self._service.store.started, execution_of)

    @property
    def faults(self) -> Sequence[Fault]:
        """All injected faults, in order, including unused ones."""
        return View(self._service.faults, itself)

    @property
    def events(self) -> Sequence[Mapping[str, Any]]:
        """The events that EventBridge delivers, one for each status change of an execution or a step, oldest first.

        The first event of an execution is its status at the start. Each access returns a new dict, which can be passed
        to the handler of a rule.
        """
        from ._service.runs.shown.events import event_of

        with self._service.lock:
            return View(self._service.store.log, lambda entry: event_of(*entry))

    @check_keywords
    def assert_started(
        self,
        *,
        times: int | None = None,
        account: str | None = None,
        region: str | None = None,
        exact: bool = False,
        partial: bool = False,
        **request: Unpack[StartMembers],
    ) -> Execution:
        """Assert that an execution was started by a request with these members, and return the latest one.

        Args:
            times: The expected number of executions; `None` for at least one.
            account: The expected account, 12 digits; `None` for any.
            region: The expected Region; `None` for any.
            exact: Whether the request must have no other members.
            partial: Whether nested mappings may have additional keys, and lists additional items, in the same order.
            **request: Expected values by AWS member name.

        Raises:
            AssertionError: The number of such executions is different. The message shows the closest calls and their
                differences.
            FakeUsageError: The request has no such member, or the account does not have 12 digits.
        """
        __tracebackhide__ = True
        expectation = Expectation(model.START, request, times, account, region, exact, partial)
        latest = self._check(expectation, self._started())[-1][1]
        return next(each for each in reversed(self.executions) if each.call is latest)

    @check_keywords
    def assert_started_once(
        self,
        *,
        account: str | None = None,
        region: str | None = None,
        exact: bool = False,
        partial: bool = False,
        **request: Unpack[StartMembers],
    ) -> Execution:
        """Assert that exactly one execution was started by a request with these members, and return it.

        Arguments and errors are those of `assert_started`.
        """
        __tracebackhide__ = True
        return self.assert_started(times=1, account=account, region=region, exact=exact, partial=partial, **request)

    @check_keywords
    def assert_not_started(
        self,
        *,
        account: str | None = None,
        region: str | None = None,
        partial: bool = False,
        **request: Unpack[StartMembers],
    ) -> None:
        """Assert that no execution was started by a request with these members.

        Arguments and errors are those of `assert_started`.
        """
        __tracebackhide__ = True
        expectation = Expectation(model.START, request, account=account, region=region, partial=partial)
        if found := expectation.filter(self._started()):
            raise AssertionError(unexpected(expectation, found))

    @check_keywords
    def assert_called(
        self,
        operation: CheckedOperationName,
        *,
        times: int | None = None,
        account: str | None = None,
        region: str | None = None,
        exact: bool = False,
        partial: bool = False,
        **request: Unpack[AnyMembers],
    ) -> Call:
        """Assert that an operation was called with these members, successfully or not, and return the latest call.

        Args:
            operation: The operation's name, such as `GetAutomationExecution`.
            times: The expected number of calls; `None` for at least one.
            account: The expected account, 12 digits; `None` for any.
            region: The expected Region; `None` for any.
            exact: Whether the request must have no other members.
            partial: Whether nested mappings may have additional keys, and lists additional items, in the same order.
            **request: Expected values by AWS member name.

        Raises:
            AssertionError: The number of such calls is different.
            FakeUsageError: The operation does not exist, or its request has no such member.
        """
        __tracebackhide__ = True
        check_names("operation", [operation], model.CHECKED)
        expectation = Expectation(operation, request, times, account, region, exact, partial)
        return self._check(expectation, self._of(operation))[-1][1]

    @check_keywords
    def assert_rejected(
        self,
        *,
        constraint: str | None = None,
        error: ErrorName | None = None,
        times: int | None = None,
        account: str | None = None,
        region: str | None = None,
        partial: bool = False,
        **request: Unpack[RefusedMembers],
    ) -> Call:
        """Assert that botocore or the service refused a request, and return the latest such call.

        An injected fault is not a refusal. A strict test does not fail for refusals that this expects.

        Args:
            constraint: The id of a violated constraint, see `constraints()`; or of a runbook's declaration, such as
                `runbook:InstanceIds:required`. An id that begins with an operation, such as
                `GetAutomationExecution/AutomationExecutionId:min`, refers to that operation, all others to
                StartAutomationExecution.
            error: The error code that the caller received, or `ParamValidationError`. An error that
                StartAutomationExecution does not have refers to the operation that raised it last.
            times: The expected number of calls; `None` for at least one.
            account: The expected account, 12 digits; `None` for any.
            region: The expected Region; `None` for any.
            partial: Whether nested mappings may have additional keys, and lists additional items, in the same order.
            **request: Expected values by AWS member name.

        Raises:
            AssertionError: The number of such refusals is different.
            FakeUsageError: The constraint, error or member does not exist.
        """
        __tracebackhide__ = True
        operation = self._refused_operation(constraint, error)
        cause = (f" for {constraint}" if constraint else "") + (f" with {error}" if error else "")
        expectation = Expectation(
            operation, request, times, account, region, partial=partial, fate="refused", cause=cause
        )
        refused = [
            (number, call)
            for number, call in self._of(operation)
            if (call.outcome == "rejected" or (call.outcome == "lost" and call.violations))
            and error in {None, call.error}
            and (constraint is None or any(violation.constraint == constraint for violation in call.violations))
        ]
        found = self._check(expectation, refused)
        self._service.acknowledge([number for number, _ in found])
        return self.calls[found[-1][0]]

    @known_keywords
    def assert_blocked(self, url: str | re.Pattern[str] | None = None, *, times: int | None = None) -> None:
        """Assert that requests to the network were blocked.

        A strict test does not fail for requests that this expects.

        Args:
            url: The URL without its query, or a compiled pattern to search for in the URL; `None` for any.
            times: The expected number of requests; `None` for at least one.

        Raises:
            AssertionError: The number of such requests is different. The message lists all blocked requests.
            FakeUsageError: An argument has the wrong type.
        """
        __tracebackhide__ = True
        check_times(times)
        _check_url(url)
        found = [request for request in self._blocked if request.matches(url)]
        if not found or times not in {None, len(found)}:
            raise AssertionError(wrongly_blocked(url, len(found), times, self._blocked))
        for request in found:
            request.expected = True

    @known_keywords
    def assert_no_duplicate_starts(self, *, across_regions: bool = False, across_accounts: bool = False) -> None:
        """Assert that no two executions were started by requests that differ only in ClientToken.

        Args:
            across_regions: Whether equal requests in different Regions are duplicates too.
            across_accounts: Whether equal requests in different accounts are duplicates too.

        Raises:
            AssertionError: The message lists the duplicates with their tokens.
        """
        __tracebackhide__ = True
        groups: defaultdict[tuple[str, str, str], list[Numbered]] = defaultdict(list)
        for number, call in self._started():
            request = json.dumps({**call.params, "ClientToken": None}, sort_keys=True)
            account, region = "" if across_accounts else call.account, "" if across_regions else call.region
            groups[request, account, region].append((number, call))
        if repeated := [group for group in groups.values() if len(group) > 1]:
            raise AssertionError(duplicates(repeated))

    def _of(self, operation: str) -> list[Numbered]:
        """Return the calls of an operation, except those of executed steps."""
        calls = enumerate(self.calls)
        return [(number, call) for number, call in calls if call.operation == operation and call.step is None]

    def _started(self) -> list[Numbered]:
        """Return the calls that started an execution. A replay did not."""
        starting = {id(run.call) for run in self._service.store.started}
        return [(number, call) for number, call in self._of(model.START) if id(call) in starting]

    def _refused_operation(self, constraint: str | None, error: str | None) -> str:
        """Check the arguments of `assert_rejected`, and return the operation that they refer to."""
        if error is not None:
            codes = {*catalogue(), "ParamValidationError", *(call.error for call in self.calls if call.error)}
            check_names("error", [error], codes)
        if constraint is not None:
            if constraint.startswith("runbook:"):
                return model.START
            check_names("constraint", [constraint], all_constraints())
            return constraint.partition("/")[0] if "/" in constraint else model.START
        others = [each for each in model.CHECKED if error in model.documented_errors(each)]
        if not others or model.START in others:
            return model.START
        return next((call.operation for call in reversed(self.calls) if call.error == error), others[0])

    def _check(self, expectation: Expectation, calls: Sequence[Numbered]) -> list[Numbered]:
        """Return those of the calls that match, and raise if their number is wrong."""
        __tracebackhide__ = True
        times, found = expectation.times, expectation.filter(calls)
        if found and times in {None, len(found)}:
            return found
        matching = {number for number, _ in found}
        others = [each for each in calls if each[0] not in matching]
        in_part = replace(expectation, partial=True).filter(others) if len(found) < (times or 1) else ()
        raise AssertionError(wrong_count(expectation, found, self._of(expectation.operation), in_part))


def _check_url(url: object) -> None:
    if url is not None and not isinstance(url, str | re.Pattern):
        raise FakeUsageError(f"Expected url to be a string, a compiled pattern or None, but got url={url!r}")
