"""Compare recorded calls with expectations, and write assertion messages. All functions are pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from heapq import nsmallest
from typing import TYPE_CHECKING, Any, TypeAlias

from ._service.accounts import ACCOUNT_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ._service.calls import Call
    from ._service.checks.violations import Violation

_LONGEST = 200
_MOST_CALLS = 3
# The maximum number of items that a message lists.
MOST_ITEMS = 10


class _Missing:
    def __repr__(self) -> str:
        return "nothing"


_MISSING = _Missing()


# Writes the line of a difference. Most differences are only counted.
Difference: TypeAlias = "Callable[[], str]"


@dataclass(frozen=True, slots=True)
class Expectation:
    """The call that a test expects.

    Members are compared with `==`, with the expected value on the left, so that `mock.ANY` and dirty-equals work.

    Attributes:
        operation: The operation's name.
        request: Expected values by member.
        account: The account of the call; `None` for any.
        region: The Region of the call; `None` for any.
        exact: Whether the request must have no other members.
        partial: Whether nested mappings may have additional keys, and lists additional items.
    """

    operation: str
    request: Mapping[str, Any]
    account: str | None = None
    region: str | None = None
    exact: bool = False
    partial: bool = False

    def differences(self, call: Call) -> list[str]:
        """List the differences of a call, one per line; empty if it matches."""
        return [write() for write in self._compare(call)]

    def distance(self, call: Call) -> int:
        """Return the number of differences of a call."""
        return sum(1 for _ in self._compare(call))

    def matches(self, call: Call) -> bool:
        """Return whether a call matches."""
        return call.operation == self.operation and next(self._compare(call), None) is None

    def _compare(self, call: Call) -> Iterator[Difference]:
        params = call.params
        for name in {**self.request, **params} if self.exact else self.request:
            there, here = self.request.get(name, _MISSING), params.get(name, _MISSING)
            yield from _differences(name, there, here, in_part=self.partial)
        if self.account not in {None, call.account}:
            yield lambda: f"account: expected {self.account!r}, got {call.account!r}"
        if self.region not in {None, call.region}:
            yield lambda: f"region: expected {self.region!r}, got {call.region!r}"

    def matches_in_part(self, call: Call) -> bool:
        """Return whether a call matches only with `partial`."""
        if not any(isinstance(value, dict | list) for value in self.request.values()):
            return False  # nothing is nested
        return replace(self, partial=True).matches(call) and not self.matches(call)

    def __str__(self) -> str:
        """Write the expectation like keyword arguments."""
        words = [f"{name}={shorten(value)}" for name, value in self.request.items()]
        words += ["and nothing else"] if self.exact else []
        words += ["in part"] if self.partial else []
        words += [f"in {each}" for each in (self.account, self.region) if each]
        return ", ".join(words) or "any request"


def _differences(path: str, expected: Any, actual: Any, *, in_part: bool) -> Iterator[Difference]:
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
        yield lambda: f"{path}: expected {shorten(expected)}, got {shorten(actual)}"


def _are(kind: type, one: object, other: object) -> bool:
    return isinstance(one, kind) and isinstance(other, kind)


def _missing_items(path: str, expected: list[Any], actual: list[Any]) -> Iterator[Difference]:
    """Report the first expected item that is missing in the actual list, in the same order."""
    rest = iter(actual)
    missing = next((item for item in expected if not any(_matches_part(item, other) for other in rest)), _MISSING)
    if missing is not _MISSING:
        order = " in this order" if len(expected) > 1 else ""
        yield lambda: f"{path}: expected {shorten(missing)} among the items{order}, got {shorten(actual)}"


def _matches_part(expected: object, actual: object) -> bool:
    return next(_differences("", expected, actual, in_part=True), None) is None


def shorten(value: object) -> str:
    """Return a repr, without the middle part if it is very long."""
    text = repr(value)
    if len(text) <= _LONGEST:
        return text
    return f"{text[: _LONGEST // 2]}...{text[-_LONGEST // 4 :]} ({len(text)} characters)"


def at_most(shown: Sequence[str], items: Sequence[object]) -> list[str]:
    """Return the first lines, and a line with the number of other items."""
    few = list(shown[:MOST_ITEMS])
    return [*few, f"... and {len(items) - len(few)} more"] if len(items) > len(few) else few


def where(number: int, call: Call) -> str:
    """Describe a call by its number, from 1, its account unless it is the default one, its Region and thread."""
    account = "" if call.account == ACCOUNT_ID else f"{call.account}, "
    return f"#{number + 1} ({account}{call.region}, thread {call.thread})"


def wrong_count(
    headline: str,
    expectation: Expectation,
    found: Sequence[tuple[int, Call]],
    others: Sequence[tuple[int, Call]],
    in_part: Sequence[tuple[int, Call]] = (),
) -> str:
    """Write the message for a wrong number of matching calls, among others of the operation, after a headline.

    Calls come with their numbers. `in_part` are those of the others that match with `partial`.
    """
    lines = [headline, "", f"Expected:  {expectation}"]
    if found:
        lines.append(f"Matching:  {', '.join(at_most([where(*each) for each in found[:MOST_ITEMS]], found))}")
    elif others:
        closest = nsmallest(_MOST_CALLS, others, key=lambda numbered: expectation.distance(numbered[1]))
        for index, (number, call) in enumerate(closest):
            label = f"Closest of {count(len(others), 'call')}, " if index == 0 else "Then "
            lines.append(f"{label}{where(number, call)}:")
            details = [*expectation.differences(call), *_fate(call)] or [call.outcome]
            lines.extend(f"  {line}" for line in details)
    else:
        lines.append(f"{expectation.operation} was never called.")
    if in_part:
        names = ", ".join(f"#{number + 1}" for number, _ in in_part[:_MOST_CALLS])
        lines += ["", f"With partial=True, which allows additional keys and items, it matches {names}."]
    return "\n".join(lines)


def _fate(call: Call) -> list[str]:
    """Explain why a call does not count, if it failed or was a replay."""
    if call.error is not None:
        return [
            f"{call.outcome}: {call.error}",
            *(f"  {line}" for each in call.violations[:MOST_ITEMS] for line in broken(each)),
        ]
    return [f"replayed: its ClientToken had already started {call.execution_id}"] if call.outcome == "replayed" else []


def unexpected(operation: str, expectation: Expectation, found: Sequence[tuple[int, Call]]) -> str:
    """Write the message for unexpected calls."""
    shown = [
        f"{where(number, call)}: {', '.join(f'{name}={shorten(value)}' for name, value in call.params.items())}"
        for number, call in found[:MOST_ITEMS]
    ]
    headline = f"{operation} was called {times_of(len(found))}, but should not have been."
    return "\n".join([headline, "", f"Not expected:  {expectation}", *at_most(shown, found)])


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


def duplicates(groups: Sequence[Sequence[tuple[int, Call]]]) -> str:
    """Write the message for executions that were started more than once."""
    lines = ["The same request started more than one execution."]
    for group in groups[:_MOST_CALLS]:
        wanted = {**group[0][1].params, "ClientToken": None}
        lines += ["", ", ".join(f"{name}={shorten(value)}" for name, value in wanted.items() if value is not None)]
        shown = [
            f"{where(number, call)} started {call.execution_id}, ClientToken {call.params.get('ClientToken')!r}"
            + (", response lost" if call.outcome == "lost" else "")
            for number, call in group[:MOST_ITEMS]
        ]
        lines += [f"  {line}" for line in at_most(shown, group)]
    if len(groups) > _MOST_CALLS:
        lines += ["", f"... and {count(len(groups) - _MOST_CALLS, 'more request')} that did."]
    lines += ["", "A retry that repeats the ClientToken of the first attempt starts nothing new."]
    return "\n".join(lines)


def times_of(count: int) -> str:
    """Write how often something happened."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def count(number: int, noun: str) -> str:
    """Write a number with a noun."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def headline(operation: str, fate: str, cause: str, found: int, times: int | None) -> str:
    """Write the first line of a message: how often an operation was called or refused, and the expected number."""
    if times is None or (found == 0 and times == 1):
        return f"{operation} was not {fate} as expected{cause}."
    return f"{operation} was {fate} {times_of(found)}{cause} with a matching request, expected {times_of(times)}."
