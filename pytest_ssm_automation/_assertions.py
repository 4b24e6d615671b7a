"""Compare recorded calls with expectations, and write assertion messages. All functions are pure."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import nsmallest
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from ._errors import FakeUsageError, hide_usage_errors
from ._service.accounts import ACCOUNT_ID, check_account, check_region
from ._service.faults import check_members

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ._service.calls import Call
    from ._service.checks.violations import Violation

__tracebackhide__ = hide_usage_errors

T = TypeVar("T")
# A call with its number, from 0.
Numbered: TypeAlias = "tuple[int, Call]"
_LONGEST = 200
_MOST_CALLS = 3
# The maximum number of items that a message lists.
MOST_ITEMS = 10


class _Missing:
    def __repr__(self) -> str:
        return "nothing"


_MISSING = _Missing()


@dataclass(frozen=True, slots=True)
class Expectation:
    """The call that a test expects.

    Members are compared with `==`, with the expected value on the left, so that `mock.ANY` and dirty-equals work.

    Attributes:
        operation: The operation's name.
        request: Expected values by member.
        times: The expected number of calls; `None` for at least one.
        account: The account of the call; `None` for any.
        region: The Region of the call; `None` for any.
        exact: Whether the request must have no other members.
        partial: Whether nested mappings may have additional keys, and lists additional items.
        fate: What is expected to happen to the call.
        cause: Why it is expected to happen, in the words of a message.
    """

    operation: str
    request: Mapping[str, Any]
    times: int | None = None
    account: str | None = None
    region: str | None = None
    exact: bool = False
    partial: bool = False
    fate: str = "called"
    cause: str = ""

    def __post_init__(self) -> None:
        """Check the fields."""
        check_times(self.times)
        check_account(self.account)
        check_region(self.region)
        check_members(self.operation, self.request)

    def filter(self, calls: Sequence[Numbered]) -> list[Numbered]:
        """Return those of the operation's calls that match."""
        return [each for each in calls if next(self.differences(each[1]), None) is None]

    def differences(self, call: Call) -> Iterator[str]:
        """Describe each difference of a call of the operation in a line."""
        params = call.params
        for name in {**self.request, **params} if self.exact else self.request:
            there, here = self.request.get(name, _MISSING), params.get(name, _MISSING)
            yield from _differences(name, there, here, in_part=self.partial)
        if self.account not in {None, call.account}:
            yield f"account: expected {self.account!r}, got {call.account!r}"
        if self.region not in {None, call.region}:
            yield f"region: expected {self.region!r}, got {call.region!r}"

    def __str__(self) -> str:
        """Write the expectation like keyword arguments."""
        words = [_members(self.request)] if self.request else []
        words += ["and nothing else"] if self.exact else []
        words += ["in part"] if self.partial else []
        words += [f"in {each}" for each in (self.account, self.region) if each]
        return ", ".join(words) or "any request"


def _differences(path: str, expected: Any, actual: Any, *, in_part: bool) -> Iterator[str]:
    if actual is not _MISSING and expected == actual:  # mock.ANY also equals a missing value
        return
    are_lists = _are(list, expected, actual)
    if _are(dict, expected, actual):
        for key in expected if in_part else {**expected, **actual}:
            there, here = expected.get(key, _MISSING), actual.get(key, _MISSING)
            yield from _differences(f"{path}[{key!r}]", there, here, in_part=in_part)
    elif are_lists and len(expected) == len(actual):
        for number, (one, other) in enumerate(zip(expected, actual, strict=True)):
            yield from _differences(f"{path}[{number}]", one, other, in_part=in_part)
    elif are_lists and in_part:
        yield from _missing_items(path, expected, actual)
    else:
        yield f"{path}: expected {shorten(expected)}, got {shorten(actual)}"


def _are(kind: type, one: object, other: object) -> bool:
    return isinstance(one, kind) and isinstance(other, kind)


def _missing_items(path: str, expected: list[Any], actual: list[Any]) -> Iterator[str]:
    """Report the first expected item that is missing in the actual list, in the same order."""
    rest = iter(actual)
    missing = next((item for item in expected if not any(_matches_part(item, other) for other in rest)), _MISSING)
    if missing is not _MISSING:
        order = " in this order" if len(expected) > 1 else ""
        yield f"{path}: expected {shorten(missing)} among the items{order}, got {shorten(actual)}"


def _matches_part(expected: object, actual: object) -> bool:
    return next(_differences("", expected, actual, in_part=True), None) is None


def shorten(value: object) -> str:
    """Return a repr, without the middle part if it is very long."""
    text = repr(value)
    if len(text) <= _LONGEST:
        return text
    return f"{text[: _LONGEST // 2]}...{text[-_LONGEST // 4 :]} ({len(text)} characters)"


def at_most(items: Sequence[T], write: Callable[[T], str] = str) -> list[str]:
    """Return the lines of the first items, and a line with the number of other items."""
    few = [write(item) for item in items[:MOST_ITEMS]]
    return [*few, f"... and {len(items) - len(few)} more"] if len(items) > len(few) else few


def where(number: int, call: Call) -> str:
    """Describe a call by its number, from 1, its account unless it is the default one, its Region and thread."""
    account = "" if call.account == ACCOUNT_ID else f"{call.account}, "
    return f"#{number + 1} ({account}{call.region}, thread {call.thread})"


def check_times(times: object) -> None:
    """Check that a value is an expected number, or `None` for at least one."""
    if times is not None and (type(times) is not int or times < 1):
        raise FakeUsageError(f"Expected times to be a whole number of at least 1, or None, but got times={times!r}")


def wrong_count(
    expectation: Expectation, found: Sequence[Numbered], calls: Sequence[Numbered], in_part: Sequence[Numbered]
) -> str:
    """Write the message for a wrong number of matching calls, among all calls of the operation.

    `in_part` are those that match only with `partial`.
    """
    lines = [_headline(expectation, len(found)), "", f"Expected:  {expectation}"]
    if found:
        lines.append(f"Matching:  {', '.join(at_most(found, lambda each: where(*each)))}")
    elif calls:
        closest = nsmallest(_MOST_CALLS, calls, key=lambda each: len([*expectation.differences(each[1])]))
        for index, (number, call) in enumerate(closest):
            label = f"Closest of {count(len(calls), 'call')}, " if index == 0 else "Then "
            lines.append(f"{label}{where(number, call)}:")
            details = [*expectation.differences(call), *_fate(call)] or [call.outcome]
            lines.extend(f"  {line}" for line in details)
    else:
        lines.append(f"{expectation.operation} was never called.")
    if in_part:
        names = ", ".join(f"#{number + 1}" for number, _ in in_part[:_MOST_CALLS])
        lines += ["", f"With partial=True, which allows additional keys and items, it matches {names}."]
    return "\n".join(lines)


def _headline(expectation: Expectation, found: int) -> str:
    operation, fate, times = expectation.operation, expectation.fate, expectation.times
    if times is None or (found == 0 and times == 1):
        return f"{operation} was not {fate} as expected{expectation.cause}."
    return (
        f"{operation} was {fate} {times_of(found)}{expectation.cause} with a matching request, "
        f"expected {times_of(times)}."
    )


def _fate(call: Call) -> list[str]:
    """Explain why a call does not count, if it failed or was a replay."""
    if call.error is not None:
        return [
            f"{call.outcome}: {call.error}",
            *(f"  {line}" for each in call.violations[:MOST_ITEMS] for line in broken(each)),
        ]
    return [f"replayed: its ClientToken had already started {call.execution_id}"] if call.outcome == "replayed" else []


def unexpected(expectation: Expectation, found: Sequence[Numbered]) -> str:
    """Write the message for unexpected calls."""
    headline = f"{expectation.operation} was called {times_of(len(found))}, but should not have been."
    lines = at_most(found, lambda each: f"{where(*each)}: {_members(each[1].params)}")
    return "\n".join([headline, "", f"Not expected:  {expectation}", *lines])


def _members(params: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={shorten(value)}" for name, value in params.items())


def broken(violation: Violation) -> list[str]:
    """Describe a violation in two lines, with the constraint's id and how to relax it."""
    from ._service.checks.violations import can_be_relaxed

    name = violation.constraint
    relaxed = f", relax=[{name!r}] turns it off" if can_be_relaxed(name) else ""
    return [f"{violation.path}: {shorten_text(str(violation))}", f"  constraint {name}{relaxed}"]


def shorten_text(text: str) -> str:
    """Remove the middle part of a very long text."""
    return text if len(text) <= 2 * _LONGEST else f"{text[:_LONGEST]} ... {text[-_LONGEST:]}"


def wrongly_blocked(url: object, found: int, times: int | None, blocked: Sequence[object]) -> str:
    """Write the message for a wrong number of blocked requests to the network."""
    which = "A request to the network" if url is None else f"A request to {getattr(url, 'pattern', url)!r}"
    fate = f"blocked {times_of(found)}" if found else "not blocked"
    lines = [f"{which} was {fate}, expected {expected_times(times)}."]
    if blocked:
        lines += ["", f"Blocked ({len(blocked)}):", *(f"  {request}" for request in blocked[-_MOST_CALLS * 3 :])]
    else:
        lines += ["", "No request was blocked."]
    return "\n".join(lines)


def expected_times(times: int | None) -> str:
    """Write an expected number; `None` for at least one."""
    return "at least once" if times is None else times_of(times)


def duplicates(groups: Sequence[Sequence[Numbered]]) -> str:
    """Write the message for executions that were started more than once."""
    lines = ["The same request started more than one execution."]
    for group in groups[:_MOST_CALLS]:
        params = group[0][1].params
        lines += ["", _members({name: value for name, value in params.items() if name != "ClientToken"})]
        lines += [f"  {line}" for line in at_most(group, _started)]
    if len(groups) > _MOST_CALLS:
        lines += ["", f"... and {count(len(groups) - _MOST_CALLS, 'more request')} that did."]
    lines += ["", "A retry that repeats the ClientToken of the first attempt starts nothing new."]
    return "\n".join(lines)


def _started(numbered: Numbered) -> str:
    call = numbered[1]
    lost = ", response lost" if call.outcome == "lost" else ""
    return f"{where(*numbered)} started {call.execution_id}, ClientToken {call.params.get('ClientToken')!r}{lost}"


def times_of(count: int) -> str:
    """Write how often something happened."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def count(number: int, noun: str) -> str:
    """Write a number with a noun."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
