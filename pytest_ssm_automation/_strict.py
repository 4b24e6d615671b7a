"""What a strict test fails for although it passed: each problem with the way to turn it off, and told once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from . import _assertions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ._service.calls import Call
    from ._service.faults import Fault
    from ._transports.active import BlockedRequest

_TITLES: Final = {
    "refused": "Requests were refused (expect them with assert_rejected, or turn the constraint off by relax):",
    "unfired": "Injected faults did not fire (remove them, or turn this off by the option strict):",
    "unknown": "No registered runbook has these steps (register it, or turn this off by the option strict):",
    "blocked": (
        "Requests to the network were blocked (answer them with moto or a Stubber, expect them with assert_blocked, "
        "or allow their host by the option allow_network):"
    ),
    "forked": "Calls of forked processes were refused (serve them by the fixture ssm_automation_endpoint):",
    "broken": "A function that the test gave to the fake raised (correct it, or turn this off by the option strict):",
}
# A problem's kind, what tells it from others of its kind, and what it is: a call with its number, a fault, or a line.
Problem = tuple[str, object, Any]


def problems(
    *,
    mistakes: Iterable[tuple[int, Call]],
    faults: Iterable[Fault],
    steps: Iterable[str],
    blocked: Iterable[BlockedRequest],
    forked: Iterable[str],
    broken: Iterable[str],
) -> list[Problem]:
    """List everything that is wrong.

    Args:
        mistakes: The calls that were refused for a broken constraint and not expected, with their numbers.
        faults: Every fault that was injected.
        steps: The steps that no runbook has.
        blocked: Every request that was blocked, expected or not.
        forked: What was said of calls of forked processes, a line each.
        broken: What functions of the test raised, a line each.
    """
    return [
        *(("refused", number, (number, call)) for number, call in mistakes),
        *(("unfired", id(fault), fault) for fault in faults if fault.unfired),
        *(("unknown", step, step) for step in steps),
        *(("blocked", number, str(each)) for number, each in enumerate(blocked) if not each.expected),
        *(("forked", line, line) for line in forked),
        *(("broken", number, line) for number, line in enumerate(broken)),
    ]


def describe(found: Sequence[Problem]) -> str:
    """Write problems, each kind under its title, and of many the first ones; empty if there is none."""
    parts: list[str] = []
    for kind, title in _TITLES.items():
        if items := [item for each, _, item in found if each == kind]:
            lines = "\n".join(_LINES.get(kind, _few)(items)).split("\n")
            parts.append("\n  ".join([title, *lines]))
    return "\n\n".join(parts)


def _few(lines: list[str]) -> list[str]:
    return _assertions.at_most(lines, lines)


_LINES: Final[dict[str, Callable[[list[Any]], list[str]]]] = {
    "refused": _assertions.refused,
    "unfired": _assertions.unfired,
}


class Told:
    """Remembers which problems a report has shown already, so that the next one shows the others."""

    def __init__(self) -> None:
        """Begin with none."""
        self._known: set[object] = set()

    def take(self, found: Sequence[Problem], faults: Iterable[Fault]) -> list[Problem]:
        """Give the problems that were not shown yet. A fault that was injected before the last time is not shown again.

        Args:
            found: All problems.
            faults: Every fault that was injected, wrong or not.
        """
        new = [problem for problem in found if problem[:2] not in self._known]
        self._known |= {problem[:2] for problem in found} | {("unfired", id(fault)) for fault in faults}
        return new
