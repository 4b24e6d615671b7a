"""The records of a fake, and assertions about them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from . import _assertions
from ._assertions import Expectation
from ._errors import FakeUsageError, check_names, hide_usage_errors
from ._keywords import check_keywords, known_keywords
from ._sequences import View, itself
from ._service.accounts import check_account, check_region
from ._service.checks import model
from ._service.checks.rules import all_constraints
from ._service.errors import catalogue
from ._service.faults import Fault, check_members
from ._strict import Strict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Unpack

    from ._service.calls import Call
    from ._service.runs.execution import Execution
    from ._service.runs.run import Run
    from ._types import AnyMembers, CheckedOperationName, ErrorName, RefusedMembers, StartMembers

__tracebackhide__ = hide_usage_errors

_Numbered = list[tuple[int, "Call"]]


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
        return View(self._service.faults.all, itself)

    @property
    def events(self) -> Sequence[Mapping[str, Any]]:
        """The events that EventBridge delivers, one for each status change of an execution or a step, oldest first.

        The first event of an execution is its status at the start. Each access returns a new dict, which can be passed
        to the handler of a rule.
        """
        with self._service.lock:
            return View(self._service.store.log, _event)

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
        expectation = self._expect(model.START, request, account=account, region=region, exact=exact, partial=partial)
        latest = self._find(expectation, times, self._starts())[-1][1]
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
        expectation = self._expect(model.START, request, account=account, region=region, partial=partial)
        if found := [(number, call) for number, call in self._started() if expectation.matches(call)]:
            raise AssertionError(_assertions.unexpected(model.START, expectation, found))

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
        expectation = self._expect(operation, request, account=account, region=region, exact=exact, partial=partial)
        return self._find(expectation, times, lambda _: True)[-1][1]

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
        expectation = self._expect(operation, request, account=account, region=region, partial=partial)

        def refused(call: Call) -> bool:
            broken = constraint is None or any(violation.constraint == constraint for violation in call.violations)
            was_refused = call.outcome == "rejected" or (call.outcome == "lost" and bool(call.violations))
            return was_refused and broken and error in {None, call.error}

        cause = (f" for {constraint}" if constraint else "") + (f" with {error}" if error else "")
        found = self._find(expectation, times, refused, fact=("refused", cause))
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
        _check_times(times)
        _check_url(url)
        found = [request for request in self._blocked if request.matches(url)]
        if not found or times not in {None, len(found)}:
            raise AssertionError(_assertions.wrongly_blocked(url, len(found), times, self._blocked))
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
        groups: dict[tuple[str, str, str], _Numbered] = {}
        for number, call in self._started():
            request = json.dumps({**call.params, "ClientToken": None}, sort_keys=True)
            account, region = "" if across_accounts else call.account, "" if across_regions else call.region
            groups.setdefault((request, account, region), []).append((number, call))
        if repeated := [group for group in groups.values() if len(group) > 1]:
            raise AssertionError(_assertions.duplicates(repeated))

    def _of(self, operation: str) -> _Numbered:
        """Return the calls of an operation, except those of executed steps."""
        calls = enumerate(self.calls)
        return [(number, call) for number, call in calls if call.operation == operation and call.step is None]

    def _starts(self) -> Callable[[Call], bool]:
        """Return a function that tells whether a call started an execution. A replay did not."""
        starting = {id(run.call) for run in self._service.store.started}
        return lambda call: id(call) in starting

    def _started(self) -> _Numbered:
        starts = self._starts()
        return [(number, call) for number, call in self._of(model.START) if starts(call)]

    def _refused_operation(self, constraint: str | None, error: str | None) -> str:
        """Check the arguments of `assert_rejected`, and return the operation that they refer to."""
        codes = {*catalogue(), "ParamValidationError", *(call.error for call in self.calls if call.error)}
        check_names("error", [error] if error is not None else [], codes)
        if constraint is None:
            others = [each for each in model.CHECKED if error in model.documented_errors(each)]
            if not others or model.START in others:
                return model.START
            return next((call.operation for call in reversed(self.calls) if call.error == error), others[0])
        if constraint.startswith("runbook:"):
            return model.START
        check_names("constraint", [constraint], all_constraints())
        return constraint.partition("/")[0] if "/" in constraint else model.START

    def _expect(self, operation: str, request: Mapping[str, Any], **details: Any) -> Expectation:
        check_account(details.get("account"))
        check_region(details.get("region"))
        check_members(operation, request)
        return Expectation(operation, request, **details)

    def _find(
        self,
        expectation: Expectation,
        times: int | None,
        counts: Callable[[Call], bool],
        *,
        fact: tuple[str, str] = ("called", ""),
    ) -> _Numbered:
        """Return the matching calls, and raise if their number is wrong."""
        __tracebackhide__ = True
        _check_times(times)
        calls = self._of(expectation.operation)
        found = [(number, call) for number, call in calls if counts(call) and expectation.matches(call)]
        if found and times in {None, len(found)}:
            return found
        matching = {number for number, _ in found}
        others = [numbered for numbered in calls if numbered[0] not in matching]
        headline = _assertions.headline(expectation.operation, *fact, len(found), times)
        in_part = [(number, call) for number, call in others if counts(call) and expectation.matches_in_part(call)]
        too_few = len(found) < (times or 1)
        raise AssertionError(_assertions.wrong_count(headline, expectation, found, others, in_part if too_few else ()))


def _event(entry: tuple[Run, int]) -> Mapping[str, Any]:
    from ._service.runs.shown.events import event_of

    return event_of(*entry)


def _check_times(times: object) -> None:
    if times is not None and (type(times) is not int or times < 1):
        raise FakeUsageError(f"Expected times to be a whole number of at least 1, or None, but got times={times!r}")


def _check_url(url: object) -> None:
    if url is not None and not isinstance(url, str | re.Pattern):
        raise FakeUsageError(f"Expected url to be a string, a compiled pattern or None, but got url={url!r}")
