"""The problems for which a strict test fails although it passed, and how to turn each check off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ._assertions import MOST_ITEMS, at_most, broken, count, expected_times, times_of, where
from ._keywords import known_keywords
from ._service.errors import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from mmap import mmap

    from ._service.calls import Call
    from ._service.engine import Service
    from ._service.faults import Fault
    from ._transports.guard.network import BlockedRequest

# The maximum number of lines about refused requests.
_MOST_LINES: Final = 40
_TITLES: Final = {
    "refused": "Requests were refused (expect them with assert_rejected, or turn the constraint off with relax):",
    "unfired": "Injected faults did not fire (remove them, or turn this check off with the option strict):",
    "unknown": "No registered runbook has these steps (register it, or turn this check off with the option strict):",
    "blocked": (
        "Requests to the network were blocked (answer them with moto or a Stubber, expect them with assert_blocked, "
        "or allow their host with the option allow_network):"
    ),
    "forked": "Calls of forked processes were refused (use the fixture ssm_automation_endpoint):",
    "broken": (
        "The fake found a mistake of the test, or a function of the test raised an exception "
        "(correct it, or turn this check off with the option strict):"
    ),
}
_FORKED: Final = "Their calls can't reach the fake without the fixture."
# The kind of a problem, an identifier within the kind, and the problem: a call with its number, or a line.
Problem = tuple[str, object, Any]


def describe(found: Sequence[Problem]) -> str:
    """Describe problems, grouped by kind, and only the first of many; empty if there are none."""
    parts: list[str] = []
    for kind, title in _TITLES.items():
        if items := [item for each, _, item in found if each == kind]:
            lines = _refused(items) if kind == "refused" else at_most(items)
            parts.append("\n  ".join([title, *"\n".join(lines).split("\n")]))
    return "\n\n".join(parts)


def _unfired(faults: Iterable[Fault]) -> Iterator[tuple[Fault, str]]:
    """Find the faults that fired less often than expected, and describe each."""
    for fault in faults:
        if fault.unfired:
            yield fault, f"{fault!r} fired {times_of(fault.fired)}, expected {expected_times(fault.times)}"


def _refused(numbered: Sequence[tuple[int, Call]]) -> list[str]:
    """List refused invalid requests, with the constraints that they violate."""
    lines: list[str] = []
    for listed, (number, call) in enumerate(numbered):
        if len(lines) > _MOST_LINES:
            return [*lines, f"... and {count(len(numbered) - listed, 'more request')}"]
        refuser = "botocore" if _is_botocores(call) else "the service"
        lines.append(f"{call.operation} {where(number, call)} was refused by {refuser}: {call.error}")
        lines.extend(f"  {line}" for violation in call.violations[:MOST_ITEMS] for line in broken(violation))
        if len(call.violations) > MOST_ITEMS:
            lines.append(f"  ... and {len(call.violations) - MOST_ITEMS} more")
    return lines


def _is_botocores(call: Call) -> bool:
    """Return whether botocore refused a request, in its validation or serialization."""
    return call.outcome == "rejected" and call.error not in catalogue()


def _is_mistake(call: Call) -> bool:
    """Return whether a request was refused because it is invalid, and not because of the service's state."""
    unreadable = call.outcome == "rejected" and call.error == "SerializationException"
    return bool(call.violations) or unreadable or _is_botocores(call)


class Strict:
    """What a strict test does not tolerate in the record of its fake."""

    _service: Service
    _blocked: list[BlockedRequest]
    _refusals: mmap | None
    # The kinds and identifiers of the problems that a report has already shown.
    _reported_problems: set[object]

    @known_keywords
    def assert_faults_raised(self) -> None:
        """Assert that all injected faults fired as often as expected.

        Raises:
            AssertionError: Some did not; the message lists them.
        """
        __tracebackhide__ = True
        if lines := [line for _, line in _unfired(self._service.faults)]:
            raise AssertionError("\n".join(("Injected faults did not fire.", "", *at_most(lines))))

    @known_keywords
    def assert_requests_valid(self) -> None:
        """Assert that no invalid request was refused, except those that `assert_rejected` expected.

        Raises:
            AssertionError: The message lists the requests and the constraints that they violate.
        """
        __tracebackhide__ = True
        if lines := _refused(self._mistakes()):
            raise AssertionError("\n".join(("Invalid requests were refused.", "", *lines)))

    @known_keywords
    def verify(self) -> None:
        """Assert that the code under test swallowed no mistakes.

        Raises:
            AssertionError: Invalid requests were refused without `assert_rejected`, faults fired less often than
                expected, a marker names a step that no registered runbook has, requests to the network were blocked, or
                a function of the test raised an exception. The message lists all problems.
        """
        __tracebackhide__ = True
        if found := self._problems():
            raise AssertionError(describe(found))

    def _take_problems(self, *, faults: bool = True) -> str:
        """Describe the problems of `verify` that no report has shown yet; empty if there are none."""
        service = self._service
        injected = service.faults
        noted = service.calls or injected or service.broken or service.store.overrides or self._blocked
        if not noted and self._refusals is None:
            return ""
        found = self._problems()
        new = [problem for problem in found if problem[:2] not in self._reported_problems]
        # Later reports also omit the faults that there are now.
        self._reported_problems |= {problem[:2] for problem in found} | {("unfired", id(fault)) for fault in injected}
        return describe([problem for problem in new if faults or problem[0] != "unfired"])

    def _problems(self) -> list[Problem]:
        service = self._service
        forked = [_FORKED] if self._refusals and self._refusals[0] else []
        return [
            *(("refused", number, (number, call)) for number, call in self._mistakes()),
            *(("unfired", id(fault), line) for fault, line in _unfired(service.faults)),
            *(("unknown", step, step) for step in service.unknown_steps()),
            *(("blocked", number, str(each)) for number, each in enumerate(self._blocked) if not each.expected),
            *(("forked", line, line) for line in forked),
            *(("broken", number, line) for number, line in enumerate(service.broken)),
        ]

    def _mistakes(self) -> list[tuple[int, Call]]:
        return [
            (number, call)
            for number, call in enumerate(self._service.calls)
            if _is_mistake(call) and not call.acknowledged and call.step is None
        ]
